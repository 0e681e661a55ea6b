"""What lies behind the convolutions of the second reader on a wide strip (n, 8, 26, 96), and how it is trained."""
import math, os
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
import numpy as np, tensorflow as tf
HIDDEN, ROWS_COLUMNS = 96, 4 * 13
def init(channels, outputs, seed=1):
    r = np.random.default_rng(seed); he = lambda s, f: (r.standard_normal(s) * math.sqrt(2 / f)).astype('f'); flat = ROWS_COLUMNS * channels
    return dict(hw=he((3, 3, 96, channels), 9 * 96), hb=np.zeros(channels, 'f'), iw=he((3, 3, channels, channels), 9 * channels), ib=np.zeros(channels, 'f'),
                uw=he((flat, HIDDEN), flat), ub=np.zeros(HIDDEN, 'f'), yw=he((HIDDEN, outputs), HIDDEN * 50), yb=np.zeros(outputs, 'f'))
def net(W, x, drop):
    q = lambda k: tf.cast(W[k], x.dtype); padded = lambda v: tf.pad(v, [[0, 0], [1, 1], [1, 1], [0, 0]])
    if drop: x = tf.nn.dropout(x, drop[0])
    x = tf.nn.relu(tf.nn.conv2d(padded(x), q('hw'), 2, 'VALID') + q('hb'))
    x = tf.nn.relu(tf.nn.conv2d(padded(x), q('iw'), 1, 'VALID') + q('ib'))
    x = tf.cast(tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [tf.shape(x)[0], -1]), tf.float32)   # channel, row, column, as ONNX flattens
    if drop: x = tf.nn.dropout(x, drop[1])
    x = tf.nn.relu(tf.ensure_shape(x, [None, W['uw'].shape[0]]) @ W['uw'] + W['ub'])
    return x @ W['yw'] + W['yb']
class Trainer:
    """Adam with decay, of whose weights a running mean counts."""
    def __init__(self, weights, loss, drop, keep=.995, decay=2e-2):
        self.W = {k: tf.Variable(v) for k, v in weights.items()}; zeros = lambda: {k: tf.Variable(tf.zeros_like(v)) for k, v in self.W.items()}
        self.first, self.second, self.mean = zeros(), zeros(), {k: tf.Variable(v) for k, v in self.W.items()}
        self.loss, self.drop, self.keep, self.decay, self.n = loss, drop, keep, decay, 0
    @tf.function
    def _step(self, x, y, lr, n):
        with tf.GradientTape() as tape: l = self.loss(net(self.W, tf.cast(x, tf.bfloat16), self.drop), y)
        for k, d in zip(self.W, tape.gradient(l, list(self.W.values()))):
            self.first[k].assign(self.first[k] * .9 + d * .1); self.second[k].assign(self.second[k] * .99 + d * d * .01)
            up = self.first[k] / (1 - .9 ** n) / (tf.sqrt(self.second[k] / (1 - .99 ** n)) + 1e-8)
            if k[1] == 'w': up += self.decay * self.W[k]
            self.W[k].assign_sub(lr * up)
        for k in self.W: self.mean[k].assign(self.mean[k] * self.keep + self.W[k] * (1 - self.keep))
        return l
    def step(self, x, y, rate, done):
        """One step with a batch, when `done` of the time (0 to 1) is over."""
        self.n += 1; lr = rate * min(1, self.n / 200) * (.5 + .5 * math.cos(math.pi * done) + .002)
        return self._step(x, tf.constant(y, tf.float32), tf.constant(lr, tf.float32), tf.constant(float(self.n), tf.float32))
    @tf.function
    def _says(self, x): return net(self.mean, tf.cast(x, tf.float32), None)
    def says(self, x): return np.concatenate([self._says(x[i:i + 250]).numpy() for i in range(0, len(x), 250)])
    def save(self, file): np.savez(file, **{k: v.numpy() for k, v in self.mean.items()})
def reads(z, y): return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y * .98 + .01, z[:, 0]))
def log_odds(p): p = np.clip(p, 1e-6, 1 - 1e-6); return np.log(p / (1 - p))
def together(finder, words, wide): return .2 * finder + .32 * words + .48 * wide   # as the program weighs them

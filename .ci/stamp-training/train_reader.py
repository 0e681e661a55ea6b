"""train_reader.py MINUTES: the reader of strips -> r.npz"""
import os, sys, time, glob, math
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
import numpy as np, tensorflow as tf
BF = os.environ.get('BF', '1') == '1'
FILES = os.environ.get('FILES', 'strips*/*.npz')
L = [('a', 3, 24, 1), ('b', 24, 32, 2), ('c', 32, 32, 1), ('d', 32, 64, 2), ('e', 64, 64, 1), ('f', 64, 96, 2), ('g', 96, 96, 1)]
SH, SW = 40, 112; FL = 5 * 14 * 96
def init():
    r = np.random.default_rng(0); w = {}
    for n, i, o, s in L:
        w[n + 'w'] = (r.standard_normal((3, 3, i, o)) * math.sqrt(2 / (9 * i))).astype('f'); w[n + 'g'] = np.ones(o, 'f'); w[n + 'b'] = np.zeros(o, 'f'); w[n + 'm'] = np.zeros(o, 'f'); w[n + 'v'] = np.ones(o, 'f')
    w['uw'] = (r.standard_normal((FL, 64)) * math.sqrt(2 / FL)).astype('f'); w['ub'] = np.zeros(64, 'f'); w['yw'] = (r.standard_normal((64, 1)) * .1).astype('f'); w['yb'] = np.zeros(1, 'f')
    return w
def net(W, x, train):
    stats = []
    for n, i, o, s in L:
        y = tf.nn.conv2d(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), tf.cast(W[n + 'w'], x.dtype), s, 'VALID')
        if train: y, m, v = tf.compat.v1.nn.fused_batch_norm(y, W[n + 'g'], W[n + 'b'], epsilon=1e-3, is_training=True); stats.append((n, m, v))
        else: y, _, _ = tf.compat.v1.nn.fused_batch_norm(y, W[n + 'g'], W[n + 'b'], W[n + 'm'], W[n + 'v'], epsilon=1e-3, is_training=False)
        x = tf.nn.relu(y)
    x = tf.cast(tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [-1, FL]), tf.float32)   # channel, row, column, as ONNX flattens
    if train: x = tf.nn.dropout(x, .25)
    x = tf.nn.relu(x @ W['uw'] + W['ub'])
    return (x @ W['yw'] + W['yb'])[:, 0], stats
def prep(x):
    x = tf.cast(x, tf.float32) / 255; n = tf.shape(x)[0]; r = lambda lo, hi, c=1: tf.random.uniform((n, 1, 1, c), lo, hi)
    x = 1 - (1 - x) * r(.75, 1.2) * r(.9, 1.1, 3); x = x + tf.random.normal((n, SH, SW, 1)) * r(0, .04)
    return tf.cast((tf.clip_by_value(x, 0, 1) - .75) * 4, tf.bfloat16 if BF else tf.float32)
if __name__ == '__main__':
    minutes = float(sys.argv[1]); W0 = dict(np.load(sys.argv[2])) if len(sys.argv) > 2 else init()
    W = {k: tf.Variable(v, trainable=k[1] not in 'mv') for k, v in W0.items()}; tr = [k for k in W if k[1] not in 'mv']
    M1 = {k: tf.Variable(tf.zeros_like(W[k])) for k in tr}; M2 = {k: tf.Variable(tf.zeros_like(W[k])) for k in tr}; EMA = {k: tf.Variable(W[k]) for k in W}
    @tf.function
    def step(x, y, lr, t):
        with tf.GradientTape() as tape:
            z, st = net(W, prep(x), True); yy = tf.cast(y, tf.float32) * .98 + .01; l = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(yy, z))
        grads = tape.gradient(l, [W[k] for k in tr])
        for k, d in zip(tr, grads):
            M1[k].assign(M1[k] * .9 + d * .1); M2[k].assign(M2[k] * .99 + d * d * .01)
            up = M1[k] / (1 - .9 ** t) / (tf.sqrt(M2[k] / (1 - .99 ** t)) + 1e-8)
            if k[1] == 'w': up += 1e-2 * W[k]
            W[k].assign_sub(lr * up)
        for n, m, v in st: W[n + 'm'].assign(W[n + 'm'] * .99 + m * .01); W[n + 'v'].assign(W[n + 'v'] * .99 + v * .01)
        for k in W: EMA[k].assign(EMA[k] * .998 + W[k] * .002)
        return l
    @tf.function
    def infer(x): return tf.sigmoid(net(EMA, (tf.cast(x, tf.float32) / 255 - .75) * 4, False)[0])
    def validate():
        z = val; s = np.concatenate([infer(z[0][i:i + 200]).numpy() for i in range(0, len(z[0]), 200)]); p, n = s[z[1] == 1], s[z[1] == 0]
        return '%d/%d ' % (len(p), len(n)) + ' '.join('%.2f:%.4f/%.4f' % (t, (p > t).mean(), (n > t).mean()) for t in (.05, .2, .5, .8, .9, .95))
    def save(): np.savez('r.npz', **{k: v.numpy() for k, v in EMA.items()})
    if os.environ.get('FOLDED'):
        # The weights of a network as exported know no means: where training takes those of its batch, scale and shift are set so that nothing changes.
        x = np.concatenate([np.load(f)['x'][::3] for f in sorted(glob.glob(FILES))[:2]])[:3000].astype('f'); x = (x / 255 - .75) * 4
        for n, i, o, s in L:
            y = np.concatenate([tf.nn.conv2d(tf.pad(x[k:k + 300], [[0, 0], [1, 1], [1, 1], [0, 0]]), W[n + 'w'], s, 'VALID').numpy() for k in range(0, len(x), 300)])
            m, v, b = y.mean((0, 1, 2)), y.var((0, 1, 2)), W[n + 'b'].numpy()
            W[n + 'm'].assign(m); W[n + 'v'].assign(v); W[n + 'g'].assign(np.sqrt(v + 1e-3)); W[n + 'b'].assign(b + m); x = np.maximum(y + b, 0)
        for k in W: EMA[k].assign(W[k])
    data = {}; val = None; rs = np.random.default_rng(int(time.time())); n = 0; t0 = last = time.time(); B = 96
    while True:
        t = (time.time() - t0) / 60 / minutes
        if t >= 1: break
        if n % 200 == 0:
            for f in sorted(glob.glob(FILES)):
                if f not in data and '/.' not in f:
                    q = np.load(f); q = (q['x'], q['y'], np.flatnonzero(q['y'] == 1), np.flatnonzero(q['y'] == 0))
                    if f in ('strips2/1_0.npz', 'strips4/1_0.npz'): val = q
                    else: data[f] = q
            keys = list(data)
        xs, ys = [], []
        for _ in range(3):
            own = [k for k in keys if k.startswith('strips3')] if _ == 0 else keys; q = data[(own or keys)[rs.integers(len(own or keys))]]; i = np.concatenate([rs.choice(q[2], B // 6), rs.choice(q[3], B // 6)]); xs.append(q[0][i]); ys.append(q[1][i])
        n += 1; lr = float(os.environ.get('LR', '2e-3')) * min(1, n / 200) * (.5 + .5 * math.cos(math.pi * t) + .002)
        l = step(np.concatenate(xs), np.concatenate(ys), tf.constant(lr, tf.float32), tf.constant(float(n), tf.float32))
        if n % 200 == 0:
            v = ''
            if time.time() - last > 60 and val is not None: last = time.time(); v = validate(); save()
            print(n, '%.2f' % t, len(data), '%.4f' % l, '%.0f/s' % (n * B / (time.time() - t0)), v, flush=True)
    save(); print(validate())

"""Trains the finder of stamps: train_finder.py MINUTES [start.npz] ; writes w.npz."""
import os, sys, time, glob, math
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')
import numpy as np, tensorflow as tf
BF = os.environ.get('BF', '0') == '1'
LAYERS = [  # name, in, out, stride, dilation, residual
 ('a', 3, 16, 2, 1, 0), ('b', 16, 32, 2, 1, 0), ('c', 32, 32, 1, 1, 1), ('d', 32, 32, 1, 1, 1), ('e', 32, 64, 2, 1, 0),
 ('f', 64, 64, 1, 1, 1), ('g', 64, 64, 1, 2, 1), ('h', 64, 64, 1, 4, 1), ('i', 64, 64, 1, 1, 1), ('j', 64, 64, 1, 2, 1), ('k', 64, 64, 1, 1, 1)]
def init():
    r = np.random.default_rng(0); w = {}
    for n, i, o, s, d, res in LAYERS:
        w[n + 'w'] = (r.standard_normal((3, 3, i, o)) * math.sqrt(2 / (9 * i)) * (.4 if res else 1)).astype('f')
        w[n + 'g'] = np.ones(o, 'f'); w[n + 'b'] = np.zeros(o, 'f'); w[n + 'm'] = np.zeros(o, 'f'); w[n + 'v'] = np.ones(o, 'f')
    w['zw'] = (r.standard_normal((1, 1, 64, 8)) * .05).astype('f'); w['zb'] = np.array([-4.] * 3 + [0.] * 5, 'f')
    return w
def net(W, x, train):
    """NHWC in, maps out. Padding as ONNX pads=[d,d,d,d]."""
    stats = []
    for n, i, o, s, d, res in LAYERS:
        x_ = tf.pad(x, [[0, 0], [d, d], [d, d], [0, 0]])
        w = tf.cast(W[n + 'w'], x.dtype)
        y = tf.nn.conv2d(x_, w, s, 'VALID', dilations=d)
        if train:
            y, m, v = tf.compat.v1.nn.fused_batch_norm(y, W[n + 'g'], W[n + 'b'], epsilon=1e-3, is_training=True)
            stats.append((n, m, v))
        else:
            y, _, _ = tf.compat.v1.nn.fused_batch_norm(y, W[n + 'g'], W[n + 'b'], W[n + 'm'], W[n + 'v'], epsilon=1e-3, is_training=False)
        y = tf.nn.relu(y); x = x + y if res else y
    z = tf.nn.conv2d(x, tf.cast(W['zw'], x.dtype), 1, 'VALID')
    return tf.cast(z, tf.float32) + W['zb'], stats
def prep(x):
    x = tf.cast(x, tf.float32) / 255; n = tf.shape(x)[0]
    r = lambda lo, hi, c=1: tf.random.uniform((n, 1, 1, c), lo, hi)
    x = 1 - (1 - x) * r(.75, 1.2) * r(.9, 1.1, 3)
    x = x + tf.random.normal((n, OUT, OUT, 1)) * r(0, .03)
    return tf.cast((tf.clip_by_value(x, 0, 1) - .75) * 4, tf.bfloat16 if BF else tf.float32)
OUT, N, B = 160, 20, 64
EDGE = np.ones((1, N, N, 1), 'f')
def losses(z, h, r):
    y = tf.cast(tf.equal(h, 1), tf.float32); count = tf.cast(tf.not_equal(h, 2), tf.float32)
    lg = z[..., :3]; pr = tf.sigmoid(lg)
    bce = tf.nn.sigmoid_cross_entropy_with_logits(y, lg)
    focal = tf.where(y > 0, (1 - pr) ** 1.0 * 4, pr ** 1.5 * 2)
    # a word of three cells counts as much as one of thirty
    per = tf.reduce_sum(y, [1, 2], keepdims=True); weight = tf.where(y > 0, 6 / tf.maximum(per, 1.), 1.)
    cls = tf.reduce_sum(bce * focal * count * weight) / (tf.reduce_sum(y * weight) + 20)
    anyw = tf.reduce_max(y, -1, keepdims=True)
    reg = tf.reduce_sum(tf.abs(z[..., 3:] - tf.cast(r, tf.float32)) * anyw) / (tf.reduce_sum(anyw) * 5 + 1)
    return cls, reg
if __name__ == '__main__':
    minutes = float(sys.argv[1]); start = sys.argv[2] if len(sys.argv) > 2 else None
    W0 = dict(np.load(start)) if start else init()
    W = {k: tf.Variable(v, trainable=k[1] not in 'mv') for k, v in W0.items()}
    tr = [k for k in W if k[1] not in 'mv']
    M1 = {k: tf.Variable(tf.zeros_like(W[k])) for k in tr}; M2 = {k: tf.Variable(tf.zeros_like(W[k])) for k in tr}
    EMA = {k: tf.Variable(W[k]) for k in W}
    @tf.function(jit_compile=False)
    def step(x, h, r, lr, t):
        with tf.GradientTape() as tape:
            z, st = net(W, prep(x), True); c, g = losses(z, h, r); l = c + .5 * g
        grads = tape.gradient(l, [W[k] for k in tr])
        grads, _ = tf.clip_by_global_norm(grads, 5.)
        for k, d in zip(tr, grads):
            M1[k].assign(M1[k] * .9 + d * .1); M2[k].assign(M2[k] * .99 + d * d * .01)
            up = M1[k] / (1 - .9 ** t) / (tf.sqrt(M2[k] / (1 - .99 ** t)) + 1e-8)
            if k[1] == "w": up += 1e-3 * W[k]
            W[k].assign_sub(lr * up)
        for n, m, v in st: W[n + 'm'].assign(W[n + 'm'] * .99 + m * .01); W[n + 'v'].assign(W[n + 'v'] * .99 + v * .01)
        for k in W: EMA[k].assign(EMA[k] * .998 + W[k] * .002)
        return c, g
    @tf.function
    def infer(x): return net(EMA, tf.cast((tf.cast(x, tf.float32) / 255 - .75) * 4, tf.float32), False)[0]
    def save(): np.savez('w.npz', **{k: v.numpy() for k, v in EMA.items()})
    val = None
    def validate():
        tp, fp = [], []
        for i in range(0, len(val[0]), 100):
            x, h = val[0][i:i + 100], val[1][i:i + 100]
            s = tf.sigmoid(infer(x)[..., 0]).numpy(); m = h[..., 0]
            has = (m == 1).any((1, 2)); none = (h == 0).all((1, 2, 3))
            tp.append(np.where(m == 1, s, 0).max((1, 2))[has]); fp.append(s.max((1, 2))[none])
        tp, fp = np.concatenate(tp), np.concatenate(fp)
        return '%d/%d ' % (len(tp), len(fp)) + ' '.join('%.2f:%.4f/%.4f' % (t, (tp > t).mean(), (fp > t).mean()) for t in (.1, .3, .5, .7, .9))
    data = {}; rs = np.random.default_rng(int(time.time())); n = 0; t0 = time.time(); last = t0
    while True:
        t = (time.time() - t0) / 60 / minutes
        if t >= 1: break
        if n % 200 == 0:
            for f in sorted(glob.glob('data/*.npz')):
                if f not in data and not os.path.basename(f).startswith('.'):
                    z = np.load(f); d = (z['x'], z['h'], z['r'])
                    if f.endswith('/1_0.npz'): val = d
                    else: data[f] = d
            keys = list(data)
        parts = []
        for _ in range(4):
            d = data[keys[rs.integers(len(keys))]]; i = rs.integers(0, len(d[0]), B // 4); parts.append([u[i] for u in d])
        x, h, r = (np.concatenate(p) for p in zip(*parts))
        n += 1; lr = float(os.environ.get('LR', '3e-3')) * min(1, n / 200) * (.5 + .5 * math.cos(math.pi * t) + .002)
        c, g = step(x, h, r, tf.constant(lr, tf.float32), tf.constant(float(n), tf.float32))
        if n % 100 == 0:
            v = ''
            if val is not None and time.time() - last > 150: last = time.time(); v = validate(); save()
            print(n, '%.2f' % t, len(data), 'cls %.4f reg %.4f' % (c, g), '%.1f/s' % (n * B / (time.time() - t0)), v, flush=True)
    save(); print(validate())

"""train_on.py FROM.onnx TO.onnx MINUTES STRIPS...: a reader as exported goes on learning, from strips of the generator beside this
(STRIPS.strips, STRIPS.rows). LR, SEED, THREADS in the environment. Of each file the last twentieth is not learnt but shown."""
import os, sys, time, math
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
import numpy as np, onnx, tensorflow as tf
from onnx import numpy_helper as nh
threads = int(os.environ.get('THREADS', '1')); tf.config.threading.set_intra_op_parallelism_threads(threads); tf.config.threading.set_inter_op_parallelism_threads(1)
start, out, minutes, files = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:]
LR, SEED, KEEP = float(os.environ.get('LR', '4e-4')), int(os.environ.get('SEED', '1')), .998
model = onnx.load(start); graph = model.graph; H, W = (d.dim_value for d in graph.input[0].type.tensor_type.shape.dim[2:]); wide = H == 64
names = [i.name for i in graph.initializer]; first = {i.name: nh.to_array(i) for i in graph.initializer}
# TensorFlow has channels last, also among the weights.
P = {k: tf.Variable(v.transpose(2, 3, 1, 0) if v.ndim == 4 else v) for k, v in first.items()}; MEAN = {k: tf.Variable(v) for k, v in P.items()}
M1 = {k: tf.Variable(tf.zeros_like(v)) for k, v in P.items()}; M2 = {k: tf.Variable(tf.zeros_like(v)) for k, v in P.items()}
def net(P, x, drop):
    at = {'input': x}
    for n in graph.node:
        a = [at[i] for i in n.input if i in at]; w = [tf.cast(P[i], x.dtype if n.op_type == 'Conv' else tf.float32) for i in n.input if i in P]
        if n.op_type == 'Conv':
            s = [q.ints[0] for q in n.attribute if q.name == 'strides'][0]; y = tf.nn.conv2d(tf.pad(a[0], [[0, 0], [1, 1], [1, 1], [0, 0]]), w[0], s, 'VALID') + w[1]
        elif n.op_type == 'Relu': y = tf.nn.relu(a[0])
        elif n.op_type == 'Flatten':
            y = tf.cast(tf.reshape(tf.transpose(a[0], [0, 3, 1, 2]), [tf.shape(a[0])[0], -1]), tf.float32)
            if drop: y = tf.nn.dropout(y, drop)
        elif n.op_type == 'Gemm': y = tf.ensure_shape(a[0], [None, w[0].shape[0]]) @ w[0] + w[1]
        elif n.op_type == 'Add': y = a[0] + a[1]
        elif n.op_type == 'Concat': y = tf.concat(a, 1)
        at[n.output[0]] = y
    return at[graph.output[0].name]
def prep(x):
    x = tf.cast(x, tf.float32) / 255; n = tf.shape(x)[0]; r = lambda lo, hi, c=1: tf.random.uniform((n, 1, 1, c), lo, hi)
    x = 1 - (1 - x) * r(.75, 1.2) * r(.92, 1.08, 3) + tf.random.normal((n, H, W, 1)) * r(0, .03)
    return tf.cast((tf.clip_by_value(x, 0, 1) - .75) * 4, tf.bfloat16)
WEIGHTS = tf.constant([8., 4.8, 4., 4.])
def loss_of(z, y, placed):
    l = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y * .98 + .01, z[:, 0]))
    if wide:
        d = (z[:, 1:] - placed[:, :4]) * WEIGHTS; a = tf.abs(d); each = tf.reduce_mean(tf.where(a < 1, .5 * d * d, a - .5), 1)
        l += .5 * tf.reduce_sum(each * placed[:, 4]) / (tf.reduce_sum(placed[:, 4]) + 1)
    return l
@tf.function
def step(x, y, placed, lr, n):
    with tf.GradientTape() as tape: l = loss_of(net(P, prep(x), .2), y, placed)
    g, _ = tf.clip_by_global_norm(tape.gradient(l, [P[k] for k in names]), 5.)
    for k, d in zip(names, g):
        M1[k].assign(M1[k] * .9 + d * .1); M2[k].assign(M2[k] * .995 + d * d * .005)
        up = M1[k] / (1 - .9 ** n) / (tf.sqrt(M2[k] / (1 - .995 ** n)) + 1e-8)
        if k.endswith('w'): up += 1e-2 * P[k]
        P[k].assign_sub(lr * up)
    for k in names: MEAN[k].assign(MEAN[k] * KEEP + P[k] * (1 - KEEP))
    return l
@tf.function
def infer(x): return net(MEAN, (tf.cast(x, tf.float32) / 255 - .75) * 4, 0.)
def says(x): return np.concatenate([infer(x[i:i + 100]).numpy() for i in range(0, len(x), 100)])
X, R = [], []
for f in files:
    r = np.fromfile(f + '.rows', '<f4').reshape(-1, 12); x = np.memmap(f + '.strips', 'u1', 'r').reshape(-1, 64, 208, 3); n = min(len(r), len(x)); x, r = x[:n], r[:n]
    X.append(np.array(x if wide else x[:, 12:52, 88:200])); R.append(r)
hold = [int(len(r) * .95) for r in R]
HX, HR = (np.concatenate([a[h:] for a, h in zip(A, hold)]) for A in (X, R)); use = HR[:, 9] == 1; HX, HR = HX[use], HR[use]; HX, HR = HX[:3000], HR[:3000]
X, R = np.concatenate([a[:h] for a, h in zip(X, hold)]), np.concatenate([a[:h] for a, h in zip(R, hold)])
# What the finder places worst is learnt less: it is straightened before it is read. Moved strips teach where a word stands.
share = np.where(R[:, 9] == 1, 1., .5 if wide else .7); yes, no = np.flatnonzero(R[:, 0] == 1), np.flatnonzero(R[:, 0] == 0)
yes_p, no_p = share[yes] / share[yes].sum(), share[no] * np.where(R[no, 6] < -2.6, .5, 1.); no_p = no_p / no_p.sum()
def validate():
    z = says(HX); s, y = z[:, 0], HR[:, 0]; neg = np.sort(s[y == 0])[::-1]; at = lambda p: (s[y == 1] > neg[int(len(neg) * p)]).mean()
    t = '%d/%d recall at 5%% 2%% .5%%: %.4f %.4f %.4f' % (y.sum(), (y == 0).sum(), at(.05), at(.02), at(.005))
    return t + (' off ' + ' '.join('%.3f' % v for v in np.abs(z[y == 1, 1:] - HR[y == 1, 1:5]).mean(0)) if wide else '')
def save():
    m = onnx.load(start)
    for i in m.graph.initializer: v = MEAN[i.name].numpy(); i.CopyFrom(nh.from_array(np.ascontiguousarray(v.transpose(3, 2, 0, 1) if v.ndim == 4 else v), i.name))
    onnx.checker.check_model(m); onnx.save(m, out)
print(len(X), 'strips', len(yes), 'yes', validate(), flush=True)
rs = np.random.default_rng(SEED); B = 64; t0 = last = time.time(); n = 0; total = 0
while (done := (time.time() - t0) / 60 / minutes) < 1:
    i = np.concatenate([rs.choice(yes, B // 2, p=yes_p), rs.choice(no, B // 2, p=no_p)]); y = R[i, 0]
    placed = np.zeros((B, 5), 'f'); ok = (y == 1) & (np.abs(R[i, 1:5]) < 1).all(1); placed[ok, :4] = R[i[ok], 1:5]; placed[ok, 4] = 1
    n += 1; lr = LR * min(1, n / 200) * (.5 + .5 * math.cos(math.pi * done) + .002)
    total += float(step(X[i], tf.constant(y), tf.constant(placed), tf.constant(lr, tf.float32), tf.constant(float(n), tf.float32)))
    if n % 250 == 0:
        v = ''
        if time.time() - last > 120: last = time.time(); v = validate(); save()
        print(n, '%.2f' % done, '%.4f' % (total / 250), '%.0f/s' % (n * B / (time.time() - t0)), v, flush=True); total = 0
save(); print(n, validate())

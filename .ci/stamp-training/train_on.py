"""train_on.py FROM.onnx TO.onnx MINUTES STRIPS...: a reader as exported goes on learning, from strips of the generator beside this
(STRIPS stands for STRIPS.strips and STRIPS.rows) and from those of strips_wide.py and strips_ghosts.py (*.npz). LR, SEED, THREADS in
the environment; OLD is the share of the latter. Of each the last twentieth is not learnt but shown."""
import os, sys, time
from onward import Onward
import numpy as np, tensorflow as tf
start, out, minutes, files = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:]
LR, SEED, OLD = float(os.environ.get('LR', '4e-4')), int(os.environ.get('SEED', '1')), float(os.environ.get('OLD', '.4'))
WEIGHTS = tf.constant([8., 4.8, 4., 4.])
def loss(z, y, placed):
    l = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y * .98 + .01, z[:, 0]))
    if wide:
        d = (z[:, 1:] - placed[:, :4]) * WEIGHTS; a = tf.abs(d); each = tf.reduce_mean(tf.where(a < 1, .5 * d * d, a - .5), 1)
        l += .5 * tf.reduce_sum(each * placed[:, 4]) / (tf.reduce_sum(placed[:, 4]) + 1)
    return l
net = Onward(start, loss, .2); H = net.graph.input[0].type.tensor_type.shape.dim[2].dim_value; wide = H == 64
cut = lambda x: np.array(x if wide else x[:, 12:52, 88:200])
class Strips:
    """Strips of one generator: what they show, what they say (see page.rs, Row), and how often each is learnt."""
    def __init__(self, parts):
        held = [int(len(r) * .95) for _, r in parts]
        self.x, self.r = (np.concatenate([p[k][:h] for p, h in zip(parts, held)]) for k in (0, 1)); hx, hr = (np.concatenate([p[k][h:] for p, h in zip(parts, held)]) for k in (0, 1))
        use = hr[:, 9] == 1; self.hx, self.hr = hx[use][:3000], hr[use][:3000]
        # What the finder places worst is learnt less: it is straightened before it is read. Moved strips teach where a word stands.
        share = np.where(self.r[:, 9] == 1, 1., .5 if wide else .7); self.yes, self.no = np.flatnonzero(self.r[:, 0] == 1), np.flatnonzero(self.r[:, 0] == 0)
        self.yes_p, self.no_p = share[self.yes], share[self.no] * np.where(self.r[self.no, 6] < -2.6, .5, 1.); self.yes_p /= max(1e-9, self.yes_p.sum()); self.no_p /= max(1e-9, self.no_p.sum())
    def batch(self, n, rs):
        i = np.concatenate([rs.choice(self.yes, n // 2, p=self.yes_p), rs.choice(self.no, n - n // 2, p=self.no_p)]); placed = np.zeros((n, 5), 'f')
        ok = (self.r[i, 0] == 1) & (np.abs(self.r[i, 1:5]) < 1).all(1); placed[ok, :4] = self.r[i[ok], 1:5]; placed[ok, 4] = 1
        return self.x[i], self.r[i, 0], placed
    def shown(self):
        z = net.says(self.hx); s, y = z[:, 0], self.hr[:, 0]; no = np.sort(s[y == 0])[::-1]; at = lambda p: (s[y == 1] > no[int(len(no) * p)]).mean(); off = np.abs(z[y == 1, 1:] - self.hr[y == 1, 1:5]).mean(0) if wide else []
        return '%d/%d recall at 5%% 2%% .5%%: %.4f %.4f %.4f ' % (y.sum(), (y == 0).sum(), at(.05), at(.02), at(.005)) + ' '.join('%.3f' % v for v in off)
def of_program(f):
    r = np.fromfile(f + '.rows', '<f4').reshape(-1, 12); x = np.memmap(f + '.strips', 'u1', 'r').reshape(-1, 64, 208, 3); n = min(len(r), len(x)); return cut(x[:n]), r[:n]
def of_pieces(f):
    q = np.load(f); r = np.full((len(q['y']), 12), np.nan, 'f'); r[:, 0], r[:, 6:9], r[:, 9] = q['y'], 0, 1; return cut(q['x']), r
kinds = [Strips([of(f) for f in some]) for of, some in ((of_program, [f for f in files if not f.endswith('.npz')]), (of_pieces, [f for f in files if f.endswith('.npz')])) if some]
show = lambda: ' | '.join(k.shown() for k in kinds)
print([len(k.x) for k in kinds], show(), flush=True)
rs = np.random.default_rng(SEED); B = 64; shares = [B] if len(kinds) == 1 else [B - int(B * OLD), int(B * OLD)]; t0 = last = time.time(); n = 0; total = 0
while (done := (time.time() - t0) / 60 / minutes) < 1:
    batch = [np.concatenate(v) for v in zip(*[k.batch(c, rs) for k, c in zip(kinds, shares)])]; n += 1; total += net.step(LR, done, *batch)
    if n % 250 == 0:
        v = ''
        if time.time() - last > 120: last = time.time(); v = show(); net.save(out)
        print(n, '%.2f' % done, '%.4f' % (total / 250), '%.0f/s' % (n * B / (time.time() - t0)), v, flush=True); total = 0
net.save(out); print(n, show())

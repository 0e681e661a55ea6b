"""train_finder_on.py FROM.onnx TO.onnx MINUTES PIECES...: the finder as exported goes on learning, from pieces of the generator in strips/
(PIECES stands for PIECES.pieces and PIECES.asked) and from those of draw.py (*.npz). LR, SEED, THREADS in the environment; OLD is the
share of the latter. Of each the last fortieth is not learnt but shown."""
import os, sys, time
from onward import Onward
import numpy as np
from train_finder import losses
start, out, minutes, files = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:]
LR, SEED, OLD = float(os.environ.get('LR', '4e-4')), int(os.environ.get('SEED', '1')), float(os.environ.get('OLD', '.4'))
def loss(z, h, r): c, g = losses(z, h, r); return c + .5 * g
net = Onward(start, loss, 0.)
def of_program(f):
    x = np.fromfile(f + '.pieces', 'u1').reshape(-1, 160, 160, 3); a = np.fromfile(f + '.asked', '<f4').reshape(-1, 20, 20, 8); n = min(len(x), len(a)); return x[:n], a[:n, ..., :3].astype('u1'), a[:n, ..., 3:].astype('f2')
def of_draw(f): q = np.load(f); return q['x'], q['h'], q['r']
class Pieces:
    def __init__(self, parts):
        held = [int(len(p[0]) * .975) for p in parts]
        self.learnt, self.held = ([np.concatenate([p[k][s(h)] for p, h in zip(parts, held)]) for k in range(3)] for s in (lambda h: slice(h), lambda h: slice(h, None)))
    def batch(self, n, rs): i = rs.integers(0, len(self.learnt[0]), n); return [v[i] for v in self.learnt]
    def shown(self):
        x, h, _ = self.held; s, m = net.says(x)[..., 0], h[..., 0]; has, none = (m == 1).any((1, 2)), (h == 0).all((1, 2, 3))
        yes, no = np.where(m == 1, s, -99).max((1, 2))[has], np.where(m == 0, s, -99).max((1, 2))[none]
        return '%d/%d ' % (len(yes), len(no)) + ' '.join('%.1f:%.4f/%.4f' % (t, (yes > t).mean(), (no > t).mean()) for t in (-3, -2, -1, 0, 1, 2))
kinds = [Pieces([of(f) for f in some]) for of, some in ((of_program, [f for f in files if not f.endswith('.npz')]), (of_draw, [f for f in files if f.endswith('.npz')])) if some]
show = lambda: ' | '.join(k.shown() for k in kinds)
print([len(k.learnt[0]) for k in kinds], show(), flush=True)
rs = np.random.default_rng(SEED); B = 64; shares = [B] if len(kinds) == 1 else [B - int(B * OLD), int(B * OLD)]; t0 = last = time.time(); n = 0; total = 0
while (done := (time.time() - t0) / 60 / minutes) < 1:
    x, h, r = (np.concatenate(v) for v in zip(*[k.batch(c, rs) for k, c in zip(kinds, shares)])); n += 1; total += net.step(LR, done, x, h, r.astype('f'))
    if n % 100 == 0:
        v = ''
        if time.time() - last > 150: last = time.time(); v = show(); net.save(out)
        print(n, '%.2f' % done, '%.4f' % (total / 100), '%.1f/s' % (n * B / (time.time() - t0)), v, flush=True); total = 0
net.save(out); print(n, show())

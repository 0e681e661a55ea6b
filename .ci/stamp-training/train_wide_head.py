"""train_wide_head.py MINUTES FILE: a head that reads wide strips, from features -> FILE. FROM=h.npz goes on with what is there and
with strips of print that shines through; STRAIGHT=1 with straightened strips too, most of all (straight_features.py)."""
import os, sys, time, glob
import numpy as np
from heads import init, Trainer, reads, log_odds, together
minutes, out = float(sys.argv[1]), sys.argv[2]; env = os.environ.get
channels, drop = int(env('CHANNELS', '96')), [float(d) for d in env('DROPOUT', '.1,.3').split(',')]; straight = 'STRAIGHT' in os.environ
def load(f):
    q = np.load(f); return q['f'].transpose(0, 2, 3, 1), q['y'], log_odds(q['v']), (q['a'] + q['b']) / 2
files = sorted(glob.glob('features/[0-9]*.npz')); hold = [f for f in files if f.endswith('_0.npz')]; sources = [(1, 4)]
if straight: more = sorted(glob.glob('straight/[0-9]*.npz')); hold = [f for f in more if f.endswith('_0.npz')]; sources = [(1, 1), (3, 3)]
def pools(names): return [(q[0], np.flatnonzero(q[1] == 1), np.flatnonzero(q[1] == 0)) for q in (load(f) for f in names if f not in hold)]
data = [pools(files)] + ([pools(more)] if straight else [])
ghosts = [load(f)[0] for f in sorted(glob.glob('features/g*.npz'))] if 'FROM' in os.environ else []
H = [load(f) for f in hold]; y, v, words = (np.concatenate([h[k] for h in H]) for k in (1, 2, 3))
trainer = Trainer(dict(np.load(env('FROM'))) if 'FROM' in os.environ else init(channels, 1, int(env('SEED', '1'))), reads, drop)
def validate():
    """Recall where so many of a thousand other places are taken for the word: of this head, and of all together."""
    z = np.concatenate([trainer.says(h[0]) for h in H])[:, 0]
    def at(s, permille): n = np.sort(s[y == 0])[::-1]; return (s[y == 1] > n[len(n) * permille // 1000]).mean()
    return ' '.join('%s %.4f %.4f %.4f' % (name, at(s, 20), at(s, 5), at(s, 2)) for name, s in (('wide', z), ('all', together(v, words, z))))
rs = np.random.default_rng(int(env('SEED', '1'))); t0 = last = time.time(); print(validate(), flush=True)
while (done := (time.time() - t0) / 60 / minutes) < 1:
    xs, ys = [], []
    for source, ((_, parts), pool) in enumerate(zip(sources, data)):
        for _ in range(parts):
            q = pool[rs.integers(len(pool))]; i = np.concatenate([rs.choice(q[1], 13), rs.choice(q[2], 19)]); xs.append(q[0][i]); ys.append(np.r_[np.ones(13), np.zeros(19)])
    if ghosts: q = ghosts[rs.integers(len(ghosts))]; xs.append(q[rs.choice(len(q), 12)]); ys.append(np.zeros(12))
    l = trainer.step(np.concatenate(xs), np.concatenate(ys), float(env('LR', '1.5e-3')), done)
    if time.time() - last > 50: last = time.time(); print(trainer.n, '%.2f' % done, '%.4f' % l, validate(), flush=True); trainer.save(out)
trainer.save(out); print(trainer.n, validate())

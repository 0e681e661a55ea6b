"""train_place_head.py MINUTES FILE [FROM]: the head that says how far a word is from straight, from placed -> FILE"""
import sys, time, glob
import numpy as np, tensorflow as tf
from heads import init, Trainer
minutes, out = float(sys.argv[1]), sys.argv[2]
WEIGHTS = tf.constant([8., 4.8, 4., 4.])
def loss(z, y): d = (z - y) * WEIGHTS; a = tf.abs(d); return tf.reduce_mean(tf.where(a < 1, .5 * d * d, a - .5))
start = init(112, 4)
if len(sys.argv) > 3: start.update({k: v for k, v in np.load(sys.argv[3]).items() if k[0] != 'y'})   # the layers of a head that reads
trainer = Trainer(start, loss, (.1, .2), decay=1e-2)
def load(f): q = np.load(f); return q['f'].transpose(0, 2, 3, 1), q['y']
files = sorted(glob.glob('placed/*.npz')); H = [load(f) for f in files if f.endswith('_0.npz')]; data = [load(f) for f in files if not f.endswith('_0.npz')]
y = np.concatenate([h[1] for h in H]); seen = y[:, 4] == 0
def validate():
    """Mean distance from straight of what the finder saw: afterwards, and before."""
    after, before = (np.abs(v[seen]).mean(0) for v in (np.concatenate([trainer.says(h[0]) for h in H]) - y[:, :4], y[:, :4]))
    return ' '.join('%s %.3f (%.3f)' % x for x in zip(('turn', 'scale', 'along', 'across'), after, before))
rs = np.random.default_rng(5); t0 = last = time.time(); print(validate(), flush=True)
while (done := (time.time() - t0) / 60 / minutes) < 1:
    picked = [(q, rs.integers(len(q[0]), size=32)) for q in (data[rs.integers(len(data))] for _ in range(4))]
    l = trainer.step(np.concatenate([q[0][i] for q, i in picked]), np.concatenate([q[1][i, :4] for q, i in picked]), 1.2e-3, done)
    if time.time() - last > 40: last = time.time(); print(trainer.n, '%.2f' % done, '%.4f' % l, validate(), flush=True)
trainer.save(out); print(trainer.n, validate())

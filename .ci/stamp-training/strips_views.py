"""strips_views.py WORKER COUNT: strips as strips.py makes them, from every view of a piece: COUNT files of 6,000 -> strips4."""
import os, sys, math, time
import numpy as np
import draw as d, pieces as g
from look import VIEWS, FITS, views, places
from strips import strip
d.COVER = float(os.environ.get('COVER', '.3')); d.SEALED = float(os.environ.get('SEALED', '.3'))
if __name__ == '__main__':
    worker, count = int(sys.argv[1]), int(sys.argv[2]); seed = int(os.environ.get('SEED', '500000')) + worker
    g.rng.seed(seed); g.nr = np.random.default_rng(seed); rs = np.random.default_rng(seed)
    for shard in range(count):
        X, Y = [], []; t = time.time()
        while len(X) < 6000:
            d.INK[0] = None; low, heat, reg = d.piece(); sharp, ink, m = d.SHARP[0], d.INK[0], heat[..., 0]
            for name in views(sharp):
                v = VIEWS[name](sharp)
                for sure, x, y, si, co, cap in places(v, .06)[:4]:
                    xx, yy = int(min(max(x / 8, 0), 19)), int(min(max(y / 8, 0), 19)); near = m[max(0, yy - 1):yy + 2, max(0, xx - 1):xx + 2]
                    if (near == 1).any():
                        if ink not in FITS[name]: continue
                        label = 1
                    elif (near == 2).any(): continue
                    else: label = 0
                    for j in range(2 if label else 1):
                        an = math.atan2(si, co) + (rs.normal(0, .04) if j else 0); cc = cap * (math.exp(rs.normal(0, .07)) if j else 1); o = rs.normal(0, .1 * cap, 2) if j else (0, 0)
                        s = strip(v, 2 * (x + o[0]), 2 * (y + o[1]), math.sin(an), math.cos(an), 2 * cc)
                        if label and s.min(2).min() > 190: continue  # nothing of it can be seen so
                        X.append(s); Y.append(label)
        n = 'strips4/%s%d_%d.npz'; np.savez(n % ('.', worker, shard), x=np.stack(X), y=np.array(Y, np.uint8)); os.rename(n % ('.', worker, shard), n % ('', worker, shard))
        print(shard, len(X), np.mean(Y), '%.0f/s' % (len(X) / (time.time() - t)), flush=True)

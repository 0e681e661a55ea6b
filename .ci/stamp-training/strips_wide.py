"""strips_wide.py WORKER COUNT: strips wide enough for a frame and the words before, from the views that the program has: COUNT files of 4,000 -> strips_wide"""
import os, sys, math, time
import numpy as np, cv2
os.environ['WIDE'] = '1'
import draw as d, pieces as g
from look import VIEWS, FITS, bluer, coloured, places
d.COVER = float(os.environ.get('COVER', '.35')); d.SEALED = float(os.environ.get('SEALED', '.25'))
W, H, X0 = 208, 64, 144
def wide(im, x, y, si, co, cap):
    k = 2 * cap / 16; a, b, c, e = co * k, -si * k, si * k, co * k
    M = np.float32([[a, b, 2 * x - a * X0 - b * H / 2], [c, e, 2 * y - c * X0 - e * H / 2]])
    return cv2.warpAffine(im, M, (W, H), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_CONSTANT, borderValue=(240, 240, 240))
if __name__ == '__main__':
    worker, count = int(sys.argv[1]), int(sys.argv[2]); seed = int(os.environ.get('SEED', '700000')) + worker
    g.rng.seed(seed); g.nr = np.random.default_rng(seed); rs = np.random.default_rng(seed)
    for shard in range(count):
        X, Y, V = [], [], []; t = time.time(); n = 0
        while len(X) < 4000:
            d.INK[0] = None; low, heat, reg = d.piece(); sharp, ink = d.SHARP[0], d.INK[0]; n += 1
            m = heat[..., 0]; other = heat[..., 1:].max(2)
            names = ['all']
            if (coloured(sharp) > 60).mean() > 1 / 4000:
                if rs.random() < .6: names.append('without-red')
                if rs.random() < .6 and (bluer(sharp) > 25).mean() > 1 / 4000: names.append('blue-alone')
            for name in names:
                v = VIEWS[name](sharp)
                for w in places(v, .06)[:5]:
                    xx, yy = int(min(max(w[1] / 8, 0), d.N - 1)), int(min(max(w[2] / 8, 0), d.N - 1)); at = (slice(max(0, yy - 1), yy + 2), slice(max(0, xx - 1), xx + 2))
                    if (m[at] == 1).any():
                        if ink not in FITS[name]: continue
                        label = 1
                    elif (m[at] == 2).any() or other[at].any(): continue
                    else: label = 0
                    for j in range(2 if label and name == 'all' else 1):
                        an = math.atan2(w[3], w[4]) + (rs.normal(0, .03) if j else 0); cc = w[5] * (math.exp(rs.normal(0, .05)) if j else 1); o = rs.normal(0, .08 * w[5], 2) if j else (0, 0)
                        s = wide(v, w[1] + o[0], w[2] + o[1], math.sin(an), math.cos(an), cc)
                        if label and s[12:52, 88:200].min(2).min() > 190: continue
                        X.append(s); Y.append(label); V.append(w[0])
        f = 'strips_wide/%s%d_%d.npz'; np.savez(f % ('.', worker, shard), x=np.stack(X), y=np.array(Y, np.uint8), v=np.array(V, np.float32)); os.rename(f % ('.', worker, shard), f % ('', worker, shard))
        print(shard, len(X), '%.3f' % np.mean(Y), '%.0f/s %.0f pieces/s' % (len(X) / (time.time() - t), n / (time.time() - t)), flush=True)

"""strips.py WORKER COUNT: what the finder takes for the word, upright at 16 px of capitals from 150 dpi, with what it is."""
import os, sys, math, time
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import numpy as np, cv2
import draw as d, pieces as g
SW, SH, CAP = 112, 40, 16
d.COVER = float(os.environ.get('COVER', '.15')); d.SEALED = float(os.environ.get('SEALED', '.12'))
def strip(im, x, y, sine, cosine, cap):
    """From a picture of 150 dpi, word at (x, y) with capitals of cap px."""
    k = cap / CAP; a, b, c, e = cosine * k, -sine * k, sine * k, cosine * k
    M = np.float32([[a, b, x - a * SW / 2 - b * SH / 2], [c, e, y - c * SW / 2 - e * SH / 2]])
    return cv2.warpAffine(im, M, (SW, SH), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_CONSTANT, borderValue=(240, 240, 240))
def candidates(z, least, most):
    s = 1 / (1 + np.exp(-z[..., 0])); s = s.copy(); out = []
    while len(out) < most:
        yy, xx = np.unravel_index(s.argmax(), s.shape); v = s[yy, xx]
        if v < least: break
        q = z[yy, xx, 3:]; l = math.hypot(q[0], q[1]) + 1e-6; cap = 12 * math.exp(min(1.5, max(-1.5, q[2])))
        out.append((v, yy, xx, (xx + .5) * 8 + 16 * q[3], (yy + .5) * 8 + 16 * q[4], q[0] / l, q[1] / l, cap))
        r = max(1, int(round(cap * 1.6 / 8))); s[max(0, yy - r):yy + r + 1, max(0, xx - r):xx + r + 1] = -1
    return out
if __name__ == '__main__':
    import tensorflow as tf
    tf.config.threading.set_intra_op_parallelism_threads(1); tf.config.threading.set_inter_op_parallelism_threads(1)
    from train_finder import net
    W = {k: tf.constant(v) for k, v in np.load('finder.npz').items()}
    infer = tf.function(lambda x: net(W, (tf.cast(x, tf.float32) / 255 - .75) * 4, False)[0])
    worker, count = int(sys.argv[1]), int(sys.argv[2])
    g.rng.seed(int(os.environ.get('SEED', '90000')) + worker); g.nr = np.random.default_rng(int(os.environ.get('SEED', '90000')) + worker); rs = np.random.default_rng(worker)
    for shard in range(count):
        X, Y, V = [], [], []; t = time.time()
        while len(X) < 10000:
            ps, sharp = [], []
            for _ in range(64): ps.append(d.piece()); sharp.append(d.SHARP[0])
            z = infer(np.stack([p[0] for p in ps])).numpy()
            for k, (low, heat, reg) in enumerate(ps):
                m = heat[..., 0]
                for v, yy, xx, x, y, si, co, cap in candidates(z[k], .08, 5):
                    near = m[max(0, yy - 1):yy + 2, max(0, xx - 1):xx + 2]
                    if (near == 1).any(): label = 1
                    elif (near == 2).any(): continue
                    else: label = 0
                    for j in range(2 if label else 1):
                        an = math.atan2(si, co) + (rs.normal(0, .04) if j else 0); cc = cap * (math.exp(rs.normal(0, .07)) if j else 1); o = rs.normal(0, .1 * cap, 2) if j else (0, 0)
                        X.append(strip(sharp[k], 2 * (x + o[0]), 2 * (y + o[1]), math.sin(an), math.cos(an), 2 * cc)); Y.append(label); V.append(v)
        n = os.environ.get('OUTDIR','strips') + '/%s%d_%d.npz'; np.savez(n % ('.', worker, shard), x=np.stack(X), y=np.array(Y, np.uint8), v=np.array(V, np.float32)); os.rename(n % ('.', worker, shard), n % ('', worker, shard))
        print(shard, len(X), np.mean(Y), '%.0f/s' % (len(X) / (time.time() - t)), flush=True)

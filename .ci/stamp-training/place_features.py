"""place_features.py [FILES]: strips of MẬT as the finder has it and with place, turn and height changed by chance, as the second reader's
convolutions see them, and how far each is from straight -> placed"""
import os, sys, glob, math
import numpy as np
from straight_features import kept, convolutions, strip_at
if __name__ == '__main__':
    rs = np.random.default_rng(51)
    for f in sorted(glob.glob(sys.argv[1] if len(sys.argv) > 1 else 'pieces/*.pkl')):
        strips, asked = [], []
        for views, places in kept(f):
            for p in places:
                if not p[7]: continue
                x0, y0, turn0, height0 = p[2], p[3], math.atan2(p[4], p[5]), p[6]; tx, ty, height, turn = p[8:12]
                for j in range(4):
                    x, y, a, c = x0, y0, turn0, height0
                    if j:
                        # A word over print is often seen at a turn between its own and that of the print.
                        a = (turn * rs.uniform(.1, 1.1) if rs.random() < .4 else a) + rs.normal(0, .12); c *= math.exp(rs.normal(0, .15)); x += rs.normal(0, .18 * height0); y += rs.normal(0, .18 * height0)
                    off = (turn - a + math.pi) % (2 * math.pi) - math.pi
                    if abs(off) > 1: continue
                    dx, dy = tx - x, ty - y
                    strips.append(strip_at(views[p[0]], x, y, a, c)); asked.append((off, math.log(height / c), (math.cos(a) * dx + math.sin(a) * dy) / c, (math.cos(a) * dy - math.sin(a) * dx) / c, j))
        np.savez('placed/' + os.path.basename(f)[:-4], f=convolutions(strips), y=np.array(asked, np.float32)); print(f, len(strips), flush=True)

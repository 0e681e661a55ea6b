"""keep_pieces.py WORKER COUNT: pieces with what the finder sees of them: COUNT files of 800 pieces -> pieces. A half are pieces of draw.py;
on the others most stamps are clean, and harmless ones often have words near the secret ones. What is cut of typefaces like Times and Arial
is among them, as stamps are."""
import os, sys, math, time, pickle
import numpy as np, cv2
os.environ['WIDE'] = '1'
import draw as d, pieces as g
from look import VIEWS, FITS, bluer, coloured, places
U, P = g.U, g.P
NEAR = ['ĐÃ NHẬN', 'XÁC NHẬN', 'TIẾP NHẬN', 'NHẬN', 'ĐÃ TIẾP NHẬN', 'BỘ PHẬN', 'MIỄN PHÍ', 'MIỄN', 'MẪU', 'MẬN', 'PHẬT', 'NHẬT', 'VẬT', 'LUẬT', 'CẬP NHẬT', 'THẬT',
        'HẠT', 'MẠT', 'MẠNH', 'MỘT', 'NHẤT', 'MAI', 'MẠI', 'THƯƠNG MẠI', 'MÔN', 'MỞ', 'TẬP', 'KỸ THUẬT', 'BẬT', 'MỰC', 'MỤC', 'MẠNG', 'NGHĨA', 'DỰ THẢO', 'BẢN CHÍNH',
        'ĐÃ THU TIỀN', 'TRÌNH', 'TRÌNH MẪU', 'HIỆU LỰC', 'HẾT HIỆU LỰC', 'PHÁT', 'DUYỆT', 'QUYẾT', 'VIỆT', 'TUYẾN', 'TỚI', 'TÔI', 'TỒN', 'ĐÃ KIỂM', 'ĐÃ NỘP',
        'ĐÃ ĐỐI CHIẾU', 'NƠI NHẬN', 'CHẤP NHẬN', 'GIẤY BIÊN NHẬN', 'CHỨNG NHẬN']
g.STAMPF = g.FONTS; usual = [f for f in g.FONTS if any(k in f for k in ('Tinos-Bold', 'Arimo-Bold', 'Tinos-Reg', 'Arimo-Reg', 'Cousine-Bold')) and 'Ital' not in f]
g.BOLDF = g.BOLDF + usual * max(1, len(g.BOLDF) // max(1, len(usual)))
d.COVER, d.SEALED, d.POOL = .35, .2, 150
damage, plain = d.damage, d.labels_of
WORDS = [None]
def labels(words): WORDS[0] = list(words); return plain(words)
d.labels_of = labels
def clean_or_not():
    page = np.full((d.S, d.S, 3), 255, np.float32)
    if P(.7): page *= (1 - d.background() * (1 - U(0, 70) / 255) * U(.55, 1))[..., None]
    if P(.1): d.seal(page)
    words, weak = [], False
    if P(.42):
        level = g.rng.choices(['M', 'TM', 'YM'], [40, 30, 30])[0]
        ink, strength = d.place(page, g.word_variant(level), level, words, upright=P(.1)); weak = strength < .75 or ink == 'pink'
    else:
        for _ in range(1 if P(.6) else 2):
            t = g.rng.choice(NEAR) if P(.6) else g.rng.choice(g.HARMLESS); d.place(page, [('x', w) for w in t.split()], 'n' + str(g.rng.randrange(24)), words, upright=P(.1))
    if P(.25) and words: d.cover(page, words)
    paper = np.array([U(225, 255)] * 3) - np.array([0, U(0, 8), U(0, 40) if P(.3) else U(0, 8)]); page *= (paper / 255).astype(np.float32)
    if P(.3): page *= d.cloud((d.S, d.S), 4, U(.7, .95), 1)[..., None]
    return (d.scan(page, weak), *labels(words))
def seen(sharp, ink, heat):
    """Places of every view: view, how sure, x, y, sine, cosine, capitals (75 dpi), whether MẬT; and if so its middle, capitals, turn."""
    m, other, found = heat[..., 0], heat[..., 1:].max(2), []
    names = ['all']
    if (coloured(sharp) > 60).mean() > 1 / 4000: names += ['without-red'] + (['blue-alone'] if (bluer(sharp) > 25).mean() > 1 / 4000 else [])
    for name in names:
        for w in places(VIEWS[name](sharp), .06)[:5]:
            near = [q for q in WORDS[0] if q[0] == 'M' and math.hypot(q[1] / 2 - w[1], q[2] / 2 - w[2]) < max(q[4] * .45, 8)]
            xx, yy = int(min(max(w[1] / 8, 0), d.N - 1)), int(min(max(w[2] / 8, 0), d.N - 1)); at = (slice(max(0, yy - 1), yy + 2), slice(max(0, xx - 1), xx + 2))
            if near:
                if ink in FITS[name] and (m == 1).any(): q = near[0]; found.append((name, *w, 1, q[1] / 2, q[2] / 2, q[4] / 2, q[5]))
            elif not ((m[at] > 0).any() or other[at].any()): found.append((name, *w, 0))
    return found
if __name__ == '__main__':
    worker, count = int(sys.argv[1]), int(sys.argv[2]); seed = 1230000 + worker
    g.rng.seed(seed); g.nr = np.random.default_rng(seed); rs = np.random.default_rng(seed)
    for shard in range(count):
        t = time.time(); out = []
        while len(out) < 800:
            d.INK[0] = None; usually = rs.random() < .5; d.damage = damage if usually else lambda m: m if P(.55) else damage(m)
            _, heat, _ = d.piece() if usually else clean_or_not()
            found = seen(d.SHARP[0], d.INK[0], heat)
            if found: out.append((cv2.imencode('.png', d.SHARP[0], [cv2.IMWRITE_PNG_COMPRESSION, 1])[1], found))
        with open('pieces/%d_%d.pkl' % (worker, shard), 'wb') as file: pickle.dump(out, file)
        print(shard, sum(p[7] for o in out for p in o[1]), sum(len(o[1]) for o in out), '%.1f pieces/s' % (800 / (time.time() - t)), flush=True)

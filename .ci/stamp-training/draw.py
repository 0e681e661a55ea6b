"""Draws pieces of first pages with and without stamps of secrecy, 160 x 160 px at 75 dpi, fast: from pools of print
and of stamps that are renewed as it goes."""
import sys, os, math, time
import numpy as np, cv2
from PIL import Image
import pieces as g
cv2.setNumThreads(1)
# Pieces for wide strips show what stands around the word too.
WIDE = bool(os.environ.get('WIDE'))
S, OUT, CELL = (480, 240, 8) if WIDE else (320, 160, 8)
N = OUT // CELL
g.SIDE = S
def cloud(shape, cells, lo, hi):
    small = g.nr.random((cells, cells), dtype=np.float32)
    return lo + (hi - lo) * cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
g.cloud = lambda shape, cells, lo=0., hi=1.: cloud(shape, cells, lo, hi)
U, P = g.U, g.P
PRINT, STAMPS, SEALS = [], {}, []
def background():
    while len(PRINT) < POOL:
        if len(PRINT) < 40 or P(0.5): PRINT.append(np.asarray(g.background()))
        else: break
    if P(0.006): PRINT[g.rng.randrange(len(PRINT))] = np.asarray(g.background())
    im = g.rng.choice(PRINT); z = U(0.85, 1.2) if P(0.4) else 1.0; k = int(S / z); b = im.shape[0]
    x, y = g.rng.randint(0, b - k), g.rng.randint(0, b - k)
    c = im[y:y + k, x:x + k]
    if k != S: c = cv2.resize(c, (S, S), interpolation=cv2.INTER_AREA if k > S else cv2.INTER_LINEAR)
    return c.astype(np.float32) / 255
POOL = 500
def damage(m):
    h, w = m.shape
    if P(0.15):
        dx, dy = int(U(-5, 6)), int(U(-5, 6)); s = cv2.warpAffine(m, np.float32([[1, 0, dx], [0, 1, dy]]), (w, h))
        m = np.maximum(m, s * U(0.3, 0.9))
    if P(0.18): m = cv2.GaussianBlur(cv2.dilate(m, np.ones((3, 3))), (0, 0), U(0.5, 1.6))
    if P(0.1): m = cv2.erode(m, np.ones((3, 3))) * 0.7 + m * 0.3
    if P(0.15):
        n = g.rng.randint(2, 7); k = np.zeros((n * 2 - 1,) * 2, np.float32)
        if P(0.5): k[n - 1, n - 1:] = 1 / n
        else: k[n - 1:, n - 1] = 1 / n
        m = np.maximum(m * U(0.6, 1), cv2.filter2D(m, -1, k) * U(0.8, 1))
    if P(0.5): m = m * cloud(m.shape, g.rng.randint(2, 6), U(0.3, 0.9), 1.1).clip(0, 1)
    if P(0.25):  # one side took more
        a = U(0, 6.28); gx = np.linspace(-.5, .5, w, dtype=np.float32)[None] * math.cos(a) + np.linspace(-.5, .5, h, dtype=np.float32)[:, None] * math.sin(a)
        m = m * (U(.7, .9) + gx * U(.2, 1.)).clip(U(.3, .55), 1)
    if P(0.3):
        c = cloud(m.shape, g.rng.randint(14, 60), 0., 1.); t = U(0.08, 0.32); m = m * (1 - U(0.5, 1.0) * (c < t))
    if P(0.2):
        q = U(6, 14)
        for _ in range(g.rng.randint(3, 40)): cv2.circle(m, (g.rng.randint(0, w), g.rng.randint(0, h)), max(1, int(U(.03, .14) * q * 3)), float(U(0, .1)), -1)
    if P(0.25):
        c = g.nr.random(m.shape, dtype=np.float32); m = m * (1 - U(0.4, 1) * (c < U(0.05, 0.35)))
    if P(0.1):
        for _ in range(g.rng.randint(1, 3)):
            k = g.rng.randint(1, 3)
            if P(0.6): y = g.rng.randint(0, h - 1); m[y:y + k] *= U(0, 0.4)
            else: x = g.rng.randint(0, w - 1); m[:, x:x + k] *= U(0, 0.4)
    return m.clip(0, 1)
def cut(words, key):
    """A stamp of the pool, with its words' boxes."""
    pool = STAMPS.setdefault(key, [])
    if len(pool) < 30 or P(0.05):
        size = (U(10.5, 28) if P(0.5) else U(10.5, 16)) if WIDE else (U(10.5, 28) if P(0.7) else U(10.5, 15))
        frame = g.rng.choice([0, 0, 1, 1, 1, 2, 3, 4 if P(.3) else 1])
        im, boxes = g.stamp_mask(words, size, frame, stacked=len(words) == 2 and P(0.05))
        item = (np.asarray(im, np.float32) / 255, boxes)
        if len(pool) < 600: pool.append(item)
        else: pool[g.rng.randrange(600)] = item
        return item
    return g.rng.choice(pool)
def multiply(page, cover, colour):
    page *= 1 - cover[..., None] * (1 - np.asarray(colour, np.float32) / 255)
def place(page, words, key, labels, upright=False):
    m, boxes = cut(words, key)
    h, w = m.shape
    a = U(-1.5, 1.5) if upright else (U(-50, 50) if P(0.75) else U(-6, 6))
    z, sh = U(.93, 1.07), (U(-.12, .12) if P(.12) else 0)
    m = damage(m.copy())
    ca, sa = math.cos(math.radians(a)) * z, math.sin(math.radians(a)) * z
    k = boxes[-1] if P(0.75) else g.rng.choice(boxes)
    T = np.float32([[ca, -sa + ca * sh], [sa, ca + sa * sh]])
    mid = T @ np.float32([k[1], k[2]])
    cx, cy = U(6, S - 6) - mid[0], U(6, S - 6) - mid[1]
    if WIDE and P(.85): cx, cy = U(150, S - 50) - mid[0], U(60, S - 60) - mid[1]
    M = np.hstack([T, (np.float32([cx, cy]) - T @ np.float32([w / 2, h / 2]))[:, None]])
    cover = cv2.warpAffine(m, M, (S, S), flags=cv2.INTER_LINEAR)
    ink = g.rng.choices(['red', 'purple', 'blue', 'black', 'pink'], [45, 12, 14, 25, 4])[0]
    INK[0] = ink
    strength = U(0.4, 1.0) if ink in ('red', 'purple', 'blue') else U(0.45, 1)
    strength = max(strength, 0.6) if P(0.7) else strength
    multiply(page, cover * strength, g.INKS[ink]())
    for c, x, y, hl, ch in boxes:
        p = T @ np.float32([x, y]); labels.append((c, cx + p[0], cy + p[1], hl * z, ch * z, math.radians(a)))
    return ink, strength
def font_of(px): return g.font(g.rng.choice(g.BOLDF), px)
def small_seal():
    """The round seal of a digital signature or of an office: rings, text around, lines of text or an emblem within."""
    r = U(45, 110); im = Image.new('L', (S, S), 0); d = g.ImageDraw.Draw(im); c = S / 2; w = max(1, int(r * U(.02, .05)))
    d.ellipse((c - r,) * 2 + (c + r,) * 2, outline=255, width=w)
    if P(.8): d.ellipse((c - r * .93,) * 2 + (c + r * .93,) * 2, outline=255, width=max(1, w - 1))
    inner = U(.58, .72); d.ellipse((c - r * inner,) * 2 + (c + r * inner,) * 2, outline=255, width=w)
    f = g.font(g.rng.choice(g.BOLDF), r * U(.15, .22)); t = (g.caps_line() + ' * ' + g.caps_line()) * 2; step = U(.17, .24); n = int(6.28 / step)
    for i, ch in enumerate(t[:n]):
        a = i * step - 1.57; k = int(r * .5) + 8; q = Image.new('L', (k, k), 0); g.ImageDraw.Draw(q).text((k / 2, k / 2), ch, font=f, fill=255, anchor='mm'); q = q.rotate(-math.degrees(a) - 90)
        rr = r * (inner + .94) / 2; im.paste(255, (int(c + math.cos(a) * rr - k / 2), int(c + math.sin(a) * rr - k / 2)), q)
    if P(.55):  # lines of text
        lines = g.rng.randint(2, 4); size = r * inner * U(.3, .48) * 3 / (lines + 1); f = g.font(g.rng.choice(g.BOLDF), size)
        for i in range(lines):
            t = g.rng.choice(g.CAPS if P(.5) else g.HARMLESS) if P(.5) else g.syllables(g.rng.randint(1, 2), up=True)
            if 'MẬT' in t or 'MẶT' in t: t = 'TRUNG TÂM'
            d.text((c, c + (i - (lines - 1) / 2) * size * 1.15), t, font=f, fill=255, anchor='mm')
    else:  # an emblem: ears along two arcs, a star, a wheel with teeth, a ribbon with letters
        e = r * inner * .92
        for side in (-1, 1):
            for i in range(g.rng.randint(9, 16)):
                t = U(.12, .95) * math.pi; q = e * U(.62, .96); k = U(.03, .075) * r; x, y = c + side * math.sin(t) * q, c - math.cos(t) * q; u = t * side + U(-.5, .5)
                d.line((x - math.cos(u) * k, y - math.sin(u) * k, x + math.cos(u) * k, y + math.sin(u) * k), fill=255, width=max(1, int(r * U(.01, .035))))
            for q in (.66, .8, .94): d.arc((c - e * q, c - e * q, c + e * q, c + e * q), 100 if side < 0 else -60, 240 if side < 0 else 80, fill=255, width=max(1, int(r * .012)))
        k = e * U(.2, .42); yy = c - e * U(.1, .45)
        d.polygon([(c + math.sin(i * math.pi / 5) * k * (1 if i % 2 == 0 else .4), yy - math.cos(i * math.pi / 5) * k * (1 if i % 2 == 0 else .4)) for i in range(10)], fill=255 if P(.6) else None, outline=255)
        k = e * U(.14, .28); yy = c + e * U(.15, .5)
        for i in range(10): d.line((c, yy, c + math.cos(i * .628) * k * 1.3, yy + math.sin(i * .628) * k * 1.3), fill=255, width=max(1, int(k * .3)))
        d.ellipse((c - k, yy - k, c + k, yy + k), outline=255, width=max(1, int(k * .3)))
        if P(.7):
            w2, h2 = e * U(.5, .95), e * U(.1, .2); yy = c + e * U(.45, .8)
            d.rectangle((c - w2, yy - h2, c + w2, yy + h2), fill=0, outline=255, width=1); f = font_of(h2 * 1.5); d.text((c, yy), g.rng.choice(['CỘNG HÒA XÃ HỘI', 'VIỆT NAM', 'CHỦ NGHĨA', g.caps_line()[:12]]), font=f, fill=255, anchor='mm')
        if P(.5): d.arc((c - e * .8, c - e * .2, c + e * .8, c + e), 20, 160, fill=255, width=max(1, int(e * .08)))
    m = np.asarray(im, np.float32) / 255
    m = (damage(m.copy()) if P(.5) else m) * U(.5, 1)
    return m[..., None] * (1 - np.asarray(g.INKS['red' if P(.9) else 'blue'](), np.float32) / 255)
def seal(page):
    if len(SEALS) >= 60 and P(.1): SEALS[g.rng.randrange(len(SEALS))] = small_seal()
    if len(SEALS) < 60 or P(0.02):
        t = np.full((S, S, 3), 255, np.float32); keep = g.rng; g.SIDE = S; g.seal(t)
        SEALS.append((255 - t) / 255)
        if len(SEALS) > 200: SEALS.pop(g.rng.randrange(200))
    c = g.rng.choice(SEALS)
    M = cv2.getRotationMatrix2D((S / 2, S / 2), U(-180, 180), U(.8, 1.2)); M[:, 2] += (U(-190, 190), U(-190, 190)) if WIDE else (U(-110, 110), U(-110, 110))
    page *= 1 - cv2.warpAffine(c, M, (S, S)) * U(.5, 1)
COVER = 0.15
SEALED = .12
def cover(page, words):
    """A seal beside a word that lies over a part of it, or a pen across it."""
    c, x, y, hl, ch, a = g.rng.choice(words)
    if P(.5):
        if not SEALS: seal(page); return
        k = g.rng.choice(SEALS); side = g.rng.choice([-1, 1])
        M = cv2.getRotationMatrix2D((S / 2, S / 2), U(-180, 180), U(.7, 1.1)); M[:, 2] += (x - S / 2 + side * U(60, 125), y - S / 2 + U(-55, 55))
        page *= 1 - cv2.warpAffine(k, M, (S, S)) * U(.5, 1)
    else:
        m = np.zeros((S, S), np.float32); w = U(60, 110); h = U(25, 50); n = g.rng.randint(5, 14)
        pts = np.float32([[x - w + 2 * w * i / n + U(-14, 14), y + U(-h, h)] for i in range(n + 1)])
        t = np.linspace(0, n, n * 8); px = np.interp(t, range(n + 1), pts[:, 0]); py = np.interp(t, range(n + 1), pts[:, 1])
        px, py = [cv2.GaussianBlur(v.astype(np.float32)[None], (9, 1), 2.2)[0] for v in (px, py)]
        cv2.polylines(m, [np.stack([px, py], 1).astype(np.int32)], False, 1., g.rng.choice([1, 2, 2, 3]), cv2.LINE_AA)
        multiply(page, m * U(.5, 1), g.INKS[g.rng.choice(['blue', 'blue', 'black'])]())
SHARP = [None]
INK = [None]
def scan(page, weak):
    """From the page at 150 dpi to what is seen of it at 75 dpi; what is seen at 150 stays in SHARP."""
    im = page.clip(0, 255).astype(np.uint8)
    if P(0.7): im = cv2.GaussianBlur(im, (0, 0), U(0.2, 1.1))
    mode = g.rng.random()
    if mode < 0.3: im = cv2.cvtColor(cv2.cvtColor(im, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if mode > 0.88 and not weak:
        l = cv2.cvtColor(im, cv2.COLOR_RGB2GRAY).astype(np.float32) + g.nr.standard_normal((S, S), dtype=np.float32) * U(0, 25)
        im = cv2.cvtColor(np.where(l < U(110, 175), 0, 255).astype(np.uint8), cv2.COLOR_GRAY2RGB)
    low = P(0.35)
    if low: k = int(S * U(100, 140) / g.R); im = cv2.resize(im, (k, k), interpolation=cv2.INTER_AREA if P(.5) else cv2.INTER_LINEAR)
    if P(0.6):
        n = U(2, 22); a = im.astype(np.float32)
        a += g.nr.standard_normal(a.shape[:2], dtype=np.float32)[..., None] * n if P(.6) else g.nr.standard_normal(a.shape, dtype=np.float32) * n
        im = a.clip(0, 255).astype(np.uint8)
    if P(0.6): im = cv2.imdecode(cv2.imencode('.jpg', im, [cv2.IMWRITE_JPEG_QUALITY, g.rng.randint(18, 90)])[1], 1)
    if low: im = cv2.resize(im, (S, S), interpolation=cv2.INTER_LINEAR)
    SHARP[0] = im
    return cv2.resize(im, (OUT, OUT), interpolation=cv2.INTER_AREA)
def labels_of(words):
    """Maps of the three words (1 yes, 0 no, 2 does not count) and what is asked of a place in a word."""
    heat = np.zeros((N, N, 3), np.uint8); reg = np.zeros((N, N, 5), np.float32)
    ys, xs = np.mgrid[0:N, 0:N]; px, py = (xs + 0.5) * CELL, (ys + 0.5) * CELL
    k = OUT / S
    for c, x, y, hl, ch, a in words:
        if c == 'x': continue
        x, y, hl, ch = x * k, y * k, hl * k, ch * k
        u = (px - x) * math.cos(a) + (py - y) * math.sin(a); v = -(px - x) * math.sin(a) + (py - y) * math.cos(a)
        near = (abs(u) <= hl + 2) & (abs(v) <= max(ch * 0.9, 8))
        rx = hl * abs(math.cos(a)) + ch * .5; ry = hl * abs(math.sin(a)) + ch * .6
        whole = rx * .8 < x < OUT - rx * .8 and ry * .8 < y < OUT - ry * .8
        i = 'MTY'.index(c); heat[..., i][near] = 2
        if whole:
            core = (abs(u) <= max(hl * 0.4, 4.2)) & (abs(v) <= max(ch * 0.4, 4.2))
            if not core.any(): core = (px - x) ** 2 + (py - y) ** 2 == ((px - x) ** 2 + (py - y) ** 2).min()
            heat[..., i][core] = 1
            for j, val in enumerate([np.full_like(px, math.sin(a)), np.full_like(px, math.cos(a)), np.full_like(px, math.log(max(ch, 1) / 12)), (x - px) / 16, (y - py) / 16]): reg[..., j][core] = val[core]
    return heat, reg
LEVELS = {'M': 'M', 'TM': 'TM', 'YM': 'YM'}
def piece():
    page = np.full((S, S, 3), 255, np.float32); toner = U(0, 70)
    page *= (1 - background() * (1 - toner / 255) * U(0.55, 1))[..., None]
    words, weak = [], False
    if P(SEALED): seal(page)
    if P(0.06): g.received(page)
    if P(0.15): g.scribble(page)
    def harmless():
        t = g.rng.choice(g.HARMLESS) if P(0.75) else g.syllables(g.rng.choice([1, 1, 2, 3]), up=True)
        if any(s in t.split() for s in ('MẬT', 'MẶT', 'MẤT')): t = 'KHẨN'
        return place(page, [('x', w) for w in t.split()], 'x' + str(g.rng.randrange(20)), words)
    if P(0.5):
        level = g.rng.choices(['M', 'TM', 'YM'], [40, 30, 30])[0]
        ink, strength = place(page, g.word_variant(level), level, words, upright=P(0.05)); weak = strength < 0.75 or ink == 'pink'
        if P(0.12): harmless()
        if P(COVER): cover(page, words)
    elif P(0.55):
        harmless()
        if P(0.3): harmless()
        if P(COVER / 2) and words: cover(page, words)
    if P(0.12): g.scribble(page)
    if P(0.08): seal(page)
    paper = np.array([U(225, 255)] * 3) - np.array([0, U(0, 8), U(0, 40) if P(0.3) else U(0, 8)])
    page *= (paper / 255).astype(np.float32)
    if P(0.3): page *= cloud((S, S), 4, U(0.7, 0.95), 1)[..., None]
    if P(0.15): page = 255 - (255 - page) * U(0.6, 0.95)
    return (scan(page, weak), *labels_of(words))
if __name__ == '__main__':
    worker, first, count, shard = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), 2000
    for s in range(first, first + count):
        t = time.time(); g.rng.seed(worker * 1000 + s); g.nr = np.random.default_rng(worker * 1000 + s)
        xs, hs, rs = zip(*[piece() for _ in range(shard)])
        name = 'data/%s%d_%d.npz'
        np.savez(name % ('.', worker, s), x=np.stack(xs), h=np.stack(hs), r=np.stack(rs).astype(np.float16))
        os.rename(name % ('.', worker, s), name % ('', worker, s)); print(s, '%.1f/s' % (shard / (time.time() - t)), len(PRINT), flush=True)

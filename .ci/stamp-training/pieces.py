"""Print, stamps, seals and pens of which draw.py makes pieces of first pages. fonts.txt names a font file a line."""
import sys, os, io, math, random
import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageFilter
R, SIDE, OUT, CELL = 150, 416, 208, 8
N = OUT // CELL
PT = R / 72
FONTS = [f for f in open('fonts.txt').read().split('\n') if f]
STAMPF = [f for f in FONTS if 'Arimo' not in f and 'Cousine' not in f]
BOLDF = [f for f in STAMPF if ('Bold' in f or 'Black' in f or '_RB' in f or 'BkBasB' in f or 'GenBasB' in f) and 'Ital' not in f and 'Obl' not in f]
SERIF = [f for f in STAMPF if any(k in f for k in ('Tinos', 'FreeSerif', 'NotoSerif', 'Libertine', 'Charis', 'Gen', 'DejaVuSerif'))]
_cache = {}
def font(path, px):
    key = (path, round(px))
    if key not in _cache: _cache[key] = ImageFont.truetype(path, max(6, round(px)))
    return _cache[key]
SYL = ('ủy ban nhân dân tỉnh thành phố quận huyện xã phường sở ban ngành căn cứ luật tổ chức chính quyền địa phương ngày tháng năm '
 'theo đề nghị của giám đốc về việc phê duyệt kế hoạch thực hiện công tác quản lý nhà nước trên địa bàn hướng dẫn báo cáo kết quả '
 'thông báo quyết định nghị quyết tờ trình văn phòng hội đồng số hóa tài liệu lưu trữ bảo vệ bí mật an ninh trật tự phòng cháy chữa '
 'kinh phí ngân sách đầu tư xây dựng giáo dục đào tạo y tế môi trường nông nghiệp tài chính mặt trận tổ quốc việt nam đoàn thể '
 'cán bộ công chức viên chức người lao động cơ quan đơn vị liên quan chịu trách nhiệm thi hành kể từ khi ký ban hành mật độ tối '
 'thiểu tuyệt đối một mất mặt nhật bản phật giáo bảo mật khẩu khẩn trương thượng tướng tốc độ hỏa hoạn sao lục bản chính').split()
CAPS = ['ỦY BAN NHÂN DÂN', 'TỈNH BÌNH SƠN', 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'QUYẾT ĐỊNH', 'NGHỊ QUYẾT', 'THÔNG BÁO', 'BÁO CÁO', 'KẾ HOẠCH',
 'MẶT TRẬN TỔ QUỐC VIỆT NAM', 'ỦY BAN MẶT TRẬN TỔ QUỐC', 'BAN THƯỜNG TRỰC MẶT TRẬN', 'BẢO VỆ BÍ MẬT NHÀ NƯỚC', 'QUY CHẾ BẢO VỆ BÍ MẬT NHÀ NƯỚC', 'BẢO MẬT THÔNG TIN',
 'DANH MỤC BÍ MẬT NHÀ NƯỚC', 'CÔNG TÁC BẢO MẬT', 'BÍ MẬT', 'AN TOÀN, BẢO MẬT', 'MẬT ĐỘ XÂY DỰNG', 'MẬT MÃ', 'BAN CƠ YẾU', 'SỞ NỘI VỤ', 'SỞ TÀI CHÍNH', 'HỘI ĐỒNG NHÂN DÂN', 'CHỈ THỊ', 'TỜ TRÌNH',
 'GIẤY MỜI', 'CÔNG AN TỈNH', 'BỘ CÔNG AN', 'PHÒNG TỔ CHỨC', 'ĐẢNG CỘNG SẢN VIỆT NAM', 'VĂN PHÒNG', 'PHÓ CHỦ TỊCH', 'KT. CHỦ TỊCH', 'TM. ỦY BAN NHÂN DÂN', 'TUYỆT ĐỐI AN TOÀN', 'TỐI THIỂU', 'MỘT SỐ',
 'MẤT AN TOÀN', 'TẤT CẢ', 'NHẬT BẢN', 'PHẬT GIÁO', 'MIỄN PHÍ', 'BAN CHẤP HÀNH', 'PHỤ LỤC', 'NƠI NHẬN', 'TỔ CHỨC BỘ MÁY', 'PHÊ DUYỆT', 'LUẬT', 'XUẤT', 'MÃ SỐ', 'MẪU SỐ 01', 'KIỂM SOÁT THỦ TỤC']
HARMLESS = ['KHẨN', 'HỎA TỐC', 'THƯỢNG KHẨN', 'SAO Y', 'SAO Y BẢN CHÍNH', 'ĐẾN', 'CÔNG VĂN ĐẾN', 'HỎA TỐC HẸN GIỜ', 'BẢN SAO', 'LƯU', 'ĐÃ KÝ', 'ĐÃ NHẬN', 'MẪU', 'DỰ THẢO', 'HẾT HIỆU LỰC', 'THU HỒI',
 'ĐI', 'SỐ ĐẾN', 'KHẨN', 'HỎA TỐC', 'ĐẾN', 'CÔNG BÁO', 'VĂN THƯ', 'ĐÃ THU TIỀN', 'BẢN CHÍNH', 'TRÍCH SAO', 'NHẬN', 'THƯỢNG KHẨN', 'MỚI', 'MIỄN', 'PHẬT', 'NHẬT', 'LUẬT', 'MỘT', 'VẬT', 'BẬC', 'NHẤT', 'ĐẤT', 'MÁY', 'TẬP', 'TỐT', 'TỚI', 'TRÁI', 'TÔI', 'DUYỆT', 'QUYẾT', 'VIỆT', 'MAU', 'MỸ', 'NAM', 'HẠT', 'CẤT', 'MẠNH', 'TỐI', 'TUYỆT', 'HIỆU', 'ĐÚNG', 'GIỜ', 'NGÀY', 'VT', 'XÁC NHẬN', 'CHỨNG THỰC', 'PHÁT HÀNH', 'LƯU HÀNH NỘI BỘ', 'MIỀN NAM', 'MTTQ', 'ATM', 'HMT', 'MIT', 'TAM']
rng = random.Random()
nr = None
def U(a, b): return rng.uniform(a, b)
def P(p): return rng.random() < p
def syllables(n, up=False, title=False):
    t = ' '.join(rng.choice(SYL) for _ in range(n))
    return t.upper() if up else (t.capitalize() if title else t)
def caps_line():
    if P(0.6): return rng.choice(CAPS) + (' ' + rng.choice(CAPS) if P(0.3) else '')
    return syllables(rng.randint(1, 6), up=True)
def cloud(shape, cells, lo=0., hi=1.):
    small = nr.random((cells, cells)).astype(np.float32)
    im = Image.fromarray((small * 255).astype(np.uint8)).resize((shape[1], shape[0]), Image.BICUBIC)
    return lo + (hi - lo) * np.asarray(im, np.float32) / 255
def background():
    """Grey-level cover of print (0 paper, 1 ink), on a larger sheet so that it may be turned."""
    W = BIG + 60
    im = Image.new('L', (W, W), 0); d = ImageDraw.Draw(im)
    kind = rng.random()
    fam = rng.choice(SERIF if P(0.8) else FONTS)
    y = U(-30, 60) if kind > 0.12 else W
    while y < W:
        size = rng.choice([11, 12, 13, 13, 14, 14, 14, 15]) * PT
        mode = rng.random()
        if kind < 0.55:  # header
            if mode < 0.62: t, f = caps_line(), (rng.choice(BOLDF) if P(0.25) else fam)
            elif mode < 0.75: t, f = 'Số: %d/%s' % (rng.randint(1, 3000), rng.choice(['QĐ-UBND', 'SNV-VTLT', 'TB-VP', 'BC-CAT'])), fam
            elif mode < 0.85: t, f = '%s, ngày %d tháng %d năm 20%02d' % (syllables(2, title=True), rng.randint(1, 31), rng.randint(1, 12), rng.randint(0, 26)), fam
            else: t, f = syllables(rng.randint(2, 8), title=True), fam
            x = U(-150, 500)
            if P(0.08): size *= U(1.2, 2.2)
        else:  # running text
            t, f, x = syllables(rng.randint(14, 24), title=P(0.2)), fam, (U(-60, 0) if P(0.85) else U(0, 120))
            if P(0.1): t = caps_line(); x = U(-20, 450)
        fo = font(f, size)
        d.text((x, y), t, font=fo, fill=255, stroke_width=1 if P(0.08) else 0)
        if P(0.06):
            yy = y + size * 1.15; d.line((x, yy, x + U(40, 300), yy), fill=255, width=rng.choice([1, 2]))
        y += size * (U(1.05, 1.6) if P(0.85) else U(2, 5))
    if P(0.08):  # a table
        x0, y0 = U(-100, 100), U(-100, 200); w = rng.choice([1, 2, 3]); cx = U(60, 200); cy = U(25, 60)
        for i in range(8):
            d.line((x0 + i * cx, y0, x0 + i * cx, y0 + 7 * cy), fill=255, width=w); d.line((x0, y0 + i * cy, x0 + 7 * cx, y0 + i * cy), fill=255, width=w)
    if P(0.05): d.rectangle((-10, -10, rng.randint(0, 40), W) if P(0.5) else (-10, -10, W, rng.randint(0, 40)), fill=255)
    im = im.rotate(U(-2, 2) if P(0.92) else U(-8, 8), Image.BILINEAR)
    return im.crop((30, 30, 30 + BIG, 30 + BIG))
POOL, BIG = [], 640
def cut_background():
    if len(POOL) < 60: POOL.append(background())
    elif P(0.15): POOL[rng.randrange(len(POOL))] = background()
    im = rng.choice(POOL); x, y = rng.randint(0, BIG - SIDE), rng.randint(0, BIG - SIDE)
    return np.asarray(im.crop((x, y, x + SIDE, y + SIDE)), np.float32) / 255
def word_variant(level):
    r = rng.random()
    if r < 0.84: s = {'M': 'MẬT', 'T': 'TỐI', 'Y': 'TUYỆT'}
    elif r < 0.89: s = {'M': 'MAT', 'T': 'TOI', 'Y': 'TUYET'}
    elif r < 0.93: s = {'M': 'MÂT', 'T': 'TÔI', 'Y': 'TUYÊT'}
    elif r < 0.96: s = {'M': 'MẠT', 'T': 'TÔI', 'Y': 'TUYẸT'}
    else: s = {'M': 'MẬT.', 'T': 'TỐI', 'Y': 'TUYỆT'}
    return [(c, s[c]) for c in level]
def stamp_mask(words, size_pt, frame, stacked=False):
    """Cover of a stamp in its own frame, its words' boxes (kind, centre, half length, cap height), unturned."""
    f = rng.choice(BOLDF if P(0.7) else STAMPF)
    fo = font(f, size_pt * PT)
    stretch = U(0.75, 1.3) if P(0.4) else 1.0
    spacing = U(0, 0.25) * size_pt * PT if P(0.3) else 0
    gap = size_pt * PT * U(0.25, 0.6)
    stroke = 1 if P(0.2) else 0
    cap = fo.getbbox('M'); cap_top, cap_bot = cap[1], cap[3]; caph = cap_bot - cap_top
    pen, boxes, glyphs = 0, [], []
    row = 0
    for i, (c, w) in enumerate(words):
        if stacked and i > 0: row += 1; pen = 0
        x0 = pen
        for ch in w:
            glyphs.append((pen, row, ch)); pen += fo.getlength(ch) + spacing
        boxes.append((c, x0, pen - spacing, row)); pen += gap
    width = max(b[2] for b in boxes); step = caph * 1.9
    pad = caph * U(1.0, 1.6)
    w, h = int(width + 2 * pad) + 8, int(caph + step * row + 2 * pad) + 8
    im = Image.new('L', (w, h), 0); d = ImageDraw.Draw(im)
    ox, oy = pad + 4, pad + 4
    for x, r, ch in glyphs:
        d.text((ox + x, oy + r * step - cap_top), ch, font=fo, fill=255, stroke_width=stroke)
    if frame:
        lw = max(1, round(U(0.3, 0.9) * R / 25.4)) ; k = pad * U(0.55, 0.85)
        k = max(k, caph * 0.62)
        kb = min(k, pad * 0.95) * U(0.55, 1.0)
        box = (ox - k, oy - k, ox + width + k, oy + row * step + caph + kb)
        if frame == 2:
            d.rectangle(box, outline=255, width=lw); e = lw * 2 + 1
            d.rectangle((box[0] - e, box[1] - e, box[2] + e, box[3] + e), outline=255, width=max(1, lw - 1))
        elif frame == 3: d.rounded_rectangle(box, radius=caph * 0.4, outline=255, width=lw)
        elif frame == 4: d.line((box[0], box[3], box[2], box[3]), fill=255, width=lw)
        else: d.rectangle(box, outline=255, width=lw)
    out = [(c, (ox + (a + b) / 2 - w / 2), (oy + r * step + caph / 2 - h / 2), (b - a) / 2, caph) for c, a, b, r in boxes]
    if stretch != 1.0:
        im = im.resize((max(8, int(w * stretch)), h), Image.BILINEAR)
        out = [(c, x * stretch, y, hl * stretch, ch) for c, x, y, hl, ch in out]
    return im, out
def damage(m):
    """What the hand does to a stamp: cover 0..1 in, cover out."""
    h, w = m.shape
    if P(0.15):  # doubled
        dx, dy = int(U(-5, 6)), int(U(-5, 6)); s = np.zeros_like(m)
        s[max(0, dy):h + min(0, dy), max(0, dx):w + min(0, dx)] = m[max(0, -dy):h + min(0, -dy), max(0, -dx):w + min(0, -dx)]
        m = np.maximum(m, s * U(0.3, 0.9))
    if P(0.18):  # bleed
        im = Image.fromarray((m * 255).astype(np.uint8)).filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.GaussianBlur(U(0.5, 1.6)))
        m = np.asarray(im, np.float32) / 255
    if P(0.1):  # thin
        m = np.asarray(Image.fromarray((m * 255).astype(np.uint8)).filter(ImageFilter.MinFilter(3)), np.float32) / 255 * 0.7 + m * 0.3
    if P(0.15):  # smudge
        n = rng.randint(2, 7); ax = rng.randint(0, 1); acc = m.copy()
        for i in range(1, n): acc += np.roll(m, i, ax)
        m = np.maximum(m * U(0.6, 1), acc / n * U(0.6, 1))
    if P(0.55): m = m * cloud(m.shape, rng.randint(2, 6), U(0.3, 0.9), 1.1).clip(0, 1)
    if P(0.35):  # grain and gaps
        g = cloud(m.shape, rng.randint(14, 60)); t = U(0.08, 0.32); m = m * (1 - U(0.5, 1.0) * (g < t))
    if P(0.3):
        g = nr.random(m.shape).astype(np.float32); m = m * (1 - U(0.4, 1) * (g < U(0.05, 0.35)))
    if P(0.12):  # white streaks
        for _ in range(rng.randint(1, 3)):
            y = rng.randint(0, h - 1); k = rng.randint(1, 3)
            if P(0.6): m[y:y + k] *= U(0, 0.4)
            else: x = rng.randint(0, w - 1); m[:, x:x + k] *= U(0, 0.4)
    return m.clip(0, 1)
INKS = {'red': lambda: (U(170, 240), U(10, 110), U(20, 110)), 'purple': lambda: (U(70, 170), U(30, 110), U(110, 200)), 'blue': lambda: (U(20, 90), U(40, 120), U(120, 220)), 'black': lambda: (U(5, 70),) * 3, 'pink': lambda: (U(215, 250), U(110, 170), U(110, 180))}
def multiply(page, cover, colour, x, y):
    h, w = cover.shape
    x0, y0, x1, y1 = max(0, x), max(0, y), min(SIDE, x + w), min(SIDE, y + h)
    if x1 <= x0 or y1 <= y0: return
    c = cover[y0 - y:y1 - y, x0 - x:x1 - x, None]
    page[y0:y1, x0:x1] *= 1 - c * (1 - np.asarray(colour, np.float32) / 255)
def seal(page):
    r = U(85, 125); s = int(2 * r) + 6
    im = Image.new('L', (s, s), 0); d = ImageDraw.Draw(im); c = s / 2
    d.ellipse((3, 3, s - 3, s - 3), outline=255, width=5); d.ellipse((c - r * .62,) * 2 + (c + r * .62,) * 2, outline=255, width=3)
    f = font(rng.choice(BOLDF), r * 0.2); t = caps_line()[:28]
    for i, ch in enumerate(t):
        a = -math.pi * 0.85 + i * 0.2
        g = Image.new('L', (40, 40), 0); ImageDraw.Draw(g).text((10, 6), ch, font=f, fill=255); g = g.rotate(-math.degrees(a) - 90)
        im.paste(255, (int(c + math.cos(a) * r * .8 - 20), int(c + math.sin(a) * r * .8 - 20)), g)
    pts = [(c + math.sin(k * math.pi / 5) * r * (0.3 if k % 2 == 0 else 0.12), c - math.cos(k * math.pi / 5) * r * (0.3 if k % 2 == 0 else 0.12)) for k in range(10)]
    d.polygon(pts, fill=230)
    m = damage(np.asarray(im.rotate(U(-180, 180)), np.float32) / 255) * U(0.4, 0.95)
    multiply(page, m, INKS['red' if P(0.85) else 'blue'](), rng.randint(-s // 2, SIDE - s // 2), rng.randint(-s // 2, SIDE - s // 2))
def scribble(page):
    im = Image.new('L', (SIDE, SIDE), 0); d = ImageDraw.Draw(im)
    x, y = U(0, SIDE), U(0, SIDE); pts = [(x, y)]
    for _ in range(rng.randint(4, 30)): x += U(-8, 22); y += U(-25, 25); pts.append((x, y))
    d.line(pts, fill=255, width=rng.choice([2, 2, 3, 4]), joint='curve')
    multiply(page, np.asarray(im.filter(ImageFilter.GaussianBlur(0.7)), np.float32) / 255 * U(0.5, 1), INKS[rng.choice(['blue', 'blue', 'black', 'red'])](), 0, 0)
def place_stamp(page, words, kinds, labels, upright=False):
    size = U(11, 28) if P(0.8) else U(11, 15)
    frame = rng.choice([0, 0, 1, 1, 1, 2, 3, 4 if P(.3) else 1])
    im, boxes = stamp_mask(words, size, frame, stacked=len(words) == 2 and P(0.05))
    a = U(-1.5, 1.5) if upright else (U(-50, 50) if P(0.75) else U(-6, 6))
    if P(0.15): im = im.transform(im.size, Image.AFFINE, (1, U(-0.15, 0.15), 0, 0, 1, 0), Image.BILINEAR)
    m = damage(np.asarray(im, np.float32) / 255)
    m = np.asarray(Image.fromarray((m * 255).astype(np.uint8)).rotate(-a, Image.BILINEAR, expand=True), np.float32) / 255
    ink = rng.choices(['red', 'purple', 'blue', 'black', 'pink'], [45, 12, 14, 25, 4])[0]
    strength = U(0.45, 1.0) if ink in ('red', 'purple', 'blue') else U(0.65, 1)
    strength = max(strength, 0.6) if P(0.8) else strength
    ca, sa = math.cos(math.radians(a)), math.sin(math.radians(a))
    # one word's middle lies somewhere on the piece
    k = rng.randrange(len(boxes)); bx = boxes[-1] if P(0.7) else boxes[k]
    mx, my = bx[1] * ca - bx[2] * sa, bx[1] * sa + bx[2] * ca
    cx, cy = U(10, SIDE - 10) - mx, U(10, SIDE - 10) - my
    h, w = m.shape
    multiply(page, m * strength, INKS[ink](), int(cx - w / 2), int(cy - h / 2))
    for c, x, y, hl, ch in boxes:
        labels.append((c if kinds else 'x', cx + x * ca - y * sa, cy + x * sa + y * ca, hl, ch, math.radians(a)))
    return ink, strength
def received(page):
    """The framed stamp of incoming letters, with lines filled in by hand."""
    w, h = rng.randint(180, 330), rng.randint(90, 180); im = Image.new('L', (w, h), 0); d = ImageDraw.Draw(im)
    d.rectangle((3, 3, w - 4, h - 4), outline=255, width=rng.choice([2, 3])); f = rng.choice(BOLDF)
    d.text((U(10, 60), 8), rng.choice(['ĐẾN', 'CÔNG VĂN ĐẾN', 'SỞ NỘI VỤ', 'VĂN PHÒNG', 'ĐẾN']), font=font(f, U(9, 14) * PT), fill=255)
    for i, t in enumerate(['Số: .........', 'Ngày: ......', 'Chuyển: ....', 'Lưu hồ sơ:']): d.text((10, 36 + i * 30), t, font=font(rng.choice(STAMPF), U(9, 12) * PT), fill=255)
    m = damage(np.asarray(im.rotate(U(-6, 6), expand=True), np.float32) / 255) * U(0.4, 1)
    multiply(page, m, INKS[rng.choice(['red', 'red', 'blue', 'purple'])](), rng.randint(-60, SIDE - 120), rng.randint(-60, SIDE - 80))
def scan(page, weak):
    """From the page at 150 dpi to what is seen of it at 75 dpi."""
    im = Image.fromarray(page.clip(0, 255).astype(np.uint8))
    if P(0.7): im = im.filter(ImageFilter.GaussianBlur(U(0.2, 1.1)))
    mode = rng.random()
    if mode < 0.3: im = im.convert('L').convert('RGB')
    if mode > 0.9 and not weak:
        g = np.asarray(im.convert('L'), np.float32) + nr.normal(0, U(0, 25), (SIDE, SIDE)); t = U(110, 175)
        im = Image.fromarray(np.where(g < t, 0, 255).astype(np.uint8)).convert('RGB')
    low = P(0.35); mid = im
    if low: k = int(SIDE * U(100, 140) / R); mid = im.resize((k, k), Image.BOX if P(0.5) else Image.BILINEAR)
    a = np.asarray(mid, np.float32)
    if P(0.6):
        n = U(2, 22); a = a + (nr.normal(0, n, a.shape[:2])[..., None] if P(0.6) else nr.normal(0, n, a.shape))
    mid = Image.fromarray(a.clip(0, 255).astype(np.uint8))
    if P(0.6):
        b = io.BytesIO(); mid.save(b, 'JPEG', quality=rng.randint(18, 90)); mid = Image.open(io.BytesIO(b.getvalue())).convert('RGB')
    return np.asarray(mid.resize((OUT, OUT), Image.BOX if not low else Image.BILINEAR))
def labels_of(words):
    """Three maps of words (1 yes, 0 no, 2 does not count) and what is asked of a place in a word."""
    heat = np.zeros((3, N, N), np.uint8); reg = np.zeros((5, N, N), np.float32)
    ys, xs = np.mgrid[0:N, 0:N]; px, py = (xs + 0.5) * CELL, (ys + 0.5) * CELL
    k = OUT / SIDE
    for c, x, y, hl, ch, a in words:
        x, y, hl, ch = x * k, y * k, hl * k, ch * k
        u = (px - x) * math.cos(a) + (py - y) * math.sin(a); v = -(px - x) * math.sin(a) + (py - y) * math.cos(a)
        near = (abs(u) <= hl * 1.0 + 2) & (abs(v) <= max(ch * 0.9, 8))
        reach = hl * abs(math.cos(a)) + ch; whole = reach * 0.6 < x < OUT - reach * 0.6 and ch + abs(math.sin(a)) * hl * 0.6 < y < OUT - ch - abs(math.sin(a)) * hl * 0.6
        core = (abs(u) <= max(hl * 0.4, 4.2)) & (abs(v) <= max(ch * 0.4, 4.2))
        if c == 'x': continue
        if c == '?': 
            for i in range(3): heat[i][near] = 2
            continue
        i = 'MTY'.index(c); heat[i][near] = 2
        if whole:
            if not core.any(): core = (px - x) ** 2 + (py - y) ** 2 == ((px - x) ** 2 + (py - y) ** 2).min()
            heat[i][core] = 1
            for j, val in enumerate([np.full_like(px, math.sin(a)), np.full_like(px, math.cos(a)), np.full_like(px, math.log(ch / 12)), (x - px) / 16, (y - py) / 16]): reg[j][core] = val[core]
    return heat, reg
def piece():
    ink = cut_background(); page = np.full((SIDE, SIDE, 3), 255, np.float32)
    paper = np.array([U(225, 255)] * 3) - np.array([0, U(0, 8), U(0, 40) if P(0.3) else U(0, 8)])
    toner = U(0, 70); page *= (1 - ink * (1 - toner / 255) * U(0.55, 1))[..., None]
    words, weak = [], False
    if P(0.12): seal(page)
    if P(0.1): received(page)
    if P(0.2): scribble(page)
    def harmless():
        t = rng.choice(HARMLESS) if P(0.75) else syllables(rng.choice([1, 1, 2, 3]), up=True)
        if any(s in t.split() for s in ('MẬT', 'MẶT', 'MẤT')): t = 'KHẨN'
        return place_stamp(page, [('x', w) for w in t.split()], False, words)
    if P(0.55):
        level = rng.choices(['M', 'TM', 'YM'], [40, 30, 30])[0]
        ink_name, strength = place_stamp(page, word_variant(level), True, words, upright=P(0.05)); weak = strength < 0.75 or ink_name == 'pink'
        if P(0.12): harmless()
    elif P(0.55):
        harmless()
        if P(0.3): harmless()
    if P(0.1): scribble(page)
    if P(0.06): seal(page)
    page *= paper / 255
    if P(0.3): page *= cloud((SIDE, SIDE), 4, U(0.7, 0.95), 1)[..., None]
    if P(0.15): page = 255 - (255 - page) * U(0.6, 0.95)
    return scan(page, weak), *labels_of(words)

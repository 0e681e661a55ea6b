"""The look for stamps as the program does it, on pictures of 150 dpi: views by ink, places of the finder, strips."""
import math
import numpy as np, cv2, onnxruntime as ort
options = ort.SessionOptions(); options.intra_op_num_threads = 1
FINDER = ort.InferenceSession('../../src/engine/stamp_finder.onnx', options)
def run(session, x): return session.run(None, {session.get_inputs()[0].name: x})[0]
def planes(p): return np.ascontiguousarray(((p.astype(np.float32) / 255 - .75) * 4).transpose(2, 0, 1)[None])
def halved(p):
    h, w = p.shape[0] // 2 * 2, p.shape[1] // 2 * 2; q = p[:h, :w].astype(np.uint16)
    return ((q[0::2, 0::2] + q[1::2, 0::2] + q[0::2, 1::2] + q[1::2, 1::2] + 3) // 4).astype(np.uint8)
def grey(v): return np.repeat(v[..., None], 3, 2)
def bluer(p): return np.maximum(p[..., 2].astype(int) - np.minimum(p[..., 0], p[..., 1]), 0)
def coloured(p): return p.max(2).astype(int) - p.min(2)
VIEWS = {
    'all': lambda p: p,
    'without-red': lambda p: grey(np.minimum(p[..., 0].astype(np.float32) * 1.18, 255).astype(np.uint8)),
    'blue-alone': lambda p: grey((255 - np.clip((bluer(p) - 10) * 3, 0, 235)).astype(np.uint8)),
    'colour-alone': lambda p: grey((255 - np.clip((coloured(p) - 10) * 2, 0, 235)).astype(np.uint8)),
}
# Inks that can be seen so.
FITS = {'all': {'red', 'purple', 'blue', 'black', 'pink'}, 'without-red': {'purple', 'blue', 'black'}, 'blue-alone': {'purple', 'blue'}, 'colour-alone': {'red', 'purple', 'blue', 'pink'}}
def views(p):
    """Views of a piece that tell anything."""
    names = ['all']
    if (coloured(p) > 60).mean() > 1 / 4000: names += ['without-red', 'colour-alone', 'colour-alone'] + (['blue-alone'] if (bluer(p) > 25).mean() > 1 / 4000 else [])
    return names
def places(p, least):
    """How sure the finder is, and where: x, y (75 dpi), sine, cosine, capitals; the surest first."""
    small = halved(p); h, w = small.shape[:2]; q = np.full((-(-h // 8) * 8, -(-w // 8) * 8, 3), 240, np.uint8); q[:h, :w] = small
    z = run(FINDER, planes(q))[0]; s = 1 / (1 + np.exp(-z[0])); found = []
    for y, x in zip(*np.where(s >= least)):
        l = max(math.hypot(z[3, y, x], z[4, y, x]), 1e-6)
        found.append((s[y, x], (x + .5) * 8 + 16 * z[6, y, x], (y + .5) * 8 + 16 * z[7, y, x], z[3, y, x] / l, z[4, y, x] / l, 12 * math.exp(min(1.5, max(-1.5, z[5, y, x])))))
    kept = []
    for t in sorted(found, key=lambda t: -t[0]):
        if not any(math.hypot(t[1] - k[1], t[2] - k[2]) < 1.6 * max(k[5], t[5]) for k in kept): kept.append(t)
    return kept

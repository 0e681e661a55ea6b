"""straight_features.py WIDE.onnx [FILES]: every place of the kept pieces that the first reader does not rule out, moved to where the wide reader
says that the word stands, as the second reader's convolutions see it there -> straight"""
import os, sys, glob, math, pickle
import numpy as np, cv2, onnxruntime as ort
from look import VIEWS
from strips_wide import wide
from wide_features import planes, R
options = ort.SessionOptions(); options.intra_op_num_threads = 1
def session(f): return ort.InferenceSession(f, options)
def run(s, strips): return s.run(None, {s.get_inputs()[0].name: planes(np.stack(strips))})[0]
TRUNK = session('trunk.onnx')
def convolutions(strips): return np.concatenate([run(TRUNK, strips[i:i + 16]).astype(np.float16) for i in range(0, len(strips), 16)])
def strip_at(view, x, y, turn, height): return wide(view, x, y, math.sin(turn), math.cos(turn), height)
def kept(f):
    """Views of each kept piece by name, and its places."""
    with open(f, 'rb') as file: pieces = pickle.load(file)
    for png, places in pieces:
        sharp = cv2.imdecode(png, 1); yield {name: VIEWS[name](sharp) for name in {p[0] for p in places}}, places
def moved(x, y, turn, height, offset):
    u, v = offset[2] * height, offset[3] * height; co, si = math.cos(turn), math.sin(turn)
    return x + co * u - si * v, y + si * u + co * v, turn + offset[0], height * math.exp(offset[1])
if __name__ == '__main__':
    W, A, B = session(sys.argv[1]), session(R + 'stamp_reader.onnx'), session(R + 'stamp_second_reader.onnx')
    odds = lambda s, strip: float(run(s, [strip[12:52, 88:200]]).ravel()[0])
    for f in sorted(glob.glob(sys.argv[2] if len(sys.argv) > 2 else 'pieces/*.pkl')):
        strips, rows = [], []
        for views, places in kept(f):
            for p in places:
                at = p[2], p[3], math.atan2(p[4], p[5]), p[6]; strip = strip_at(views[p[0]], *at)
                if odds(A, strip) < -3 and not p[7]: continue
                strip = strip_at(views[p[0]], *moved(*at, run(W, [strip]).ravel()[1:])); strips.append(strip); rows.append((p[7], p[1], odds(A, strip), odds(B, strip)))
        y, v, a, b = np.array(rows, np.float32).T
        np.savez('straight/' + os.path.basename(f)[:-4], f=convolutions(strips), y=y, v=v, a=a, b=b); print(f, len(rows), flush=True)

"""wide_features.py: what the convolutions of the second reader make of every wide strip -> features, with the odds of both readers"""
import os, glob
import numpy as np, onnx, onnxruntime as ort
R = '../../src/engine/'
def trunk():
    """The convolutions alone -> trunk.onnx"""
    m = onnx.load(R + 'stamp_second_reader.onnx'); g = m.graph; value = onnx.helper.make_tensor_value_info
    del g.input[:]; g.input.append(value('input', 1, ['n', 3, 'h', 'w'])); del g.output[:]; g.output.append(value('gr', 1, ['n', 96, 'a', 'b']))
    keep = [n for n in g.node if n.op_type in ('Conv', 'Relu') and n.output[0] != 'ur']; del g.node[:]; g.node.extend(keep)
    used = {i for n in keep for i in n.input}; weights = [i for i in g.initializer if i.name in used]; del g.initializer[:]; g.initializer.extend(weights); del g.value_info[:]
    onnx.save(m, 'trunk.onnx')
def planes(x): return np.ascontiguousarray(((x.astype(np.float32) / 255 - .75) * 4).transpose(0, 3, 1, 2))
def run(s, x): return s.run(None, {s.get_inputs()[0].name: planes(x)})[0]
if __name__ == '__main__':
    trunk(); options = ort.SessionOptions(); options.intra_op_num_threads = 1
    T, A, B = (ort.InferenceSession(f, options) for f in ('trunk.onnx', R + 'stamp_reader.onnx', R + 'stamp_second_reader.onnx'))
    odds = lambda s, x: np.array([run(s, i[None]).ravel()[0] for i in x[:, 12:52, 88:200]], np.float32)
    for f in sorted(glob.glob('strips_wide/*.npz')):
        q = np.load(f); x = q['x']; out = 'features/' + os.path.basename(f)
        features = np.concatenate([run(T, x[i:i + 32]).astype(np.float16) for i in range(0, len(x), 32)])
        np.savez(out, f=features, y=q['y'], v=q['v'], a=odds(A, x), b=odds(B, x)); print(out, len(x), flush=True)

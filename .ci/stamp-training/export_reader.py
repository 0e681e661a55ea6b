"""export_reader.py r.npz OUT.onnx: the reader as ONNX, normalisation folded into the convolutions."""
import sys, numpy as np, onnx
from onnx import helper as H, numpy_helper as N, TensorProto as T
from train_reader import L, SH, SW, FL
w = np.load(sys.argv[1]); nodes, weights = [], []
def put(name, a): weights.append(N.from_array(np.ascontiguousarray(a, np.float32), name)); return name
x = 'input'
for n, i, o, s in L:
    scale = w[n + 'g'] / np.sqrt(w[n + 'v'] + 1e-3)
    k = put(n + 'w', (w[n + 'w'] * scale).transpose(3, 2, 0, 1)); b = put(n + 'b', w[n + 'b'] - w[n + 'm'] * scale)
    nodes += [H.make_node('Conv', [x, k, b], [n + 'c'], kernel_shape=[3, 3], strides=[s, s], pads=[1] * 4), H.make_node('Relu', [n + 'c'], [n + 'r'])]; x = n + 'r'
nodes += [H.make_node('Flatten', [x], ['flat'], axis=1), H.make_node('Gemm', ['flat', put('uw', w['uw']), put('ub', w['ub'])], ['u']), H.make_node('Relu', ['u'], ['ur']),
          H.make_node('Gemm', ['ur', put('yw', w['yw']), put('yb', w['yb'])], ['output'])]
g = H.make_graph(nodes, 'stamp reader', [H.make_tensor_value_info('input', T.FLOAT, [1, 3, SH, SW])], [H.make_tensor_value_info('output', T.FLOAT, [1, 1])], weights)
m = H.make_model(g, opset_imports=[H.make_opsetid('', 13)]); m.ir_version = 8; onnx.checker.check_model(m); onnx.save(m, sys.argv[2])

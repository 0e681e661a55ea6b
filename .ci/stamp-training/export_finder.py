"""export_finder.py w.npz OUT.onnx: the finder as ONNX, normalisation folded into the convolutions."""
import sys, numpy as np, onnx
from onnx import helper as H, numpy_helper as N, TensorProto as T
from train_finder import LAYERS
w = np.load(sys.argv[1]); nodes, weights = [], []
def put(name, a): weights.append(N.from_array(np.ascontiguousarray(a, np.float32), name)); return name
x = 'input'
for n, i, o, s, d, r in LAYERS:
    scale = w[n + 'g'] / np.sqrt(w[n + 'v'] + 1e-3)
    k = put(n + 'w', (w[n + 'w'] * scale).transpose(3, 2, 0, 1)); b = put(n + 'b', w[n + 'b'] - w[n + 'm'] * scale)
    nodes.append(H.make_node('Conv', [x, k, b], [n + 'c'], kernel_shape=[3, 3], strides=[s, s], dilations=[d, d], pads=[d] * 4))
    nodes.append(H.make_node('Relu', [n + 'c'], [n + 'r'])); y = n + 'r'
    if r: nodes.append(H.make_node('Add', [x, y], [n + 'a'])); y = n + 'a'
    x = y
nodes.append(H.make_node('Conv', [x, put('zw', w['zw'].transpose(3, 2, 0, 1)), put('zb', w['zb'])], ['output'], kernel_shape=[1, 1]))
g = H.make_graph(nodes, 'stamp finder', [H.make_tensor_value_info('input', T.FLOAT, [1, 3, 'h', 'w'])], [H.make_tensor_value_info('output', T.FLOAT, [1, 8, 'y', 'x'])], weights)
m = H.make_model(g, opset_imports=[H.make_opsetid('', 13)]); m.ir_version = 8; onnx.checker.check_model(m); onnx.save(m, sys.argv[2])

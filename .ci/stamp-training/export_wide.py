"""export_wide.py FILE PLACE.npz HEAD.npz...: the convolutions of the second reader with a head that places the word and one or more that read, of
which the mean counts, as ONNX: odds, turn, scale, along, across"""
import sys, numpy as np, onnx
from onnx import helper as h, numpy_helper as nh
m = onnx.load('trunk.onnx'); g = m.graph; place, *readers = sys.argv[2:]
del g.input[:]; g.input.append(h.make_tensor_value_info('input', 1, [1, 3, 64, 208]))
def add(name, value): g.initializer.append(nh.from_array(np.ascontiguousarray(value.astype(np.float32)), name)); return name
def node(kind, inputs, output, **more): g.node.append(h.make_node(kind, inputs, [output], **more)); return output
def head(file, p, share):
    """A head whose part of a mean lies in its last weights."""
    W = np.load(file); x = 'gr'
    for name, stride in [('h', 2), ('i', 1)]:
        w, b = add(p + name + 'w', W[name + 'w'].transpose(3, 2, 0, 1)), add(p + name + 'b', W[name + 'b'])
        x = node('Relu', [node('Conv', [x, w, b], p + name + 'c', kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[stride, stride])], p + name + 'r')
    x = node('Relu', [node('Gemm', [node('Flatten', [x], p + 'flat'), add(p + 'uw', W['uw']), add(p + 'ub', W['ub'])], p + 'u')], p + 'ur')
    return node('Gemm', [x, add(p + 'yw', W['yw'] * share), add(p + 'yb', W['yb'] * share)], p + 'y')
placed = head(place, 'place', 1); says = [head(f, 'h%d' % k, 1 / len(readers)) for k, f in enumerate(readers)]
for k, other in enumerate(says[1:], 1): says[0] = node('Add', [says[0], other], 'sum%d' % k)
node('Concat', [says[0], placed], 'output', axis=1)
del g.output[:]; g.output.append(h.make_tensor_value_info('output', 1, [1, 5])); onnx.checker.check_model(m); onnx.save(m, sys.argv[1])

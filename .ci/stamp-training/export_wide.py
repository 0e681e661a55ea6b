"""export_wide.py FILE HEAD.npz...: the convolutions of the second reader with one or more heads as ONNX; what heads say is averaged"""
import sys, numpy as np, onnx
from onnx import helper as h, numpy_helper as nh
m = onnx.load('trunk.onnx'); g = m.graph
del g.input[:]; g.input.append(h.make_tensor_value_info('input', 1, [1, 3, 64, 208]))
heads = sys.argv[2:]
def add(name, value): g.initializer.append(nh.from_array(np.ascontiguousarray(value.astype(np.float32)), name)); return name
def node(kind, inputs, output, **more): g.node.append(h.make_node(kind, inputs, [output], **more)); return output
says = []
for k, file in enumerate(heads):
    W = np.load(file); p = 'h%d' % k; x = 'gr'
    for name, stride in [('h', 2), ('i', 1)]:
        w, b = add(p + name + 'w', W[name + 'w'].transpose(3, 2, 0, 1)), add(p + name + 'b', W[name + 'b'])
        x = node('Relu', [node('Conv', [x, w, b], p + name + 'c', kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[stride, stride])], p + name + 'r')
    x = node('Relu', [node('Gemm', [node('Flatten', [x], p + 'flat'), add(p + 'uw', W['uw']), add(p + 'ub', W['ub'])], p + 'u')], p + 'ur')
    # A head's share of the mean lies in its last weights.
    says.append(node('Gemm', [x, add(p + 'yw', W['yw'] / len(heads)), add(p + 'yb', W['yb'] / len(heads))], p + 'y' if len(heads) > 1 else 'output'))
for k, other in enumerate(says[1:], 1): says[0] = node('Add', [says[0], other], 'output' if k == len(says) - 1 else 'sum%d' % k)
del g.output[:]; g.output.append(h.make_tensor_value_info('output', 1, [1, 1])); onnx.checker.check_model(m); onnx.save(m, sys.argv[1])

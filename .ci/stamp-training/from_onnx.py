"""from_onnx.py READER.onnx OUT.npz: the weights of a reader as it was exported, to be trained on."""
import sys, numpy as np, onnx
from onnx import numpy_helper as N
from train_reader import L, init
known = {one.name: N.to_array(one) for one in onnx.load(sys.argv[1]).graph.initializer}; w = init()
for n, i, o, s in L:
    w[n + 'w'], w[n + 'b'] = known[n + 'w'].transpose(2, 3, 1, 0), known[n + 'b']; w[n + 'g'], w[n + 'm'], w[n + 'v'] = np.ones(o, 'f'), np.zeros(o, 'f'), np.full(o, 1 - 1e-3, 'f')
w.update({k: known[k] for k in ('uw', 'ub', 'yw', 'yb')}); np.savez(sys.argv[2], **w)

"""between.py SHARE TRAINED.onnx FILE.onnx: FILE's weights go so much of the way (0 to 1) to those that went on learning from them -> FILE. What
went all the way knows the new pages well and has forgotten others; on the way both are known (M. Wortsman et al., 2022)."""
import sys, numpy as np, onnx
from onnx import numpy_helper as nh
share, (trained, kept) = float(sys.argv[1]), (onnx.load(f) for f in sys.argv[2:4])
more = {i.name: nh.to_array(i) for i in trained.graph.initializer}
for i in kept.graph.initializer: i.CopyFrom(nh.from_array(((1 - share) * nh.to_array(i) + share * more[i.name]).astype('f'), i.name))
onnx.checker.check_model(kept); onnx.save(kept, sys.argv[3])

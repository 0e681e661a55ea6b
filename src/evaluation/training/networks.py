"""The four stamp networks: layers, weights, forward pass, and export to ONNX. Used by train.py."""

import math
from typing import NamedTuple

# Batch normalisation: constant added to variances, and weight of a batch in the running statistics (0 to 1).
EPSILON, MOMENTUM = 1e-3, 0.01


class Layer(NamedTuple):
    """A 3 x 3 convolution followed by a ReLU. With `residual`, the input of the layer is added to its output."""

    name: str
    inputs: int
    outputs: int
    stride: int = 1
    dilation: int = 1
    residual: bool = False


FINDER_LAYERS = [
    Layer("a", 3, 16, stride=2),
    Layer("b", 16, 32, stride=2),
    Layer("c", 32, 32, residual=True),
    Layer("d", 32, 32, residual=True),
    Layer("e", 32, 64, stride=2),
    Layer("f", 64, 64, residual=True),
    Layer("g", 64, 64, dilation=2, residual=True),
    Layer("h", 64, 64, dilation=4, residual=True),
    Layer("i", 64, 64, residual=True),
    Layer("j", 64, 64, dilation=2, residual=True),
    Layer("k", 64, 64, residual=True),
]
READER_LAYERS = [
    Layer("a", 3, 24),
    Layer("b", 24, 32, stride=2),
    Layer("c", 32, 32),
    Layer("d", 32, 64, stride=2),
    Layer("e", 64, 64),
    Layer("f", 64, 96, stride=2),
    Layer("g", 96, 96),
]


class Head(NamedTuple):
    """A head of the wide reader: two convolutions and two fully connected layers after the shared convolutions."""

    name: str
    channels: int
    outputs: int

    def layers(self):
        return [Layer(self.name + "h", 96, self.channels, stride=2), Layer(self.name + "i", self.channels, self.channels)]


# One head gives the offset of the word; the sum of the other two is the log-odds that the strip shows it.
PLACE_HEAD = Head("place", 112, 4)
READ_HEADS = [Head("h0", 96, 1), Head("h1", 112, 1)]


class Network(NamedTuple):
    """Input height and width in px (None: any multiple of 8), and the layers that have batch normalisation during training."""

    size: tuple
    layers: list


READER = Network((40, 112), READER_LAYERS)
NETWORKS = {
    "finder": Network((None, None), FINDER_LAYERS),
    "reader": READER,
    "second_reader": READER,
    "wide_reader": Network((64, 208), READER_LAYERS),
}


# --- weights: arrays by their names in the ONNX files, in the layout of ONNX ---------------------------------


def random_weights(network, rng):
    """Random weights. Each layer with batch normalisation has scale (g), shift (b), running mean (m) and running variance (v)."""
    import numpy as np

    weights = {}

    def normal(shape, deviation):
        return (rng.standard_normal(shape) * deviation).astype("f")

    def convolution(layer, is_normalised):
        factor = 0.4 if layer.residual else 1.0
        weights[layer.name + "w"] = normal((layer.outputs, layer.inputs, 3, 3), factor * math.sqrt(2 / (9 * layer.inputs)))
        weights[layer.name + "b"] = np.zeros(layer.outputs, "f")
        if is_normalised:
            weights[layer.name + "g"], weights[layer.name + "v"] = np.ones(layer.outputs, "f"), np.ones(layer.outputs, "f")
            weights[layer.name + "m"] = np.zeros(layer.outputs, "f")

    def full_layers(prefix, inputs, hidden, outputs):
        weights[prefix + "uw"], weights[prefix + "ub"] = normal((inputs, hidden), math.sqrt(2 / inputs)), np.zeros(hidden, "f")
        weights[prefix + "yw"], weights[prefix + "yb"] = normal((hidden, outputs), 0.05), np.zeros(outputs, "f")

    for layer in NETWORKS[network].layers:
        convolution(layer, True)
    if network == "finder":
        weights["zw"], weights["zb"] = normal((8, 64, 1, 1), 0.05), np.array([-4.0] * 3 + [0.0] * 5, "f")
    elif network == "wide_reader":
        for head in [PLACE_HEAD, *READ_HEADS]:
            for layer in head.layers():
                convolution(layer, False)
            full_layers(head.name, 4 * 13 * head.channels, 96, head.outputs)
    else:
        full_layers("", 5 * 14 * 96, 64, 1)
    return weights


def load_weights(file):
    """Weights of an exported network, whose batch normalisation is folded into the convolutions."""
    import onnx
    from onnx import numpy_helper

    return {one.name: numpy_helper.to_array(one).copy() for one in onnx.load(str(file)).graph.initializer}


def fold_normalisation(weights):
    """Weights with batch normalisation folded into the convolutions."""
    import numpy as np

    folded = {name: value for name, value in weights.items() if name[:-1] + "g" not in weights}
    for name in [name[:-1] for name in weights if name.endswith("g") and name[:-1] + "v" in weights]:
        scale = weights[name + "g"] / np.sqrt(weights[name + "v"] + EPSILON)
        folded[name + "w"] = weights[name + "w"] * scale[:, None, None, None]
        folded[name + "b"] = weights[name + "b"] - weights[name + "m"] * scale
    return folded


# --- the networks as functions of their weights ---------------------------------------------------------------------------


def forward(network, weights, x, dropout=None):
    """Output of a network for normalised images (batch, channels, rows, columns). `dropout` is the rate during training."""
    import torch
    import torch.nn.functional as F

    is_training = dropout is not None

    def convolutions(x, layers):
        for layer in layers:
            w, b, g = (weights.get(layer.name + end) for end in "wbg")
            bias = b if g is None else None
            y = F.conv2d(x, w, bias, stride=layer.stride, padding=layer.dilation, dilation=layer.dilation)
            if g is not None:
                mean, variance = weights[layer.name + "m"], weights[layer.name + "v"]
                y = F.batch_norm(y, mean, variance, g, b, training=is_training, momentum=MOMENTUM, eps=EPSILON)
            y = F.relu(y)
            x = x + y if layer.residual else y
        return x

    def full_layers(prefix, x):
        x = torch.flatten(x, 1)
        x = F.dropout(x, dropout) if is_training else x
        x = F.relu(x @ weights[prefix + "uw"] + weights[prefix + "ub"])
        return x @ weights[prefix + "yw"] + weights[prefix + "yb"]

    x = convolutions(x, NETWORKS[network].layers)
    if network == "finder":
        return F.conv2d(x, weights["zw"], weights["zb"])
    if network != "wide_reader":
        return full_layers("", x)
    head = lambda one: full_layers(one.name, convolutions(x, one.layers()))
    return torch.cat([sum(head(one) for one in READ_HEADS), head(PLACE_HEAD)], 1)


def to_onnx(network, weights):
    """ONNX model of the network. Batch normalisation must be folded into `weights`."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, arrays = [], []

    def add(name):
        arrays.append(numpy_helper.from_array(np.ascontiguousarray(weights[name], np.float32), name))
        return name

    def node(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def convolutions(x, layers):
        for layer in layers:
            name, padding = layer.name, [layer.dilation] * 4
            form = {"kernel_shape": [3, 3], "strides": [layer.stride] * 2, "dilations": [layer.dilation] * 2, "pads": padding}
            y = node("Relu", [node("Conv", [x, add(name + "w"), add(name + "b")], name + "c", **form)], name + "r")
            x = node("Add", [x, y], name + "a") if layer.residual else y
        return x

    def full_layers(prefix, x, output):
        x = node("Flatten", [x], prefix + "flat", axis=1)
        x = node("Relu", [node("Gemm", [x, add(prefix + "uw"), add(prefix + "ub")], prefix + "u")], prefix + "ur")
        return node("Gemm", [x, add(prefix + "yw"), add(prefix + "yb")], output)

    x = convolutions("input", NETWORKS[network].layers)
    height, width = NETWORKS[network].size
    if network == "finder":
        node("Conv", [x, add("zw"), add("zb")], "output", kernel_shape=[1, 1])
        height, width, shape = "h", "w", [1, 8, "y", "x"]
    elif network == "wide_reader":
        placed, one, other = (
            full_layers(head.name, convolutions(x, head.layers()), head.name + "y") for head in [PLACE_HEAD, *READ_HEADS]
        )
        node("Concat", [node("Add", [one, other], "sum1"), placed], "output", axis=1)
        shape = [1, 5]
    else:
        full_layers("", x, "output")
        shape = [1, 1]
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, height, width])]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, shape)]
    graph = helper.make_graph(nodes, f"stamp {network}", inputs, outputs, arrays)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model

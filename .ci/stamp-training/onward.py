"""A network as exported, normalisation folded in, that goes on learning: Adam with decay, of whose weights a running mean counts."""
import os
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
import math, numpy as np, onnx, tensorflow as tf
from onnx import numpy_helper as nh
threads = int(os.environ.get('THREADS', '1')); tf.config.threading.set_intra_op_parallelism_threads(threads); tf.config.threading.set_inter_op_parallelism_threads(1)
class Onward:
    def __init__(self, file, loss, drop, keep=.998):
        """loss(z, *batch) of what the network gives for prepared pictures."""
        self.file, self.loss, self.drop, self.keep, self.graph, self.n = file, loss, drop, keep, onnx.load(file).graph, 0
        first = {i.name: nh.to_array(i) for i in self.graph.initializer}
        # TensorFlow has channels last, also among the weights.
        self.P = {k: tf.Variable(v.transpose(2, 3, 1, 0) if v.ndim == 4 else v) for k, v in first.items()}; zeros = lambda: {k: tf.Variable(tf.zeros_like(v)) for k, v in self.P.items()}
        self.mean, self.first, self.second = {k: tf.Variable(v) for k, v in self.P.items()}, zeros(), zeros()
    def net(self, P, x, drop):
        at = {'input': x}
        for n in self.graph.node:
            a = [at[i] for i in n.input if i in at]; w = [tf.cast(P[i], x.dtype if n.op_type == 'Conv' else tf.float32) for i in n.input if i in P]; has = {q.name: q.ints for q in n.attribute}
            if n.op_type == 'Conv':
                pad, stride, wide = (has[k][0] if k in has else d for k, d in (('pads', 0), ('strides', 1), ('dilations', 1)))
                y = tf.nn.conv2d(tf.pad(a[0], [[0, 0], [pad, pad], [pad, pad], [0, 0]]), w[0], stride, 'VALID', dilations=wide) + w[1]
            elif n.op_type == 'Relu': y = tf.nn.relu(a[0])
            elif n.op_type == 'Flatten':
                y = tf.cast(tf.reshape(tf.transpose(a[0], [0, 3, 1, 2]), [tf.shape(a[0])[0], -1]), tf.float32)
                if drop: y = tf.nn.dropout(y, drop)
            elif n.op_type == 'Gemm': y = tf.ensure_shape(a[0], [None, w[0].shape[0]]) @ w[0] + w[1]
            elif n.op_type == 'Add': y = a[0] + a[1]
            elif n.op_type == 'Concat': y = tf.concat(a, 1)
            at[n.output[0]] = y
        return tf.cast(at[self.graph.output[0].name], tf.float32)
    @tf.function
    def _step(self, x, lr, n, *asked):
        with tf.GradientTape() as tape: l = self.loss(self.net(self.P, prepared(x), self.drop), *asked)
        names = list(self.P); g, _ = tf.clip_by_global_norm(tape.gradient(l, [self.P[k] for k in names]), 5.)
        for k, d in zip(names, g):
            self.first[k].assign(self.first[k] * .9 + d * .1); self.second[k].assign(self.second[k] * .995 + d * d * .005)
            up = self.first[k] / (1 - .9 ** n) / (tf.sqrt(self.second[k] / (1 - .995 ** n)) + 1e-8)
            if k.endswith('w'): up += 1e-2 * self.P[k]
            self.P[k].assign_sub(lr * up)
        for k in names: self.mean[k].assign(self.mean[k] * self.keep + self.P[k] * (1 - self.keep))
        return l
    def step(self, rate, done, x, *asked):
        """One step with a batch, when `done` of the time (0 to 1) is over."""
        self.n += 1; lr = rate * min(1, self.n / 200) * (.5 + .5 * math.cos(math.pi * done) + .002)
        return float(self._step(x, tf.constant(lr, tf.float32), tf.constant(float(self.n), tf.float32), *map(tf.constant, asked)))
    @tf.function
    def _says(self, x): return self.net(self.mean, (tf.cast(x, tf.float32) / 255 - .75) * 4, 0.)
    def says(self, x): return np.concatenate([self._says(x[i:i + 100]).numpy() for i in range(0, len(x), 100)])
    def save(self, out):
        m = onnx.load(self.file)
        for i in m.graph.initializer: v = self.mean[i.name].numpy(); i.CopyFrom(nh.from_array(np.ascontiguousarray(v.transpose(3, 2, 0, 1) if v.ndim == 4 else v), i.name))
        onnx.checker.check_model(m); onnx.save(m, out)
def prepared(x):
    """Ink stronger or paler, colours apart, grain."""
    x = tf.cast(x, tf.float32) / 255; n = tf.shape(x)[0]; r = lambda lo, hi, c=1: tf.random.uniform((n, 1, 1, c), lo, hi)
    x = 1 - (1 - x) * r(.75, 1.2) * r(.92, 1.08, 3) + tf.random.normal((n, x.shape[1], x.shape[2], 1)) * r(0, .03)
    return tf.cast((tf.clip_by_value(x, 0, 1) - .75) * 4, tf.bfloat16)

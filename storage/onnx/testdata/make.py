"""Writes cases/*.onnx and cases.safetensors: small graphs in the shape in which PyTorch and tf2onnx export them,
and what ONNX Runtime makes of them. Inputs and outputs that are pictures are stored channels last.

Needs onnx, onnxruntime, numpy, safetensors: python make.py
"""

import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

here = pathlib.Path(__file__).parent
random = np.random.default_rng(7)
tensors = {}


class Graph:
    def __init__(self, shape, opset=17, dtype=np.float32):
        self.shape, self.opset, self.dtype = shape, opset, dtype
        self.nodes, self.constants, self.count = [], [], 0

    def constant(self, value, dtype=None):
        self.count += 1
        name = f"c{self.count}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype or self.dtype), name))
        return name

    def integers(self, *value):
        return self.constant(np.array(value, np.int64), np.int64)

    def weights(self, *shape):
        return self.constant(random.normal(0, 0.4, shape))

    def __call__(self, kind, *inputs, **attributes):
        self.count += 1
        out = f"t{self.count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], name=f"/{kind}_{self.count}", **attributes))
        return out

    def conv(self, x, channels, filters, size=3, bias=True, **attributes):
        group = attributes.get("group", 1)
        inputs = [x, self.weights(filters, channels // group, size, size)] + ([self.weights(filters)] if bias else [])
        attributes.setdefault("kernel_shape", [size, size])
        return self("Conv", *inputs, **attributes)

    def norm(self, x, channels):
        variance = self.constant(random.uniform(0.5, 2, channels))
        return self("BatchNormalization", x, self.weights(channels), self.weights(channels), self.weights(channels), variance, epsilon=1e-5)

    def gemm(self, x, inputs, units, **attributes):
        return self("Gemm", x, self.weights(units, inputs), self.weights(units), transB=1, **attributes)

    def write(self, name, out, channels_first=True):
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(self.dtype))
        graph = helper.make_graph(
            self.nodes, "main",
            [helper.make_tensor_value_info("input", kind, ["batch", *self.shape])],
            [helper.make_tensor_value_info(out, kind, None)],
            self.constants,
        )
        model = helper.make_model(graph, producer_name="pytorch", opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)
        data = model.SerializeToString()
        (here / "cases" / f"{name}.onnx").write_bytes(data)
        x = random.normal(0, 1, (1, *self.shape)).astype(self.dtype)
        y = onnxruntime.InferenceSession(data).run(None, {"input": x})[0]
        last = lambda t: np.ascontiguousarray(t.transpose(0, 2, 3, 1) if t.ndim == 4 and channels_first else t, np.float32)
        tensors[name + ".input"], tensors[name + ".output"] = last(x), last(y)


def picture(name, body, shape=(3, 9, 7), **options):
    g = Graph(shape, **options)
    g.write(name, body(g))


# A small ResNet as torch.onnx.export writes it: conv1, bn, relu, maxpool with a border, a residual block, mean, flatten, fc.
g = Graph((3, 16, 16))
x = g("Relu", g.norm(g.conv("input", 3, 4, 3, bias=False, strides=[2, 2], pads=[1, 1, 1, 1]), 4))
x = g("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=0)
y = g("Relu", g.norm(g.conv(x, 4, 4, bias=False, pads=[1, 1, 1, 1]), 4))
y = g.norm(g.conv(y, 4, 4, bias=False, pads=[1, 1, 1, 1]), 4)
x = g("Relu", g("Add", y, x))
x = g("Flatten", g("GlobalAveragePool", x), axis=1)
g.write("resnet", g.gemm(x, 4, 5))

# A LeNet with view(x.size(0), -1): the shape is computed, and the flattened picture is channels first.
g = Graph((1, 12, 10), opset=11)
x = g("MaxPool", g("Relu", g.conv("input", 1, 3)), kernel_shape=[2, 2], strides=[2, 2])
size = g("Unsqueeze", g("Gather", g("Shape", x), g.constant(0, np.int64), axis=0), axes=[0])
x = g("Reshape", x, g("Concat", size, g.integers(-1), axis=0))
x = g("Relu", g.norm(g.gemm(x, 60, 6), 6))
g.write("lenet", g("Softmax", g.gemm(g("Dropout", x), 6, 4), axis=1))

# A flattened picture that is normalized and scaled before the dense layer.
g = Graph((2, 5, 4))
x = g("Flatten", g.conv("input", 2, 3, pads=[1, 1, 1, 1]))
x = g("Mul", g.norm(x, 60), g.weights(60))
g.write("flattened", g.gemm(x, 60, 3, alpha=0.5, beta=2.0))

# MobileNetV3's and EfficientNet's parts: depthwise, squeeze and excitation, hard swish, swish, GELU.
g = Graph((3, 12, 12))
x = g("HardSwish", g.norm(g.conv("input", 3, 4, strides=[2, 2], pads=[1, 1, 1, 1]), 4))
s = g("ReduceMean", x, axes=[2, 3], keepdims=1)
s = g("HardSigmoid", g.conv(g("Relu", g.conv(s, 4, 2, 1)), 2, 4, 1), alpha=1 / 6, beta=0.5)
x = g("Mul", x, s)
x = g.conv(x, 4, 8, 5, group=4, pads=[2, 2, 2, 2])
x = g("Mul", x, g("Sigmoid", x))
e = g("Add", g("Erf", g("Div", x, g.constant(2**0.5))), g.constant(1.0))
x = g("Mul", g("Mul", x, e), g.constant(0.5))
x = g("Squeeze", g("ReduceMean", x, axes=[2, 3], keepdims=1), g.integers(2, 3))
g.write("excitation", g.gemm(x, 8, 3))

# Two branches of an Inception block.
g = Graph((3, 8, 8))
a = g.conv("input", 3, 2, 1)
c = g.conv(g("AveragePool", "input", kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1], count_include_pad=1), 3, 3, 1)
x = g("Concat", a, c, "input", axis=1)
g.write("inception", g.gemm(g("Flatten", g("GlobalMaxPool", x)), 8, 3))

# As tf2onnx and Keras write: channels last in and out.
g = Graph((10, 8, 3), opset=15)
x = g("Transpose", g("Div", g("Sub", "input", g.constant([0.1, 0.2, 0.3])), g.constant([0.5, 2, 3])), perm=[0, 3, 1, 2])
x = g("Transpose", g.conv(x, 3, 4, auto_pad="SAME_UPPER", strides=[2, 2]), perm=[0, 2, 3, 1])
x = g("Add", x, g.weights(4))
m = g("ReduceMean", x, axes=[1, 2], keepdims=0)
r = g("Reshape", m, g.integers(-1, 1, 1, 4))
r = g("Sigmoid", g.conv(g("Transpose", r, perm=[0, 3, 1, 2]), 4, 4, 1))
x = g("Mul", g("Transpose", x, perm=[0, 3, 1, 2]), r)
x = g("Reshape", g("Transpose", x, perm=[0, 2, 3, 1]), g.integers(-1, 80))
g.write("tf2onnx", g("Softmax", g("Add", g("MatMul", x, g.weights(80, 3)), g.weights(3))), channels_first=False)

# float16 as a converter leaves it, and weights behind casts.
g = Graph((3, 6, 6), dtype=np.float16)
x = g("Relu", g.conv("input", 3, 2))
g.write("float16", g("Cast", g.gemm(g("Flatten", x), 32, 3), to=TensorProto.FLOAT16))

# One operator each.
picture("pool_border", lambda g: g("MaxPool", "input", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]), (2, 8, 10))
picture("pool_uneven", lambda g: g("MaxPool", "input", kernel_shape=[3, 2], strides=[2, 3], pads=[0, 0, 1, 0]), (2, 8, 10))
picture("pool_ceil", lambda g: g("MaxPool", "input", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1), (2, 8, 10))
picture("mean_border", lambda g: g("AveragePool", "input", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]), (2, 8, 10))
picture("mean_counted", lambda g: g("AveragePool", "input", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1), (2, 8, 10))
picture("same_lower", lambda g: g.conv("input", 3, 2, 4, auto_pad="SAME_LOWER", strides=[2, 2]))
picture("border_uneven", lambda g: g.conv("input", 3, 2, 3, pads=[0, 2, 1, 3]))
picture("dilated", lambda g: g.conv("input", 3, 2, 3, dilations=[2, 1], pads=[2, 1, 2, 1]))
picture("grouped", lambda g: g.conv("input", 4, 6, 3, group=2), (4, 6, 6))
picture("padded", lambda g: g("Pad", "input", g.integers(0, 0, 1, 2, 0, 0, 3, 0)))
picture("leaky", lambda g: g("LeakyRelu", "input", alpha=0.2))
picture("slopes", lambda g: g("PRelu", "input", g.weights(3, 1, 1)))
picture("negated", lambda g: g("Add", g("Relu", "input"), g("Mul", g("Neg", g.weights(3, 1, 1)), g("Relu", g("Neg", "input")))))
picture("elu", lambda g: g("Elu", "input", alpha=0.7))
picture("selu", lambda g: g("Selu", "input"))
picture("softplus", lambda g: g("Softplus", "input"))
picture("softsign", lambda g: g("Softsign", "input"))
picture("tanh", lambda g: g("Tanh", "input"))
picture("relu6", lambda g: g("Clip", "input", min=0.0, max=6.0), opset=10)
picture("clip", lambda g: g("Clip", "input", g.constant(-0.5), g.constant(0.75)))
picture("hard_sigmoid", lambda g: g("HardSigmoid", "input"))
picture("hard_sigmoid_own", lambda g: g("HardSigmoid", "input", alpha=0.3, beta=0.4))
picture("gelu", lambda g: g("Gelu", "input", approximate="tanh"), opset=20)
picture("reversed", lambda g: g("Sub", g.constant(1.0), g("Div", "input", g.weights(1, 3, 1, 1))))
picture("softmax", lambda g: g("Softmax", "input", axis=1))
picture("combined", lambda g: g("Max", g("Sub", "input", g.conv("input", 3, 3, 1)), g("Tanh", "input")))
picture("maximum", lambda g: g("ReduceMax", "input", axes=[2, 3], keepdims=0))
picture("transposed", lambda g: g("MatMul", g("ReduceMax", "input", axes=[2, 3], keepdims=0), g("Transpose", g.weights(2, 3), perm=[1, 0])))
picture("constants", lambda g: g("Add", "input", g("Constant", value_float=0.25)), opset=13)

save_file(dict(sorted(tensors.items())), here / "cases.safetensors")

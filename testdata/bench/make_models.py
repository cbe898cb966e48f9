"""Writes the networks that edged is compared on as every runtime reads them, with random but fixed weights: scores mean nothing, speed does.

    python make_models.py OUT_DIR       (packages: requirements.txt beside this file)

OUT_DIR/NAME/ gets model.keras (float32, float16), float32.tflite, float16.tflite, int8.tflite, float32.onnx and int8.onnx (NCHW); the tutorial's
network also ncnn.param and ncnn.bin.
"""
import os
import sys

os.environ.update(TF_USE_LEGACY_KERAS="1", CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3")
import keras
import numpy as np
import tensorflow as tf
import tf2onnx
import tf_keras
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

SIZE, CLASSES = 224, 10
PICTURES = np.random.default_rng(5).uniform(-1, 1, (20, SIZE, SIZE, 3)).astype("f4")


def tutorial(layers, models):
    return models.Sequential([
        layers.InputLayer((SIZE, SIZE, 3)) if layers is tf_keras.layers else layers.Input((SIZE, SIZE, 3)),
        layers.Conv2D(32, 3, padding="same", activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(64, 3, padding="same", activation="relu"), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dense(CLASSES, activation="softmax")])


NETWORKS = {
    "tutorial": lambda k: tutorial(k.layers, k.models),
    "mobilenet": lambda k: k.applications.MobileNet(weights=None),
    "mobilenetv2": lambda k: k.applications.MobileNetV2(weights=None),
}


class Pictures(CalibrationDataReader):
    def __init__(self):
        self.left = iter(PICTURES)

    def get_next(self):
        picture = next(self.left, None)
        return None if picture is None else {"input": picture[None].transpose(0, 3, 1, 2)}


def enliven(model):
    """Gives batch normalization statistics that keep activations alive."""
    rng = np.random.default_rng(5)
    for v in model.variables:
        if "moving_variance" in v.name:
            v.assign(rng.uniform(0.6, 1.2, v.shape).astype("f4"))
        elif "moving_mean" in v.name or "beta" in v.name:
            v.assign((0.05 * rng.standard_normal(v.shape)).astype("f4"))


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def tflite(model, folder):
    one = tf.function(lambda x: model(x, training=False)).get_concrete_function(tf.TensorSpec((1, SIZE, SIZE, 3), tf.float32))

    def convert(**settings):
        c = tf.lite.TFLiteConverter.from_concrete_functions([one], model)
        for key, value in settings.items():
            setattr(c, key, value)
        return c

    write(folder + "/float32.tflite", convert().convert())
    half = convert(optimizations=[tf.lite.Optimize.DEFAULT])
    half.target_spec.supported_types = [tf.float16]
    write(folder + "/float16.tflite", half.convert())
    whole = convert(optimizations=[tf.lite.Optimize.DEFAULT], representative_dataset=lambda: ([p[None]] for p in PICTURES),
                    inference_input_type=tf.int8, inference_output_type=tf.int8)
    whole.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    write(folder + "/int8.tflite", whole.convert())


def onnx(model, folder):
    path = folder + "/float32.onnx"
    signature = (tf.TensorSpec((1, SIZE, SIZE, 3), tf.float32, name="input"),)
    tf2onnx.convert.from_keras(model, input_signature=signature, opset=13, output_path=path, inputs_as_nchw=["input"])
    quantize_static(path, folder + "/int8.onnx", Pictures(), quant_format=QuantFormat.QDQ, per_channel=True,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)


def ncnn(model, folder):
    """The tutorial's network; ncnn flattens channels first."""
    k0, b0, k1, b1, kd, bd = (np.asarray(w) for w in model.get_weights())
    side = SIZE // 4
    kd = kd.reshape(side, side, -1, CLASSES).transpose(2, 0, 1, 3).reshape(-1, CLASSES)
    with open(folder + "/ncnn.param", "w") as f:
        f.write(f"""7767517
8 8
Input in0 0 1 in0 0={SIZE} 1={SIZE} 2=3
Convolution c0 1 1 in0 a 0=32 1=3 4=1 5=1 6={k0.size} 9=1
Pooling p0 1 1 a b 0=0 1=2 2=2
Convolution c1 1 1 b c 0=64 1=3 4=1 5=1 6={k1.size} 9=1
Pooling p1 1 1 c d 0=0 1=2 2=2
Flatten fl 1 1 d e
InnerProduct fc 1 1 e f 0={CLASSES} 1=1 2={kd.size}
Softmax sm 1 1 f out0
""")
    parts = [(k0.transpose(3, 2, 0, 1), b0), (k1.transpose(3, 2, 0, 1), b1), (kd.T, bd)]
    write(folder + "/ncnn.bin", b"".join(b"\0\0\0\0" + np.ascontiguousarray(k, "f4").tobytes() + b.astype("f4").tobytes() for k, b in parts))


for name, build in NETWORKS.items():
    folder = os.path.join(sys.argv[1], name)
    os.makedirs(folder, exist_ok=True)
    tf_keras.utils.set_random_seed(11)
    model = build(tf_keras)
    enliven(model)
    new = build(keras)
    new.set_weights(model.get_weights())
    new.save(folder + "/model.keras")
    tflite(model, folder)
    onnx(model, folder)
    if name == "tutorial":
        ncnn(model, folder)
    print(name, "written", flush=True)

"""Writes applications.safetensors: what Keras 3 makes of one input with the networks of nn/testdata/applications on 64x64 pixels, whose
weights and input come from a formula, so that nothing else need be kept.

    python make_applications.py
"""
import glob
import gzip
import json
import math
import os

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", TF_ENABLE_ONEDNN_OPTS="0")
import keras
import numpy as np
from safetensors.numpy import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
SIZE = 64


def uniform(count, seed):
    """Numbers from 0 to 1 by a hash of their index."""
    x = (np.arange(count, dtype=np.uint64) + np.uint64(seed) * np.uint64(7919)) * np.uint64(2654435761) % np.uint64(1 << 32)
    x ^= x >> np.uint64(15)
    x = x * np.uint64(2246822519) % np.uint64(1 << 32)
    return (x ^ (x >> np.uint64(13))).astype("float64") / 2**32


GAIN = {"ResNet50": 0.02}  # of the head, so that no class takes all


def value(shape, seed, gain):
    """Kernels keep the size of what comes in, vectors are around 1."""
    u = uniform(math.prod(shape), seed)
    if len(shape) < 2:
        return (0.9 + 0.2 * u).astype("float32").reshape(shape)
    fan_in = math.prod(shape[:-1])
    if shape[-1] == 1:  # depthwise
        fan_in = shape[0] * shape[1]
    if len(shape) == 4:
        gain = 1
    return ((2 * u - 1) * (gain * math.sqrt(6 / fan_in))).astype("float32").reshape(shape)


answers = {}
for path in sorted(glob.glob(os.path.join(HERE, "../../nn/testdata/applications/*.keras3.json.gz"))):
    name = os.path.basename(path).split(".")[0]
    config = json.load(gzip.open(path, "rt"))
    config["config"]["layers"][0]["config"]["batch_shape"] = [None, SIZE, SIZE, 3]
    model = keras.models.model_from_json(json.dumps(config))
    seed = 0
    for layer in model.layers:
        for w in layer.weights:
            seed += 1
            w.assign(value(tuple(w.shape), seed, GAIN.get(name, 1)).astype(w.dtype) if w.shape else np.ones((), w.dtype))
        if layer.__class__.__name__ == "Normalization":
            layer.finalize_state()
    samples = (255 * uniform(SIZE * SIZE * 3, 0)).astype("float32").reshape(1, SIZE, SIZE, 3)
    if name in ("MobileNet", "MobileNetV2", "ResNet50"):
        samples = samples / np.float32(127.5) - np.float32(1)
    answers[name] = np.asarray(model(samples, training=False))[0]
    print(name, answers[name].argmax(), answers[name].max(), answers[name].min())
save_file(answers, os.path.join(HERE, "applications.safetensors"))

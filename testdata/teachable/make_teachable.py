"""Writes keras_model.h5 and labels.txt as Teachable Machine's Keras export has them, on a small body, and answer.safetensors:
what Keras makes of a picture scaled to [-1, 1].

    python make_teachable.py OUT_DIR      with tf_keras 2.21 and safetensors
"""
import os
import sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
import numpy as np
import tf_keras as keras
from safetensors.numpy import save_file

L = keras.layers
keras.utils.set_random_seed(5)
x = keras.Input((24, 24, 3), name="input_1")
y = L.ZeroPadding2D(((0, 1), (0, 1)), name="Conv1_pad")(x)
y = L.Conv2D(8, 3, strides=2, use_bias=False, name="Conv1")(y)
y = L.ReLU(6, name="Conv1_relu")(L.BatchNormalization(epsilon=1e-3, momentum=0.999, name="bn_Conv1")(y))
z = L.DepthwiseConv2D(3, padding="same", use_bias=False, name="expanded_conv_depthwise")(y)
z = L.BatchNormalization(epsilon=1e-3, name="expanded_conv_depthwise_BN")(z)
z = L.Conv2D(8, 1, use_bias=False, name="expanded_conv_project")(z)
y = L.ReLU(6, name="out_relu")(L.Add(name="block_1_add")([y, z]))
body = keras.Sequential([keras.Model(x, y, name="model1"), L.GlobalAveragePooling2D(name="global_average_pooling2d_GlobalAveragePooling2D1")], name="sequential_1")
head = keras.Sequential([L.Dense(10, activation="relu", kernel_initializer="he_normal", input_shape=(8,), name="dense_Dense1"), L.Dense(3, activation="softmax", use_bias=False, name="dense_Dense2")], name="sequential_3")
model = keras.Sequential([body, head], name="sequential_4")
for w in model.weights:
    w.assign(keras.backend.random_uniform(w.shape, -0.6, 0.6) + ("variance" in w.name))
model.save(os.path.join(sys.argv[1], "keras_model.h5"))
open(os.path.join(sys.argv[1], "labels.txt"), "w").write("0 Cup\n1 Red ball\n2 Nothing\n")
picture = np.random.RandomState(2).randint(0, 256, (24, 24, 3), dtype=np.uint8)
save_file({"picture": picture.astype("float32"), "output": np.asarray(model(picture[None] / np.float32(127.5) - 1, training=False))}, os.path.join(sys.argv[1], "answer.safetensors"))

"""Writes a .keras file as Keras 2.12 to 2.14 do, which count the groups of layers otherwise than Keras 2.15 and 3, and what
Keras makes of an input.

    python make_dependencies.py OUT      with tensorflow-cpu==2.13.1 or 2.14.1 and safetensors
"""
import sys
import numpy as np
import tensorflow as tf
from safetensors.numpy import save_file

keras, L = tf.keras, tf.keras.layers
tf.random.set_seed(3)
inner = keras.Sequential([keras.Input((6, 6, 4)), L.Conv2D(3, 3, padding="same"), L.BatchNormalization(), L.ReLU(), L.Conv2D(4, 1, use_bias=False)], name="inner")
x = keras.Input((6, 6, 2))
a = L.Conv2D(4, 3, padding="same")(x)
y = inner(L.Add()([a, L.Conv2D(4, 1)(a)]))
y = L.Dense(5, activation="relu")(L.Flatten()(L.ReLU()(y)))
model = keras.Model(x, L.Dense(3, activation="softmax")(y))
for w in model.weights:
    w.assign(tf.random.uniform(w.shape, -0.5, 0.5) + ("variance" in w.name))
model.save(sys.argv[1] + ".keras")
samples = np.random.RandomState(1).rand(2, 6, 6, 2).astype("float32")
save_file({"input": samples, "output": model(samples, training=False).numpy()}, sys.argv[1] + ".safetensors")

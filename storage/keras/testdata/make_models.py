"""Writes the SavedModel directories beside it, and for each what Keras says of its weights and outputs.

    python make_models.py
Packages: tensorflow 2.21, tf_keras 2.21, keras 3.15, safetensors.

nested      a Functional model with a nested one, a layer that is called twice, and an adapted Normalization
teachable   a Sequential model of Sequential models of a Functional one, as Teachable Machine makes them
sharded     the teachable model's variables in two data files, without fingerprint.pb, as older TensorFlows wrote it
nan         a Dense layer whose kernel has a NaN
exported    what model.export of Keras 3 writes
"""
import os, shutil
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np, tensorflow as tf, tf_keras as K
import keras as K3
from safetensors.numpy import save_file
L = K.layers
here = os.path.dirname(os.path.abspath(__file__))
K.utils.set_random_seed(7)

def body():
    i = K.Input((8, 8, 3))
    x = L.Conv2D(4, 3, padding="same", use_bias=False, name="stem")(i)
    x = L.BatchNormalization(name="stem_bn")(x)
    x = L.ReLU(name="stem_relu")(x)
    y = L.Conv2D(4, 1, name="branch")(x)
    return K.Model(i, L.Add(name="add")([x, y]), name="body")

def nested():
    i = K.Input((8, 8, 3))
    normalize = L.Normalization(name="norm")
    normalize.adapt(np.random.rand(4, 8, 8, 3).astype("f4"))
    shared = L.Dense(4, name="shared")
    x = shared(shared(body()(normalize(i))))
    x = L.GlobalAveragePooling2D()(x)
    return K.Model(i, L.Dense(3, activation="softmax", name="predictions")(x), name="outer")

def teachable():
    m = K.Sequential([
        K.Sequential([body(), L.GlobalAveragePooling2D()], name="sequential_1"),
        K.Sequential([L.Dense(5, activation="relu"), L.Dense(3, use_bias=False, activation="softmax")], name="sequential_3"),
    ], name="sequential_4")
    m.build((None, 8, 8, 3))
    return m

def save(name, model):
    for w in model.weights:
        if "moving" in w.name:
            w.assign(np.random.rand(*w.shape) + 0.5)
    model.compile("adam", "categorical_crossentropy")
    x = np.random.rand(4, 8, 8, 3).astype("f4")
    shutil.rmtree(os.path.join(here, name), ignore_errors=True)
    model.save(os.path.join(here, name))
    tensors = {f"{i:02d}": np.ascontiguousarray(w.numpy()) for i, w in enumerate(model.weights)}
    save_file({"input": x, "output": model.predict(x, verbose=0)} | tensors, os.path.join(here, name + ".safetensors"))

def shard(source, name):
    out = os.path.join(here, name)
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(os.path.join(here, source), out)
    os.remove(os.path.join(out, "fingerprint.pb"))
    shutil.rmtree(os.path.join(out, "variables"))
    reader = tf.train.load_checkpoint(os.path.join(here, source, "variables", "variables"))
    keys = sorted(reader.get_variable_to_shape_map())
    parts = []
    for i in range(2):
        parts.append(os.path.join(out, "variables", f"part{i}"))
        mine = [k for n, k in enumerate(keys) if n % 2 == i]
        tf.raw_ops.SaveV2(prefix=parts[-1], tensor_names=mine, shape_and_slices=[""] * len(mine), tensors=[tf.constant(reader.get_tensor(k)) for k in mine])
    tf.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=parts, destination_prefix=os.path.join(out, "variables", "variables"), delete_old_dirs=False)

def broken(name):
    m = K.Sequential([K.Input((4,)), L.Dense(2)])
    kernel = np.ones((4, 2), "f4")
    kernel[1, 1] = np.nan
    m.layers[0].set_weights([kernel, np.zeros(2, "f4")])
    shutil.rmtree(os.path.join(here, name), ignore_errors=True)
    m.save(os.path.join(here, name))

def export(name):
    m = K3.Sequential([K3.Input((4,)), K3.layers.Dense(2)])
    shutil.rmtree(os.path.join(here, name), ignore_errors=True)
    m.export(os.path.join(here, name), verbose=False)

save("nested", nested())
save("teachable", teachable())
shard("teachable", "sharded")
broken("nan")
export("exported")

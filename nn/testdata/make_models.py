"""Writes the configurations and summaries that Keras makes of Functional and nested models.

    python make_models.py 2      with tf_keras, as Keras 2
    python make_models.py 3      with Keras 3

applications/: keras.applications at 224x224. functional: branches, shared layers, operations on tensors, and their
summary (Keras 2 only). nested: models in a model, a frozen layer in one of them, and where their files keep the weights.
Packages: tensorflow-cpu, tf_keras, keras, h5py.
"""
import gzip, io, json, os, sys, tempfile, zipfile

version = sys.argv[1]
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", TF_USE_LEGACY_KERAS=str(int(version == "2")))
if version == "2":
    import tf_keras as keras
else:
    import keras
import h5py

here = os.path.dirname(os.path.abspath(__file__))
L = keras.layers


def write(name, text, suffix="json.gz"):
    path = os.path.join(here, name + "." + suffix)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(gzip.compress(text.encode(), mtime=0) if suffix.endswith("gz") else text.encode())


def config(name, model):
    write(f"{name}.keras{version}", model.to_json())


def summary(name, model, suffix="summary.txt"):
    if version == "2":
        lines = []
        model.summary(print_fn=lines.append)
        write(name, "".join(line + "\n" for line in lines), suffix)


def input_layer(shape):
    return L.InputLayer(input_shape=shape) if version == "2" else L.InputLayer(shape=shape)


def functional():
    x = keras.Input((32, 24, 3), name="picture")
    scaled = x / 127.5 - 1.0
    a = L.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="stem")(scaled)
    a = L.BatchNormalization()(a)
    a = L.ReLU(6.0)(a)
    shared = L.Conv2D(8, 3, padding="same", activation="swish", kernel_regularizer=keras.regularizers.l2(1e-3), name="shared")
    b = shared(a)
    c = shared(b)
    d = L.Add()([a, b, c])
    gate = L.GlobalAveragePooling2D(keepdims=True)(d)
    gate = L.Dense(8, activation="hard_sigmoid")(gate)
    e = L.Multiply()([d, gate])
    e = L.Concatenate()([e, L.MaxPooling2D(3, strides=1, padding="same")(a), L.AveragePooling2D(3, strides=1, padding="same")(b)])
    e = L.PReLU(shared_axes=[1, 2])(e)
    e = L.SeparableConv2D(10, 3, dilation_rate=2, activation=L.LeakyReLU())(e)
    e = (3.0 - e) * 0.5 + e
    e = L.Activation("elu")(e)
    e = L.SpatialDropout2D(0.1)(e)
    f = L.Flatten()(e)
    f = L.Reshape((12, 8, 10))(f)
    f = L.Cropping2D(((1, 0), (0, 1)))(f)
    f = L.GlobalMaxPooling2D()(f)
    return keras.Model(x, L.Softmax()(L.Dense(4)(f)), name="functional")


def nested():
    back = keras.Sequential([input_layer((8, 8, 3)), L.RandomFlip("horizontal"), L.Conv2D(4, 3, padding="same"), L.Dropout(0.2), L.BatchNormalization()], name="backbone")
    back.layers[1].trainable = False
    i = keras.Input((8, 8, 3), name="inner_input")
    a = L.Conv2D(4, 1)(i)
    inner = keras.Model(i, L.Add()([a, L.ReLU(6.0)(a)]), name="inner")
    x = keras.Input((8, 8, 3), name="x")
    shared = L.Conv2D(4, 3, padding="same", name="shared")
    t = L.Concatenate()([inner(x), shared(shared(back(x)))])
    t = L.Normalization()(t)
    t = L.SeparableConv2D(4, 3)(t)
    t = L.DepthwiseConv2D(3)(t)
    t = L.PReLU()(t)
    return keras.Model(x, L.Dense(3)(L.Flatten()(t)), name="nested")


def transfer():
    """TensorFlow's tutorial on transfer learning: augmentation without a shape, preprocessing as operations, a frozen base."""
    augmentation = keras.Sequential([L.RandomFlip("horizontal"), L.RandomRotation(0.2)])
    base = keras.applications.MobileNetV2(input_shape=(96, 96, 3), alpha=0.35, include_top=False, weights=None)
    base.trainable = False
    x = keras.Input((96, 96, 3))
    t = keras.applications.mobilenet_v2.preprocess_input(augmentation(x))
    t = L.GlobalAveragePooling2D()(base(t, training=False))
    return keras.Model(x, L.Dense(5, activation="softmax")(L.Dropout(0.2)(t)), name="transfer")


def teachable():
    """Models in a model in a Sequential, as Teachable Machine makes them."""
    base = keras.applications.MobileNetV2(input_shape=(96, 96, 3), alpha=0.35, include_top=False, weights=None)
    body = keras.Sequential([base, L.GlobalAveragePooling2D()], name="body")
    head = keras.Sequential([input_layer((1280,)), L.Dense(100, activation="relu"), L.Dense(3, use_bias=False, activation="softmax")], name="head")
    return keras.Sequential([body, head], name="teachable")


def places(name, model):
    """Where each file keeps each weight, in the order in which it lists them."""
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "m.keras")
        model.save(path)
        archive = h5py.File(io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5")))
        found = {"archive": {}, "legacy": {}, "checkpoint": []}
        archive.visititems(lambda n, o: found["archive"].__setitem__(n, list(o.shape)) if isinstance(o, h5py.Dataset) and n.startswith("layers") and "generator" not in n else None)
        path = os.path.join(d, "m.h5")
        model.save(path)
        weights = h5py.File(path)["model_weights"]
        for layer in weights.attrs["layer_names"]:
            found["legacy"][layer] = [list(weights[layer][w].shape) for w in weights[layer].attrs["weight_names"]]
        if version == "2":
            import tensorflow as tf
            from tensorflow.core.protobuf import trackable_object_graph_pb2 as pb
            path = os.path.join(d, "saved")
            model.save(path)
            reader = tf.train.load_checkpoint(path + "/variables/variables")
            graph = pb.TrackableObjectGraph()
            graph.ParseFromString(reader.get_tensor("_CHECKPOINTABLE_OBJECT_GRAPH"))

            def walk(node, prefix):
                for child in graph.nodes[node].children:
                    if child.local_name.startswith("layer_with_weights"):
                        walk(child.node_id, prefix + child.local_name + "/")
                    elif graph.nodes[child.node_id].attributes and not child.local_name.startswith("adapt"):
                        found["checkpoint"].append(prefix + child.local_name)
            walk(0, "")
    write(f"{name}.keras{version}.places", json.dumps(found, sort_keys=True), "gz")


for app in ["MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "ResNet50"]:
    keras.backend.clear_session()
    config("applications/" + app, getattr(keras.applications, app)(weights=None))
keras.backend.clear_session()
m = functional()
config("functional", m)
summary("functional", m)
keras.backend.clear_session()
m = nested()
config("nested", m)
summary("nested", m)
places("nested", m)
keras.backend.clear_session()
m = keras.applications.MobileNetV2(input_shape=(32, 32, 3), alpha=0.35, weights=None, classes=5)
summary("mobilenetv2", m, "summary.txt.gz")
config("mobilenetv2", m)
for make in (transfer, teachable):
    keras.backend.clear_session()
    m = make()
    config(make.__name__, m)
    summary(make.__name__, m)
    places(make.__name__, m)


def shapes():
    """Output shapes of layers with random settings, as Keras infers them; null where it refuses or nothing is left."""
    import random
    rng = random.Random(1)
    pick = lambda *v: rng.choice(v)
    found = []
    for _ in range(400):
        size = lambda: [pick(1, 2, 3, 4, 5, 7), pick(1, 2, 3, 5)]
        windowed = dict(padding=pick("valid", "same"))
        if pick(0, 1):
            windowed["strides"] = [pick(1, 2, 3), pick(1, 2)]
        conv = dict(kernel_size=size(), **windowed)
        if pick(0, 0, 1):
            conv["dilation_rate"] = [pick(1, 2), pick(1, 3)]
        name, settings = pick(
            ("Conv2D", dict(filters=pick(4, 6), groups=pick(1, 1, 2, 3), **conv)),
            ("DepthwiseConv2D", dict(depth_multiplier=pick(1, 2), **conv)),
            ("SeparableConv2D", dict(filters=5, **conv)),
            ("MaxPooling2D", dict(pool_size=size(), **windowed)),
            ("AveragePooling2D", dict(pool_size=size(), **windowed)),
            ("ZeroPadding2D", dict(padding=pick(2, [1, 2], [[1, 0], [2, 3]]))),
            ("Cropping2D", dict(cropping=pick(1, [1, 2], [[1, 0], [2, 3]]))))
        shape = [rng.randint(1, 20), rng.randint(1, 20), pick(1, 2, 3, 6)]
        try:
            layer = getattr(L, name)(**settings)
            x = keras.Input(shape)
            out = list(layer(x).shape)[1:]
            both = max(settings.get("strides", [1])) > 1 and max(settings.get("dilation_rate", [1])) > 1  # TensorFlow can't run it
            out = out if min(out) > 0 and not both else None
        except Exception:
            out = None
        found.append([name, settings, shape, out])
    write("shapes", "[\n" + ",\n".join(json.dumps(f) for f in found) + "\n]\n", "gz")


if version == "3":
    shapes()

"""Proves edged's readers and writers with real Keras, Keras 3 (keras) and Keras 2 (tf_keras), and with TensorFlow Lite.

    python check.py EDGED [reference] [applications] [quantized]

reference     every case of testdata/reference, in every form, converted to every form that edged writes: Keras loads it,
              finds it compiled as before and predicts the same to 1e-6; TensorFlow Lite predicts the same to 1e-6 in
              float32 and 1e-3 in float16
applications  MobileNet, MobileNetV2, MobileNetV3Small, EfficientNetB0 and ResNet50 at full size with random weights, as
              Keras 3 saves them in .keras and .h5 files and exports them to ONNX, and Keras 2 saves them in a .h5 file
              and a SavedModel and tf2onnx converts them: edged has the same best class and scores within 1e-4, and Keras
              loads what edged makes of them and predicts the same to 1e-6, and TensorFlow Lite to 1e-5
quantized     the bundled digits model that edged quantizes to int8: TensorFlow Lite gives the very scores that edged does
"""
import json
import os
import subprocess
import sys
import tempfile

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", TF_ENABLE_ONEDNN_OPTS="0")
import keras
import numpy as np
import tensorflow
import tf2onnx
import tf_keras
from ai_edge_litert.interpreter import Interpreter
from PIL import Image
from safetensors.numpy import load_file, save_file

EDGED = os.path.abspath(sys.argv[1])
REFERENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference")
# What edged writes, and who loads it.
WRITTEN = {"out.keras": [keras], "out.h5": [keras, tf_keras], "out": [tf_keras]}
failures = 0


def edged(*arguments):
    subprocess.run([EDGED, *arguments], check=True, stdout=subprocess.DEVNULL)


def expect(what, got, bound):
    global failures
    failures += not got <= bound
    print(f"{'ok  ' if got <= bound else 'FAIL'} {what}: {got:.2g}, at most {bound:g}", flush=True)


def answer(model, samples):
    return np.asarray(model(samples, training=False))


def convert(model, folder, keras3_only=False):
    """Converts a model to every form and yields each with the Keras that is to load it."""
    for name, versions in WRITTEN.items():
        if keras3_only:
            versions = [v for v in versions if v is keras]
        if not versions:
            continue
        path = os.path.join(folder, name)
        edged("convert", model, path, "--format", "savedmodel" if name == "out" else "auto")
        for version in versions:
            yield path, version


def lite(path, samples):
    """Answers samples one by one with TensorFlow Lite."""
    interpreter = Interpreter(model_path=path)
    interpreter.allocate_tensors()
    input, output = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    answers = []
    for sample in samples:
        interpreter.set_tensor(input, sample[None])
        interpreter.invoke()
        answers.append(interpreter.get_tensor(output)[0].copy())
    return np.stack(answers)


def reference():
    for case in sorted(os.listdir(REFERENCE)):
        recorded = os.path.join(REFERENCE, case, "io.safetensors")
        if not os.path.exists(recorded):
            continue
        tensors = load_file(recorded)
        for form in "savedmodel", "keras2.h5", "keras3.h5", "keras3.keras":
            with tempfile.TemporaryDirectory() as folder:
                for path, version in convert(os.path.join(REFERENCE, case, form), folder):
                    model = version.models.load_model(path)
                    what = f"{case}/{form} as {os.path.basename(path)} in {version.__name__}"
                    expect(what, np.abs(answer(model, tensors["input"]) - tensors["output"]).max(), 1e-6)
                    expect(f"{what}, learning rate", abs(float(model.optimizer.learning_rate) - 1e-4), 1e-9)
                for precision, bound in ("float32", 1e-6), ("float16", 1e-3):
                    path = os.path.join(folder, f"{precision}.tflite")
                    edged("convert", os.path.join(REFERENCE, case, form), path, "--precision", precision)
                    expect(f"{case}/{form} as {precision} in TensorFlow Lite", np.abs(lite(path, tensors["input"]) - tensors["output"]).max(), bound)
        keras.backend.clear_session()
        tf_keras.backend.clear_session()


APPLICATIONS = {"MobileNet": (-1, 1), "MobileNetV2": (-1, 1), "MobileNetV3Small": (0, 255), "EfficientNetB0": (0, 255), "ResNet50": (-120, 130)}

KERAS3_ONLY = {"MobileNetV3Small"}  # Keras 3 builds it with an activation that Keras 2 doesn't have


def randomize(model, seed):
    """Spreads the statistics of batch normalization, which Keras starts at 0 and 1."""
    random = np.random.default_rng(seed)
    for layer in model.layers:
        if layer.__class__.__name__ == "BatchNormalization":
            weights = layer.get_weights()
            spread = [random.uniform(0.8, 1.2, w.shape) if i in (0, 3) else random.uniform(-0.1, 0.1, w.shape) for i, w in enumerate(weights)]
            layer.set_weights(spread)


def save(model, version, path):
    if not path.endswith(".onnx"):
        model.save(path)
    elif version is keras:
        model.export(path, format="onnx", verbose=False)
    else:
        specification = [tensorflow.TensorSpec((None, *model.input_shape[1:]), tensorflow.float32, name="input")]
        tf2onnx.convert.from_keras(model, specification, opset=13, output_path=path)


def applications():
    for name, (low, high) in APPLICATIONS.items():
        for version, forms in (keras, ["in.keras", "in.h5", "in.onnx"]), (tf_keras, ["in.h5", "in", "in.onnx"]):
            version.utils.set_random_seed(7)
            model = getattr(version.applications, name)(weights=None, input_shape=(224, 224, 3), classes=10)
            randomize(model, 7)
            samples = np.random.default_rng(1).uniform(low, high, (3, 224, 224, 3)).astype("float32")
            want = answer(model, samples)
            with tempfile.TemporaryDirectory() as folder:
                save_file({"input": samples}, os.path.join(folder, "input.safetensors"))
                for form in forms:
                    path = os.path.join(folder, form)
                    save(model, version, path)
                    edged("activations", "--model", path, "--input", os.path.join(folder, "input.safetensors"), "--output", os.path.join(folder, "output.safetensors"))
                    got = load_file(os.path.join(folder, "output.safetensors"))["output"]
                    what = f"{name} from {form} of {version.__name__}"
                    expect(what, np.abs(got - want).max(), 1e-4)
                    expect(f"{what}, other classes", int((got.argmax(1) != want.argmax(1)).sum()), 0)
                for path, loader in convert(os.path.join(folder, forms[0]), folder, version is keras and name in KERAS3_ONLY):
                    back = loader.models.load_model(path, compile=False)
                    expect(f"{name} of {version.__name__} as {os.path.basename(path)} in {loader.__name__}", np.abs(answer(back, samples) - want).max(), 1e-6)
                path = os.path.join(folder, "out.tflite")
                edged("convert", os.path.join(folder, forms[0]), path)
                expect(f"{name} of {version.__name__} in TensorFlow Lite", np.abs(lite(path, samples) - want).max(), 1e-5)
            keras.backend.clear_session()
            tf_keras.backend.clear_session()


def quantized():
    digits = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "digits")
    pictures = os.path.join(digits, "valid")
    with tempfile.TemporaryDirectory() as folder:
        model, path = os.path.join(folder, "int8"), os.path.join(folder, "int8.tflite")
        edged("quantize", "--model", os.path.join(digits, "model"), "--precision", "int8", "--calibrate", pictures, "--out", model)
        edged("convert", model, path)
        predictions = subprocess.run([EDGED, "predict", "--json", "--model", model, "--resize", "bilinear-antialias", pictures], check=True, capture_output=True, text=True)
        want, samples = [], []
        for line in predictions.stdout.splitlines():
            prediction = json.loads(line)
            want.append([prediction["scores"][label] for label in sorted(prediction["scores"], key=int)])
            picture = Image.open(prediction["file"]).convert("RGB").resize((224, 224), Image.BILINEAR)
            samples.append(np.asarray(picture, "float32") / 255)
        expect("digits in int8 in TensorFlow Lite", np.abs(lite(path, samples) - np.array(want)).max(), 0)


PARTS = {"reference": reference, "applications": applications, "quantized": quantized}
for part in sys.argv[2:] or PARTS:
    PARTS[part]()
sys.exit(f"{failures} failures" if failures else 0)

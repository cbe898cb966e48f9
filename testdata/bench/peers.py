"""Times edged and what a user would pick instead on this machine, in turn, in one run, and prints the table of docs/PERFORMANCE.md.

    python peers.py EDGED MODELS_DIR [--rounds 3] [--seconds 0.5] [--networks tutorial,mobilenetv2] [--precisions float32,float16,int8] [--threads 1,2]

MODELS_DIR is what make_models.py wrote. In every round each runtime gets the same time, one after the other; times are of one picture.
"""
import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import time

os.environ.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3")
import cv2
import ncnn
import numpy as np
import onnxruntime
from ai_edge_litert.interpreter import Interpreter

onnxruntime.set_default_logger_severity(3)
PICTURE = np.random.default_rng(0).uniform(0, 1, (1, 224, 224, 3)).astype("f4")
PLANES = np.ascontiguousarray(PICTURE.transpose(0, 3, 1, 2))


def timed(predict, seconds):
    for _ in range(3):
        predict()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 10:
        begin = time.perf_counter()
        predict()
        times.append((time.perf_counter() - begin) * 1e3)
    return min(times), statistics.median(times)


def edged(folder, precision, threads, seconds):
    model = folder + ("/int8.tflite" if precision == "int8" else "/model.keras")
    line = [ARGUMENTS.edged, "bench", "--json", "--model", model, "--precision", precision, "--threads", str(threads), "--time", f"{seconds}s"]
    run = subprocess.run(line, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(run.stderr.strip())
    result = json.loads(run.stdout)
    return result["min_ms"], result["median_ms"]


def litert(folder, precision, threads, seconds):
    it = Interpreter(model_path=f"{folder}/{precision}.tflite", num_threads=threads)
    it.allocate_tensors()
    i, o = it.get_input_details()[0], it.get_output_details()[0]
    x = PICTURE
    if i["dtype"] != np.float32:
        scale, zero = i["quantization"]
        x = np.clip(np.round(x / scale) + zero, -128, 127).astype(i["dtype"])

    def predict():
        it.set_tensor(i["index"], x)
        it.invoke()
        it.get_tensor(o["index"])

    return timed(predict, seconds)


def onnx_runtime(folder, precision, threads, seconds):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(f"{folder}/{precision}.onnx", options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return timed(lambda: session.run(None, {name: PLANES}), seconds)


def opencv(folder, precision, threads, seconds):
    cv2.setNumThreads(threads)
    net = cv2.dnn.readNetFromONNX(f"{folder}/{precision}.onnx")

    def predict():
        net.setInput(PLANES)
        net.forward()

    return timed(predict, seconds)


def ncnn_net(folder, precision, threads, seconds):
    net, half = ncnn.Net(), precision == "float16"
    net.opt.num_threads = threads
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = half
    net.opt.use_bf16_storage = False
    net.load_param(folder + "/ncnn.param")
    net.load_model(folder + "/ncnn.bin")
    mat = ncnn.Mat(PLANES[0])

    def predict():
        extractor = net.create_extractor()
        extractor.input("in0", mat)
        extractor.extract("out0")

    return timed(predict, seconds)


# Each runtime, its package, and the files that a precision of it needs.
RUNTIMES = [
    ("edged", None, edged, {"float32": "model.keras", "float16": "model.keras", "int8": "int8.tflite"}),
    ("LiteRT", "ai-edge-litert", litert, {"float32": "float32.tflite", "float16": "float16.tflite", "int8": "int8.tflite"}),
    ("ncnn", "ncnn", ncnn_net, {"float32": "ncnn.param", "float16": "ncnn.param"}),
    ("ONNX Runtime", "onnxruntime", onnx_runtime, {"float32": "float32.onnx", "int8": "int8.onnx"}),
    ("OpenCV DNN", "opencv-python-headless", opencv, {"float32": "float32.onnx"}),
]


def measure(network, precision, threads):
    """Returns the best minimum and the median of medians of each runtime."""
    folder, seen, failed = os.path.join(ARGUMENTS.models, network), {}, set()
    for _ in range(ARGUMENTS.rounds):
        for name, _, run, files in RUNTIMES:
            if precision not in files or name in failed or not os.path.exists(f"{folder}/{files[precision]}"):
                continue
            try:
                seen.setdefault(name, []).append(run(folder, precision, threads, ARGUMENTS.seconds))
            except Exception as e:
                failed.add(name)
                print(f"{name} {network} {precision}: {str(e).splitlines()[0][:150]}")
    return {name: (min(lo for lo, _ in all), statistics.median(m for _, m in all)) for name, all in seen.items() if name not in failed}


def row(network, precision, threads, times):
    peers = {name: t for name, t in times.items() if name != "edged"}
    cells = [network, precision, str(threads)]
    cells += ["%.2f, %.2f" % times[name] if name in times else "-" for name, *_ in RUNTIMES]
    for i in range(2):
        best = min(peers, key=lambda name: peers[name][i])
        cells.append(f"{peers[best][i] / times['edged'][i]:.2f} ({best})" if "edged" in times else "-")
    return "| " + " | ".join(cells) + " |"


def main():
    versions = ", ".join(f"{name} {importlib.metadata.version(package)}" for name, package, *_ in RUNTIMES if package)
    with open("/proc/cpuinfo") as f:
        cpu = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), platform.machine())
    print(f"{time.strftime('%Y-%m-%d')}, {cpu}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {versions}\n")
    heads = ["network", "precision", "threads"] + [name for name, *_ in RUNTIMES] + ["best peer / edged: minima", "medians"]
    print("| " + " | ".join(heads) + " |\n|" + " --- |" * len(heads))
    for network in ARGUMENTS.networks.split(","):
        for precision in ARGUMENTS.precisions.split(","):
            for threads in map(int, ARGUMENTS.threads.split(",")):
                print(row(network, precision, threads, measure(network, precision, threads)), flush=True)


parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument("edged")
parser.add_argument("models")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--seconds", type=float, default=0.5)
parser.add_argument("--networks", default="tutorial,mobilenet,mobilenetv2")
parser.add_argument("--precisions", default="float32,float16,int8")
parser.add_argument("--threads", default="1,2")
ARGUMENTS = parser.parse_args()
main()

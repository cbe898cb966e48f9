"""Trains the tutorial's network at 224x224 in batches of 32, with Adam, by edged and by Keras in turn, and prints images a second, loading included.

    python training.py EDGED [--pictures DIR] [--rounds 3] [--epochs 4]

Without --pictures the ones of testdata/digits are copied until there are 20 batches. Of every run the first epoch, which reads the files, and
the start of the program count only in the last column; the middle one is the median epoch after it.
"""
import argparse
import importlib.metadata
import json
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


def copies(folder):
    files = sorted((HERE.parent / "digits" / "valid").glob("*/*"))
    for i in range(640):
        source = files[i % len(files)]
        (folder / source.parent.name).mkdir(exist_ok=True)
        shutil.copy(source, folder / source.parent.name / f"{i:04d}{source.suffix}")
    return folder


def edged(pictures, out):
    line = [ARGUMENTS.edged, "fit", "--train", pictures, "--out", out, "--epochs", str(ARGUMENTS.epochs), "--progress", "json"]
    events = [json.loads(l) for l in subprocess.run(line, check=True, capture_output=True, text=True).stdout.splitlines()]
    return [e["epoch"]["seconds"] for e in events if e["event"] == "epoch"]


def keras(pictures, _):
    line = [sys.executable, HERE / "training_keras.py", pictures, str(ARGUMENTS.epochs)]
    return [float(l) for l in subprocess.run(line, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.split()]


def cpu():
    try:
        return next(l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def main():
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        pictures = ARGUMENTS.pictures
        if not pictures:
            (scratch / "pictures").mkdir()
            pictures = copies(scratch / "pictures")
        count = sum(1 for f in pathlib.Path(pictures).glob("*/*") if f.is_file())
        print(f"{cpu()}, {time.strftime('%Y-%m-%d')}, TensorFlow {importlib.metadata.version('tensorflow-cpu')}, Keras {importlib.metadata.version('keras')}, "
              f"{count} pictures, {ARGUMENTS.epochs} epochs, {ARGUMENTS.rounds} rounds, images a second\n")
        print("| round | runtime | epochs after the first | whole run, start included |\n| --- | --- | --- | --- |", flush=True)
        steady = {"edged": [], "Keras": []}
        for round in range(1, ARGUMENTS.rounds + 1):
            for name, run in ("edged", edged), ("Keras", keras):
                begin = time.perf_counter()
                epochs = run(pictures, scratch / f"model{round}")
                whole = count * len(epochs) / (time.perf_counter() - begin)
                rates = [count / s for s in epochs[1:]]
                steady[name] += rates
                print(f"| {round} | {name} | {statistics.median(rates):.1f} | {whole:.1f} |", flush=True)
        medians = {name: statistics.median(rates) for name, rates in steady.items()}
        print(f"\nmedians: edged {medians['edged']:.1f}, Keras {medians['Keras']:.1f}, ratio {medians['edged'] / medians['Keras']:.2f}")


parser = argparse.ArgumentParser()
parser.add_argument("edged")
parser.add_argument("--pictures")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--epochs", type=int, default=4)
ARGUMENTS = parser.parse_args()
if ARGUMENTS.epochs < 2:
    parser.error("--epochs must be at least 2: the first one reads the files")
main()

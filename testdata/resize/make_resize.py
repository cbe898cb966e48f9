"""Records how OpenCV, Pillow and TensorFlow resize pictures: chelsea, coffee (scikit-image's sample pictures, public domain) and a digit to
224x224 as PNG, and noise between random sizes as checksums (cases.json).

    python make_resize.py REFERENCE_DIR OUT_DIR     (packages: numpy pillow==11.3.0 opencv-python-headless safetensors; Pillow 13 passes over rows first for some shapes)
REFERENCE_DIR holds NAME.png and NAME.safetensors with the pictures that the three libraries made.
"""
import json, os, random, sys, zlib
import cv2, numpy as np
from PIL import Image
from safetensors.numpy import load_file

source, out = sys.argv[1:3]
for name in ("chelsea", "coffee", "digit"):
    Image.open(os.path.join(source, name + ".png")).save(os.path.join(out, name + ".png"), optimize=True)
    for key, pixels in load_file(os.path.join(source, name + ".safetensors")).items():
        if key in ("opencv.nearest", "opencv.linear", "opencv.area", "pillow.bilinear", "tensorflow.bilinear"):
            Image.fromarray(pixels).save(os.path.join(out, f"{name}.{key}.png"), optimize=True)

def noise(width, height):
    """The same noise as in the Go test: a linear congruential generator's upper byte."""
    values, state = bytearray(), width * 65536 + height
    for _ in range(width * height * 3):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values.append(state >> 24)
    return np.frombuffer(bytes(values), "u1").reshape(height, width, 3)

rng, cases = random.Random(7), []
sizes = [(1, 1, 5, 7), (5, 7, 1, 1), (64, 48, 32, 24), (64, 48, 16, 12), (90, 35, 30, 7), (20, 20, 224, 224), (640, 480, 224, 224), (3, 200, 200, 3)]
sizes += [tuple(rng.randint(1, 130) for _ in range(4)) for _ in range(150)]
for sw, sh, dw, dh in sizes:
    picture = noise(sw, sh)
    resized = {
        "nearest": cv2.resize(picture, (dw, dh), interpolation=cv2.INTER_NEAREST),
        "bilinear": cv2.resize(picture, (dw, dh), interpolation=cv2.INTER_LINEAR),
        "area": cv2.resize(picture, (dw, dh), interpolation=cv2.INTER_AREA),
        "bilinear-antialias": np.asarray(Image.fromarray(picture).resize((dw, dh), Image.BILINEAR)),
    }
    cases.append({"from": [sw, sh], "to": [dw, dh], **{k: zlib.crc32(np.ascontiguousarray(v).tobytes()) for k, v in resized.items()}})
with open(os.path.join(out, "cases.json"), "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")

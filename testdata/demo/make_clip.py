"""Makes digits.mp4, a clip of handwritten digits shown to a camera: moving a little, with noise, a dark moment between two. truth.json says
which frames show which digit.

    python make_clip.py     (Debian: ffmpeg; PyPI: numpy opencv-python-headless)
pictures/ holds two 20x20 pictures of each digit from the validation part of the digits (OpenCV's sample picture digits.png, Apache-2.0).
"""
import json, os, subprocess
import cv2, numpy as np

WIDTH, HEIGHT, RATE = 640, 480, 25
SHOWN, DARK = 28, 4  # frames a digit is shown, and frames between two
ORDER = [3, 7, 1, 0, 9, 4, 6, 2, 8, 5, 0, 2, 7, 6, 1, 8, 3, 9, 5, 4]
HERE = os.path.dirname(os.path.abspath(__file__))
PICTURES = os.path.join(HERE, "pictures")

def frames(rng):
    shown = {digit: iter(sorted(os.listdir(os.path.join(PICTURES, digit)))) for digit in os.listdir(PICTURES)}
    for digit in ORDER:
        name = next(shown[str(digit)])
        small = cv2.imread(os.path.join(PICTURES, str(digit), name), cv2.IMREAD_GRAYSCALE)
        big = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR).astype("f4")
        phase = rng.uniform(0, 6.28, 4)
        for k in range(DARK):
            yield None, np.full((HEIGHT, WIDTH), 4.0, "f4")
        for k in range(SHOWN):
            t = k / RATE * 2.5
            move = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 2.5 * np.sin(t + phase[0]), 1 + 0.03 * np.sin(t + phase[1]))
            move[0, 2] += 0.02 * WIDTH * np.sin(1.3 * t + phase[2])
            move[1, 2] += 0.02 * HEIGHT * np.sin(1.1 * t + phase[3])
            yield digit, cv2.warpAffine(big, move, (WIDTH, HEIGHT))

def main():
    rng, truth = np.random.default_rng(1), []
    encoder = subprocess.Popen(["ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "-",
        "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "30", "-g", str(RATE), "-bitexact", os.path.join(HERE, "digits.mp4")], stdin=subprocess.PIPE)
    for index, (digit, picture) in enumerate(frames(rng)):
        noisy = picture + rng.normal(0, 5, picture.shape)
        encoder.stdin.write(noisy.clip(0, 255).astype("u1").tobytes())
        label = None if digit is None else str(digit)
        if truth and truth[-1]["label"] == label:
            truth[-1]["last"] = index
        else:
            truth.append({"first": index, "last": index, "label": label})
    encoder.stdin.close()
    if encoder.wait() != 0:
        raise SystemExit("ffmpeg failed")
    with open(os.path.join(HERE, "truth.json"), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(t) for t in truth) + "\n]\n")

main()

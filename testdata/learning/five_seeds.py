"""Teaches digits 0 to 7 and then 8 and 9 by `edged fit`, and prints how well both are known.

    python five_seeds.py EDGED DIGITS WORK [--seeds 1 2 3 4 5] [--held-out] [options of `edged fit --head-only`]

DIGITS holds train and valid, each with a folder for each digit. For each seed the tutorial's
network learns 200 pictures of each old digit in 3 epochs; then the head is fitted to 40 of
these and to 10 or 40 pictures of each new digit. Names decide what is held out: files are named
so that nothing is, unless --held-out leaves one of five to chance. Bases and features are kept
in WORK. It needs Python alone.
"""

import argparse
import json
import pathlib
import random
import shutil
import subprocess

OLD, NEW = "01234567", "89"


def held_out(name):
    """What storage.HeldOut says of a file name."""
    h = 0xCBF29CE484222325
    for b in name.encode():
        h = (h ^ b) * 0x100000001B3 % 2**64
    return (h ^ h >> 32) % 5 == 0


def draw(digits, seed):
    """The pictures of a seed: to teach, to replay, and new ones."""
    r = random.Random(seed)
    names = {c: sorted(p.name for p in (digits / "train" / c).iterdir()) for c in OLD + NEW}
    taught = {c: r.sample(names[c], 200) for c in OLD}
    return taught, {c: taught[c][:40] for c in OLD}, {c: r.sample(names[c], 40) for c in NEW}


def copy(digits, pictures, to, all_trained):
    shutil.rmtree(to, ignore_errors=True)
    for c, files in pictures.items():
        (to / c).mkdir(parents=True)
        for f in files:
            name, k = f"{c}_{f}", 0
            while all_trained and held_out(name):
                k += 1
                name = f"{c}_{k}_{f}"
            shutil.copy(digits / "train" / c / f, to / c / name)


def run(*command, may_fail=False):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode and not may_fail:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done


def recalls(edged, model, digits):
    classes = json.loads(run(edged, "evaluate", "--model", model, digits / "valid", "--json").stdout)["classes"]
    of = {c["label"]: c["recall"] for c in classes}
    mean = lambda labels: sum(of[c] for c in labels) / len(labels)
    return mean(NEW), mean(OLD)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("edged", type=pathlib.Path)
    parser.add_argument("digits", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--held-out", action="store_true")
    a, options = parser.parse_known_args()
    a.edged = a.edged.resolve()
    a.work.mkdir(parents=True, exist_ok=True)
    for captures in 10, 40:
        results = []
        for seed in a.seeds:
            taught, replayed, new = draw(a.digits, seed)
            base, to, out = (a.work / f"{name}{seed}" for name in ("base", "captures", "out"))
            if not base.exists():
                copy(a.digits, taught, to, False)
                run(a.edged, "fit", "--train", to, "--epochs", 3, "--seed", seed, "--out", base)
            copy(a.digits, replayed | {c: f[:captures] for c, f in new.items()}, to, not a.held_out)
            shutil.rmtree(out, ignore_errors=True)
            fit = run(a.edged, "fit", "--head-only", "--model", base, "--captures", to, "--features", a.work / f"features{seed}", "--out", out, *options, may_fail=True)
            if not out.exists():
                print(f"{captures} captures, seed {seed}: not committed\n{fit.stdout}{fit.stderr}", flush=True)
                continue
            results.append(recalls(a.edged, out, a.digits))
            print(f"{captures} captures, seed {seed}: new {results[-1][0]:.3f}, old {results[-1][1]:.3f}", flush=True)
        if results:
            print(f"{captures} captures, mean of {len(results)}: new {sum(r[0] for r in results) / len(results):.3f}, old {sum(r[1] for r in results) / len(results):.3f}", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Compares the errors of Winograd's F(2x2), F(4x4) and F(6x6) for 3x3 kernels, which docs/PERFORMANCE.md lists.

Errors of 32 channels to 64 filters, in standard deviations of the output: in float32, and with transformed patches,
weights and sums in float16. Needs numpy."""
import numpy as np

TILES = {
    2: ([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]],
        [[1, 0, 0], [1 / 2, 1 / 2, 1 / 2], [1 / 2, -1 / 2, 1 / 2], [0, 0, 1]],
        [[1, 1, 1, 0], [0, 1, -1, -1]]),
    4: ([[4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0], [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1]],
        [[1 / 4, 0, 0], [-1 / 6, -1 / 6, -1 / 6], [-1 / 6, 1 / 6, -1 / 6], [1 / 24, 1 / 12, 1 / 6], [1 / 24, -1 / 12, 1 / 6], [0, 0, 1]],
        [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]),
    6: ([[1, 0, -21 / 4, 0, 21 / 4, 0, -1, 0], [0, 1, 1, -17 / 4, -17 / 4, 1, 1, 0], [0, -1, 1, 17 / 4, -17 / 4, -1, 1, 0],
         [0, 1 / 2, 1 / 4, -5 / 2, -5 / 4, 2, 1, 0], [0, -1 / 2, 1 / 4, 5 / 2, -5 / 4, -2, 1, 0],
         [0, 2, 4, -5 / 2, -5, 1 / 2, 1, 0], [0, -2, 4, 5 / 2, -5, -1 / 2, 1, 0], [0, -1, 0, 21 / 4, 0, -21 / 4, 0, 1]],
        [[1, 0, 0], [-2 / 9, -2 / 9, -2 / 9], [-2 / 9, 2 / 9, -2 / 9], [1 / 90, 1 / 45, 2 / 45], [1 / 90, -1 / 45, 2 / 45],
         [32 / 45, 16 / 45, 8 / 45], [32 / 45, -16 / 45, 8 / 45], [0, 0, 1]],
        [[1, 1, 1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 1 / 2, -1 / 2, 0], [0, 1, 1, 4, 4, 1 / 4, 1 / 4, 0],
         [0, 1, -1, 8, -8, 1 / 8, -1 / 8, 0], [0, 1, 1, 16, 16, 1 / 16, 1 / 16, 0], [0, 1, -1, 32, -32, 1 / 32, -1 / 32, 1]]),
}
TRIALS, CHANNELS, FILTERS = 300, 32, 64


def convolve(patches, kernels, side):
    return sum(np.einsum("tcyx,fc->tfyx", patches[:, :, i:i + side, j:j + side], kernels[:, :, i, j]) for i in range(3) for j in range(3))


def winograd(patches, kernels, matrices, kind):
    b, g, a = (np.array(m) for m in matrices)
    weights = (g @ kernels @ g.T).astype(kind)
    b, a = b.astype("f4"), a.astype("f4")
    inputs = (b @ patches.astype("f4") @ b.T).astype(kind)
    sums = np.zeros((TRIALS, FILTERS, *inputs.shape[2:]), kind)
    for c in range(CHANNELS):
        sums += inputs[:, None, c] * weights[None, :, c]
    return a @ sums.astype("f4") @ a.T


for side, matrices in TILES.items():
    random = np.random.default_rng(1)
    patches = random.uniform(0, 1, (TRIALS, CHANNELS, side + 2, side + 2)).astype("f4").astype(float)
    kernels = random.normal(0, 0.1, (FILTERS, CHANNELS, 3, 3)).astype("f4").astype(float)
    want = convolve(patches, kernels, side)
    for name, kind in ("float32", "f4"), ("float16", "f2"):
        error = np.abs(winograd(patches, kernels, matrices, kind) - want) / want.std()
        print(f"F({side}x{side},3x3) {name}: worst {error.max():.1e}, root mean square {np.sqrt((error**2).mean()):.1e}")

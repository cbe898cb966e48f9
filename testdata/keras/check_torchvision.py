"""Proves edged's ONNX reader with torchvision's networks, exported by PyTorch's both exporters.

    pip install torch torchvision onnx onnxscript safetensors     (some gigabytes: not part of make test)
    python check_torchvision.py EDGED [NAME...]

Outputs are within 1e-5 of PyTorch's, relative to the largest.
"""
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch
import torchvision
from safetensors.numpy import load_file, save_file

EDGED = os.path.abspath(sys.argv[1])
NAMES = ["resnet18", "mobilenet_v2", "mobilenet_v3_small", "squeezenet1_1", "vgg11", "efficientnet_b0", "densenet121", "googlenet",
         "mnasnet0_5", "regnet_x_400mf", "alexnet", "resnext50_32x4d"]


def network(name):
    torch.manual_seed(1)
    more = {"init_weights": False} if name == "googlenet" else {}
    model = getattr(torchvision.models, name)(weights=None, num_classes=10, **more).eval()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.1, 0.1)
            module.running_var.uniform_(0.8, 1.2)
    return model


failures = 0
for name in sys.argv[2:] or NAMES:
    model, samples = network(name), torch.randn(2, 3, 224, 224)
    with torch.no_grad():
        want = model(samples).numpy()
    for dynamo in False, True:
        with tempfile.TemporaryDirectory() as folder:
            path, given, made = (os.path.join(folder, n) for n in ("model.onnx", "in.safetensors", "out.safetensors"))
            save_file({"input": np.ascontiguousarray(samples.permute(0, 2, 3, 1).numpy())}, given)
            torch.onnx.export(model, (samples[:1],), path, dynamo=dynamo, **({"external_data": False} if dynamo else {}))
            subprocess.run([EDGED, "activations", "--model", path, "--input", given, "--output", made], check=True)
            off = np.abs(load_file(made)["output"] - want).max() / np.abs(want).max()
        failures += not off <= 1e-5
        print(f"{'ok  ' if off <= 1e-5 else 'FAIL'} {name}, {'torch.export' if dynamo else 'TorchScript'}: {off:.2g}", flush=True)
sys.exit(f"{failures} failures" if failures else 0)

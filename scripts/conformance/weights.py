"""Writes the weights of a safetensors file (Keras's names) in the formats of PyTorch
and of its exporters: python weights.py IN.safetensors OUT_FOLDER."""
import os
import sys

import numpy as np
import torch
import torchvision

from tensors import read_safetensors

SOURCE, OUT = sys.argv[1:3]


def vgg19():
    """torchvision's network with the file's values in PyTorch's layout."""
    net = torchvision.models.vgg19(weights=None).eval()
    modules = [m for m in (*net.features, *net.classifier) if hasattr(m, "weight")]
    tensors = read_safetensors(SOURCE)
    layers = sorted(k[: -len("/kernel")] for k in tensors if k.startswith("block") and k.endswith("/kernel"))
    for module, layer in zip(modules, [*layers, "fc1", "fc2", "predictions"], strict=True):
        kernel = tensors[layer + "/kernel"]
        if kernel.ndim == 4:  # (height, width, in, out)
            kernel = kernel.transpose(3, 2, 0, 1)
        elif layer == "fc1":  # (height × width × channel, out)
            kernel = kernel.reshape(7, 7, 512, -1).transpose(3, 2, 0, 1).reshape(kernel.shape[1], -1)
        else:
            kernel = kernel.T
        with torch.no_grad():
            module.weight.copy_(torch.from_numpy(np.ascontiguousarray(kernel)))
            module.bias.copy_(torch.from_numpy(tensors[layer + "/bias"].copy()))
    return net


def save(name, what, **options):
    torch.save(what, os.path.join(OUT, name), **options)


def columns(state):
    """Every matrix with the strides of its transpose, every convolution channels last."""
    def turned(t):
        if t.ndim == 2:
            return t.t().contiguous().t()
        return t.contiguous(memory_format=torch.channels_last) if t.ndim == 4 else t
    return {k: turned(v) for k, v in state.items()}


def export(net, name, **options):
    try:
        torch.onnx.export(net, (torch.zeros(1, 3, 224, 224),), os.path.join(OUT, name), **options)
    except ModuleNotFoundError as e:
        print(f"{name} is not written: {e}", file=sys.stderr)


net = vgg19()
state = net.state_dict()
save("zip.pth", state)
save("legacy.pth", state, _use_new_zipfile_serialization=False)
save("strides.pth", columns(state))
save("checkpoint.pth", {"epoch": 90, "state_dict": {"module." + k: v for k, v in state.items()}, "best_acc1": 71.0})
export(net, "torchscript.onnx", dynamo=False)
export(net, "dynamo.onnx", dynamo=True)  # its values lie in a file beside it

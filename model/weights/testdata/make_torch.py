"""Makes the .pth files of this folder: `pip install torch==2.15.0 && python make_torch.py`.

The values are those of tinyParams in tiny_test.go, laid out as torchvision does.
"""
import argparse
import collections

import torch

LAYERS = {
    "features.0": (3, 3, 3, 4),
    "features.3": (3, 3, 4, 5),
    "classifier.0": (2, 2, 5, 70),
    "classifier.3": (1, 1, 70, 6),
    "classifier.6": (1, 1, 6, 3),
}


def ramp(start, shape):
    n = torch.Size(shape).numel()
    return (((start + 7 * torch.arange(n)) % 31 - 15) / 8).reshape(shape)


def state_dict(dtype=torch.float32, prefix=""):
    d = collections.OrderedDict()
    for i, (name, shape) in enumerate(LAYERS.items()):
        kernel = ramp(i, shape).permute(3, 2, 0, 1)
        if name.startswith("classifier"):
            kernel = kernel.reshape(shape[3], -1)
        d[f"{prefix}{name}.weight"] = kernel.contiguous().to(dtype)
        d[f"{prefix}{name}.bias"] = ramp(3 * i + 1, shape[-1:]).to(dtype)
    return d


def views():
    """Every tensor a view of one storage, with the strides of canonical order."""
    shapes = [s for shape in LAYERS.values() for s in (shape, shape[-1:])]
    store = torch.zeros(5 + sum(torch.Size(s).numel() for s in shapes))
    d, at = {}, 5
    for i, (name, shape) in enumerate(LAYERS.items()):
        n = torch.Size(shape).numel()
        kernel = store[at:at + n].view(shape)
        kernel.copy_(ramp(i, shape))
        d[f"{name}.weight"] = kernel.permute(3, 2, 0, 1)
        at += n
        d[f"{name}.bias"] = store[at:at + shape[-1]]
        d[f"{name}.bias"].copy_(ramp(3 * i + 1, shape[-1:]))
        at += shape[-1]
    for k in (1, 2):  # as two dimensions; the first stays a convolution, as timm has it
        name = f"classifier.{3 * k}.weight"
        d[name] = d[name][:, :, 0, 0]
    return d


class Net(torch.nn.Module):
    pass


OLD = {"_use_new_zipfile_serialization": False}
torch.save(state_dict(), "tiny.pth")
torch.save(state_dict(), "legacy.pth", **OLD)
torch.save({"epoch": 3, "best": 0.5, "state_dict": state_dict(torch.float16, "module."),
            "optimizer": {"state": {0: {"exp_avg": torch.ones(3), "step": torch.tensor(1.)}}, "param_groups": [{"lr": 1e-3, "params": [0]}]}},
           "checkpoint.pth")
torch.save({"model": {k: torch.nn.Parameter(v) for k, v in state_dict(torch.bfloat16).items()},
            "optimizer": {"state": {0: {"exp_avg": torch.ones(3, dtype=torch.float64)}}}}, "legacy_checkpoint.pth", **OLD)
torch.save(state_dict(torch.float64), "double.pth", pickle_protocol=4)
torch.save(views(), "views.pth")
torch.save(views(), "legacy_views.pth", **OLD)
torch.save(torch.nn.Linear(2, 2), "whole.pth")
torch.save(torch.nn.Linear(2, 2), "legacy_whole.pth", **OLD)
torch.save({"args": argparse.Namespace(lr=1), "state_dict": {"features.0.bias": torch.zeros(4)}}, "namespace.pth")
torch.jit.script(torch.nn.Linear(2, 2)).save("script.pth")

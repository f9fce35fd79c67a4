"""Loads a state dictionary that fit export-head wrote into PyTorch and compares
it with the head's own scores, which NAME.jsonl holds:
head_torch.py features STORE NAME          from the stored features of all pages
head_torch.py pixels STORE NAME EVERY      from the pixels of every n-th page"""
import json
import os
import sys

import numpy as np
import safetensors
import torch
import torchvision  # noqa: F401, the statements in the file use it

from headpages import pixels, scores, stored

# Absolute, of a probability. The standardisation is part of the first layer here,
# which takes differences of larger numbers; and features of a float16 store are
# not rounded.
LIMITS = {"features": 1e-5, "pixels": 1e-3}
kind, store, name = sys.argv[1:4]
with safetensors.safe_open(f"{name}.pt.safetensors", "pt") as f:
    metadata = f.metadata()
    tensors = {key: f.get_tensor(key) for key in f.keys()}
exec(metadata["cutpoint.pytorch"])  # our own file; makes net
net.load_state_dict(tensors)  # noqa: F821, strict: every name and every shape
want = scores(name)
rows = stored(store, metadata["cutpoint.cut"])
keys = sorted(want)[:: int(sys.argv[4]) if kind == "pixels" else 1]


def colours(rgb):
    """The preprocessing of the weights: keras.applications.imagenet_utils or torchvision."""
    x = torch.from_numpy(rgb.astype(np.float32))
    if metadata["preprocess"] == "caffe":
        x = x.flip(3) - torch.tensor([103.939, 116.779, 123.68])
    else:
        x = (x / 255 - torch.tensor([0.485, 0.456, 0.406])) / torch.tensor([0.229, 0.224, 0.225])
    return x.permute(0, 3, 1, 2).contiguous()


worst, worst_log, disagree = 0.0, 0.0, 0
with torch.inference_mode():
    for at in range(0, len(keys), 10):
        some = keys[at : at + 10]
        if kind == "pixels":
            x = colours(np.stack([pixels(*rows[k][:2]) for k in some]))
        else:
            x = torch.from_numpy(np.stack([rows[k][2] for k in some]))
            if "normalize" in metadata["cutpoint.pytorch"]:
                x = torch.nn.functional.normalize(x)
        got = net(x).log_softmax(1).double().numpy()  # noqa: F821
        reference = np.stack([want[k] for k in some])
        worst = max(worst, np.abs(np.exp(got) - np.exp(reference)).max())
        worst_log = max(worst_log, np.abs(got - reference).max())
        disagree += int((got.argmax(1) != reference.argmax(1)).sum())
verdict = "" if worst <= LIMITS[kind] and disagree == 0 else "  TOO MUCH"
print(f"{os.path.basename(name):30} from {kind:8} of {len(keys):3} pages, PyTorch {torch.__version__}: probability {worst:.1e}, its logarithm {worst_log:.1e}, {disagree} other classes{verdict}")
sys.exit("the head differs" if verdict else 0)

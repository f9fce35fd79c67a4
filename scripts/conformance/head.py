"""Compares an exported head in ONNX Runtime with the head's own scores, which
NAME.jsonl holds:
head.py features STORE NAME          from the stored features of all pages
head.py pixels STORE NAME EVERY      from the pixels of every n-th page"""
import json
import os
import sys

import numpy as np
import onnx
import onnx.reference
import onnxruntime
from safetensors.numpy import load_file

from headpages import pixels, scores, stored

# Absolute, of a probability. From the same features only the rounding of float32
# differs; from pixels the trunk's sums also have another order.
LIMITS = {"features": 1e-5, "pixels": 1e-4}
# Cosine similarities that are closer than this have no order in float32.
TIE = 1e-6
kind, store, name = sys.argv[1:4]


def ties(vectors, head):
    """Which vectors have a last voter and a first loser that are equally near: who
    votes is then the rounding's choice."""
    unit = vectors.astype(np.float64)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-300)
    similar = -np.sort(-(unit @ head["neighbours.kernel"].astype(np.float64)), axis=1)
    k = int(json.loads(metadata["cutpoint.options"])["neighbours"])
    return similar[:, k - 1] - similar[:, k] < TIE if similar.shape[1] > k else np.zeros(len(vectors), bool)


onnx.checker.check_model(f"{name}.onnx", full_check=True)
session = onnxruntime.InferenceSession(f"{name}.onnx", providers=["CPUExecutionProvider"])
metadata = session.get_modelmeta().custom_metadata_map
names = [o.name for o in session.get_outputs()]
want = scores(name)
rows = stored(store, metadata["cutpoint.cut"])
keys = sorted(want)[:: int(sys.argv[4]) if kind == "pixels" else 1]
assert len(keys) > 0 and rows.keys() == want.keys(), "the store's pages and the scored pages differ"
assert len(json.loads(metadata["cutpoint.classes"])) == len(want[keys[0]])

tied = np.zeros(len(keys), bool)
if metadata["cutpoint.kind"] == "knn":
    tied = ties(np.stack([rows[k][2] for k in keys]), load_file(f"{name}.safetensors"))
keys = [k for k, t in zip(keys, tied) if not t]
worst, worst_log, rms, disagree = 0.0, 0.0, 0.0, 0
for at in range(0, len(keys), 10):
    some = keys[at : at + 10]
    if kind == "pixels":
        given = {"pixels": np.stack([pixels(*rows[k][:2]) for k in some])}
    else:
        given = {"features": np.stack([rows[k][2] for k in some])}
    got = dict(zip(names, session.run(names, given)))
    reference = np.stack([want[k] for k in some])
    worst = max(worst, np.abs(got["probabilities"] - np.exp(reference)).max())
    worst_log = max(worst_log, np.abs(got["log_probabilities"] - reference).max())
    disagree += int((got["class"] != reference.argmax(1)).sum())
    if kind == "pixels":
        features = np.stack([rows[k][2] for k in some]).astype(np.float64)
        difference = np.sqrt(((got["features"] - features) ** 2).sum(1) / (features**2).sum(1))
        rms = max(rms, difference.max())
if kind == "features":  # the definition of the operators, beside a fast implementation of them
    some = keys[:10]
    reference = onnx.reference.ReferenceEvaluator(f"{name}.onnx").run(None, {"features": np.stack([rows[k][2] for k in some])})
    reference = dict(zip(names, reference))
    worst = max(worst, np.abs(reference["probabilities"] - np.exp(np.stack([want[k] for k in some]))).max())
    disagree += int((reference["class"] != [want[k].argmax() for k in some]).sum())
what = f"{os.path.basename(name):30} from {kind:8} of {len(keys):3} pages:"
also = f", features differ by {rms:.1e} relative RMS" if kind == "pixels" else ""
also += f"; left out, their last neighbour being a tie: {tied.sum()}" if tied.any() else ""
verdict = "" if worst <= LIMITS[kind] and disagree == 0 else "  TOO MUCH"
print(f"{what} probability {worst:.1e}, its logarithm {worst_log:.1e}, {disagree} other classes{also}{verdict}")
sys.exit("the head differs" if verdict else 0)

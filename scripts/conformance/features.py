"""Computes VGG19 in ONNX Runtime on pixels that Pillow resized and compares every
cut with what a store holds: features.py WEIGHTS.safetensors STORE."""
import glob
import json
import struct
import sys

import numpy as np
import onnx
import onnxruntime
import pyarrow.parquet as pq
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

LIMIT = 1e-4  # relative RMS
BLOCKS = [(2, 64), (2, 128), (4, 256), (4, 512), (4, 512)]
weights_file, store = sys.argv[1:]


def load(path):
    """Reads a float32 safetensors file with Keras names."""
    with open(path, "rb") as f:
        (n,) = struct.unpack("<Q", f.read(8))
        header = json.loads(f.read(n))
    data = np.memmap(path, np.uint8, "r", 8 + n)
    header.pop("__metadata__", None)
    return {k: data[v["data_offsets"][0]:v["data_offsets"][1]].view(np.float32).reshape(v["shape"]) for k, v in header.items()}


weights = load(weights_file)
nodes, tensors, outputs = [], [], []


def constant(name, value):
    tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
    return name


def keep(cut, value, rank):
    nodes.append(helper.make_node("Identity", [value], [cut]))
    outputs.append(helper.make_tensor_value_info(cut, TensorProto.FLOAT, [None] * rank))


x = "input"
for b, (convs, _) in enumerate(BLOCKS, 1):
    for c in range(1, convs + 1):
        name = f"block{b}_conv{c}"
        kernel = constant(name + "_w", weights[name + "/kernel"].transpose(3, 2, 0, 1))  # HWIO -> OIHW
        bias = constant(name + "_b", weights[name + "/bias"])
        nodes.append(helper.make_node("Conv", [x, kernel, bias], [name], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [name], [name + "_relu"]))
        x = name + "_relu"
    nodes.append(helper.make_node("MaxPool", [x], [f"p{b}"], kernel_shape=[2, 2], strides=[2, 2]))
    nodes.append(helper.make_node("Transpose", [f"p{b}"], [f"p{b}_hwc"], perm=[0, 2, 3, 1]))
    keep(f"pool{b}", f"p{b}_hwc", 4)
    x = f"p{b}"
nodes.append(helper.make_node("Flatten", ["p5_hwc"], ["flat"]))
x = "flat"
for name in ("fc1", "fc2", "predictions"):
    gemm = [x, constant(name + "_w", weights[name + "/kernel"]), constant(name + "_b", weights[name + "/bias"])]
    nodes.append(helper.make_node("Gemm", gemm, [name + "_z"]))
    nodes.append(helper.make_node("Softmax" if name == "predictions" else "Relu", [name + "_z"], [name + "_a"]))
    keep(name, name + "_a", 2)
    x = name + "_a"
inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, [None, 3, 224, 224])]
graph = helper.make_graph(nodes, "vgg19", inputs, outputs, tensors)
onnx_model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
session = onnxruntime.InferenceSession(onnx_model.SerializeToString(), providers=["CPUExecutionProvider"])


def pixels(path):
    """What Keras's preprocess_input(mode="caffe") gives: BGR minus the mean."""
    page = Image.open(path)
    page = page.convert("L" if page.mode in ("1", "L") else "RGB").resize((224, 224), Image.Resampling.BILINEAR)
    rgb = np.asarray(page.convert("RGB"), np.float32)
    return (rgb[..., ::-1] - np.array([103.939, 116.779, 123.68], np.float32)).transpose(2, 0, 1)


def table(cut):
    """One cut's rows by path; its parts are plain Parquet files."""
    rows = {}
    for part in sorted(glob.glob(f"{store}/{cut}/*.parquet")):
        t = pq.read_table(part)
        for path, vector in zip(t["path"].to_pylist(), t["embedding"].to_pylist()):
            rows[path] = np.array(vector, np.float32)
    return rows


stored = {cut: table(cut) for cut in [f"pool{b}{s}" for b in range(1, 6) for s in ("", "-avg", "-max")] + ["fc1", "fc2", "predictions"]}
paths = sorted(stored["fc1"])
names = [o.name for o in session.get_outputs()]
worst = dict.fromkeys(stored, 0.0)
for path in paths:
    want = dict(zip(names, session.run(names, {"input": pixels(path)[None]})))
    for b in range(1, 6):
        want[f"pool{b}-avg"] = want[f"pool{b}"].astype(np.float64).mean((1, 2))
        want[f"pool{b}-max"] = want[f"pool{b}"].max((1, 2))
    for cut in stored:
        w = want[cut].astype(np.float64).ravel()
        d = stored[cut][path].astype(np.float64) - w
        worst[cut] = max(worst[cut], float(np.sqrt((d**2).sum() / (w**2).sum())))

print(f"{len(paths)} pages, onnxruntime {onnxruntime.__version__}, Pillow {Image.__version__}, limit {LIMIT}")
for cut, rms in worst.items():
    print(f"{cut:12} relative RMS {rms:.1e}{'' if rms <= LIMIT else '  TOO LARGE'}")
pool5 = np.stack([stored["pool5"][p] for p in paths])
fc1 = np.maximum(pool5 @ weights["fc1/kernel"] + weights["fc1/bias"], 0)
direct = np.stack([stored["fc1"][p] for p in paths])
again = float(np.sqrt(((fc1 - direct) ** 2).sum() / (direct**2).sum()))
print(f"stored pool5 -> fc1 against stored fc1: relative RMS {again:.1e}")
failed = len(paths) == 0 or again > LIMIT or max(worst.values()) > LIMIT
sys.exit("the features differ" if failed else 0)

"""VGG19 to fc2 as the peers take it, made from a safetensors file with Keras's names."""
import json
import struct

import numpy as np

BLOCKS = [(2, 64), (2, 128), (4, 256), (4, 512), (4, 512)]


def load(path):
    """The file's float32 tensors by name."""
    with open(path, "rb") as f:
        (n,) = struct.unpack("<Q", f.read(8))
        header = json.loads(f.read(n))
    header.pop("__metadata__", None)
    data = np.memmap(path, np.uint8, "r", 8 + n)
    return {k: data[slice(*v["data_offsets"])].view(np.float32).reshape(v["shape"]) for k, v in header.items()}


def pages(n):
    """Pages of noise after preprocessing, (n, 3, 224, 224)."""
    return np.random.default_rng(1).uniform(-120, 140, (n, 3, 224, 224)).astype(np.float32)


def convolutions(weights):
    """Yields (block, [(kernel as out, in, height, width; bias)])."""
    for b, (convs, _) in enumerate(BLOCKS, 1):
        names = [f"block{b}_conv{c}" for c in range(1, convs + 1)]
        yield b, [(np.ascontiguousarray(weights[n + "/kernel"].transpose(3, 2, 0, 1)), weights[n + "/bias"]) for n in names]


def top(weights):
    """Yields (kernel as in, out; bias) of fc1 and fc2, fc1 for channels before height and width."""
    fc1 = weights["fc1/kernel"].reshape(7, 7, 512, 4096).transpose(2, 0, 1, 3).reshape(25088, 4096)
    yield np.ascontiguousarray(fc1), weights["fc1/bias"]
    yield weights["fc2/kernel"], weights["fc2/bias"]


def onnx_model(weights, batch):
    """The serialised ONNX model, from `pages` to `fc2`."""
    from onnx import TensorProto, helper, numpy_helper

    nodes, tensors = [], []

    def node(op, x, params=(), **attributes):
        names = []
        for value in params:
            names.append(f"t{len(tensors)}")
            tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), names[-1]))
        nodes.append(helper.make_node(op, [x, *names], [f"n{len(nodes)}"], **attributes))
        return nodes[-1].output[0]

    x = "pages"
    for _, convs in convolutions(weights):
        for params in convs:
            x = node("Relu", node("Conv", x, params, pads=[1, 1, 1, 1]))
        x = node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = node("Flatten", x)
    for params in top(weights):
        x = node("Relu", node("Gemm", x, params))
    nodes[-1].output[0] = "fc2"
    inputs = [helper.make_tensor_value_info("pages", TensorProto.FLOAT, [batch, 3, 224, 224])]
    outputs = [helper.make_tensor_value_info("fc2", TensorProto.FLOAT, [batch, 4096])]
    graph = helper.make_graph(nodes, "vgg19", inputs, outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()


def torch_model(weights):
    """The network as PyTorch's modules."""
    import torch
    from torch import nn

    layers = []

    def add(module, kernel, bias):
        with torch.no_grad():
            module.weight.copy_(torch.from_numpy(np.array(kernel)))
            module.bias.copy_(torch.from_numpy(np.array(bias)))
        layers.extend([module, nn.ReLU(inplace=True)])

    for _, convs in convolutions(weights):
        for kernel, bias in convs:
            add(nn.Conv2d(kernel.shape[1], kernel.shape[0], 3, padding=1), kernel, bias)
        layers.append(nn.MaxPool2d(2))
    layers.append(nn.Flatten())
    for kernel, bias in top(weights):
        add(nn.Linear(*kernel.shape), kernel.T, bias)
    return nn.Sequential(*layers).eval()

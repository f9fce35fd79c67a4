"""Makes the .onnx files of this folder: python make_onnx.py, with torch 2.15 and onnx
1.23. The values are those of tinyParams in tiny_test.go."""
import os

import numpy as np
import onnx
import torch
from make_torch import state_dict
from onnx import TensorProto, helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))


class Tiny(torch.nn.Module):
    def __init__(self):
        super().__init__()
        n = torch.nn
        self.features = n.Sequential(n.Conv2d(3, 4, 3, padding=1), n.ReLU(), n.MaxPool2d(2), n.Conv2d(4, 5, 3, padding=1), n.ReLU(), n.MaxPool2d(2))
        self.classifier = n.Sequential(n.Linear(20, 70), n.ReLU(), n.Dropout(), n.Linear(70, 6), n.ReLU(), n.Dropout(), n.Linear(6, 3))

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


def from_torch(name):
    net = Tiny().eval()
    net.load_state_dict(state_dict())
    torch.onnx.export(net, (torch.zeros(1, 3, 8, 8),), os.path.join(HERE, name), dynamo=False)


def from_tensorflow(name, value_type=np.float32, props=None, prefix="StatefulPartitionedCall/"):
    """As tf2onnx writes Keras's VGG19: NHWC outside, dense layers as MatMul and Add."""
    state = {k: v.numpy() for k, v in state_dict().items()}
    nodes, tensors = [helper.make_node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2])], []

    def keep(key, value):
        name = prefix + (key if prefix.endswith("/") else str(len(tensors)))
        tensors.append(numpy_helper.from_array(np.ascontiguousarray(value.astype(value_type)), name))
        return name

    at = "t"
    for i, (torch_name, layer) in enumerate((("features.0", "block1_conv1"), ("features.3", "block2_conv1"))):
        w, b = keep(layer + "/kernel", state[torch_name + ".weight"]), keep(layer + "/bias", state[torch_name + ".bias"])
        nodes += [helper.make_node("Conv", [at, w, b], [f"c{i}"], pads=[1, 1, 1, 1]), helper.make_node("Relu", [f"c{i}"], [f"r{i}"]),
                  helper.make_node("MaxPool", [f"r{i}"], [f"p{i}"], kernel_shape=[2, 2], strides=[2, 2])]
        at = f"p{i}"
    nodes += [helper.make_node("Transpose", [at], ["h"], perm=[0, 2, 3, 1]), helper.make_node("Reshape", ["h", "shape"], ["flat"])]
    tensors.append(numpy_helper.from_array(np.array([-1, 20], np.int64), "shape"))
    at = "flat"
    for i, (torch_name, layer) in enumerate((("classifier.0", "fc1"), ("classifier.3", "fc2"), ("classifier.6", "predictions"))):
        kernel = state[torch_name + ".weight"]
        if i == 0:  # from channel, height, width to height, width, channel
            kernel = kernel.reshape(70, 5, 2, 2).transpose(0, 2, 3, 1).reshape(70, 20)
        w, b = keep(layer + "/kernel", kernel.T), keep(layer + "/bias", state[torch_name + ".bias"])
        nodes += [helper.make_node("MatMul", [at, w], [f"m{i}"]), helper.make_node("Add", [f"m{i}", b], [f"a{i}"]), helper.make_node("Relu", [f"a{i}"], [f"f{i}"])]
        at = f"f{i}"
    graph = helper.make_graph(nodes, "tiny", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 8, 8, 3])],
                              [helper.make_tensor_value_info(at, TensorProto.FLOAT, [1, 3])], tensors)
    model = helper.make_model(graph, producer_name="" if props is not None else "tf2onnx 1.16", opset_imports=[helper.make_opsetid("", 17)])
    helper.set_model_props(model, props or {})
    onnx.save(model, os.path.join(HERE, name))
    return model


from_torch("torch.onnx")
keras = from_tensorflow("keras.onnx")
from_tensorflow("keras_half.onnx", np.float16)
from_tensorflow("unnamed.onnx", props={"preprocess": "caffe"}, prefix="w")
from_tensorflow("colourless.onnx", props={}, prefix="w")
onnx.save(keras, os.path.join(HERE, "outside.onnx"), save_as_external_data=True, location="outside.data", size_threshold=0)

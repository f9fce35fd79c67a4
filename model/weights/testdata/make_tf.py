"""Makes keras3.weights.h5 and tf2onnx*.onnx of this folder: python make_tf.py, with
tensorflow-cpu 2.21, Keras 3.15.1, tf2onnx 1.17 and onnx 1.23. The values are those of
tinyParams in tiny_test.go."""
import os

os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np
import onnx
import tensorflow as tf
import tf2onnx
from keras import layers


def ramp(start, shape):
    return (((start + 7 * np.arange(np.prod(shape))) % 31 - 15) / 8).reshape(shape).astype("f4")


net = keras.Sequential([
    keras.Input((8, 8, 3)),
    layers.Conv2D(4, 3, padding="same", activation="relu", name="block1_conv1"), layers.MaxPooling2D(name="block1_pool"),
    layers.Conv2D(5, 3, padding="same", activation="relu", name="block2_conv1"), layers.MaxPooling2D(name="block2_pool"),
    layers.Flatten(name="flatten"), layers.Dense(70, activation="relu", name="fc1"), layers.Dense(6, activation="relu", name="fc2"),
    layers.Dense(3, activation="softmax", name="predictions"),
])
for i, layer in enumerate(x for x in net.layers if x.weights):
    kernel, bias = layer.get_weights()
    layer.set_weights([ramp(i, kernel.shape), ramp(3 * i + 1, bias.shape)])
net.save_weights("keras3.weights.h5")

for name, shape in (("tf2onnx.onnx", (1, 8, 8, 3)), ("tf2onnx_batch.onnx", (None, 8, 8, 3))):
    call = tf.function(lambda x: net(x), input_signature=[tf.TensorSpec(shape, tf.float32, name="input")])
    model, _ = tf2onnx.convert.from_function(call, input_signature=call.input_signature, opset=17)
    onnx.save(model, name)

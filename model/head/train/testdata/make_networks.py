"""Makes networks_keras.json: make_networks.py > networks_keras.json.

Keras itself trains the three networks for a few steps, in float64, and what they
are then is written down. Dropout's masks are inputs of the models, so that another
implementation can be given the same ones; what Keras's own Dropout layer does is
recorded beside them."""
import json
import sys

import keras
import numpy as np
from keras import layers

B, D, HIDDEN, TOP, K, STEPS = 8, 10, 7, 6, 3, 5
RATE, LEARNING_RATE = 0.5, 1e-2

keras.backend.set_floatx("float64")


def single(a):
    """Values that float32 holds too, so that both sides start from the same."""
    return np.asarray(a, np.float32).astype(np.float64)


def numbers(a):
    return [float(f"{v:.12g}") for v in np.ravel(a)]


def network(recipe, l2):
    """The model, and its layers with weights from below."""
    decay = keras.regularizers.L2(l2 / 2) if l2 else None  # Keras's l2 is the factor of the squares, not of their half

    def dense(units):
        return layers.Dense(units, kernel_regularizer=decay)

    def masked(h):
        masks.append(keras.Input((h.shape[1],)))
        return layers.Multiply()([h, masks[-1]])

    x, masks, own = keras.Input((D,)), [], []

    def add(layer, h):
        own.append(layer)
        return layer(h)

    h = x
    if recipe == "dense-dropout-bn-softmax":
        h = layers.ReLU()(add(dense(HIDDEN), h))
    if recipe == "vgg-top":
        h = masked(layers.ReLU()(add(dense(HIDDEN), h)))
        h = masked(layers.ReLU()(add(dense(TOP), h)))
    else:
        h = add(layers.BatchNormalization(), masked(h))
    y = layers.Softmax()(add(dense(K), h))
    model = keras.Model([x] + masks, y)
    model.compile(keras.optimizers.Adam(LEARNING_RATE), "categorical_crossentropy")
    return model, own, [m.shape[1] for m in masks]


def state(own, names):
    """Layers' values by name; kernels are (in, out)."""
    out = {}
    for i, layer in enumerate(own):
        keys = ("gamma", "beta", "mean", "variance") if isinstance(layer, layers.BatchNormalization) else ("kernel", "bias")
        for key, value in zip(keys, layer.get_weights()):
            out[f"{names[i]}.{key}"] = numbers(value)
    return out


NAMES = {"dropout-bn-softmax": ["norm", "output"], "dense-dropout-bn-softmax": ["first", "norm", "output"],
         "vgg-top": ["first", "second", "output"]}


def case(recipe, l2, balanced, rng):
    model, own, widths = network(recipe, l2)
    for layer in own:
        start = [single(w) for w in layer.get_weights()]
        if recipe == "vgg-top" and layer is not own[-1]:  # a trunk's biases are not zero
            start[1] = single(rng.uniform(0.05, 0.3, start[1].shape))
        layer.set_weights(start)
    x = single(np.round(np.maximum(rng.normal(0.3, 1, (STEPS * B, D)), 0) * 2, 3))
    x[:, 3] = 0
    y = rng.choice(K, STEPS * B, p=[0.5, 0.3, 0.2])
    count = np.bincount(y, minlength=K)
    weight = len(y) / (K * count) if balanced else np.ones(K)
    out = {"recipe": recipe, "l2": l2, "balanced": balanced, "x": numbers(x), "y": y.tolist(),
           "start": state(own, NAMES[recipe]), "masks": [], "after": [], "probabilities": []}
    for step in range(STEPS):
        rows = slice(step * B, (step + 1) * B)
        masks = [(rng.random((B, w)) >= RATE) / (1 - RATE) for w in widths]
        model.train_on_batch([x[rows]] + masks, np.eye(K)[y[rows]],
                             class_weight=dict(enumerate(weight)) if balanced else None)
        out["masks"].append([numbers(m) for m in masks])
        out["after"].append(state(own, NAMES[recipe]))
        kept = [np.ones((len(x), w)) for w in widths]  # in inference nothing is dropped
        out["probabilities"].append(numbers(keras.ops.convert_to_numpy(model([x] + kept, training=False))))
    return out


def dropout(rate):
    """What Keras's Dropout makes of ones: its values in training, and in inference."""
    layer, ones = layers.Dropout(rate, seed=1), np.ones((100, 100))
    run = [np.unique(keras.ops.convert_to_numpy(layer(ones, training=t))).tolist() for t in (True, False)]
    return {"rate": rate, "training": run[0], "inference": run[1]}


keras.utils.set_random_seed(6)
draw = np.random.default_rng(6)
norm, adam = layers.BatchNormalization(), keras.optimizers.Adam()
json.dump({
    "keras": keras.__version__, "backend": keras.backend.backend(),
    "batch": B, "dim": D, "classes": K, "learning_rate": LEARNING_RATE,
    "defaults": {"bn_momentum": norm.momentum, "bn_epsilon": norm.epsilon, "beta_1": adam.beta_1, "beta_2": adam.beta_2,
                 "epsilon": adam.epsilon, "learning_rate": float(adam.learning_rate)},
    "dropout": [dropout(r) for r in (0.25, 0.5, 0.8)],
    "cases": [case(r, l2, b, draw) for r in NAMES for l2, b in ((0, False), (0.05, True))],
}, sys.stdout, separators=(",", ":"))
print()

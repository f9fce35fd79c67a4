"""Makes the HDF5 files of this folder: `pip install h5py==3.16.0 numpy && python make.py`.

The tensors are those of tinyParams in tiny_test.go.
"""
import h5py
import numpy as np

LAYERS = {
    "block1_conv1": (3, 3, 3, 4),
    "block2_conv1": (3, 3, 4, 5),
    "fc1": (20, 70),
    "fc2": (70, 6),
    "predictions": (6, 3),
}


def ramp(start, shape):
    n = int(np.prod(shape))
    return (((start + 7 * np.arange(n)) % 31 - 15) / 8).reshape(shape).astype("<f4")


def tensors():
    for i, (layer, shape) in enumerate(LAYERS.items()):
        yield layer, ramp(i, shape), ramp(3 * i + 1, shape[-1:])


# As the published vgg19_weights_tf_dim_ordering_tf_kernels.h5 is.
with h5py.File("keras1.h5", "w") as f:
    f.attrs["layer_names"] = [b"input_2", *(n.encode() for n in LAYERS)]
    f.create_group("input_2").attrs["weight_names"] = np.array([], dtype="S1")
    for layer, kernel, bias in tensors():
        g = f.create_group(layer)
        g.attrs["weight_names"] = [f"{layer}_W_1:0".encode(), f"{layer}_b_1:0".encode()]
        g.create_dataset(f"{layer}_W_1:0", data=kernel)
        g.create_dataset(f"{layer}_b_1:0", data=bias)

# As Keras 2 saves weights.
with h5py.File("keras2.h5", "w") as f:
    for layer, kernel, bias in tensors():
        g = f.create_group(layer)
        g.create_dataset(f"{layer}/kernel:0", data=kernel)
        g.create_dataset(f"{layer}/bias:0", data=bias)

# As Keras 2 saves a whole model, with the state of its optimiser.
with h5py.File("model.h5", "w") as f:
    f.attrs["model_config"] = "{" + " " * 40000 + "}"
    for layer, kernel, bias in tensors():
        for part, value in (("kernel:0", kernel), ("bias:0", bias)):
            f.create_dataset(f"model_weights/{layer}/{layer}/{part}", data=value)
            f.create_dataset(f"optimizer_weights/Adam/m/{layer}/{part}", data=0 * value)
    f.create_dataset("optimizer_weights/Adam/iter:0", data=12)

with h5py.File("latest.h5", "w", libver="latest") as f:
    for layer, kernel, bias in tensors():
        f.create_dataset(f"{layer}/kernel", data=kernel)
        f.create_dataset(f"{layer}/bias", data=bias)

with h5py.File("gzip.h5", "w") as f:
    for layer, kernel, bias in tensors():
        f.create_dataset(f"{layer}/kernel:0", data=kernel, compression="gzip" if layer == "fc1" else None)
        f.create_dataset(f"{layer}/bias:0", data=bias)

"""Makes the HDF5 files of this folder: `pip install h5py==3.16.0 numpy && python make.py`."""
import h5py
import numpy as np


def values(start, *shape):
    return (start + np.arange(np.prod(shape, dtype=int))).reshape(shape).astype("<f4")


# Keras's layout, in the format h5py writes by default: superblock 0, symbol
# tables. The attributes push some headers into continuation blocks.
with h5py.File("keras.h5", "w", libver=("earliest", "v108")) as f:
    f.attrs["layer_names"] = [b"conv", b"dense"]
    for layer, kernel in (("conv", (3, 3, 2, 4)), ("dense", (5, 6))):
        g = f.create_group(layer)
        g.attrs["weight_names"] = [f"{layer}_W_1:0".encode(), f"{layer}_b_1:0".encode()]
        k = g.create_dataset(f"{layer}_W_1:0", data=values(100, *kernel))
        k.attrs["comment"] = "x" * 300
        k.attrs["more"] = "y" * 300
        g.create_dataset(f"{layer}/{layer}/bias:0", data=values(7, kernel[-1]))

# Enough links for a B-tree of two levels.
with h5py.File("tree.h5", "w") as f:
    f.create_dataset("n000", data=values(1, 1))
    for i in range(1, 200):
        f[f"n{i:03}"] = f["n000"]

# The newest format: superblock 3, object headers 2, compact links, checksums.
with h5py.File("latest.h5", "w", libver="latest") as f:
    g = f.create_group("layer", track_order=True)
    k = g.create_dataset("kernel", data=values(1, 2, 3), track_times=True)
    g.create_dataset("bias", data=values(0, 3))
    for i in range(3):  # no room behind the header any more: a continuation
        k.attrs[f"note{i}"] = "z" * 200

# So many links that the newest format makes them dense.
with h5py.File("dense.h5", "w", libver="latest") as f:
    for i in range(9):
        f.create_group(f"g{i}")

with h5py.File("userblock.h5", "w", userblock_size=1024) as f:
    f.create_dataset("a/b", data=values(3, 4))

with h5py.File("types.h5", "w") as f:
    a = np.array([1.5, -2, 0.25])
    f.create_dataset("f16", data=a.astype("<f2"))
    f.create_dataset("f32", data=a.astype("<f4"))
    f.create_dataset("f64", data=a.astype("<f8"))
    f.create_dataset("scalar", data=np.float32(4))
    f.create_dataset("none", shape=(0, 3), dtype="<f4")
    f.create_dataset("null", data=h5py.Empty("<f4"))
    f.create_dataset("big-endian", data=a.astype(">f4"))
    f.create_dataset("integers", data=np.arange(3))
    f.create_dataset("text", data=np.bytes_(b"hello"))
    f.create_dataset("strings", data=["a", "b"])
    f.create_dataset("chunks", data=a, chunks=(2,))
    f.create_dataset("gzip", data=a, compression="gzip")
    f.create_dataset("unwritten", shape=(5,), dtype="<f4")
    f.create_dataset("external", shape=(1,), dtype="<f4", external=[("elsewhere.raw", 0, 4)])
    f["committed"] = np.dtype("<f4")
    f.create_dataset("of-committed", data=a.astype("<f4"), dtype=f["committed"])
    bf16 = h5py.h5t.IEEE_F32LE.copy()
    bf16.set_fields(15, 7, 8, 0, 7)
    bf16.set_precision(16)
    bf16.set_size(2)
    bf16.set_ebias(127)
    space = h5py.h5s.create_simple((3,))
    d = h5py.h5d.create(f.id, b"bf16", bf16, space)
    d.write(space, space, (a.astype("<f4").view("<u4") >> 16).astype("<u2"), bf16)
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    d = h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F32LE, space, compact)
    d.write(space, space, a.astype("<f4"))
    f["same"] = f["f32"]
    f["soft"] = h5py.SoftLink("/f32")
    f["links/outside"] = h5py.ExternalLink("other.h5", "/x")
    g = f.create_group("group")
    g["loop"] = f["/"]
    g["self"] = g

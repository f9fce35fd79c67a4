"""Copies an installed onnxruntime to a folder so that it takes the processor for one
without AVX-512: avx2copy.py FOLDER. ONNX Runtime has no switch for that. It asks XGETBV
which registers the system keeps; in the copy `xor ecx, ecx; xgetbv` is `mov eax, 7`:
those of x87, SSE and AVX."""
import importlib.util
import os
import shutil
import sys

folder = sys.argv[1]
package = os.path.dirname(importlib.util.find_spec("onnxruntime").origin)
target = os.path.join(folder, "onnxruntime")
shutil.rmtree(target, ignore_errors=True)
shutil.copytree(package, target)
changed = 0
for parent, _, files in os.walk(target):
    for name in files:
        if ".so" not in name:
            continue
        path = os.path.join(parent, name)
        with open(path, "rb") as f:
            code = f.read()
        changed += code.count(b"\x31\xc9\x0f\x01\xd0")
        with open(path, "wb") as f:
            f.write(code.replace(b"\x31\xc9\x0f\x01\xd0", b"\xb8\x07\x00\x00\x00"))
if not changed:
    sys.exit("no XGETBV was found in this onnxruntime")

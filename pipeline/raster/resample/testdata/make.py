"""Prints what Pillow's Image.resize makes of drawn images: python make.py > pillow.json,
with Pillow 12.3.0. An image's sample i is i * 7919 % 251 + i % 5."""
import hashlib
import json

from PIL import Image

SIZES = [
    ((1, 1), (5, 4)), ((2, 3), (224, 224)), ((7, 5), (7, 5)), ((16, 9), (4, 4)), ((40, 30), (7, 30)), ((40, 30), (40, 9)), ((30, 40), (97, 61)),
    ((100, 140), (24, 24)), ((225, 223), (224, 224)), ((3, 500), (24, 24)), ((1, 400), (16, 16)), ((500, 3), (24, 24)), ((300, 200), (1, 1)),
    ((3, 300), (24, 24)), ((3, 301), (24, 24)), ((3, 301), (24, 300)), ((2, 201), (5, 400)),  # around a hundred times as high as wide
]
rows = []
for mode in ("L", "RGB"):
    for size, out in SIZES:
        count = size[0] * size[1] * len(mode)
        image = Image.frombytes(mode, size, bytes((i * 7919 % 251 + i % 5) % 256 for i in range(count)))
        for name in ("NEAREST", "BOX", "BILINEAR", "BICUBIC", "LANCZOS"):
            resized = image.resize(out, Image.Resampling[name])
            rows.append({"channels": len(mode), "in": size, "out": out, "filter": name.lower(), "sha256": hashlib.sha256(resized.tobytes()).hexdigest()})
print("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]")

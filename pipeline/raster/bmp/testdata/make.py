"""Makes the files of this folder and golden.json, what Pillow shows of them: python make.py,
with Pillow 12.3.0. What Pillow does not write is written byte by byte."""
import hashlib
import io
import json
import os
import struct

from PIL import Image, ImageDraw

HERE = os.path.dirname(os.path.abspath(__file__))
golden = []


def picture(mode, size=(37, 21)):
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.line((0, 0, *size), fill=(250, 20, 10), width=3)
    draw.ellipse((5, 3, 25, 18), fill=(10, 200, 60), outline=(0, 0, 255))
    return image.convert(mode)


def keep(name, data, instead=None):
    """instead is what is shown where Pillow has no idea."""
    with open(os.path.join(HERE, name), "wb") as f:
        f.write(data)
    row = {"file": name}
    try:
        image = instead or Image.open(io.BytesIO(data))
        image.load()
        image = image.convert("RGBA" if image.mode == "RGBA" else "RGB")
        row |= {"width": image.width, "height": image.height, "channels": len(image.getbands()),
                "sha256": hashlib.sha256(image.tobytes()).hexdigest()}
    except Exception as error:
        row["error"] = str(error)
    golden.append(row)


def saved(image, name):
    out = io.BytesIO()
    image.save(out, "BMP")
    keep(name, out.getvalue())
    return out.getvalue()


def written(name, width, height, bits, compression, pixels, palette=b"", masks=b"", header=40, used=0, instead=None):
    info = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, len(pixels), 0, 0, used, 0)
    if header > 40:
        info += masks + bytes(header - 40 - len(masks))
        masks = b""
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    start = 14 + len(info) + len(masks) + len(palette)
    keep(name, b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + info + masks + palette + pixels, instead)


for mode in ("1", "L", "P", "RGB"):
    saved(picture(mode), f"mode-{mode}.bmp")
for size in ((1, 1), (2, 3), (33, 2)):
    saved(picture("1", size), f"bilevel-{size[0]}x{size[1]}.bmp")

W, H = 13, 7
colours = [(i * 17 % 256, i * 53 % 256, i * 101 % 256) for i in range(256)]
quads = b"".join(bytes((b, g, r, 0)) for r, g, b in colours)
triples = b"".join(bytes((b, g, r)) for r, g, b in colours)
index = lambda x, y: (x * 3 + y * 5) % 16
rows4 = b"".join(bytes((index(2 * i, y) << 4) | index(2 * i + 1, y) for i in range(7)) + b"\0" for y in range(H))
rows8 = b"".join(bytes(index(x, y) for x in range(W)) + b"\0\0\0" for y in range(H))
written("palette-4.bmp", W, H, 4, 0, rows4, quads[:64])
written("palette-4-few.bmp", W, H, 4, 0, rows4, quads[:40], used=10)
written("palette-8-few.bmp", W, H, 8, 0, rows8, quads[:64], used=16)
written("palette-8-core.bmp", W, H, 8, 0, rows8, triples, header=12)
written("palette-4-core.bmp", W, H, 4, 0, rows4, triples[:48], header=12)
written("top-down.bmp", W, -H, 8, 0, rows8, quads)
written("rgb-555.bmp", W, H, 16, 0, b"".join(struct.pack("<H", (x * 2311 + y * 977) & 0x7FFF) for y in range(H) for x in range(W + 1)))
words = b"".join(struct.pack("<H", (x * 5311 + y * 3977) & 0xFFFF) for y in range(H) for x in range(W + 1))
written("rgb-565.bmp", W, H, 16, 3, words, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
longs = b"".join(struct.pack("<I", (x * 19088743 + y * 268435399) & 0xFFFFFFFF) for y in range(H) for x in range(W))
written("rgb-32.bmp", W, H, 32, 0, longs)
written("rgb-32-masks.bmp", W, H, 32, 3, longs, masks=struct.pack("<III", 0xFF0000, 0xFF00, 0xFF))
swapped = Image.frombytes("RGBX", (W, H), longs).transpose(Image.Transpose.FLIP_TOP_BOTTOM).convert("RGB")
written("rgb-32-swapped.bmp", W, H, 32, 3, longs, masks=struct.pack("<III", 0xFF, 0xFF00, 0xFF0000), instead=swapped)
alpha = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
written("rgba-v4.bmp", W, H, 32, 3, longs, masks=alpha, header=108)
written("rgba-v5.bmp", W, H, 32, 3, longs, masks=alpha, header=124)
written("rgb-v4-24.bmp", W, H, 24, 0, b"".join(bytes(3 * W) + b"\0" for _ in range(H)), header=108)

runs8 = bytes((5, 3, 0, 3, 1, 2, 3, 0, 0, 0, 4, 9, 0, 2, 3, 1, 6, 7, 0, 0, 13, 1, 0, 0, 0, 4, 1, 2, 3, 4, 0, 0, 13, 2, 0, 0, 13, 5, 0, 1))
written("rle-8.bmp", W, H, 8, 1, runs8, quads)
# Literal runs of an even length: Pillow loses the last pixel of others.
runs4 = bytes((5, 0x3A, 0, 4, 0x12, 0x34, 0, 0, 4, 0x9F, 0, 2, 3, 1, 6, 0x78, 0, 0, 13, 0x1C, 0, 0, 0, 6, 0x12, 0x34, 0x56, 0, 0, 0, 13, 0x23, 0, 0, 13, 0x5B, 0, 1))
written("rle-4.bmp", W, H, 4, 2, runs4, quads[:64])
written("cut-short.bmp", W, H, 8, 0, rows8[:50], quads)
written("rle-cut-short.bmp", W, H, 8, 1, runs8[:9], quads)

with open(os.path.join(HERE, "golden.json"), "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(row) for row in golden) + "\n]\n")

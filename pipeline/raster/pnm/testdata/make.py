"""Makes the files of this folder and golden.json, what Pillow shows of them: python make.py,
with Pillow 12.3.0. What Pillow does not write is written byte by byte."""
import hashlib
import io
import json
import os
import random

from PIL import Image, ImageDraw

HERE = os.path.dirname(os.path.abspath(__file__))
draw = random.Random(7)
golden = []


def picture(mode, size=(37, 21)):
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    pen = ImageDraw.Draw(image)
    pen.line((0, 0, *size), fill=(250, 20, 10), width=3)
    pen.ellipse((5, 3, 25, 18), fill=(10, 200, 60), outline=(0, 0, 255))
    return image.convert(mode)


def keep(name, data):
    with open(os.path.join(HERE, name), "wb") as f:
        f.write(data)
    row = {"file": name}
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
        if image.mode == "I":  # greys of 16 bits, of which the upper 8 are shown
            pixels, channels = bytes(v >> 8 for v in image.get_flattened_data()), 1
        else:
            image = image.convert("L" if image.mode == "1" else image.mode)
            pixels, channels = image.tobytes(), len(image.getbands())
        row |= {"width": image.width, "height": image.height, "channels": channels,
                "sha256": hashlib.sha256(pixels).hexdigest()}
    except Exception as error:
        row["error"] = str(error)
    golden.append(row)


def text(values, per_line):
    lines = [values[i:i + per_line] for i in range(0, len(values), per_line)]
    return "\n".join(" ".join(map(str, line)) for line in lines).encode()


def some(n, most):
    return [0, most] + [draw.randint(0, most) for _ in range(n - 2)]


def binary(values, most):
    return b"".join(v.to_bytes(1 if most < 256 else 2, "big") for v in values)


for mode, name in (("1", "pbm"), ("L", "pgm"), ("RGB", "ppm")):
    out = io.BytesIO()
    picture(mode).save(out, "PPM")
    keep(f"binary.{name}", out.getvalue())
bits = [draw.randint(0, 1) for _ in range(17 * 5)]
keep("plain.pbm", b"P1\n# a comment\n17 5\n" + text(bits, 17) + b"\n")
keep("plain-dense.pbm", b"P1 17 5 " + "".join(map(str, bits)).encode())
keep("plain-comments.pbm", b"P1\n2 2\n0 1 # the first row\n1\n#\n0\n")
keep("comments.pgm", b"P5 # grey\n# and more\r9\n# height\n4\n255\n" + bytes(some(36, 255)))
for most in (1, 7, 100, 1000, 65535):
    keep(f"grey-{most}.pgm", b"P5\n9 7\n%d\n" % most + binary(some(63, most), most))
    keep(f"plain-{most}.pgm", b"P2\n9 7\n%d\n" % most + text(some(63, most), 9) + b"\n")
    keep(f"colour-{most}.ppm", b"P6\n5 4\n%d\n" % most + binary(some(60, most), most))
    keep(f"plain-{most}.ppm", b"P3\n5 4\n%d\n" % most + text(some(60, most), 15) + b"\n")
keep("plain-255.ppm", b"P3 3 2 255\n255 0 0  0 255 0  0 0 255\n255 255 0 255 255 255 0 0 0")
keep("beyond-15.pgm", b"P5 4 1 15\n" + bytes((0, 15, 16, 255)))
keep("beyond-1000.ppm", b"P6 1 1 1000\n" + binary((1000, 1001, 65535), 1000))
keep("two-images.pgm", b"P5 2 2 255\n\x01\x02\x03\x04" + b"P5 1 1 255\n\x09")
keep("cut-short.pbm", b"P4 9 3\n\x01\x80\x01\x80\x01")
keep("cut-short.pgm", b"P5 9 3 255\n" + bytes(26))
keep("cut-short.ppm", b"P6 9 3 65535\n" + bytes(9 * 3 * 6 - 1))
keep("plain-cut-short.pbm", b"P1 3 3 01010101")
keep("plain-cut-short.ppm", b"P3 2 1 255\n1 2 3 4 5")
keep("plain-beyond.pgm", b"P2 2 1 15\n15 16\n")
keep("plain-letters.pgm", b"P2 2 1 15\n15 fifteen\n")
keep("greatest-0.pgm", b"P5 2 1 0\n\x00\x00")
keep("greatest-65536.pgm", b"P5 2 1 65536\n" + bytes(8))
with open(os.path.join(HERE, "golden.json"), "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(row) for row in golden) + "\n]\n")

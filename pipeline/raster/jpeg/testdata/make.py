"""Makes the files of this folder and golden.json, what Pillow decodes of them:
python make.py, with Pillow 12.3.0, simplejpeg 1.9.0 and numpy."""
import hashlib
import io
import json
import os
import random

import numpy
import simplejpeg
from PIL import Image, ImageDraw

HERE = os.path.dirname(os.path.abspath(__file__))
golden = []


def picture(mode, width, height):
    rng = random.Random(width * height)
    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        at = [rng.randrange(-3, max(width, height) + 3) for _ in range(4)]
        ink = tuple(rng.randrange(256) for _ in image.getbands())
        draw.line(at, fill=ink if len(ink) > 1 else ink[0], width=rng.randrange(1, 5))
    return image


def keep(name, data):
    with open(os.path.join(HERE, name), "wb") as f:
        f.write(data)
    row = {"file": name}
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
        row |= {"width": image.width, "height": image.height, "channels": len(image.getbands()),
                "sha256": hashlib.sha256(image.tobytes()).hexdigest()}
        if scaled := {scale: drafted(data, scale) for scale in (2, 4, 8) if min(image.size) >= scale}:
            row["scaled"] = scaled
    except OSError as error:
        row["error"] = str(error)
    golden.append(row)


def drafted(data, scale):
    """The SHA-256 of the pixels at 1/scale of the size."""
    image = Image.open(io.BytesIO(data))
    image.draft(None, (image.width // scale, image.height // scale))
    image.load()
    return hashlib.sha256(image.tobytes()).hexdigest()


def encoded(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


for width, height in ((1, 1), (3, 5), (8, 8), (17, 33), (50, 37)):
    keep(f"grey-{width}x{height}.jpg", encoded(picture("L", width, height), quality=80))
    for sampling in ("4:4:4", "4:2:2", "4:2:0"):
        keep(f"colour-{sampling.replace(':', '')}-{width}x{height}.jpg", encoded(picture("RGB", width, height), quality=80, subsampling=sampling))
for sampling in ("411", "440"):
    keep(f"colour-{sampling}.jpg", simplejpeg.encode_jpeg(numpy.asarray(picture("RGB", 50, 37)), 80, "RGB", sampling, fastdct=False))
rgb = picture("RGB", 50, 37)
keep("progressive-420.jpg", encoded(rgb, quality=80, subsampling="4:2:0", progressive=True))
keep("progressive-444-restarts.jpg", encoded(rgb, quality=95, subsampling="4:4:4", progressive=True, restart_marker_blocks=3))
keep("progressive-grey.jpg", encoded(picture("L", 41, 29), quality=60, progressive=True))
keep("restarts.jpg", encoded(rgb, quality=80, restart_marker_blocks=2))
keep("optimised.jpg", encoded(rgb, quality=30, optimize=True))
keep("quality-100.jpg", encoded(rgb, quality=100))
keep("quality-1.jpg", encoded(rgb, quality=1))
keep("rgb.jpg", encoded(rgb, quality=80, keep_rgb=True))
keep("cmyk.jpg", encoded(picture("CMYK", 50, 37), quality=80))

data = encoded(rgb, quality=80, restart_marker_blocks=2)
second = data.index(b"\xff\xd1")
keep("restart-lost.jpg", data[:second] + data[data.index(b"\xff\xd2"):])
keep("restart-twice.jpg", data[:second] + data[data.index(b"\xff\xd0"):])
keep("data-changed.jpg", data[: second + 5] + b"\x13\x37\x99" + data[second + 8:])
keep("marker-too-early.jpg", data[: second + 6] + data[data.index(b"\xff\xd2"):])
tables = data.index(b"\xff\xdb")
keep("garbage-between.jpg", data[:tables] + b"\x00\x11garbage\xff\xff" + data[tables:])
keep("cut-short.jpg", data[: len(data) * 2 // 3])

whole = encoded(picture("RGB", 50, 37), quality=80)


def without(data, marker):
    """The data without the segments of a marker."""
    out, at = data[:2], 2
    while data[at + 1] != 0xDA:
        size = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] != marker:
            out += data[at : at + size]
        at += size
    return out + data[at:]


keep("no-huffman-tables.jpg", without(whole, 0xC4))
letters = bytearray(whole)  # components named R, G and B, and a JFIF segment that is too short to count
frame = letters.index(b"\xff\xc0")
scan = letters.index(b"\xff\xda")
for i, name in enumerate(b"RGB"):
    letters[frame + 10 + 3 * i] = letters[scan + 5 + 2 * i] = name
keep("letters-and-jfif.jpg", bytes(letters))
short = b"\xff\xe0\x00\x0eJFIF\x00\x01\x01\x00\x00\x01\x00\x01"
keep("letters-and-short-jfif.jpg", bytes(letters[:2]) + short + without(bytes(letters), 0xE0)[2:])
keep("height-again.jpg", whole[:-2] + b"\xff\xdc\x00\x04\x00\x25" + whole[-2:])
keep("arithmetic-conditioning.jpg", whole[:2] + b"\xff\xcc\x00\x04\x00\x10" + whole[2:])

with open(os.path.join(HERE, "golden.json"), "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(row) for row in golden) + "\n]\n")

"""Writes JPEG files of many kinds to the folder that is the first argument, and prints
for each of them, and for every JPEG file in the folders that follow, what Pillow
decodes: {"path", "mode", "width", "height", "sha256", "scaled"} a line, or {"path",
"error"}; "scaled" has the hashes of the pixels at 1/2, 1/4 and 1/8 of the size.
"""
import hashlib
import io
import json
import os
import random
import sys

import numpy
import simplejpeg
from PIL import Image, ImageDraw

Image.MAX_IMAGE_PIXELS = 150_000_000


def picture(mode, width, height, rng):
    """Gradients, strokes and noise: all frequencies, and saturated colours."""
    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        at = [rng.randrange(-5, max(width, height) + 5) for _ in range(4)]
        ink = tuple(rng.randrange(256) for _ in image.getbands())
        draw.line(at, fill=ink if len(ink) > 1 else ink[0], width=rng.randrange(1, 9))
    noise = Image.effect_noise((width, height), rng.choice([5, 60, 250])).convert(mode)
    return Image.blend(image, noise, rng.choice([0, 0.2, 0.7]))


def drawn(folder):
    rng = random.Random(7)
    sizes = [(1, 1), (2, 3), (5, 4), (7, 9), (8, 8), (15, 17), (16, 16), (17, 33), (31, 64), (65, 50), (100, 3), (3, 100), (131, 97), (224, 301)]
    number = 0
    for size in sizes:
        for mode in ("L", "RGB", "CMYK"):
            for sampling in ("4:4:4", "4:2:2", "4:2:0", "4:1:1", "4:4:0"):
                if mode != "RGB" and sampling not in ("4:4:4", "4:2:0"):
                    continue
                for progressive in (False, True):
                    options = {"quality": rng.choice([5, 30, 75, 90, 100]), "progressive": progressive, "optimize": rng.random() < 0.3}
                    if mode == "RGB":
                        options["subsampling"] = sampling
                        options["keep_rgb"] = sampling == "4:4:4" and rng.random() < 0.4
                    if rng.random() < 0.4:
                        options[rng.choice(["restart_marker_blocks", "restart_marker_rows"])] = rng.randrange(1, 4)
                    path = os.path.join(folder, f"{number:04d}.jpg")
                    save(picture(mode, *size, rng), path, sampling, options)
                    number += 1
                    yield path
                    if progressive:
                        data = open(path, "rb").read()
                        path = os.path.join(folder, f"{number:04d}-scans.jpg")
                        with open(path, "wb") as f:
                            f.write(without_scans(data, rng))
                        number += 1
                        yield path
                    broken = damage(open(path, "rb").read(), rng)
                    if len(broken) > 300 and rng.random() < 0.5:
                        path = os.path.join(folder, f"{number:04d}-broken.jpg")
                        with open(path, "wb") as f:
                            f.write(broken)
                        number += 1
                        yield path


def save(image, path, sampling, options):
    """Pillow knows three samplings; libjpeg-turbo, behind simplejpeg, all."""
    if sampling in ("4:4:4", "4:2:2", "4:2:0"):
        image.save(path, "JPEG", **options)
        return
    data = simplejpeg.encode_jpeg(numpy.asarray(image), options["quality"], "RGB", sampling.replace(":", ""), fastdct=False)
    with open(path, "wb") as f:
        f.write(data)


def without_scans(data, rng):
    """Keeps some of a progressive file's scans, with the tables before them."""
    starts = [i for i in range(len(data) - 1) if data[i : i + 2] == b"\xff\xda"]
    if len(starts) < 2:  # those of one pixel
        return data
    end = rng.choice(starts[1:])
    tables = data.rfind(b"\xff\xc4", 0, end)
    if tables > max(s for s in starts if s < end):
        end = tables
    return data[:end] + b"\xff\xd9"


def damage(data, rng):
    """Changes bytes behind the headers."""
    data = bytearray(data)
    start = data.rfind(b"\xff\xda") + 14
    for _ in range(rng.randrange(1, 4)):
        if start < len(data) - 2:
            data[rng.randrange(start, len(data) - 2)] = rng.randrange(256)
    return bytes(data)


def found(folders):
    for folder in folders:
        for root, _, names in os.walk(folder):
            for name in sorted(names):
                path = os.path.join(root, name)
                with open(path, "rb") as f:
                    if f.read(3) == b"\xff\xd8\xff":
                        yield path


def opened(data, scale):
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        if scale > 1:
            image.draft(None, (image.width // scale, image.height // scale))
        image.load()
        return image, hashlib.sha256(image.tobytes()).hexdigest()


def decoded(path):
    with open(path, "rb") as f:
        data = f.read()
    image, digest = opened(data, 1)
    scaled = {scale: opened(data, scale)[1] for scale in (2, 4, 8) if min(image.size) >= scale}
    return {"mode": image.mode, "width": image.width, "height": image.height, "sha256": digest, "scaled": scaled}


for source in (drawn(sys.argv[1]), found(sys.argv[2:])):
    for path in source:
        row = {"path": path}
        try:
            row.update(decoded(path))
        except Exception as error:  # whatever is wrong with a file
            row["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(row))

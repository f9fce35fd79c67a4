"""Prints, for every page of the files named on standard input, the SHA-256 of
its 224 x 224 RGB pixels as Pillow makes them: {"path", "page", "sha256", "others"} a
line, or {"path", "page", "error"}. "others" has the same for other preparations, by
name.

A page is prepared as cutpoint does it: bilevel, palette and CMYK pages are
expanded to 8 bits first, greys of 16 bits lose the lower 8, transparent pixels are laid over white, then
Image.resize((224, 224), BILINEAR).
"""
import hashlib
import json
import sys

from PIL import Image, ImageOps, ImageSequence

Image.MAX_IMAGE_PIXELS = 150_000_000


def prepare(page):
    page = ImageOps.exif_transpose(page)
    if page.mode in ("I", "I;16"):
        sample = 4 if page.mode == "I" else 2
        page = Image.frombytes("L", page.size, page.tobytes()[1::sample])
    if page.mode in ("1", "L") and "transparency" not in page.info:
        page = page.convert("L")
    elif page.mode in ("LA", "PA", "RGBA") or "transparency" in page.info:
        page = page.convert("RGBA")
        white = Image.new("RGBA", page.size, "white")
        page = Image.alpha_composite(white, page).convert("RGB")
    else:
        page = page.convert("RGB")
    return page


def fitted(page, how, name):
    filter = Image.Resampling[name.upper()]
    if how == "squash":
        return page.resize((224, 224), filter)
    if how == "pad":
        return ImageOps.pad(page, (224, 224), filter, "white")
    # torchvision's Resize(256) and CenterCrop(224)
    width, height = page.size
    size = (256, int(256 * height / width)) if width <= height else (int(256 * width / height), 256)
    page = page.resize(size, filter)
    left, top = round((page.width - 224) / 2), round((page.height - 224) / 2)
    return page.crop((left, top, left + 224, top + 224))


OTHERS = ["squash nearest", "squash box", "squash lanczos", "pad bilinear", "pad bicubic", "crop bilinear", "crop nearest"]


def digest(page, how):
    return hashlib.sha256(fitted(page, *how.split()).convert("RGB").tobytes()).hexdigest()


def pages(path):
    with Image.open(path) as image:
        if image.format != "TIFF":
            yield prepare(image)
            return
        for n in range(image.n_frames):
            image.seek(n)
            yield prepare(image)


def others(page):
    """Pages that are too narrow for Pillow's pad are left out."""
    narrow = max(page.size) > 200 * min(page.size)
    return {how: digest(page, how) for how in OTHERS if not (narrow and how.startswith("pad"))}


for line in sys.stdin:
    path, n = line.rstrip("\n"), 0
    try:
        for n, page in enumerate(pages(path)):
            row = {"path": path, "page": n, "sha256": digest(page, "squash bilinear"), "others": others(page)}
            print(json.dumps(row))
    except Exception as e:  # every reason is worth reporting, none ends the run
        print(json.dumps({"path": path, "page": n, "error": f"{type(e).__name__}: {e}"}))

"""Prints, for every page of the files named on standard input, the SHA-256 of
its 224 x 224 RGB pixels as Pillow makes them: {"path", "page", "sha256"} a line,
or {"path", "page", "error"}.

A page is prepared as cutpoint does it: bilevel, palette and CMYK pages are
expanded to 8 bits first, transparent pixels are laid over white, then
Image.resize((224, 224), BILINEAR).
"""
import hashlib
import json
import sys

from PIL import Image, ImageOps, ImageSequence

Image.MAX_IMAGE_PIXELS = 150_000_000


def prepare(page):
    page = ImageOps.exif_transpose(page)
    if page.mode in ("1", "L"):
        page = page.convert("L")
    elif page.mode in ("LA", "PA", "RGBA") or "transparency" in page.info:
        page = page.convert("RGBA")
        white = Image.new("RGBA", page.size, "white")
        page = Image.alpha_composite(white, page).convert("RGB")
    else:
        page = page.convert("RGB")
    return page.resize((224, 224), Image.Resampling.BILINEAR).convert("RGB")


def pages(path):
    with Image.open(path) as image:
        if image.format != "TIFF":
            yield prepare(image)
            return
        for n in range(image.n_frames):
            image.seek(n)
            yield prepare(image)


for line in sys.stdin:
    path, n = line.rstrip("\n"), 0
    try:
        for n, page in enumerate(pages(path)):
            row = {"path": path, "page": n, "sha256": hashlib.sha256(page.tobytes()).hexdigest()}
            print(json.dumps(row))
    except Exception as e:  # every reason is worth reporting, none ends the run
        print(json.dumps({"path": path, "page": n, "error": f"{type(e).__name__}: {e}"}))

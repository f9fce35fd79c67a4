"""Prints, for every page of the TIFF files named on standard input, the SHA-256 of
its RGB pixels in full size, upright and over white, as Pillow shows them: {"path",
"page", "width", "height", "sha256"} a line, or {"path", "page", "error"}.

Pillow clips samples of more than eight bits; here their upper eight bits are taken.
Directories of reduced copies and masks are left out and not counted, unless a file has
nothing else.
"""
import hashlib
import json
import sys
import warnings

from PIL import Image, ImageOps

warnings.simplefilter("ignore")
Image.MAX_IMAGE_PIXELS = 150_000_000


def upper(page):
    """The upper eight bits of 12- or 16-bit grey."""
    bits = page.tag_v2.get(258, (16,))[0]
    data, high = page.tobytes(), 1 if page.mode == "I;16" else 0
    if bits == 12:
        data = bytes(data[i + 1] << 4 | data[i] >> 4 for i in range(0, len(data), 2))
    else:
        data = data[high::2]
    return Image.frombytes("L", page.size, data)


def shown(page):
    page.load()
    if page.mode.startswith("I;16"):
        page = upper(page)
    page = ImageOps.exif_transpose(page)
    if page.mode in ("LA", "PA", "RGBA") or "transparency" in page.info:
        page = page.convert("RGBA")
        page = Image.alpha_composite(Image.new("RGBA", page.size, "white"), page)
    if page.mode in ("I", "F", "LAB"):
        raise OSError("mode " + page.mode + " is not prepared")
    return page.convert("RGB")


def directories(image):
    """The numbers of the directories that are pages."""
    pages, reduced, n = [], [], 0
    while True:
        try:
            image.seek(n)
        except EOFError:
            return pages or reduced or list(range(n))
        kind, photometric = image.tag_v2.get(254, 0), image.tag_v2.get(262)
        if kind & 1 or image.tag_v2.get(255) == 2:
            reduced.append(n)
        elif not kind & 4 and photometric != 4:
            pages.append(n)
        n += 1


def rows(path):
    with Image.open(path, formats=["TIFF"]) as image:
        for n, directory in enumerate(directories(image)):
            try:
                image.seek(directory)
                page = shown(image)
                sha = hashlib.sha256(page.tobytes()).hexdigest()
                yield {"page": n, "width": page.width, "height": page.height, "sha256": sha}
            except Exception as e:  # every reason is worth reporting, none ends the run
                yield {"page": n, "error": f"{type(e).__name__}: {e}"}


for line in sys.stdin:
    path = line.rstrip("\n")
    try:
        for row in rows(path):
            print(json.dumps({"path": path} | row))
    except Exception as e:
        print(json.dumps({"path": path, "page": 0, "error": f"{type(e).__name__}: {e}"}))

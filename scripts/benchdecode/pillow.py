"""draw FOLDER PAGES: writes pages of several kinds, drawn from scanned ones, to
sub-folders. draw-scans FOLDER PAGES: the same of A4 scans at 300 dpi in PDF. time FOLDER
PATTERN: prints the CPU seconds a page takes Pillow from the file's bytes to 224 x 224
pixels, by kind, as JSON. time-draft FOLDER PATTERN: the same of JPEG alone,
decoded at a fraction of its size.
"""
import fnmatch
import io
import json
import os
import sys
import time

from PIL import Image

PAGES = 8


def tint(image):
    """A coloured page, as a camera or a colour scanner gives it."""
    return Image.merge("RGB", [image, image.point(lambda v: v * 240 // 255), image.point(lambda v: v * 220 // 255 + 10)])


def bilevel(image):
    """A page of two levels."""
    return image.point(lambda v: 255 if v > 140 else 0).convert("1", dither=Image.Dither.NONE)


KINDS = {
    "jpeg-colour": lambda m, f: tint(m).save(f + ".jpg", quality=85),
    "jpeg-grey": lambda m, f: m.save(f + ".jpg", quality=85),
    "jpeg-progressive": lambda m, f: tint(m).save(f + ".jpg", quality=85, progressive=True),
    "png-grey": lambda m, f: m.save(f + ".png"),
    "png-colour": lambda m, f: tint(m).save(f + ".png"),
    "png-palette": lambda m, f: tint(m).quantize(64).save(f + ".png"),
    "png-bilevel": lambda m, f: bilevel(m).save(f + ".png"),
    "png-alpha": lambda m, f: tint(m).convert("RGBA").save(f + ".png"),
    "gif": lambda m, f: m.save(f + ".gif"),
    "webp-lossy": lambda m, f: tint(m).save(f + ".webp", quality=80),
    "webp-lossless": lambda m, f: tint(m).save(f + ".webp", lossless=True),
    "tiff-packbits": lambda m, f: m.save(f + ".tif", compression="packbits"),
    "tiff-lzw": lambda m, f: m.save(f + ".tif", compression="tiff_lzw"),
    "tiff-g4": lambda m, f: bilevel(m).save(f + ".tif", compression="group4"),
}


# Pillow's PDF holds a JPEG, or Group 4 where the image is bilevel.
SCANS = {
    "pdf-jpeg-grey": lambda m, f: m.save(f + ".pdf", resolution=300, quality=85),
    "pdf-jpeg-colour": lambda m, f: tint(m).save(f + ".pdf", resolution=300, quality=85),
    "pdf-g4": lambda m, f: bilevel(m).save(f + ".pdf", resolution=300),
}
A4_AT_300_DPI = (2480, 3508)


def some(source):
    found = sorted(os.path.join(root, name) for root, _, names in os.walk(source) for name in names)
    return [Image.open(path).convert("L") for path in found[:: max(1, len(found) // PAGES)][:PAGES]]


def draw(folder, source):
    for height in (1000, 3000):
        for kind, save in KINDS.items():
            where = os.path.join(folder, f"{kind}-{height}")
            os.makedirs(where)
            for n, page in enumerate(some(source)):
                save(page.resize((page.width * height // page.height, height), Image.Resampling.BICUBIC), os.path.join(where, str(n)))


def draw_scans(folder, source):
    for kind, save in SCANS.items():
        where = os.path.join(folder, kind)
        os.makedirs(where)
        for n, page in enumerate(some(source)):
            save(page.resize(A4_AT_300_DPI, Image.Resampling.BICUBIC), os.path.join(where, str(n)))


def measure(folder, pattern, draft):
    seconds = {}
    for kind in sorted(os.listdir(folder)):
        if not fnmatch.fnmatch(kind, pattern):
            continue
        where = os.path.join(folder, kind)
        files = [open(os.path.join(where, name), "rb").read() for name in sorted(os.listdir(where))]
        repeat = 1 if kind.endswith("3000") else 6
        start = time.process_time()
        for _ in range(repeat):
            for data in files:
                page = Image.open(io.BytesIO(data))
                if draft:
                    page.draft(None, (448, 448))
                if page.mode in ("1", "P"):
                    page = page.convert("L" if page.mode == "1" else "RGB")
                if page.mode == "RGBA":
                    page = Image.alpha_composite(Image.new("RGBA", page.size, "white"), page).convert("RGB")
                page.resize((224, 224), Image.Resampling.BILINEAR).convert("RGB")
        seconds[kind] = (time.process_time() - start) / repeat / len(files)
    print(json.dumps(seconds))


if sys.argv[1] == "draw":
    draw(sys.argv[2], sys.argv[3])
elif sys.argv[1] == "draw-scans":
    draw_scans(sys.argv[2], sys.argv[3])
else:
    measure(sys.argv[2], sys.argv[3], sys.argv[1] == "time-draft")

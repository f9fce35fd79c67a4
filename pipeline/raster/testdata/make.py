"""Makes the files of this folder and pages.json, the SHA-256 of each page's
224 x 224 RGB pixels. Run with Pillow 12.3.0 from this folder:
    python make.py
The drawings are made here; the expected pixels are Pillow's."""
import contextlib
import io
import pathlib
import random
import sys

from PIL import Image, ImageDraw, ImageOps

SCRIPT = pathlib.Path(__file__).resolve().parents[3] / "scripts/conformance/pages.py"
rng = random.Random(1)


def drawing(mode, size):
    """Strokes and discs in all the mode's values."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    w, h = size
    for _ in range(12):
        color = tuple(rng.randrange(256) for _ in range(3))
        x, y = rng.randrange(w), rng.randrange(h)
        draw.line((x, y, rng.randrange(w), rng.randrange(h)), color, rng.randrange(1, 4))
        draw.ellipse((x, y, x + w // 6, y + h // 6), color)
    if mode in ("RGBA", "LA"):
        image = image.convert(mode)
        image.putalpha(Image.linear_gradient("L").resize(size))
        return image
    return image.convert(mode)


saves = []


def save(name, image, **options):
    image.save(name, **options)
    saves.append(name)


for size in [(1, 1), (1, 500), (500, 1), (37, 53), (224, 224), (225, 223), (224, 300), (300, 224), (700, 901)]:
    save(f"grey-{size[0]}x{size[1]}.png", drawing("L", size), optimize=True)
for mode in ["1", "P", "RGB", "RGBA", "LA"]:
    save(f"mode-{mode}.png", drawing(mode, (131, 97)), optimize=True)
save("rgb.bmp", drawing("RGB", (61, 47)))
save("palette.gif", drawing("P", (131, 97)))
fax = drawing("1", (333, 271))
for compression in ["raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "tiff_ccitt", "group3", "group4"]:
    save(f"bilevel-{compression}.tif", fax, compression=compression)
save("bilevel-group3-2d.tif", fax, compression="group3", tiffinfo={292: 1})
save("bilevel-white-is-zero.tif", fax, compression="group4", tiffinfo={262: 0})
for mode in ["L", "P", "RGB", "CMYK"]:
    save(f"mode-{mode}.tif", drawing(mode, (131, 97)), compression="tiff_lzw")
save("predictor.tif", drawing("RGB", (131, 97)), compression="tiff_adobe_deflate", tiffinfo={317: 2})
for n in range(1, 9):
    save(f"orientation-{n}.tif", drawing("L", (60, 90)), compression="packbits", tiffinfo={274: n})
pages = [drawing(m, (80 + 20 * i, 110)) for i, m in enumerate(["1", "L", "RGB"])]
save("pages.tif", pages[0], save_all=True, append_images=pages[1:], compression="tiff_lzw")
save("grey-20x3000.png", drawing("L", (20, 3000)), optimize=True)
for size in [(131, 97), (132, 98), (1, 1), (2, 5)]:
    save(f"lossy-{size[0]}x{size[1]}.webp", drawing("RGB", size), quality=60)
save("lossy-alpha.webp", drawing("RGBA", (61, 47)), quality=60)
save("lossless.webp", drawing("RGB", (61, 47)), lossless=True)

# Two decoders of JPEG may differ by a few levels: Pillow's pixels stand beside each.
for n, subsampling in enumerate(["4:4:4", "4:2:2", "4:2:0"]):
    image = drawing("RGB", (61, 47))
    exif = Image.Exif()
    exif[0x0112] = 1 + 2 * n
    name = f"jpeg-{subsampling.replace(':', '')}-orientation-{1 + 2 * n}"
    image.save(name + ".jpg", quality=80, subsampling=subsampling, exif=exif)
    with Image.open(name + ".jpg") as page:
        ImageOps.exif_transpose(page).save(name + ".want.png", optimize=True)
with Image.open("jpeg-420-orientation-5.jpg") as page:
    page.convert("CMYK").save("jpeg-cmyk.jpg", quality=90)
with Image.open("jpeg-cmyk.jpg") as page:
    page.convert("RGB").save("jpeg-cmyk.want.png", optimize=True)

turned = Image.Exif()
turned[0x0112] = 6
save("orientation-6.png", drawing("RGB", (61, 47)), exif=turned, optimize=True)
save("orientation-6-lossy.webp", drawing("RGB", (61, 47)), exif=turned, quality=60)
save("orientation-6-lossless.webp", drawing("RGBA", (61, 47)), exif=turned, lossless=True)
for name, mode, options in [("animated-lossy", "RGB", {"quality": 60}), ("animated-alpha", "RGBA", {"quality": 60}), ("animated-lossless", "RGBA", {"lossless": True})]:
    save(name + ".webp", drawing(mode, (61, 47)), save_all=True, append_images=[drawing(mode, (61, 47))], **options)
moved = bytearray(open("animated-alpha.webp", "rb").read())  # a larger canvas, and the first frame inside it
frame = moved.index(b"ANMF") + 8
moved[24:30] = (90).to_bytes(3, "little") + (70).to_bytes(3, "little")
moved[frame : frame + 6] = (7).to_bytes(3, "little") + (5).to_bytes(3, "little")
open("animated-moved.webp", "wb").write(moved)
saves.append("animated-moved.webp")
save("transparent-palette.png", drawing("P", (61, 47)), transparency=0)
save("transparent-colour.png", Image.new("RGB", (61, 47), (9, 8, 7)), transparency=(9, 8, 7))
save("transparent-grey.png", drawing("L", (61, 47)), transparency=255)
save("palette-2-bits.png", drawing("RGB", (61, 47)).quantize(4), bits=2)

sys.stdin = io.StringIO("\n".join(saves))
with open("pages.json", "w") as out, contextlib.redirect_stdout(out):
    exec(SCRIPT.read_text())

"""Makes the files of this folder and pages.json: what Pillow shows of every page, in
the form of scripts/conformance/tiffs.py. Run with Pillow 12.3.0 from this folder,
with the programs of libtiff (Debian: libtiff-tools 4.5.0):
    python make.py
The drawings are made here."""
import contextlib
import io
import pathlib
import random
import struct
import subprocess
import sys
import zlib

from PIL import Image, ImageDraw

SCRIPT = pathlib.Path(__file__).resolve().parents[4] / "scripts/conformance/tiffs.py"
rng = random.Random(2)
TYPES = {1: "B", 3: "H", 4: "I", 5: "I", 7: "B"}
TILED = 322


def drawing(mode, size):
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    w, h = size
    for _ in range(12):
        color = tuple(rng.randrange(256) for _ in range(3))
        x, y = rng.randrange(w), rng.randrange(h)
        draw.line((x, y, rng.randrange(w), rng.randrange(h)), color, rng.randrange(1, 4))
        draw.ellipse((x, y, x + w // 6, y + h // 6), color)
    return image.convert(mode)


def directory(tags, order="<"):
    """A file whose directory comes before its data: tags maps a number to (type,
    values); 0 is the list of strips or tiles."""
    tags = dict(tags)
    strips = tags.pop(0)
    offsets, counts = (324, 325) if TILED in tags else (273, 279)
    tags[offsets] = (4, [0] * len(strips))
    if tags.get(counts) == ():
        del tags[counts]
    else:
        tags.setdefault(counts, (4, [len(s) for s in strips]))
    at = 8 + 2 + 12 * len(tags) + 4
    places = {}
    for tag, (kind, values) in sorted(tags.items()):
        size = struct.calcsize(order + TYPES[kind]) * len(values)
        if size > 4:
            places[tag] = at
            at += size + size % 2
    tags[offsets] = (4, [at + sum(map(len, strips[:i])) for i in range(len(strips))])
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(tags))
    body = b""
    for tag, (kind, values) in sorted(tags.items()):
        raw = struct.pack(order + TYPES[kind] * len(values), *values)
        count = len(values) // (2 if kind == 5 else 1)
        head += struct.pack(order + "HHI", tag, kind, count)
        if tag in places:
            head += struct.pack(order + "I", places[tag])
            body += raw + b"\0" * (len(raw) % 2)
        else:
            head += raw.ljust(4, b"\0")
    return head + struct.pack(order + "I", 0) + body + b"".join(strips)


def packed(samples, width, bits):
    """Rows of samples of any size, the most significant bit first."""
    out = b""
    for i in range(0, len(samples), width):
        row = "".join(format(v, f"0{bits}b") for v in samples[i : i + width])
        row += "0" * (-len(row) % 8)
        out += int(row, 2).to_bytes(len(row) // 8, "big")
    return out


def fields(size, bits, photometric, n=1, compression=1, **more):
    tags = {256: (4, [size[0]]), 257: (4, [size[1]]), 258: (3, [bits] * n), 259: (3, [compression]),
            262: (3, [photometric]), 277: (3, [n]), 278: (4, [size[1]])}
    return tags | {int(k[1:]): v for k, v in more.items()}


def put(name, tags, strips, order="<"):
    if tags[259] == (3, [1]) and len(strips[0]) > 3000:
        tags = tags | {259: (3, [8])}
        strips = [zlib.compress(s, 9) for s in strips]
    pathlib.Path(name).write_bytes(directory(tags | {0: strips}, order))


def tool(*command):
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def copy(source, name, *options):
    tool("tiffcp", *options, source, name)


def of(image):
    return list(image.tobytes())


# Bits and depths. What Pillow cannot write is packed here.
SIZE = (35, 27)
WIDTH = SIZE[0]
grey, rgb, cmyk = (drawing(m, SIZE) for m in ("L", "RGB", "CMYK"))
deep = [v * 257 for v in of(grey)]
for bits in (2, 4, 8):
    for photometric in (0, 1):
        values = [v >> (8 - bits) for v in of(grey)]
        put(f"grey-{bits}-{'black' if photometric else 'white'}-is-zero.tif", fields(SIZE, bits, photometric), [packed(values, WIDTH, bits)])
    put(f"grey-{bits}-fill-order-2.tif", fields(SIZE, bits, 1, t266=(3, [2])),
        [bytes(int(f"{b:08b}"[::-1], 2) for b in packed(values, WIDTH, bits))])
put("grey-12.tif", fields(SIZE, 12, 1), [packed([v >> 4 for v in deep], WIDTH, 12)])
put("grey-16-little.tif", fields(SIZE, 16, 1), [struct.pack(f"<{len(deep)}H", *deep)])
put("grey-16-big.tif", fields(SIZE, 16, 1), [struct.pack(f">{len(deep)}H", *deep)], ">")
put("grey-8-signed.tif", fields(SIZE, 8, 1, t339=(3, [2])), [grey.tobytes()])
for bits in (1, 2, 4, 8):
    colors = [rng.randrange(65536) for _ in range(3 << bits)]
    put(f"palette-{bits}.tif", fields(SIZE, bits, 3, t320=(3, colors)), [packed([v >> (8 - bits) for v in of(grey)], WIDTH, bits)])
alpha = of(Image.linear_gradient("L").resize(SIZE))
pixels = list(zip(*[iter(of(rgb))] * 3))
flat = lambda rows: bytes(v for row in rows for v in row)
rgba = flat((*p, a) for p, a in zip(pixels, alpha))
put("rgba-unassociated.tif", fields(SIZE, 8, 2, 4, t338=(3, [2])), [rgba])
put("rgba-associated.tif", fields(SIZE, 8, 2, 4, t338=(3, [1])), [flat((*(c * a // 255 for c in p), a) for p, a in zip(pixels, alpha))])
put("rgba-unsaid.tif", fields(SIZE, 8, 2, 4), [rgba])
put("rgbx.tif", fields(SIZE, 8, 2, 4, t338=(3, [0])), [rgba])
put("rgba-x.tif", fields(SIZE, 8, 2, 5, t338=(3, [2, 0])), [flat((*p, a, 7) for p, a in zip(pixels, alpha))])
put("grey-alpha.tif", fields(SIZE, 8, 1, 2, t338=(3, [2])), [flat(zip(of(grey), alpha))])
put("palette-x.tif", fields(SIZE, 8, 3, 2, t338=(3, [0]), t320=(3, colors)), [flat(zip(of(grey), alpha))])
put("cmyk.tif", fields(SIZE, 8, 5, 4), [cmyk.tobytes()])
put("cmyk-x.tif", fields(SIZE, 8, 5, 5, t338=(3, [0])), [flat((*p, 9) for p in zip(*[iter(of(cmyk))] * 4))])
put("rgb-16.tif", fields(SIZE, 16, 2, 3), [struct.pack(f"<{3 * len(pixels)}H", *(v * 257 for v in of(rgb)))])
put("cmyk-16.tif", fields(SIZE, 16, 5, 4), [struct.pack(f"<{4 * len(pixels)}H", *(v * 257 for v in of(cmyk)))])
put("rgb.tif", fields(SIZE, 8, 2, 3), [rgb.tobytes()])
put("fill-order-2.tif", fields(SIZE, 8, 2, 3, t266=(3, [2])), [bytes(int(f"{b:08b}"[::-1], 2) for b in rgb.tobytes())])

# Compressions, strips, tiles and planes.
for name, options in {
    "packbits": "-c packbits", "lzw": "-c lzw:1", "lzw-predictor": "-c lzw:2", "deflate-predictor": "-c zip:2",
    "zstd": "-c zstd", "zstd-predictor": "-c zstd:2", "planes": "-c lzw -p separate",
    "planes-predictor": "-c zip:2 -p separate", "tiles": "-c lzw -t -w 32 -l 16", "tiles-planes": "-c packbits -t -w 16 -l 32 -p separate",
    "strips": "-c packbits -r 5", "big": "-8 -c lzw -r 7", "big-tiles": "-8 -t -w 32 -l 32 -c zip", "big-endian": "-B -c lzw:2",
    "lsb-lzw": "-c lzw -f lsb2msb",
}.items():
    copy("rgb.tif", f"rgb-{name}.tif", *options.split())
for name, options in {"lzw-predictor": "-c lzw:2", "deflate-predictor-big-endian": "-B -c zip:2"}.items():
    copy("rgb-16.tif", f"rgb-16-{name}.tif", *options.split())
copy("grey-16-little.tif", "grey-16-deflate-predictor.tif", "-c", "zip:2")
copy("cmyk.tif", "cmyk-planes.tif", "-c", "lzw", "-p", "separate")

webp = io.BytesIO()
rgb.save(webp, "WEBP", lossless=True)
put("rgb-webp.tif", fields(SIZE, 8, 2, 3, 50001), [webp.getvalue()])  # Pillow's libtiff has no WebP
put("deflate-32946.tif", fields(SIZE, 8, 1, compression=32946), [zlib.compress(grey.tobytes(), 9)])

# Fax.
PAGE = (333, 101)
fax = drawing("L", PAGE).point(lambda v: 255 * (v > 170)).convert("1")
fax.save("fax.tif", compression="raw")
for name, options in {
    "g3": "-c g3", "g3-2d": "-c g3:2d", "g3-aligned": "-c g3:fill", "g3-2d-aligned": "-c g3:2d:fill", "g4": "-c g4", "g4-strips": "-c g4 -r 9",
    "g4-tiles": "-c g4 -t -w 64 -l 32", "g4-lsb": "-c g4 -f lsb2msb", "g3-lsb": "-c g3 -f lsb2msb", "packbits-lsb": "-c packbits -f lsb2msb",
}.items():
    copy("fax.tif", f"fax-{name}.tif", *options.split())
fax.save("fax-rle.tif", compression="tiff_ccitt")
pathlib.Path("fax.tif").unlink()


def strip(name):
    with Image.open(name) as image:
        tags = dict(image.tag_v2.items())
        assert len(tags[273]) == 1
        return pathlib.Path(name).read_bytes()[tags[273][0] :][: tags[279][0]]



g4, g3, g32 = strip("fax-g4.tif"), strip("fax-g3.tif"), strip("fax-g3-2d.tif")
put("fax-no-counts.tif", fields(PAGE, 1, 0, compression=4, t279=()), [g4])
put("fax-count-0.tif", fields(PAGE, 1, 0, compression=4, t279=(4, [0])), [g4])
put("fax-no-photometric.tif", {k: v for k, v in fields(PAGE, 1, 0, compression=4).items() if k != 262}, [g4])
put("fax-no-rows.tif", {k: v for k, v in fields(PAGE, 1, 0, compression=4).items() if k != 278}, [g4])
put("fax-black-is-zero.tif", fields(PAGE, 1, 1, compression=4), [g4])
put("fax-word-aligned.tif", fields((333, 1), 1, 0, compression=32771), [strip("fax-rle.tif")])
damaged = bytearray(g4)
damaged[-20] ^= 0x18  # it goes on to the last line: Pillow leaves lines behind the end to chance
put("fax-g4-damaged.tif", fields(PAGE, 1, 0, compression=4), [bytes(damaged)])
damaged = bytearray(g3)
damaged[len(g3) // 2 : len(g3) // 2 + 2] = b"\xa5\x5a"
put("fax-g3-damaged.tif", fields(PAGE, 1, 0, compression=3), [bytes(damaged)])
damaged = bytearray(g32)
damaged[len(g32) // 2] ^= 0xFF
put("fax-g3-2d-damaged.tif", fields(PAGE, 1, 0, compression=3, t292=(4, [1])), [bytes(damaged)])

# YCbCr: blocks of luma and one pair of chroma.
def blocks(image, across, down, rows):
    """The strips, each of the given number of rows, deflated."""
    y, cb, cr = (band.load() for band in image.convert("YCbCr").split())
    w, h = image.size
    strips = []
    for top in range(0, h, rows):
        out = bytearray()
        for row in range(top, min(top + rows, h), down):
            for x in range(0, w, across):
                out += bytes(y[min(x + i, w - 1), min(row + j, h - 1)] for j in range(down) for i in range(across))
                out += bytes((cb[x, row], cr[x, row]))
        strips.append(zlib.compress(bytes(out), 9))
    return strips


def ycbcr(across, down, rows=SIZE[1], image=rgb, **more):
    tags = fields(image.size, 8, 6, 3, 8, t530=(3, [across, down]), **more) | {278: (4, [rows])}
    return tags, blocks(image, across, down, rows)


for across, down in [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1), (4, 2)]:
    put(f"ycbcr-{across}{down}.tif", *ycbcr(across, down))
put("ycbcr-44.tif", *ycbcr(4, 4, 24, rgb.crop((0, 0, 32, 24))))  # libtiff loses bytes where sizes are no multiples
put("ycbcr-22-strips.tif", *ycbcr(2, 2, 6))
put("ycbcr-bt709.tif", *ycbcr(2, 1, t529=(5, [2126, 10000, 7152, 10000, 722, 10000])))
put("ycbcr-studio.tif", *ycbcr(2, 2, t532=(5, [16, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1])))

# JPEG within TIFF.
for name, source, options in [
    ("ycbcr", "rgb.tif", "-c jpeg:80"), ("rgb", "rgb.tif", "-c jpeg:r:80"), ("grey", "grey-8-black-is-zero.tif", "-c jpeg:80"),
    ("ycbcr-strips", "rgb.tif", "-c jpeg:80 -r 16"), ("ycbcr-tiles", "rgb.tif", "-c jpeg:80 -t -w 32 -l 32"),
    ("rgb-tiles", "rgb.tif", "-c jpeg:r:80 -t -w 32 -l 32"), ("cmyk", "cmyk.tif", "-c jpeg:80"),
]:
    copy(source, f"jpeg-{name}.tif", *options.split())


# Data that ends too early, and damage, in the second of two strips.
with Image.open("jpeg-ycbcr-strips.tif") as image:
    tags, data = dict(image.tag_v2.items()), pathlib.Path("jpeg-ycbcr-strips.tif").read_bytes()
    first, second = (data[at:][:n] for at, n in zip(tags[273], tags[279]))
shared = fields(SIZE, 8, 6, 3, 7, t530=(3, [2, 2]), t347=(7, tags[347])) | {278: (4, [16])}
put("jpeg-cut.tif", shared, [first, second[: len(second) // 2]])
damaged = bytearray(second)
damaged[len(second) // 2] ^= 0x5A
put("jpeg-damaged.tif", shared, [first, bytes(damaged)])

sys.stdin = io.StringIO("\n".join(sorted(p.name for p in pathlib.Path().glob("*.tif"))))
with open("pages.json", "w") as out, contextlib.redirect_stdout(out):
    exec(SCRIPT.read_text())

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
TYPES = {1: "B", 2: "B", 3: "H", 4: "I", 5: "I", 7: "B"}
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


# Old-style JPEG: one JPEG in pieces, wherever writers put them.
def segments(data):
    """A JPEG's segments before its data, as (marker, bytes), and the data behind the scan's header."""
    at, found = 2, []
    while True:
        n = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        found.append((data[at + 1], data[at : at + n]))
        at += n
        if found[-1][0] == 0xDA:
            return found, data[at:-2]


def scattered(name, tags, pieces, order="<"):
    """A file of pieces; a tag's value may be the name of a piece and stands for its offset."""
    at, places = 8, {}
    for piece, data in pieces.items():
        places[piece] = at
        at += len(data)
    resolved = {}
    for tag, (kind, values) in tags.items():
        resolved[tag] = (kind, [places.get(v, v) for v in values])
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", at)
    entries, body, values_at = b"", b"", at + 2 + 12 * len(resolved) + 4
    for tag, (kind, values) in sorted(resolved.items()):
        raw = struct.pack(order + TYPES[kind] * len(values), *values)
        entries += struct.pack(order + "HHI", tag, kind, len(values) // (2 if kind == 5 else 1))
        if len(raw) > 4:
            entries += struct.pack(order + "I", values_at + len(body))
            body += raw
        else:
            entries += raw.ljust(4, b"\0")
    pathlib.Path(name).write_bytes(
        head + b"".join(pieces.values()) + struct.pack(order + "H", len(resolved)) + entries + struct.pack(order + "I", 0) + body)


def saved(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85, **options)
    return buffer.getvalue()


def old(photometric=6, n=3, size=None, **more):
    tags = fields(size or OLD, 8, photometric, n, 6, **more)
    return {k: v for k, v in tags.items() if v is not None}


OLD = (45, 37)
photo = drawing("RGB", OLD)
whole = saved(photo, subsampling="4:2:2")
parts, data = segments(whole)
header = b"".join(d for m, d in parts)
some = lambda kinds: b"".join(d for m, d in parts if m in kinds)
scattered("old-stream.tif", old(t513=(4, ["jpeg"]), t514=(4, [len(whole)]), t530=(3, [2, 1])), {"jpeg": whole})
scattered("old-stream-no-length.tif", old(t513=(4, ["jpeg"]), t530=(3, [2, 1])), {"jpeg": whole}, order=">")
scattered("old-stream-long.tif", old(t513=(4, ["jpeg"]), t514=(4, [1 << 30]), t530=(3, [2, 1])), {"jpeg": whole})
scattered("old-stream-in-strip.tif", old(t273=(4, ["jpeg"]), t279=(4, [len(whole)]), t530=(3, [2, 1])), {"jpeg": whole})
scattered("old-stream-and-strip.tif", old(t513=(4, ["jpeg"]), t273=(4, ["jpeg"]), t279=(4, [len(whole)])), {"jpeg": whole})
scattered("old-sampling-lies.tif", old(t513=(4, ["jpeg"]), t514=(4, [len(whole)]), t530=(3, [2, 2])), {"jpeg": whole})
scattered("old-colours-lie.tif", old(photometric=2, t513=(4, ["jpeg"]), t514=(4, [len(whole)])), {"jpeg": whole})
scattered("old-tags-missing.tif", old(t258=None, t262=None, t277=None, t278=None, t513=(4, ["jpeg"])), {"jpeg": whole})
scattered("old-no-start.tif", old(t513=(4, ["jpeg"]), t514=(4, [len(whole) - 2])), {"jpeg": whole[2:]})
scattered("old-no-end.tif", old(t513=(4, ["jpeg"]), t514=(4, [len(whole) - 2])), {"jpeg": whole[:-2]})
scattered("old-head.tif", old(t513=(4, ["jpeg"]), t514=(4, [len(header) + 2]), t273=(4, ["strip0"]), t279=(4, [len(data)])), {"jpeg": b"\xff\xd8" + header, "strip0": data})
head = b"\xff\xd8" + some((0xDB, 0xC4))
rest = some((0xC0, 0xDA)) + data
scattered("old-head-tables.tif", old(t513=(4, ["jpeg"]), t514=(4, [len(head)]), t273=(4, ["strip0"]), t279=(4, [len(rest)])), {"jpeg": head, "strip0": rest})
scattered("old-stream-elsewhere.tif", old(t513=(4, [14]), t514=(4, [len(whole)]), t273=(4, ["jpeg"]), t279=(4, [len(whole)])), {"jpeg": whole})
scattered("old-coefficients.tif", old(t513=(4, ["jpeg"]), t529=(5, [2126, 10000, 7152, 10000, 722, 10000]), t532=(4, [16, 235, 128, 240, 128, 240])), {"jpeg": whole})
scattered("old-lossless.tif", old(t512=(3, [14]), t513=(4, ["jpeg"])), {"jpeg": whole})
scattered("old-progressive.tif", old(t513=(4, ["jpeg"])), {"jpeg": saved(photo, progressive=True)})
scattered("old-other-size.tif", old(size=(60, 37), t513=(4, ["jpeg"])), {"jpeg": whole})


def tables(parts, n=3):
    """The tables in tags, and the pieces that they name."""
    quant, huffman, pieces = [], {}, {}
    for marker, d in parts:
        if marker == 0xDB:
            quant += [d[5 + 65 * i : 69 + 65 * i] for i in range(len(d) // 65)]
        at = 4
        while marker == 0xC4 and at < len(d):
            size = 17 + sum(d[at + 1 : at + 17])
            huffman[d[at]] = d[at + 1 : at + size]
            at += size
    for i, q in enumerate(quant):
        pieces[f"q{i}"] = q
    for i, h in huffman.items():
        pieces[f"h{i}"] = h
    of = [0, 1, 1][:n]
    tags = {512: (3, [1]), 519: (4, [f"q{i}" for i in of]), 520: (4, [f"h{i}" for i in of]), 521: (4, [f"h{16 + i}" for i in of])}
    return tags, pieces


def coded(image, rows, **options):
    """The tables' tags and pieces, and the strips of rows that lie between restarts."""
    parts, data = segments(saved(image, restart_marker_rows=rows, **options))
    strips = []
    while True:
        marker = next((i for i in range(len(data) - 1) if data[i] == 0xFF and 0xD0 <= data[i + 1] <= 0xD7), None)
        strips.append(data[:marker])
        if marker is None:
            return *tables(parts, len(image.getbands())), strips
        data = data[marker + 2 :]


def strips_of(strips, lines):
    """The tags of strips, and the strips as pieces."""
    names = [f"strip{i}" for i in range(len(strips))]
    return {273: (4, names), 278: (4, [lines]), 279: (4, [len(s) for s in strips])}, dict(zip(names, strips))


def pieced(name, tables, strips, lines, size=None, **more):
    places, pieces = strips_of(strips, lines)
    scattered(name, old(size=size) | tables[0] | places | {int(k[1:]): v for k, v in more.items()}, tables[1] | pieces)


parts, data = segments(saved(photo, subsampling="4:2:0"))
t = tables(parts)
pieced("old-tables.tif", t, [data], 37, t530=(3, [2, 2]))
pieced("old-tables-count-0.tif", t, [data], 37, t279=(4, [0]))
pieced("old-one-strip-of-planes.tif", t, [data], 37, t284=(3, [2]))
pieced("old-cut.tif", t, [data[: len(data) // 2]], 37)
pieced("old-tables-missing.tif", ({}, {}), [data], 37)
tile = segments(saved(photo.crop((0, 0, 48, 48)), subsampling="4:2:0"))[1]
scattered("old-tables-tile.tif", old(t322=(3, [48]), t323=(3, [48]), t324=(4, ["tile"]), t325=(4, [len(tile)])) | t[0], t[1] | {"tile": tile})
parts, data = segments(saved(photo, subsampling="4:2:0", restart_marker_blocks=2))
pieced("old-restarts.tif", tables(parts), [data], 37, t515=(3, [2]))
tags, pieces, strips = coded(photo, 1, subsampling="4:2:0")
pieced("old-strips.tif", (tags, pieces), strips, 16)
tags, pieces, strips = coded(photo, 1, subsampling="4:4:4")
pieced("old-strips-444.tif", (tags, pieces), strips, 8, t530=(3, [1, 1]))
pieced("old-strips-odd.tif", (tags, pieces), strips, 9, t530=(3, [1, 1]))
parts, data = segments(saved(photo.convert("L")))
places, strip0 = strips_of([data], 37)
tags, pieces = tables(parts, 1)
for name, photometric in {"old-grey.tif": 1, "old-white-is-zero.tif": 0}.items():
    scattered(name, old(photometric, 1) | tags | places, pieces | strip0)

# Planes: each is a scan of one component, of which all but the first name themselves.
bands = [segments(saved(band)) for band in photo.convert("YCbCr").split()]
tags, pieces = tables(bands[0][0], 1)
tags = {k: (kind, values * 3) if k > 512 else (kind, values) for k, (kind, values) in tags.items()}
scan = lambda c: bytes((0xFF, 0xDA, 0, 8, 1, c, 0, 0, 63, 0))
pieced("old-planes.tif", (tags, pieces), [d if c == 0 else scan(c) + d for c, (_, d) in enumerate(bands)], 37, t284=(3, [2]), t530=(3, [1, 1]))
pieced("old-planes-unnamed.tif", (tags, pieces), [d for _, d in bands], 37, t284=(3, [2]), t530=(3, [1, 1]))

# Two columns of tiles, which libtiff does not read, and the same blocks in one stream.
square = photo.crop((0, 0, 32, 32))
parts, _ = segments(saved(square, subsampling="4:4:4"))
tiles = [segments(saved(square.crop((x, y, x + 16, y + 16)), subsampling="4:4:4"))[1] for y in (0, 16) for x in (0, 16)]
places, pieces = strips_of(tiles, 0)
tags = old(size=(32, 32), t278=None, t322=(3, [16]), t323=(3, [16]), t324=places[273], t325=places[279], t530=(3, [1, 1]))
scattered("old-tiles.tif", tags | tables(parts)[0], tables(parts)[1] | pieces)
scattered("old-tiles-as-stream.tif", old(size=(32, 32), t513=(4, ["jpeg"])), {"jpeg": saved(square, subsampling="4:4:4")})

# Samples that do not use their range.
twelve = [v >> 4 for v in deep]
put("grey-16-of-12.tif", fields(SIZE, 16, 1, t281=(3, [4095])), [struct.pack(f"<{len(deep)}H", *twelve)])
put("grey-16-of-12-lies.tif", fields(SIZE, 16, 1, t281=(3, [4095])), [struct.pack(f"<{len(deep)}H", *deep)])
put("grey-16-dark.tif", fields(SIZE, 16, 1), [struct.pack(f"<{len(deep)}H", *twelve)])
put("grey-16-signed.tif", fields(SIZE, 16, 1, t339=(3, [2])), [struct.pack(f"<{len(deep)}h", *(v >> 1 for v in deep))])

# Orientations in other types than SHORT, and in XMP.
packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
for name, more in {
    "long": {274: (4, [6])}, "byte": {274: (1, [6])}, "rational": {274: (5, [6, 1])}, "xmp": {700: (1, packet)},
    "xmp-element": {700: (7, packet.replace(b'="6"', b">6<"))}, "tag-over-xmp": {274: (3, [1]), 700: (1, packet)}, "text": {274: (2, b"6\0")},
}.items():
    put(f"turned-{name}.tif", fields(SIZE, 8, 1, compression=8) | more, [zlib.compress(grey.tobytes(), 9)])

sys.stdin = io.StringIO("\n".join(sorted(p.name for p in pathlib.Path().glob("*.tif"))))
with open("pages.json", "w") as out, contextlib.redirect_stdout(out):
    exec(SCRIPT.read_text())

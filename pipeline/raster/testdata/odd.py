"""Makes odd.zip: files that are broken or unusual and shown all the same, or not, and
pages.json, what Pillow 12.3.0 makes of each in the form of scripts/conformance/pages.py.
    python odd.py
"""
import contextlib
import io
import pathlib
import random
import struct
import sys
import tempfile
import zipfile
import zlib

from PIL import Image, ImageDraw

HERE = pathlib.Path(__file__).resolve().parent
SCRIPT = HERE.parents[2] / "scripts/conformance/pages.py"
rng = random.Random(5)
files = {}


def keep(name, data):
    files[name] = data


def drawing(mode, size=(31, 23)):
    """Strokes in all the mode's values, nowhere symmetrical."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        color = tuple(rng.randrange(256) for _ in range(3))
        draw.line([rng.randrange(max(size)) for _ in range(4)], color, rng.randrange(1, 4))
    return image.convert(mode)


def encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


# --- PNG


def chunk(name, data, crc=None):
    crc = zlib.crc32(name + data) if crc is None else crc
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)


def header(width, height, depth, color, interlace=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace))


END = chunk(b"IEND", b"")
W, H = 13, 9


def rows(depth, color, width=W, height=H, filters=(0, 1, 2, 3, 4)):
    """Random rows in all filters; what they mean does not matter."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    n = (width * depth * samples + 7) // 8
    return b"".join(bytes([rng.choice(filters)]) + rng.randbytes(n) for _ in range(height))


def passes(depth, color):
    out = b""
    for x, y, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        width, height = (W - x + dx - 1) // dx, (H - y + dy - 1) // dy
        if width and height:
            out += rows(depth, color, width, height)
    return out


def png(depth=8, color=2, before=b"", data=None, middle=b"", after=b"", end=END, interlace=0, split=None, head=None):
    raw = data if data is not None else zlib.compress(passes(depth, color) if interlace else rows(depth, color))
    pieces = [raw] if split is None else [raw[i : i + split] for i in range(0, len(raw), split)]
    idat = b"".join(chunk(b"IDAT", p) + (middle if i == 0 else b"") for i, p in enumerate(pieces))
    return b"\x89PNG\r\n\x1a\n" + (head or header(W, H, depth, color, interlace)) + before + idat + after + end


def palette(n):
    return chunk(b"PLTE", rng.randbytes(3 * n))


def text(key, value):
    return chunk(b"tEXt", key + b"\0" + value)


def ztext(key, value):
    return chunk(b"zTXt", key + b"\0\0" + zlib.compress(value))


def itext(key, value, packed=False):
    return chunk(b"iTXt", key + (b"\0\1\0\0\0" + zlib.compress(value) if packed else b"\0\0\0\0\0" + value))


def exif(value=6, kind=3, order="<", count=1, before=(), more=b"", magic=None, offset=8):
    """The directory of a TIFF file with an orientation in it."""
    size = {1: "B", 2: "c", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 11: "f", 13: "I"}
    entries = list(before)
    if kind in size:
        v = bytes([value]) if kind == 2 else value
        entries.append(struct.pack(order + "HHI", 0x112, kind, count) + struct.pack(order + size[kind], v).ljust(4, b"\0"))
    else:  # at the end: 5 and 10 are fractions, 12 is a double, 16 an integer of 64 bits
        at = offset + 2 + 12 * (len(entries) + 1) + 4
        entries.append(struct.pack(order + "HHII", 0x112, kind, count, at))
        more = struct.pack(order + {5: "II", 10: "ii", 12: "d", 16: "Q"}[kind], *((value * 3, 3) if kind in (5, 10) else (value,))) + more
    start = magic or (b"II*\0" if order == "<" else b"MM\0*")
    return start + struct.pack(order + "I", offset) + b"\0" * (offset - 8) + struct.pack(order + "H", len(entries)) + b"".join(entries) + b"\0\0\0\0" + more


def raw_profile(data):
    return b"\nexif\n    %d\n" % len(data) + b"\n".join(data.hex().encode()[i : i + 72] for i in range(0, 2 * len(data), 72)) + b"\n"


def xmp(value="6", form="attribute"):
    inside = {"attribute": f'<rdf:Description tiff:Orientation="{value}"/>', "element": f"<tiff:Orientation>{value}</tiff:Orientation>",
              "quote": f"<rdf:Description tiff:Orientation='{value}'/>"}[form]
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/">{inside}</x:xmpmeta>'.encode()


def bad(c):
    return c[:-4] + bytes([c[-4] ^ 1]) + c[-3:]


def pngs():
    for depth, color in [(1, 0), (2, 0), (4, 0), (8, 0), (16, 0), (8, 2), (16, 2), (1, 3), (2, 3), (4, 3), (8, 3), (8, 4), (16, 4), (8, 6), (16, 6)]:
        before = palette(min(1 << depth, 256)) if color == 3 else b""
        keep(f"depth-{depth}-color-{color}.png", png(depth, color, before))
        keep(f"depth-{depth}-color-{color}-interlaced.png", png(depth, color, before, interlace=1))
    keep("interlaced-small.png", png(8, 2, head=header(1, 1, 8, 2, 1), data=zlib.compress(b"\0abc")))
    keep("end-missing.png", png(end=b""))
    keep("end-cut.png", png(end=END[:6]))
    keep("end-then-more.png", png(end=END + b"more of something\x89PNG\r\n\x1a\n" * 3))
    keep("end-with-bad-sum.png", png(end=bad(END)))
    keep("sum-of-text-bad.png", png(before=bad(text(b"Title", b"x"))))
    keep("sum-of-transparency-bad.png", png(8, 0, before=bad(chunk(b"tRNS", b"\0\xff"))))
    keep("sum-of-text-after-bad.png", png(after=bad(text(b"Title", b"x"))))
    keep("sum-of-header-bad.png", png(head=bad(header(W, H, 8, 2))))
    keep("sum-of-palette-bad.png", png(8, 3, before=bad(palette(256))))
    whole = png()
    at = whole.index(b"IDAT")
    n = struct.unpack(">I", whole[at - 4 : at])[0]
    keep("sum-of-data-bad.png", whole[: at + 4 + n] + b"\1\2\3\4" + whole[at + 8 + n :])
    data = zlib.compress(rows(8, 2))
    keep("adler-missing.png", png(data=data[:-4]))
    keep("adler-cut.png", png(data=data[:-2]))
    keep("adler-wrong.png", png(data=data[:-1] + bytes([data[-1] ^ 1])))
    keep("data-cut.png", png(data=zlib.compress(rows(8, 2), 0)[:-60]))
    keep("data-cut-no-end.png", png(data=zlib.compress(rows(8, 2), 0)[:-60], end=b""))
    keep("file-cut.png", whole[: at + n // 2])
    keep("rows-missing.png", png(data=zlib.compress(rows(8, 2, height=H - 3))))
    keep("rows-missing-interlaced.png", png(interlace=1, data=zlib.compress(passes(8, 2)[:-50])))
    keep("row-cut.png", png(data=zlib.compress(rows(8, 2)[:-5])))
    keep("rows-too-many.png", png(data=zlib.compress(rows(8, 2, height=H + 3))))
    keep("data-garbage.png", png(data=data[:20] + b"\xff\xff\xff" + data[23:]))
    keep("data-none.png", png(data=b"", split=1))
    keep("data-empty.png", png(data=b""))
    keep("data-in-pieces.png", png(split=7))
    keep("data-with-empty-piece.png", png(split=100, middle=chunk(b"IDAT", b"")))
    keep("data-interrupted.png", png(split=100, middle=text(b"Title", b"x")))
    keep("data-interrupted-once.png", png(after=text(b"Title", b"x") + chunk(b"IDAT", b"abc")))
    keep("data-followed.png", png(data=data + b"something else"))
    keep("filter-unknown.png", png(data=zlib.compress(rows(8, 2, filters=(7,)))))
    keep("zlib-dictionary.png", png(data=b"\x78\xbb" + data[2:]))
    keep("zlib-window-small.png", png(data=bytes([0x08, 0x1d]) + data[2:]))
    keep("deflate-without-zlib.png", png(data=data[2:-4]))
    keep("palette-missing.png", png(8, 3))
    keep("palette-missing-4.png", png(4, 3))
    keep("palette-short.png", png(8, 3, before=palette(100)))
    keep("palette-short-2.png", png(2, 3, before=palette(2)))
    keep("palette-grey-short.png", png(8, 3, before=chunk(b"PLTE", bytes(v for v in range(100) for _ in range(3)))))
    keep("palette-odd.png", png(8, 3, before=chunk(b"PLTE", rng.randbytes(100))))
    keep("palette-long.png", png(2, 3, before=palette(200)))
    keep("palette-too-long.png", png(8, 3, before=palette(300)))
    keep("palette-twice.png", png(8, 3, before=palette(256) + palette(256)))
    keep("palette-late.png", png(8, 3, after=palette(256)))
    keep("palette-first.png", png(8, 3, head=palette(256) + header(W, H, 8, 3)))
    keep("palette-of-rgb.png", png(8, 2, before=palette(256)))
    keep("palette-of-grey.png", png(8, 0, before=palette(256)))
    keep("transparent-palette.png", png(8, 3, before=palette(256) + chunk(b"tRNS", rng.randbytes(200))))
    keep("transparent-palette-one.png", png(4, 3, before=palette(16) + chunk(b"tRNS", b"\xff\xff\0\xff")))
    keep("transparent-palette-empty.png", png(8, 3, before=palette(256) + chunk(b"tRNS", b"")))
    keep("transparent-palette-long.png", png(4, 3, before=palette(16) + chunk(b"tRNS", rng.randbytes(100))))
    keep("transparent-palette-early.png", png(8, 3, before=chunk(b"tRNS", rng.randbytes(200)) + palette(256)))
    keep("transparent-late.png", png(8, 3, before=palette(256), after=chunk(b"tRNS", rng.randbytes(200))))
    solid = zlib.compress(b"".join(b"\0" + bytes(range(y, y + 3 * W)) for y in range(H)))
    keep("transparent-rgb.png", png(8, 2, before=chunk(b"tRNS", bytes([0, 3, 0, 4, 0, 5])), data=solid))
    keep("transparent-rgb-high.png", png(8, 2, before=chunk(b"tRNS", bytes([1, 3, 0, 4, 0, 5])), data=solid))
    keep("transparent-rgb-short.png", png(8, 2, before=chunk(b"tRNS", bytes([0, 3, 0])), data=solid))
    greys = zlib.compress(b"".join(b"\0" + bytes((x * 20 + y) & 255 for x in range(W)) for y in range(H)))
    keep("transparent-grey.png", png(8, 0, before=chunk(b"tRNS", b"\0\x14"), data=greys))
    keep("transparent-grey-long.png", png(8, 0, before=chunk(b"tRNS", b"\0\x14\0\0"), data=greys))
    for value in (0, 1, 255):
        keep(f"transparent-bilevel-{value}.png", png(1, 0, before=chunk(b"tRNS", bytes([0, value]))))
    keep("transparent-alpha.png", png(8, 6, before=chunk(b"tRNS", b"\0\1\0\1\0\1")))
    keep("transparent-grey-alpha.png", png(8, 4, before=chunk(b"tRNS", b"\0\1")))
    keep("chunk-unknown.png", png(before=chunk(b"abCd", b"xyz")))
    keep("chunk-critical.png", png(before=chunk(b"ABCD", b"xyz")))
    keep("chunk-name-odd.png", png(before=chunk(b"\1\2\3\4", b"xyz")))
    keep("chunk-name-odd-after.png", png(after=chunk(b"\1\2\3\4", b"xyz")))
    keep("chunk-long-after.png", png(after=b"\xff\xff\xff\xfftEXt"))
    keep("chunk-cut-after.png", png(after=text(b"Title", b"x" * 50)[:-20], end=b""))
    keep("chunk-first.png", png(head=text(b"Title", b"x") + header(W, H, 8, 2)))
    keep("header-twice.png", png(head=header(5, 5, 8, 2) + header(W, H, 8, 2)))
    keep("header-missing.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", data) + END)
    keep("header-long.png", png(head=chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, 8, 2, 0, 0, 0) + b"more")))
    keep("header-short.png", png(head=chunk(b"IHDR", struct.pack(">IIBBBB", W, H, 8, 2, 0, 0))))
    for name, at, value in [("compression", 10, 1), ("filter", 11, 1), ("interlace", 12, 2), ("depth", 8, 3), ("color", 9, 1)]:
        head = bytearray(struct.pack(">IIBBBBB", W, H, 8, 2, 0, 0, 0))
        head[at] = value
        keep(f"header-{name}-{value}.png", png(head=chunk(b"IHDR", bytes(head)), interlace=int(name == "interlace")))
    keep("header-no-width.png", png(head=header(0, H, 8, 2)))
    keep("profile-broken.png", png(before=chunk(b"iCCP", b"x\0\0garbage")))
    keep("physical-short.png", png(before=chunk(b"pHYs", b"\0\0")))
    keep("gamma-short.png", png(before=chunk(b"gAMA", b"\0")))
    control = struct.pack(">IIIIIHHBB", 0, W, H, 0, 0, 1, 10, 0, 0)
    keep("animated.png", png(before=chunk(b"acTL", struct.pack(">II", 2, 0)) + chunk(b"fcTL", control),
                             after=chunk(b"fcTL", b"\0\0\0\1" + control[4:]) + chunk(b"fdAT", b"\0\0\0\2" + zlib.compress(rows(8, 2)))))
    keep("animated-apart.png", png(before=chunk(b"acTL", struct.pack(">II", 1, 0)),
                                   after=chunk(b"fcTL", control) + chunk(b"fdAT", b"\0\0\0\1" + zlib.compress(rows(8, 2)))))


def turned_pngs():
    e, x = exif(), xmp()
    prefix = b"Exif\0\0"
    for name, before, after in [
        ("exif", chunk(b"eXIf", e), b""), ("exif-prefix", chunk(b"eXIf", prefix + e), b""), ("exif-prefix-twice", chunk(b"eXIf", prefix * 2 + e), b""),
        ("exif-after", b"", chunk(b"eXIf", e)), ("exif-twice", chunk(b"eXIf", exif(3)) + chunk(b"eXIf", e), b""), ("exif-bad-sum-after", b"", bad(chunk(b"eXIf", e))),
        ("exif-text", text(b"exif", prefix + e), b""),
        ("raw", text(b"Raw profile type exif", raw_profile(prefix + e)), b""), ("raw-packed", ztext(b"Raw profile type exif", raw_profile(prefix + e)), b""),
        ("raw-international", itext(b"Raw profile type exif", raw_profile(e)), b""), ("raw-after", b"", ztext(b"Raw profile type exif", raw_profile(e))),
        ("raw-app1", ztext(b"Raw profile type APP1", raw_profile(prefix + e)), b""),
        ("exif-and-raw", chunk(b"eXIf", e) + text(b"Raw profile type exif", raw_profile(exif(3))), b""),
        ("xmp", itext(b"XML:com.adobe.xmp", x), b""), ("xmp-packed", itext(b"XML:com.adobe.xmp", x, True), b""), ("xmp-after", b"", itext(b"XML:com.adobe.xmp", x)),
        ("xmp-element", itext(b"XML:com.adobe.xmp", xmp(form="element")), b""), ("xmp-quote", itext(b"XML:com.adobe.xmp", xmp(form="quote")), b""),
        ("xmp-text", text(b"XML:com.adobe.xmp", x), b""), ("xmp-9", itext(b"XML:com.adobe.xmp", xmp("9")), b""), ("xmp-latin", itext(b"XML:com.adobe.xmp", x + b"\xff"), b""),
        ("xmp-after-exif", chunk(b"eXIf", exif(1)) + itext(b"XML:com.adobe.xmp", x), b""), ("xmp-beside-exif", chunk(b"eXIf", b"II*\0\x08\0\0\0\0\0\0\0\0\0") + itext(b"XML:com.adobe.xmp", x), b""),
    ]:
        keep(f"turned-{name}.png", png(before=before, after=after))


# --- JPEG


def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


def jpegs():
    plain = encoded(drawing("RGB"), "JPEG", quality=60)
    body = plain[2 + 18 :]  # without the start and JFIF's segment
    jfif = plain[2:20]

    def jpeg(*segments):
        return b"\xff\xd8" + b"".join(segments) + body

    e = lambda **how: segment(0xE1, b"Exif\0\0" + exif(**how))
    x = lambda **how: segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(**how))
    for value in range(0, 10):
        keep(f"turned-exif-{value}.jpg", jpeg(e(value=value)))
    for kind in (1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16):
        keep(f"turned-type-{kind}.jpg", jpeg(jfif, e(kind=kind)))
        keep(f"turned-type-{kind}-big-endian.jpg", jpeg(jfif, e(kind=kind, order=">")))
    keep("turned-big-endian.jpg", jpeg(jfif, e(order=">")))
    keep("turned-fill-bytes.jpg", jpeg(jfif, b"\xff\xff\xff", e()))
    keep("turned-fill-byte-first.jpg", jpeg(b"\xff", e()))
    keep("turned-garbage-between.jpg", jpeg(jfif, b"abc\xff\0", e()))
    keep("turned-other-byte-order.jpg", jpeg(jfif, e(magic=b"II\0*")))
    keep("turned-directory-elsewhere.jpg", jpeg(jfif, e(offset=20)))
    keep("turned-count-2.jpg", jpeg(jfif, e(count=2)))
    keep("turned-count-0.jpg", jpeg(jfif, e(count=0), x(value="8")))
    keep("turned-twice-in-directory.jpg", jpeg(jfif, e(before=[struct.pack("<HHIHH", 0x112, 3, 1, 3, 0)])))
    keep("turned-unknown-type.jpg", jpeg(jfif, e(before=[struct.pack("<HHII", 0x10F, 99, 1, 0)])))
    keep("turned-entry-elsewhere.jpg", jpeg(jfif, e(before=[struct.pack("<HHII", 0x10F, 2, 5, 8)])))
    keep("turned-entry-beyond.jpg", jpeg(jfif, e(before=[struct.pack("<HHII", 0x10F, 2, 500, 8)])))
    keep("turned-directory-cut.jpg", jpeg(jfif, segment(0xE1, b"Exif\0\0" + exif()[:-6])))
    keep("turned-directory-cut-after.jpg", jpeg(jfif, segment(0xE1, b"Exif\0\0" + exif()[:-4])))
    keep("turned-second-directory.jpg", jpeg(jfif, segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0\x0e\0\0\0" + exif()[8:])))
    keep("turned-in-pieces.jpg", jpeg(jfif, segment(0xE1, b"Exif\0\0" + exif()[:12]), segment(0xE1, b"Exif\0\0" + exif()[12:])))
    keep("turned-two-exif.jpg", jpeg(jfif, e(), e(value=3)))
    keep("turned-xmp.jpg", jpeg(jfif, x()))
    keep("turned-xmp-element.jpg", jpeg(jfif, x(form="element")))
    keep("turned-xmp-first.jpg", jpeg(jfif, x(value="3"), e()))
    keep("turned-xmp-twice.jpg", jpeg(jfif, x(value="3"), x()))
    keep("turned-xmp-beside-exif.jpg", jpeg(jfif, segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"), x()))
    keep("turned-xmp-extension.jpg", jpeg(jfif, segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + xmp())))
    scan = plain.rindex(b"\xff\xd9")
    keep("turned-after-the-scan.jpg", plain[:scan] + e() + plain[scan:])
    # the scan's header: components twice, out of order
    at = body.index(b"\xff\xda")
    for name, scanned in [("twice", b"\x01\x00\x02\x11\x02\x11"), ("out-of-order", b"\x02\x11\x01\x00\x03\x11"), ("all-first", b"\x01\x00\x01\x00\x01\x00")]:
        keep(f"scan-{name}.jpg", b"\xff\xd8" + jfif + body[: at + 5] + scanned + body[at + 11 :])
    keep("tail-missing.jpg", plain[:-2])
    keep("tail-after-end.jpg", plain + b"\0" * 40 + plain[:50])
    grey = encoded(drawing("L"), "JPEG", quality=60)
    at = grey.index(b"\xff\xda")
    keep("scan-of-another-component.jpg", grey[: at + 5] + b"\x07" + grey[at + 6 :])
    for bits in (1, 2, 4):
        keep(f"components-{bits}-by-{bits}.jpg", encoded(drawing("L"), "JPEG", quality=60).replace(b"\x01\x11\0", bytes([1, 16 * bits + bits, 0]), 1))


def named(data, names):
    """The file with other names of its components."""
    data = bytearray(data)
    frame = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    for i, name in enumerate(names):
        data[frame + 10 + 3 * i] = name
    scan = data.find(b"\xff\xda")
    while scan >= 0:
        for i in range(data[scan + 4]):
            data[scan + 5 + 2 * i] = names[data[scan + 5 + 2 * i] - 1]
        scan = data.find(b"\xff\xda", scan + 2)
    return bytes(data)


def colours():
    """Components by other names, and what Adobe's marker says of them."""
    rgb, cmyk = encoded(drawing("RGB"), "JPEG", quality=60), encoded(drawing("CMYK"), "JPEG", quality=60)
    for names in ((1, 1, 1), (0, 0, 0), (1, 2, 2), (0, 1, 2), (82, 71, 66), (34, 35, 36)):
        label = "-".join(map(str, names))
        keep(f"named-{label}.jpg", named(rgb, names))
        keep(f"named-{label}-plain.jpg", named(rgb[:2] + rgb[20:], names))
    for transform in (0, 1, 2, 3):
        adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([transform]))
        keep(f"adobe-{transform}.jpg", rgb[:2] + adobe + rgb[20:])
        at = cmyk.index(b"\xff\xee")
        keep(f"adobe-cmyk-{transform}.jpg", cmyk[:at] + adobe + cmyk[at + 16 :])
    keep("adobe-cmyk-none.jpg", cmyk[:at] + cmyk[at + 16 :])
    keep("adobe-short.jpg", rgb[:2] + segment(0xEE, b"Adobe\0\x64") + rgb[20:])


def progressive():
    """Fewer and fewer scans, which libjpeg smooths."""
    for name, image, options in [("grey", drawing("L", (61, 47)), {}), ("colour", drawing("RGB", (70, 53)), {"subsampling": "4:2:0"}),
                                 ("colour-444", drawing("RGB", (37, 21)), {"subsampling": "4:4:4"}), ("small", drawing("RGB", (9, 7)), {"subsampling": "4:2:0"}),
                                 ("tall", drawing("RGB", (14, 90)), {"subsampling": "4:2:2"}), ("noise", Image.effect_noise((64, 64), 90), {})]:
        data = encoded(image, "JPEG", quality=70, progressive=True, **options)
        starts = [i for i in range(len(data)) if data[i : i + 2] == b"\xff\xda"]
        for n in range(1, len(starts)):
            end = data.rindex(b"\xff\xc4", starts[n - 1], starts[n]) if b"\xff\xc4" in data[starts[n - 1] : starts[n]] else starts[n]
            keep(f"progressive-{name}-{n}.jpg", data[:end] + b"\xff\xd9")
            if name == "grey":  # sampling that means nothing
                keep(f"progressive-grey-2-by-2-{n}.jpg", data[:end].replace(b"\x01\x11\0", b"\x01\x22\0", 1) + b"\xff\xd9")


# --- GIF


def gif(frame=None, screen=(W, H), table=7, flags=None, extra=b"", tail=b";", size=(W, H), at=(0, 0), local=None, interlace=0, data=None, bits=8, version=b"89a", background=3):
    colors = 1 << (table + 1) if table is not None else 0
    g = rng.randbytes(3 * colors)
    out = b"GIF" + version + struct.pack("<HHBBB", *screen, (0x80 | table) if table is not None else 0, background, 0) + g + extra
    out += b"," + struct.pack("<HHHHB", *at, *size, (0x80 | local if local is not None else 0) | (0x40 if interlace else 0))
    if local is not None:
        out += rng.randbytes(3 << (local + 1))
    return out + bytes([bits]) + (data if data is not None else blocks(codes(rng.randbytes(size[0] * size[1]), bits))) + tail


def codes(pixels, bits, clear_every=50, end=True, clear_first=True):
    """LZW without compression: each pixel a code, cleared before codes grow."""
    clear, n, acc, out, count = 1 << bits, 0, 0, bytearray(), 0
    def put(code):
        nonlocal n, acc
        acc |= code << n
        n += bits + 1
        while n >= 8:
            out.append(acc & 255)
            acc >>= 8
            n -= 8
    if clear_first:
        put(clear)
    for p in pixels:
        if count == (1 << bits) - 3 or count == clear_every:
            put(clear)
            count = 0
        put(p & ((1 << bits) - 1))
        count += 1
    if end:
        put(clear + 1)
    if n:
        out.append(acc & 255)
    return bytes(out)


def blocks(data, size=255):
    return b"".join(bytes([len(data[i : i + size])]) + data[i : i + size] for i in range(0, len(data), size)) + b"\0"


def control(flags=1, transparent=5):
    return b"!\xf9\x04" + bytes([flags, 0, 0, transparent]) + b"\0"


def gifs():
    keep("plain.gif", gif())
    keep("interlaced.gif", gif(interlace=1))
    keep("interlaced-flat.gif", gif(interlace=1, size=(W, 2), screen=(W, 2)))
    keep("small-blocks.gif", gif(data=blocks(codes(rng.randbytes(W * H), 8), 3)))
    keep("frame-larger.gif", gif(screen=(7, 5)))
    keep("frame-wider.gif", gif(screen=(7, 20)))
    keep("frame-outside.gif", gif(at=(20, 30)))
    keep("frame-partly-outside.gif", gif(at=(5, 5)))
    keep("frame-inside.gif", gif(screen=(30, 20), at=(5, 6)))
    keep("frame-inside-transparent.gif", gif(screen=(30, 20), at=(5, 6), extra=control()))
    keep("frame-inside-transparent-grey.gif", gif(screen=(30, 20), at=(5, 6), extra=control(), table=None))
    keep("frame-inside-grey.gif", gif(screen=(30, 20), at=(5, 6), table=None))
    keep("frame-larger-transparent.gif", gif(screen=(7, 5), extra=control()))
    keep("screen-none.gif", gif(screen=(0, 0)))
    keep("screen-no-height.gif", gif(screen=(W, 0)))
    keep("frame-none.gif", gif(size=(0, 0)))
    keep("frame-no-height.gif", gif(size=(W, 0)))
    keep("palette-none.gif", gif(table=None))
    keep("palette-none-transparent.gif", gif(table=None, extra=control()))
    keep("palette-local.gif", gif(local=7))
    keep("palette-local-only.gif", gif(table=None, local=7))
    keep("palette-short.gif", gif(table=2))
    keep("palette-short-transparent.gif", gif(table=2, extra=control(transparent=100)))
    keep("palette-local-short.gif", gif(local=1))
    keep("transparent.gif", gif(extra=control()))
    keep("transparent-not.gif", gif(extra=control(flags=0)))
    keep("transparent-twice.gif", gif(extra=control(transparent=9) + control(transparent=20)))
    keep("transparent-then-not.gif", gif(extra=control(transparent=9) + control(flags=0, transparent=20)))
    keep("transparent-87a.gif", gif(version=b"87a", extra=control()))
    keep("comment.gif", gif(extra=b"!\xfe\5hello\0" + b"!\xff\x0bNETSCAPE2.0\3\1\0\0\0"))
    keep("extension-unknown.gif", gif(extra=b"!\x77\5hello\0"))
    keep("garbage-before-frame.gif", gif(extra=b"\0\0abc"))
    keep("tail-missing.gif", gif(tail=b""))
    keep("tail-more.gif", gif(tail=b";" + b"more" * 9))
    keep("tail-garbage.gif", gif(tail=b"more" * 9))
    keep("block-end-missing.gif", gif(data=blocks(codes(rng.randbytes(W * H), 8))[:-1], tail=b""))
    whole = codes(rng.randbytes(W * H), 8)
    keep("lzw-no-end-code.gif", gif(data=blocks(codes(rng.randbytes(W * H), 8, end=False))))
    keep("lzw-no-first-clear.gif", gif(data=blocks(codes(rng.randbytes(W * H), 8, clear_first=False))))
    keep("lzw-cut.gif", gif(data=blocks(whole)[:-40], tail=b""))
    keep("lzw-cut-blocks-whole.gif", gif(data=blocks(whole[:-40])))
    keep("lzw-cut-block-short.gif", gif(data=blocks(whole)[:-40]))
    keep("lzw-ends-early.gif", gif(data=blocks(codes(rng.randbytes(W * H - 40), 8))))
    keep("lzw-nothing.gif", gif(data=b"\0"))
    keep("lzw-too-much.gif", gif(data=blocks(codes(rng.randbytes(W * H + 40), 8))))
    keep("lzw-one-too-much.gif", gif(data=blocks(codes(rng.randbytes(W * H + 1), 8))))
    keep("lzw-broken.gif", gif(data=blocks(whole[:30] + b"\xff\xff\xff\xff" + whole[34:])))
    for bits in (0, 1, 2, 9, 11, 12, 13):
        keep(f"lzw-bits-{bits}.gif", gif(bits=bits, data=blocks(codes([v % (1 << bits) & 255 for v in rng.randbytes(W * H)], bits))))
    many = drawing("RGB", (200, 150)).quantize(250)
    keep("lzw-full-table.gif", encoded(Image.effect_noise((150, 120), 80).convert("P"), "GIF"))
    image = encoded(drawing("P"), "GIF", save_all=True, append_images=[drawing("P")])
    keep("animated.gif", image)
    keep("cut-in-header.gif", gif()[:12])
    keep("cut-in-palette.gif", gif()[:100])
    keep("cut-before-frame.gif", gif()[: 13 + 768])
    keep("frame-missing.gif", gif()[: 13 + 768] + b";")


# --- BMP


def bmp(bits=32, compression=0, size=40, masks=b"", pixels=None, palette=b"", width=5, height=4, used=0):
    pixels = rng.randbytes((width * bits + 31) // 32 * 4 * height) if pixels is None else pixels
    info = struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, compression, len(pixels), 0, 0, used, 0)
    rest = (masks + b"\0" * 100)[: size - 40] if size > 40 else masks
    offset = 14 + len(info) + len(rest) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(pixels), 0, 0, offset) + info + rest + palette + pixels


def bmps():
    m = lambda *v: struct.pack("<4I", *v)
    argb = m(0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    clear = b"".join(rng.randbytes(3) + b"\0" for _ in range(20))
    keep("alpha-unused.bmp", bmp(pixels=clear))
    for size in (56, 108, 124):
        keep(f"alpha-zero-{size}.bmp", bmp(size=size, compression=3, masks=argb, pixels=clear))
        keep(f"alpha-{size}.bmp", bmp(size=size, compression=3, masks=argb))
        keep(f"plain-{size}.bmp", bmp(size=size, masks=argb))
    keep("alpha-zero-but-one.bmp", bmp(size=108, compression=3, masks=argb, pixels=clear[:-1] + b"\1"))
    keep("alpha-full.bmp", bmp(size=108, compression=3, masks=argb, pixels=b"".join(rng.randbytes(3) + b"\xff" for _ in range(20))))
    keep("masks-none.bmp", bmp(size=108, compression=3, masks=m(0, 0, 0, 0)))
    keep("masks-none-16.bmp", bmp(bits=16, size=108, compression=3, masks=m(0, 0, 0, 0)))
    for i, v in enumerate([(0xFF000000, 0xFF0000, 0xFF00, 0), (0xFF000000, 0xFF00, 0xFF, 0), (0xFF000000, 0xFF0000, 0xFF00, 0xFF), (0xFF, 0xFF00, 0xFF0000, 0xFF000000), (0xFF000000, 0xFF00, 0xFF, 0xFF0000)]):
        keep(f"masks-32-{i}.bmp", bmp(size=108, compression=3, masks=m(*v)))
    keep("masks-24.bmp", bmp(bits=24, size=108, compression=3, masks=m(0xFF0000, 0xFF00, 0xFF, 0)))
    keep("masks-52.bmp", bmp(size=52, compression=3, masks=m(0xFF0000, 0xFF00, 0xFF, 0)))
    keep("masks-40.bmp", bmp(compression=3, masks=m(0xFF0000, 0xFF00, 0xFF, 0)[:12]))
    keep("pixels-cut.bmp", bmp()[:-7])
    keep("padding-cut.bmp", bmp(bits=24, width=6)[:-2])


# --- WebP


def riff(*chunks):
    body = b"WEBP" + b"".join(n + struct.pack("<I", len(d)) + d + b"\0" * (len(d) & 1) for n, d in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunks_of(data):
    at, out = 12, []
    while at < len(data):
        n = struct.unpack("<I", data[at + 4 : at + 8])[0]
        out.append((data[at : at + 4], data[at + 8 : at + 8 + n]))
        at += 8 + n + (n & 1)
    return out


def webps():
    image = drawing("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    lossy = dict(chunks_of(encoded(image, "WEBP", quality=60)))
    lossless = dict(chunks_of(encoded(image, "WEBP", lossless=True)))
    plain = dict(chunks_of(encoded(drawing("RGB"), "WEBP", quality=60)))
    size = struct.pack("<I", 30)[:3] + struct.pack("<I", 22)[:3]
    flags = lambda v: (b"VP8X", bytes([v, 0, 0, 0]) + size)
    vp8, alph, vp8l = (b"VP8 ", lossy[b"VP8 "]), (b"ALPH", lossy[b"ALPH"]), (b"VP8L", lossless[b"VP8L"])
    keep("alpha-flagged.webp", riff(flags(0x10), alph, vp8))
    keep("alpha-unflagged.webp", riff(flags(0), alph, vp8))
    keep("alpha-flagged-missing.webp", riff(flags(0x10), (b"VP8 ", plain[b"VP8 "])))
    keep("alpha-without-header.webp", riff(alph, vp8))
    keep("alpha-after.webp", riff(flags(0x10), vp8, alph))
    keep("alpha-twice.webp", riff(flags(0x10), alph, alph, vp8))
    keep("lossless-alpha.webp", riff(vp8l))
    keep("lossless-flagged.webp", riff(flags(0x10), vp8l))
    keep("lossless-unflagged.webp", riff(flags(0), vp8l))
    hint = bytearray(lossless[b"VP8L"])
    hint[4] &= 0xEF
    keep("lossless-alpha-unused.webp", riff((b"VP8L", bytes(hint))))
    keep("lossless-alpha-unused-flagged.webp", riff(flags(0x10), (b"VP8L", bytes(hint))))
    keep("canvas-other.webp", riff((b"VP8X", b"\0\0\0\0" + struct.pack("<I", 40)[:3] + size[3:]), vp8))
    keep("chunk-unknown.webp", riff(flags(0), (b"abcd", b"xyz"), vp8, (b"abcd", b"xyz")))
    keep("tail-more.webp", riff(vp8) + b"more" * 5)
    keep("riff-short.webp", riff(vp8)[:4] + struct.pack("<I", 100) + riff(vp8)[8:])
    keep("cut.webp", riff(vp8)[:-50])
    e, x = exif(), xmp()
    for name, f, *more in [("exif", 8, (b"EXIF", e)), ("exif-prefix", 8, (b"EXIF", b"Exif\0\0" + e)), ("exif-unflagged", 0, (b"EXIF", e)), ("exif-twice", 8, (b"EXIF", exif(3)), (b"EXIF", e)),
                           ("xmp", 4, (b"XMP ", x)), ("xmp-element", 4, (b"XMP ", xmp(form="element"))), ("xmp-unflagged", 0, (b"XMP ", x)),
                           ("xmp-and-exif", 12, (b"XMP ", xmp("3")), (b"EXIF", e)), ("exif-broken", 12, (b"EXIF", b"garbage"), (b"XMP ", x)), ("long", 8, (b"EXIF", exif(kind=4, order=">")))]:
        keep(f"turned-{name}.webp", riff(flags(f), (b"VP8 ", plain[b"VP8 "]), *more))
    keep("turned-without-header.webp", riff((b"VP8 ", plain[b"VP8 "]), (b"EXIF", e)))


def expected():
    """What Pillow makes of the files."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name, data in files.items():
            pathlib.Path(name).write_bytes(data)
        sys.stdin = io.StringIO("\n".join(files))
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(SCRIPT.read_text(), {"__name__": "__main__"})
        return out.getvalue()


for make in (pngs, turned_pngs, jpegs, colours, progressive, gifs, bmps, webps):
    make()
with zipfile.ZipFile(HERE / "odd.zip", "w", zipfile.ZIP_DEFLATED) as z:
    for name, data in [*files.items(), ("pages.json", expected().encode())]:
        z.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)

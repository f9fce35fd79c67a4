"""Makes one font of the Regular fonts of Noto and Arimo, a glyph for each character that
documents use, for text in fonts that a PDF does not embed. pdfium looks glyphs up by
character and shapes nothing, so all tables for that are left out, but for the glyphs of
vertical writing. Arguments: the folder with the unpacked packages, and the file to write,
compressed.
"""

import io
import pathlib
import sys

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.roundingPen import RoundingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
import zstandard

EM = 256  # half a unit is a fifth of a pixel in letters of 100 pixels; 512 would take half as many bytes again
TOLERANCE = 0.8  # in units, of the quadratic curves that take the place of cubic ones
NAME = "Cutpoint Fallback"
COPYRIGHT = (
    "Copyright 2010-2020 Google LLC (Arimo, Noto Sans, Noto Serif Tibetan); "
    "copyright 2014-2021 Adobe (Noto Sans CJK). Subset and joined for Cutpoint."
)
LICENCE = "This Font Software is licensed under the SIL Open Font License, Version 1.1."

# Its glyphs come first, all and in their order, which is Arial's: where a file has numbers
# of Arial's glyphs in the place of characters, they are the right ones.
FIRST = "Arimo-Regular.ttf"

# Where other characters come from: the first font of the list that has one gives it.
SOURCES = [
    ("NotoSans-Regular.ttf", [(0x370, 0x52F), (0x1D00, 0x20CF), (0x2100, 0x218F), (0x2C60, 0x2C7F), (0x2DE0, 0x2DFF), (0xA640, 0xA69F), (0xA720, 0xA7FF), (0xAB30, 0xAB6F)]),
    ("NotoSansArmenian-Regular.ttf", [(0x530, 0x58F), (0xFB13, 0xFB17)]),
    ("NotoSansHebrew-Regular.ttf", [(0x590, 0x5FF), (0xFB1D, 0xFB4F)]),
    ("NotoSansArabic-Regular.ttf", [(0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)]),
    ("NotoSansSyriac-Regular.ttf", [(0x700, 0x74F)]),
    ("NotoSansThaana-Regular.ttf", [(0x780, 0x7BF)]),
    ("NotoSansDevanagari-Regular.ttf", [(0x900, 0x97F), (0xA8E0, 0xA8FF)]),
    ("NotoSansBengali-Regular.ttf", [(0x980, 0x9FF)]),
    ("NotoSansGurmukhi-Regular.ttf", [(0xA00, 0xA7F)]),
    ("NotoSansGujarati-Regular.ttf", [(0xA80, 0xAFF)]),
    ("NotoSansOriya-Regular.ttf", [(0xB00, 0xB7F)]),
    ("NotoSansTamil-Regular.ttf", [(0xB80, 0xBFF)]),
    ("NotoSansTelugu-Regular.ttf", [(0xC00, 0xC7F)]),
    ("NotoSansKannada-Regular.ttf", [(0xC80, 0xCFF)]),
    ("NotoSansMalayalam-Regular.ttf", [(0xD00, 0xD7F)]),
    ("NotoSansSinhala-Regular.ttf", [(0xD80, 0xDFF)]),
    ("NotoSansThai-Regular.ttf", [(0xE00, 0xE7F)]),
    ("NotoSansLao-Regular.ttf", [(0xE80, 0xEFF)]),
    ("NotoSerifTibetan-Regular.ttf", [(0xF00, 0xFFF)]),
    ("NotoSansMyanmar-Regular.ttf", [(0x1000, 0x109F)]),
    ("NotoSansGeorgian-Regular.ttf", [(0x10A0, 0x10FF), (0x1C90, 0x1CBF), (0x2D00, 0x2D2F)]),
    ("NotoSansEthiopic-Regular.ttf", [(0x1200, 0x139F), (0x2D80, 0x2DDF)]),
    ("NotoSansCherokee-Regular.ttf", [(0x13A0, 0x13FF)]),
    ("NotoSansCanadianAboriginal-Regular.ttf", [(0x1400, 0x167F)]),
    ("NotoSansKhmer-Regular.ttf", [(0x1780, 0x17FF), (0x19E0, 0x19FF)]),
    ("NotoSansMongolian-Regular.ttf", [(0x1800, 0x18AF)]),
    ("NotoSansMath-Regular.ttf", [(0x2190, 0x23FF), (0x2500, 0x25FF), (0x27C0, 0x2BFF)]),
    ("NotoSansSymbols-Regular.ttf", [(0x2190, 0x27BF), (0x2900, 0x2BFF)]),
    ("NotoSansSymbols2-Regular.ttf", [(0x2190, 0x28FF), (0x2900, 0x2BFF)]),
    ("NotoSansCJK-Regular.ttc", [
        (0x2010, 0x27BF), (0x2E80, 0x303F), (0x3040, 0x30FF), (0x3100, 0x318F), (0x3190, 0x33FF),
        (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE10, 0xFE1F), (0xFE30, 0xFE6F), (0xFF00, 0xFFEF),
    ]),
]


def opened(folder, file):
    path = next(pathlib.Path(folder).rglob(file))
    return TTFont(path, lazy=True, fontNumber=0 if path.suffix == ".ttc" else -1)


class Composition:
    def __init__(self):
        self.order, self.glyphs, self.metrics, self.characters = [], {}, {}, {}

    def add(self, font, name, new):
        """Draws a glyph at EM units, components and cubic curves resolved."""
        scale = EM / font["head"].unitsPerEm
        glyphs = font.getGlyphSet()
        flat = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(flat)
        pen = TTGlyphPen(None)
        to = RoundingPen(pen)
        if "CFF " in font:
            to = Cu2QuPen(to, TOLERANCE, reverse_direction=True)
        flat.replay(TransformPen(to, (scale, 0, 0, scale, 0, 0)))
        glyph = pen.glyph()
        glyph.recalcBounds(None)
        self.order.append(new)
        self.glyphs[new] = glyph
        self.metrics[new] = (round(glyphs[name].width * scale), getattr(glyph, "xMin", 0))

    def take_all(self, font):
        """Takes a font as it is, but for the glyph of what is missing, which shows nothing."""
        for i, name in enumerate(font.getGlyphOrder()):
            if name != ".notdef":
                self.add(font, name, f"g{i}")
        self.characters = {c: f"g{font.getGlyphID(name)}" for c, name in font.getBestCmap().items()}

    def take(self, font, ranges):
        """Takes the characters that are not there yet; returns names by old names."""
        taken = {}
        cmap = font.getBestCmap()
        for first, last in ranges:
            for c in range(first, last + 1):
                if c in self.characters or c not in cmap:
                    continue
                if cmap[c] not in taken:
                    taken[cmap[c]] = f"u{c:04X}"
                    self.add(font, cmap[c], taken[cmap[c]])
                self.characters[c] = taken[cmap[c]]
        return taken

    def vertical(self, font, taken):
        """Adds the glyphs of vertical writing of what was taken; returns the rule."""
        gsub = font["GSUB"].table
        lookups = {i for f in gsub.FeatureList.FeatureRecord if f.FeatureTag == "vert" for i in f.Feature.LookupListIndex}
        rules = []
        for i in sorted(lookups):
            for table in gsub.LookupList.Lookup[i].SubTable:
                table = getattr(table, "ExtSubTable", table)
                for old, tall in sorted(getattr(table, "mapping", {}).items()):
                    new = taken.get(old, "") + ".vert"
                    if old in taken and new not in self.glyphs:
                        self.add(font, tall, new)
                        rules.append(f"sub {taken[old]} by {new};")
        return "feature vert { " + " ".join(rules) + " } vert;"


def main():
    folder, target = sys.argv[1:]
    made = Composition()
    made.order.append(".notdef")
    made.glyphs[".notdef"], made.metrics[".notdef"] = TTGlyphPen(None).glyph(), (EM // 2, 0)
    made.take_all(opened(folder, FIRST))
    print(f"{FIRST}: {len(made.order)} glyphs")
    for file, ranges in SOURCES:
        font = opened(folder, file)
        before = len(made.order)
        taken = made.take(font, ranges)
        print(f"{file}: {len(made.order) - before} glyphs, {font['name'].getDebugName(5)}")
        if "CFF " in font:
            rule = made.vertical(font, taken)
    b = FontBuilder(EM, isTTF=True)
    b.setupGlyphOrder(made.order)
    b.setupCharacterMap(made.characters)
    b.setupGlyf(made.glyphs)
    b.setupHorizontalMetrics(made.metrics)
    b.setupHorizontalHeader(ascent=464, descent=-109)  # Arimo's
    b.setupNameTable(
        {"copyright": COPYRIGHT, "familyName": NAME, "styleName": "Regular", "uniqueFontIdentifier": NAME, "fullName": NAME,
         "version": "1", "psName": NAME.replace(" ", ""), "licenseDescription": LICENCE, "licenseInfoURL": "https://openfontlicense.org"},
        mac=False)
    code_pages = sum(1 << bit for bit in (*range(0, 9), 16, 17, 18, 19, 20, 21))  # OpenType, OS/2, ulCodePageRange1
    b.setupOS2(sTypoAscender=464, sTypoDescender=-109, usWinAscent=464, usWinDescent=109, ulCodePageRange1=code_pages, version=1)
    b.setupPost(keepGlyphNames=False)
    addOpenTypeFeaturesFromString(b.font, rule)
    b.font["head"].created = b.font["head"].modified = 3692217600  # 2021, since 1904
    b.font.recalcTimestamp = False
    plain = io.BytesIO()
    b.save(plain)
    packed = zstandard.ZstdCompressor(level=22).compress(plain.getvalue())
    pathlib.Path(target).write_bytes(packed)
    print(f"{len(made.order)} glyphs of {len(made.characters)} characters: {plain.tell()} bytes, compressed {len(packed)}")


main()

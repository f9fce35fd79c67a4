"""Renders the first page of each PDF file of a folder with pdfium as Python has it, with a
folder of fonts in the place of the system's, and prints {"file", "ink"} a line: how dark the
page is, in black pixels. Arimo is given the name of Arial, for which pdfium asks."""
import ctypes
import json
import pathlib
import sys

import pypdfium2
import pypdfium2.raw as raw
from fontTools.ttLib import TTFont

files, system = sys.argv[1:]
arial = TTFont(next(pathlib.Path(system).rglob("Arimo-Regular.ttf")))
for name_id, name in ((1, "Arial"), (2, "Regular"), (4, "Arial"), (6, "Arial")):
    arial["name"].setName(name, name_id, 3, 1, 0x409)
    arial["name"].setName(name, name_id, 1, 0, 0)
arial.save(pathlib.Path(system, "arial.ttf"))

raw.FPDF_DestroyLibrary()
folder = ctypes.create_string_buffer(system.encode())
paths = (ctypes.POINTER(ctypes.c_char) * 2)(ctypes.cast(folder, ctypes.POINTER(ctypes.c_char)), None)
config = raw.FPDF_LIBRARY_CONFIG(version=2)
config.m_pUserFontPaths = ctypes.cast(paths, type(config.m_pUserFontPaths))
raw.FPDF_InitLibraryWithConfig(config)
for path in sorted(pathlib.Path(files).glob("*.pdf")):
    page = pypdfium2.PdfDocument(path)[0]
    bitmap = page.render(scale=1000 / max(page.get_size()), fill_color=(255, 255, 255, 255))
    pixels = bytes(bitmap.buffer)
    colours = b"".join(pixels[y * bitmap.stride :][: bitmap.width * bitmap.n_channels] for y in range(bitmap.height))
    if bitmap.n_channels == 4:
        colours = bytes(v for i, v in enumerate(colours) if i % 4 < 3)
    print(json.dumps({"file": path.name, "ink": sum(255 - v for v in colours) / 255 / 3}))

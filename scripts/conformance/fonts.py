"""Renders the first page of each PDF file of a folder with pdfium as Python has it, with a
folder of fonts in the place of the system's, and prints {"file", "ink"} a line: how dark the
page is, in black pixels. Arimo is given the name of Arial, for which pdfium asks."""
import json
import pathlib
import sys

import pypdfium2

import systemfonts

files, system = sys.argv[1:]
systemfonts.start_with(system, next(pathlib.Path(system).rglob("Arimo-Regular.ttf")))
for path in sorted(pathlib.Path(files).glob("*.pdf")):
    page = pypdfium2.PdfDocument(path)[0]
    bitmap = page.render(scale=1000 / max(page.get_size()), fill_color=(255, 255, 255, 255))
    pixels = bytes(bitmap.buffer)
    colours = b"".join(pixels[y * bitmap.stride :][: bitmap.width * bitmap.n_channels] for y in range(bitmap.height))
    if bitmap.n_channels == 4:
        colours = bytes(v for i, v in enumerate(colours) if i % 4 < 3)
    print(json.dumps({"file": path.name, "ink": sum(255 - v for v in colours) / 255 / 3}))

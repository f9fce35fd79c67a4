"""Renders the pages of PDF files named on standard input with pdfium as Python has it, to
raw RGB files in the folder that is the argument, and prints {"path", "page", "width",
"height", "pixels", "seconds"} a line, or {"path", "error"}."""
import ctypes
import json
import os
import sys
import time

import pypdfium2
import pypdfium2.raw as raw


def rendered(document, n):
    page = document[n]
    width, height = page.get_size()
    scale = 1000 / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    bitmap = raw.FPDFBitmap_CreateEx(*size, raw.FPDFBitmap_BGR, None, 0)
    raw.FPDFBitmap_FillRect(bitmap, 0, 0, *size, 0xFFFFFFFF)
    flags = raw.FPDF_ANNOT | raw.FPDF_REVERSE_BYTE_ORDER
    raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, *size, 0, flags)
    if document.formenv:
        raw.FPDF_FFLDraw(document.formenv, bitmap, page, 0, 0, *size, 0, flags)
    stride = raw.FPDFBitmap_GetStride(bitmap)
    data = ctypes.string_at(raw.FPDFBitmap_GetBuffer(bitmap), stride * size[1])
    raw.FPDFBitmap_Destroy(bitmap)
    return size, b"".join(data[y * stride : y * stride + 3 * size[0]] for y in range(size[1]))


number = 0
for line in sys.stdin:
    path = line.rstrip("\n")
    try:
        document = pypdfium2.PdfDocument(path)
        document.init_forms()
        for n in range(len(document)):
            start = time.perf_counter()
            size, pixels = rendered(document, n)
            seconds = time.perf_counter() - start
            file = os.path.join(sys.argv[1], f"{number}.rgb")
            number += 1
            with open(file, "wb") as f:
                f.write(pixels)
            print(json.dumps({"path": path, "page": n, "width": size[0], "height": size[1], "pixels": file, "seconds": seconds}))
    except pypdfium2.PdfiumError as error:
        print(json.dumps({"path": path, "error": str(error)}))

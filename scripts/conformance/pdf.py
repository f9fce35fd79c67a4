"""draw FOLDER: writes PDF files as offices make them: letters, tables, figures, pages with
a photograph, forms.
render FOLDER FONT: renders the pages of the PDF files named on standard input with pdfium as
Python has it, and the packed font in the place of the system's, to raw RGB files in the
folder, and prints {"path", "page", "width", "height", "pixels", "seconds"} a line, with the
processor time of the page and, for the first, of opening the file; or {"path", "error"}."""
import ctypes
import io
import json
import math
import os
import random
import sys
import tempfile
import time


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
    page.close()
    return size, data, stride


def unpack(packed, fonts):
    import systemfonts
    import zstandard
    with open(packed, "rb") as f:
        systemfonts.start_with(fonts, io.BytesIO(zstandard.decompress(f.read())))


def render(folder):
    number = 0
    for line in sys.stdin:
        path = line.rstrip("\n")
        try:
            start = time.process_time()
            document = pypdfium2.PdfDocument(path)
            document.init_forms()
            for n in range(len(document)):
                size, data, stride = rendered(document, n)
                seconds = time.process_time() - start
                file = os.path.join(folder, f"{number}.rgb")
                number += 1
                with open(file, "wb") as f:
                    f.writelines(data[y * stride : y * stride + 3 * size[0]] for y in range(size[1]))
                print(json.dumps({"path": path, "page": n, "width": size[0], "height": size[1], "pixels": file, "seconds": seconds}))
                start = time.process_time()
            document.close()
        except pypdfium2.PdfiumError as error:
            print(json.dumps({"path": path, "error": str(error)}))


WORDS = ("the of and to in that is was for it with as his on be at by had not are but from or have an they which one you "
         "were her all she there would their we him been has when who will more no if out so said what up its about").split()


def words(n):
    return " ".join(random.choice(WORDS) for _ in range(n))


def letter(c, fonts):
    c.setFont(random.choice(fonts), 11)
    lines = c.beginText(60, 760)
    for _ in range(48):
        lines.textLine(words(13))
    c.drawText(lines)


def table(c, fonts):
    c.setFont(random.choice(fonts), 7)
    for y in range(60):
        for x in range(8):
            c.rect(40 + x * 64, 60 + y * 12, 64, 12)
            c.drawString(42 + x * 64, 63 + y * 12, f"{random.random() * 1e4:.2f}")


def figure(c, fonts):
    c.setFont(random.choice(fonts), 9)
    for plot in range(4):
        left, bottom = 60 + 260 * (plot % 2), 100 + 340 * (plot // 2)
        c.saveState()
        clip = c.beginPath()
        clip.rect(left, bottom, 220, 300)
        c.clipPath(clip)
        for _ in range(4):
            c.setStrokeColorRGB(random.random(), random.random(), random.random())
            line = c.beginPath()
            line.moveTo(left, bottom + 150)
            for x in range(1, 1000):
                line.lineTo(left + x * 0.22, bottom + 150 + 120 * math.sin(x / 30 + plot) + random.gauss(0, 6))
            c.drawPath(line)
        c.setFillAlpha(0.5)
        for _ in range(120):
            c.setFillColorRGB(random.random(), random.random(), random.random())
            c.circle(left + 220 * random.random(), bottom + 300 * random.random(), 4, stroke=0, fill=1)
        c.restoreState()
        c.rect(left, bottom, 220, 300)
        c.drawString(left, bottom - 14, words(6))


def photograph(c, fonts):
    from PIL import Image
    small = Image.frombytes("RGB", (30, 40), random.randbytes(3600))
    c.drawImage(ImageReader(small.resize((900, 1200), Image.Resampling.BICUBIC)), 60, 400, 400, 350)
    letter(c, fonts)


def form(c, fonts):
    letter(c, fonts)
    for y in range(100, 700, 60):
        c.acroForm.textfield(name=f"text {y}", value=words(4), x=60, y=y, width=300, height=24, fontName="Helvetica")
        c.acroForm.checkbox(name=f"box {y}", checked=y % 120 == 100, x=400, y=y, size=24)


def draw(folder):
    random.seed(1)
    fonts = ["Helvetica", "Times-Roman", "Courier"]
    for kind in (letter, table, figure, photograph, form):
        for n in range(8):
            c = canvas.Canvas(os.path.join(folder, f"{kind.__name__}-{n}.pdf"), pagesize=(595, 842), pageCompression=1)
            for _ in range(1 + n % 4 if kind is not form else 1):
                kind(c, fonts)
                c.showPage()
            c.save()


if __name__ == "__main__" and sys.argv[1] == "draw":
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen import canvas

    draw(sys.argv[2])
else:
    import pypdfium2
    import pypdfium2.raw as raw

    if __name__ == "__main__":
        folder, packed = sys.argv[2:]
        with tempfile.TemporaryDirectory() as fonts:
            unpack(packed, fonts)
            render(folder)

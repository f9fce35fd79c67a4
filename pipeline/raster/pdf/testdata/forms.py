"""Makes the files about forms: python forms.py"""
import os

here = os.path.dirname(os.path.abspath(__file__))
font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def stream(dictionary, content):
    return f"<< {dictionary} /Length {len(content)} >>\nstream\n{content}\nendstream"


def appearance(width, height, content):
    return stream(f"/Type /XObject /Subtype /Form /BBox [0 0 {width} {height}] /Resources << /Font << /F 4 0 R >> >>", content)


def write(name, *objects):
    """Writes numbered objects; the first is the catalogue."""
    out, offsets = b"%PDF-1.7\n", []
    for i, o in enumerate(objects):
        offsets.append(len(out))
        out += f"{i + 1} 0 obj\n{o}\nendobj\n".encode("latin-1")
    at = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(b"%010d 00000 n \n" % o for o in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n".encode()
    with open(os.path.join(here, name), "wb") as f:
        f.write(out)


def form(name, fields, further=(), pages=1, catalogue="", acroform="", rotate=0, content=""):
    """A form whose fields, numbered from 5, are on each of its pages; further objects follow."""
    ids = [f"{5 + i} 0 R" for i in range(len(fields))]
    first = 5 + len(fields) + len(further)
    kids = " ".join(f"{first + 2 * p} 0 R" for p in range(pages))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R /AcroForm 3 0 R {catalogue} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        f"<< /Fields [{' '.join(ids)}] /DR << /Font << /F 4 0 R /Helv 4 0 R >> >> /DA (/Helv 12 Tf 0 g) {acroform} >>",
        font, *fields, *further,
    ]
    for p in range(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Rotate {rotate} /Annots [{' '.join(ids)}]"
            f" /Resources << /Font << /F 4 0 R >> >> /Contents {first + 2 * p + 1} 0 R >>")
        objects.append(stream("", content))
    write(name, *objects)


widget = "/Type /Annot /Subtype /Widget /F 4"

# Fields with appearances: a text, a ticked and an unticked box, a chosen radio button, a
# choice, a visible signature, and a hidden field. Each has a colour of its own.
form("forms.pdf", [
    f"<< {widget} /FT /Tx /T (text) /V (value) /Rect [0 150 100 200] /AP << /N 12 0 R >> >>",
    f"<< {widget} /FT /Btn /T (on) /V /Yes /AS /Yes /Rect [100 150 200 200] /AP << /N << /Yes 13 0 R /Off 14 0 R >> >> >>",
    f"<< {widget} /FT /Btn /T (off) /V /Off /AS /Off /Rect [200 150 300 200] /AP << /N << /Yes 13 0 R /Off 14 0 R >> >> >>",
    f"<< {widget} /FT /Btn /Ff 49152 /T (radio) /V /A /AS /A /Rect [0 100 100 150] /AP << /N << /A 15 0 R >> >> >>",
    f"<< {widget} /FT /Ch /Ff 131072 /T (choice) /V (one) /Opt [(one) (two)] /Rect [100 100 200 150] /AP << /N 16 0 R >> >>",
    f"<< {widget} /FT /Sig /T (signature) /Rect [0 0 100 50] /AP << /N 17 0 R >> >>",
    "<< /Type /Annot /Subtype /Widget /F 2 /FT /Tx /T (hidden) /V (value) /Rect [200 0 300 50] /AP << /N 12 0 R >> >>",
], [
    appearance(100, 50, f"{colour} rg 0 0 100 50 re f")
    for colour in ("1 0 0", "0 1 0", "0 0 0", "0 0 1", "1 1 0", "0 1 1")
])
form("rotated.pdf", [f"<< {widget} /FT /Sig /T (signature) /Rect [0 0 100 50] /AP << /N 6 0 R >> >>"],
     [appearance(100, 50, "0 1 1 rg 0 0 100 50 re f")], rotate=90)

# Values of which no appearance was stored.
form("values.pdf", [
    f"<< {widget} /FT /Tx /T (text) /V (MMMMMMMM) /DA (/Helv 24 Tf 0 g) /Rect [0 150 300 200] >>",
    f"<< {widget} /FT /Ch /Ff 131072 /T (choice) /V (MMMMMMMM) /Opt [(MMMMMMMM) (two)] /DA (/Helv 24 Tf 0 g) /Rect [0 50 300 100] >>",
], acroform="/NeedAppearances true")

# Two fields without names that are each other's kids, twice each, and are on all pages:
# pdfium follows them for 2^32 steps.
form("endless.pdf", [
    f"<< {widget} /FT /Tx /Rect [0 150 100 200] /Kids [{kid} 0 R {kid} 0 R] >>" for kid in (6, 5)
], pages=3, content="1 0 0 rg 0 0 300 50 re f")

# XFA forms: one whose page says to wait, with and without NeedsRendering, and one with
# fields for programs that do not know XFA.
xfa = [stream("", "<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'></xdp:xdp>")]
wait = "BT /F 12 Tf 10 150 Td (Please wait... ) Tj ET"
form("xfa-dynamic.pdf", [], xfa, acroform="/XFA 5 0 R", catalogue="/NeedsRendering true", content=wait)
form("xfa-notice.pdf", [], xfa, acroform="/XFA 5 0 R", content=wait)
form("xfa-static.pdf", [f"<< {widget} /FT /Tx /T (text) /V (value) /Rect [0 150 100 200] /AP << /N 7 0 R >> >>"],
     xfa + [appearance(100, 50, "1 0 0 rg 0 0 100 50 re f")], acroform="/XFA 6 0 R", content=wait)

# A portfolio, and a page that has an attachment as invoices do.
attached = [
    "<< /Type /Filespec /F (a.txt) /EF << /F 6 0 R >> >>",
    stream("/Type /EmbeddedFile", "hello"),
    "<< /EmbeddedFiles << /Names [(a.txt) 5 0 R] >> >>",
]
form("portfolio.pdf", [], attached, catalogue="/Names 7 0 R /Collection << /View /T >>", content=wait)
form("attachment.pdf", [], attached, catalogue="/Names 7 0 R", content=wait)

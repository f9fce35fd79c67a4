"""time FOLDER PATTERN: prints the CPU seconds a page takes pdfium, as Python has it, from the
file's bytes to a bitmap of 1000 pixels on the longer side, by kind, as JSON.
"""
import json
import os
import sys
import time

import pypdfium2

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "conformance"))
from pdf import rendered  # noqa: E402

ROUNDS = 3

seconds = {}
for kind in sorted(os.listdir(sys.argv[2])):
    where = os.path.join(sys.argv[2], kind)
    files = [open(os.path.join(where, name), "rb").read() for name in sorted(os.listdir(where))]
    start = time.process_time()
    for _ in range(ROUNDS):
        for data in files:
            document = pypdfium2.PdfDocument(data)
            rendered(document, 0)
            document.close()
    seconds[kind] = (time.process_time() - start) / ROUNDS / len(files)
print(json.dumps(seconds))

"""time FOLDER PATTERN: prints the CPU seconds a page takes pdfium, as Python has it, from the
file's bytes to a bitmap of 1000 pixels on the longer side, by kind, as JSON.
"""
import json
import os
import sys
import time

import pypdfium2

ROUNDS = 3
LONG_SIDE = 1000

seconds = {}
for kind in sorted(os.listdir(sys.argv[2])):
    where = os.path.join(sys.argv[2], kind)
    files = [open(os.path.join(where, name), "rb").read() for name in sorted(os.listdir(where))]
    start = time.process_time()
    for _ in range(ROUNDS):
        for data in files:
            document = pypdfium2.PdfDocument(data)
            page = document[0]
            page.render(scale=LONG_SIDE / max(page.get_size())).close()
            page.close()
            document.close()
    seconds[kind] = (time.process_time() - start) / ROUNDS / len(files)
print(json.dumps(seconds))

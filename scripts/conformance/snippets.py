"""Runs the Python blocks of a Markdown page in a folder that has the files they name:
snippets.py PAGE.md FOLDER [--with|--without WORD], all or those with or without WORD."""
import os
import re
import sys

page, folder, *choice = sys.argv[1:]
with open(page, encoding="utf-8") as f:
    blocks = re.findall(r"^```python\n(.*?)^```", f.read(), re.M | re.S)
os.chdir(folder)
ran = [b for b in blocks if not choice or (choice[1] in b) == (choice[0] == "--with")]
assert ran, f"{page} has no Python block to run"
for block in ran:
    exec(compile(block, page, "exec"), {})
print(f"{page}: {len(ran)} of {len(blocks)} Python blocks run")

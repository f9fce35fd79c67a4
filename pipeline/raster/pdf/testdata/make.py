"""Makes locked.pdf (a password to open it) and owner.pdf (one to change it, none to open
it): python make.py, with pikepdf."""
import os

import pikepdf

here = os.path.dirname(os.path.abspath(__file__))
for name, user in (("locked.pdf", "secret"), ("owner.pdf", "")):
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(100, 100))
    pdf.save(os.path.join(here, name), encryption=pikepdf.Encryption(owner="owner", user=user, R=6))

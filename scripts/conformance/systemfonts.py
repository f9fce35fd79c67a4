"""pdfium as Python has it, with a folder of fonts in the place of the system's."""
import ctypes
import os

import pypdfium2.raw as raw
from fontTools.ttLib import TTFont


def start_with(folder, arial):
    """Starts pdfium anew. It asks for Arial where it has no other font, so a font gets that
    name, in a file of the folder."""
    font = TTFont(arial)
    for name_id, name in ((1, "Arial"), (2, "Regular"), (4, "Arial"), (6, "Arial")):
        font["name"].setName(name, name_id, 3, 1, 0x409)
        font["name"].setName(name, name_id, 1, 0, 0)
    font.save(os.path.join(folder, "arial.ttf"))
    raw.FPDF_DestroyLibrary()
    path = ctypes.create_string_buffer(folder.encode())
    paths = (ctypes.POINTER(ctypes.c_char) * 2)(ctypes.cast(path, ctypes.POINTER(ctypes.c_char)), None)
    config = raw.FPDF_LIBRARY_CONFIG(version=2)
    config.m_pUserFontPaths = ctypes.cast(paths, type(config.m_pUserFontPaths))
    raw.FPDF_InitLibraryWithConfig(config)

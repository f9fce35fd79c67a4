"""Compiles a CUDA source to PTX with NVRTC: compile.py SOURCE ARCHITECTURE PTX

The headers beside the source (*.cuh) are given to the compiler by name, so that the PTX
depends on the files' contents alone, not on where they lie.
"""

import ctypes
import importlib.util
import pathlib
import sys


def library():
    folder = importlib.util.find_spec("nvidia.cuda_nvrtc").submodule_search_locations[0]
    return ctypes.CDLL(str(next((pathlib.Path(folder) / "lib").glob("libnvrtc.so.*"))))


def strings(values):
    return (ctypes.c_char_p * len(values))(*values)


def text(nvrtc, program, what):
    """Returns the program's "ProgramLog" or "PTX"."""
    size = ctypes.c_size_t()
    getattr(nvrtc, f"nvrtcGet{what}Size")(program, ctypes.byref(size))
    buffer = ctypes.create_string_buffer(size.value)
    getattr(nvrtc, f"nvrtcGet{what}")(program, buffer)
    return buffer.value


def main(source, architecture, ptx):
    source, nvrtc = pathlib.Path(source), library()
    headers = sorted(source.parent.glob("*.cuh"))
    program = ctypes.c_void_p()
    nvrtc.nvrtcCreateProgram(
        ctypes.byref(program), source.read_bytes(), source.name.encode(), len(headers),
        strings([h.read_bytes() for h in headers]), strings([h.name.encode() for h in headers]))
    # A header that NVRTC includes of itself would leave 38 unused variables in the PTX.
    options = [f"--gpu-architecture={architecture}".encode(), b"--std=c++17", b"-D__NV_TARGET_H"]
    failed = nvrtc.nvrtcCompileProgram(program, len(options), strings(options))
    log = text(nvrtc, program, "ProgramLog").decode()
    if log.strip():
        print(log, file=sys.stderr)
    if failed:
        sys.exit(f"{source}: NVRTC says {failed}")
    pathlib.Path(ptx).write_bytes(text(nvrtc, program, "PTX"))


main(*sys.argv[1:])

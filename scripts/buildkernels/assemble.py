"""Assembles PTX for one architecture and prints what each kernel uses: assemble.py PTX ARCH RELEASE
with the ptxas of CUDA 12.2 or 13.0.

Ends with 1 if a kernel has a stack frame or spills registers, or if ptxas has anything to
say, such as that it takes the products of tensor cores one after another (C7510).
"""

import importlib.util
import pathlib
import re
import subprocess
import sys

ENTRY = re.compile(r"Compiling entry function '(\w+)'")
FRAME = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
USED = re.compile(r"Used (\d+) registers")
SHARED = re.compile(r"(\d+) bytes smem")


def number(pattern, line):
    found = pattern.search(line)
    return int(found[1]) if found else 0


def main(ptx, architecture, release):
    package = {"12.2": "nvidia.cuda_nvcc", "13.0": "nvidia.cu13"}[release]
    folder = importlib.util.find_spec(package).submodule_search_locations[0]
    ptxas = pathlib.Path(folder) / "bin" / "ptxas"
    ptxas.chmod(0o755)  # a wheel may come without the permission
    run = subprocess.run([ptxas, "-v", f"-arch={architecture}", ptx, "-o", "/dev/null"],
                         stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(run.stdout + run.stderr)
    print(f"{pathlib.Path(ptx).name} for {architecture} by ptxas {release}: registers, bytes of static shared memory, stack, spills")
    kernel, frame, broken = "", (0, 0, 0), False
    for line in run.stderr.splitlines():
        if found := ENTRY.search(line):
            kernel = found[1]
        elif found := FRAME.search(line):
            frame = tuple(map(int, found.groups()))
        elif USED.search(line):
            print(f"  {kernel:20} {number(USED, line):4} {number(SHARED, line):6} {frame[0]:4} {frame[1] + frame[2]:4}")
            broken = broken or any(frame)
        elif re.search(r"warning|C7\d\d\d", line):
            print(" ", line)
            broken = True
    if broken:
        sys.exit(f"{ptx} for {architecture}: a kernel has a stack frame or spills, or ptxas warns")


main(*sys.argv[1:])

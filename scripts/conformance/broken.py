"""Writes changed copies of the images among the paths on standard input to the folder that
is the first argument, and prints their paths: bytes changed, taken out, put in, and ends
cut off. PNG files get right checksums again, so that it is their content that is wrong.
"""
import os
import random
import struct
import sys
import zipfile
import zlib

COPIES = 12
rng = random.Random(11)
MAGIC = (b"\x89PNG", b"GIF8", b"BM", b"RIFF", b"\xff\xd8\xff", b"P1", b"P2", b"P3", b"P4", b"P5", b"P6")


def sources(lines):
    for line in lines:
        path = line.rstrip("\n")
        if path.endswith(".zip"):
            with zipfile.ZipFile(path) as z:
                yield from ((name, z.read(name)) for name in z.namelist())
        else:
            with open(path, "rb") as f:
                yield os.path.basename(path), f.read()


def changed(data):
    data = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(4, len(data))
        kind = rng.randrange(6)
        if kind == 0:
            del data[at : at + rng.randrange(1, 5)]
        elif kind == 1:
            data[at:at] = rng.randbytes(rng.randrange(1, 5))
        elif kind == 2 and rng.random() < 0.3:
            del data[at:]
        else:
            data[at] = rng.choice([0, 1, 255, data[at] ^ (1 << rng.randrange(8)), rng.randrange(256)])
        if len(data) < 6:
            break
    return bytes(data)


def resealed(data):
    out, at = data[:8], 8
    while at + 12 <= len(data):
        size = struct.unpack(">I", data[at : at + 4])[0]
        if at + 12 + size > len(data):
            break
        body = data[at + 4 : at + 8 + size]
        out += data[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + size
    return out + data[at:]


number = 0
for name, data in sources(sys.stdin):
    if not data.startswith(MAGIC) or len(data) > 20000 or len(data) < 12:
        continue
    for _ in range(COPIES):
        copy = changed(data)
        if data.startswith(b"\x89PNG") and rng.random() < 0.8:
            copy = resealed(copy)
        path = os.path.join(sys.argv[1], f"{number:05d}-{name}")
        with open(path, "wb") as f:
            f.write(copy)
        print(path)
        number += 1

"""Writes and reads the same vectors with pyarrow and with ours, in turns:
compare.py BENCHSTORE WORK ROUNDS [STORE]. Prints a table in Markdown."""
import glob
import os
import shutil
import statistics
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

program, work, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = sys.argv[4] if len(sys.argv) > 4 else None
SMALL = ["document_id", "page", "path", "label", "split", "featurized_at"]
ELEMENT = "embedding.list.element"


class Ours:
    """Our program, holding the same vectors."""

    def __init__(self, matrix):
        values = os.path.join(work, "values.f32")
        matrix.tofile(values)
        self.process = subprocess.Popen([program, values, *map(str, matrix.shape)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def seconds(self, *words):
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit("our side failed: " + " ".join(words))
        return tuple(map(float, line.split()))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def seconds(do):
    """The seconds and the processor seconds that something takes."""
    start, used = time.perf_counter(), time.process_time()
    do()
    return time.perf_counter() - start, time.process_time() - used


def table(matrix):
    """The rows as an Arrow table; its memory is the matrix."""
    n, dim = matrix.shape
    vectors = pa.list_(pa.field("element", pa.float32(), nullable=False))
    offsets = pa.array(np.arange(0, n * dim + 1, dim, dtype=np.int32))
    when = pa.array([1_800_000_000_000_000] * n, pa.int64()).cast(pa.timestamp("us", tz="UTC"))
    columns = {
        "document_id": pa.array([f"{i * 0x9E3779B97F4A7C15 % (1 << 256):064x}" for i in range(n)]),
        "page": pa.array([0] * n, pa.int32()), "path": pa.array([f"inbox/{i:06d}.tif" for i in range(n)]),
        "label": pa.array([f"class {i % 5}" for i in range(n)]), "split": pa.nulls(n, pa.string()), "featurized_at": when,
        "embedding": pa.ListArray.from_arrays(offsets, pa.array(matrix.ravel()), type=vectors),
    }
    schema = pa.schema([pa.field(k, v.type, nullable=k in ("label", "split")) for k, v in columns.items()])
    return pa.table(list(columns.values()), schema=schema)


def arrow_write(rows, codec, name):
    dim = rows["embedding"].chunk(0).offsets[1].as_py()
    group = max(1, (64 << 20) // (4 * dim + 512))
    # Row groups, pages, encoding and level as ours; no bounds of the vectors'
    # values and no page checksums, which only cost.
    pq.write_table(rows, name, compression=codec, compression_level=1 if codec == "zstd" else None, use_dictionary=False,
                   data_page_size=1 << 20, row_group_size=group, write_statistics=SMALL)


def arrow_read(name, shape):
    out, at = np.empty(shape, np.float32), 0
    for chunk in pq.read_table(name, columns=["embedding"])["embedding"].chunks:
        values = chunk.flatten().to_numpy(zero_copy_only=True).reshape(-1, shape[1])
        out[at:at + len(values)] = values
        at += len(values)
    return out


def measure(kind, matrix, codec, chosen, ours, rows):
    arrow_file, our_file = os.path.join(work, "pyarrow.parquet"), os.path.join(work, "ours.parquet")
    folder = os.path.join(work, "store")
    took = {k: [] for k in ("write", "arrow write", "read", "arrow read", "arrow reads ours", "append", "arrow synced")}
    for _ in range(rounds):
        took["write"].append(ours.seconds("write", codec, our_file))
        took["arrow write"].append(seconds(lambda: arrow_write(rows, codec, arrow_file)))
        took["read"].append(ours.seconds("read", our_file))
        took["arrow read"].append(seconds(lambda: arrow_read(arrow_file, matrix.shape)))
        took["arrow reads ours"].append(seconds(lambda: arrow_read(our_file, matrix.shape)))
        if codec == chosen:
            took["append"].append(ours.seconds("append", folder))
            shutil.rmtree(folder)
            took["arrow synced"].append(seconds(lambda: synced(rows, codec, arrow_file)))
    ours.seconds("check", our_file)
    ours.seconds("check", arrow_file)
    same = arrow_read(our_file, matrix.shape).view(np.uint32)
    if not np.array_equal(same, matrix.view(np.uint32)):
        sys.exit("pyarrow reads other numbers from our file")
    report(kind, matrix, codec, {k: [statistics.median(x) for x in zip(*v)] for k, v in took.items()},
           os.path.getsize(our_file) / matrix.nbytes, os.path.getsize(arrow_file) / matrix.nbytes)


def synced(rows, codec, name):
    arrow_write(rows, codec, name)
    with open(name) as f:
        os.fsync(f.fileno())


def report(kind, matrix, codec, t, size, arrow_size):
    def mb(k):
        return f"{matrix.nbytes / 1e6 / t[k][0]:.0f}" if t[k] else "–"

    def ratio(a, b):
        return f"{t[b][0] / t[a][0]:.1f}× ({t[b][1] / t[a][1]:.1f}×)" if t[a] else "–"

    print(f"| {kind} | {codec} | {size:.1%} / {arrow_size:.1%} | {mb('write')} / {mb('arrow write')} | {ratio('write', 'arrow write')} "
          f"| {mb('read')} / {mb('arrow read')} | {ratio('read', 'arrow read')} | {mb('arrow reads ours')} "
          f"| {mb('append')} / {mb('arrow synced')} | {ratio('append', 'arrow synced')} |", flush=True)


def relu(n, dim, density):
    """Vectors as those after ReLU, of which density is not zero; channels differ in how often they fire."""
    rng = np.random.default_rng(5)
    z = rng.standard_normal((n, dim), np.float32)
    shift = statistics.NormalDist(0, 1.25).inv_cdf(1 - density)
    z -= rng.normal(shift, 0.75, dim).astype(np.float32)
    return np.maximum(z, 0, out=z)


def stored(cut, n):
    """The first n vectors of a cut of a store; if it has fewer, they repeat."""
    files = glob.glob(os.path.join(store, cut, "*.parquet"))
    vectors = pa.concat_tables(pq.read_table(f, columns=["embedding"]) for f in files)["embedding"]
    matrix = np.asarray(vectors.combine_chunks().flatten()).reshape(len(vectors), -1)
    return np.ascontiguousarray(np.resize(matrix, (n, matrix.shape[1])))


def dense(n, dim):
    return np.random.default_rng(6).standard_normal((n, dim), np.float32)


cases = [
    ("dense", lambda: dense(20_000, 4096)), ("dense", lambda: dense(3_000, 25_088)),
]
if store:
    cases[:0] = [("fc2 of the store", lambda: stored("fc2", 20_000)), ("pool5 of the store", lambda: stored("pool5", 3_000))]
else:
    cases[:0] = [("like fc2", lambda: relu(20_000, 4096, 0.32)), ("like pool5", lambda: relu(3_000, 25_088, 0.05))]

print(f"MB/s of float32 (10^6 bytes), medians of {rounds} rounds in turns; ours / pyarrow {pa.__version__}, {os.cpu_count()} processors.")
print("Beside the ratio of the times is that of the processor times, which other work on the machine moves less.")
print("Append: with read-back, SHA-256, fsync and commit; beside it pyarrow's write with fsync.\n")
print("| vectors | compression | size | write | | read | | pyarrow reads ours | Append | |")
print("|---|---|---|---|---|---|---|---|---|---|")
for name, make in cases:
    matrix = make()
    density = np.count_nonzero(matrix) / matrix.size
    chosen = "zstd" if density < 1 / 8 else "snappy"  # as the store does; Append is measured with it
    kind = f"{name}, {len(matrix):,} × {matrix.shape[1]:,}, {density:.0%} not zero"
    ours, rows = Ours(matrix), table(matrix)
    for codec in ("none", "snappy", "zstd"):
        measure(kind, matrix, codec, chosen, ours, rows)
    ours.close()
    del matrix, rows

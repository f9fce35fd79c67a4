"""Writes the files of this folder with pyarrow 26.0.1: foreign.py FOLDER.
25 rows of 6 values, value j of row i is max(0, (31*i + 7*j) % 11 - 5) / 4."""
import sys

import pyarrow as pa
import pyarrow.parquet as pq

N, DIM = 25, 6


def table(nullable=False, large=False):
    element = pa.field("element", pa.float32(), nullable=nullable)
    vectors = (pa.large_list if large else pa.list_)(element)
    columns = [
        pa.array([f"{i:064x}" for i in range(N)]), pa.array([i % 3 for i in range(N)], pa.int32()),
        pa.array([f"in/{i}.tif" for i in range(N)]), pa.array([None if i % 2 else f"label {i % 5}" for i in range(N)]),
        pa.nulls(N, pa.string()), pa.array([1_700_000_000_000_000 + i for i in range(N)], pa.timestamp("us", tz="UTC")),
        pa.array([[max(0, (31 * i + 7 * j) % 11 - 5) / 4 for j in range(DIM)] for i in range(N)], vectors),
    ]
    names = ["document_id", "page", "path", "label", "split", "featurized_at", "embedding"]
    return pa.table(columns, pa.schema([pa.field(n, c.type, nullable or n in ("label", "split")) for n, c in zip(names, columns)]))


def write(name, rows, **options):
    options = {"row_group_size": 10, "use_dictionary": False, "compression": "snappy", "data_page_size": 100} | options
    pq.write_table(rows, f"{sys.argv[1]}/{name}.parquet", **options)


write("plain", table())
write("checksums-zstd", table(), compression="zstd", write_page_checksum=True)
write("nullable", table(nullable=True), compression="none")
write("large-list", table(large=True), data_page_size=1 << 20)
write("gzip", table(), compression="gzip")
write("dictionary", table(), use_dictionary=True)
write("version-2", table(), data_page_version="2.0")
write("byte-stream-split", table(), use_byte_stream_split=["embedding.list.element"])
ragged = table().to_pylist()
ragged[12]["embedding"].append(1.0)
ragged[13]["embedding"].pop()
write("ragged", pa.Table.from_pylist(ragged, table().schema))
absent = table(nullable=True).to_pylist()
absent[7]["embedding"][3] = None
write("null-element", pa.Table.from_pylist(absent, table(nullable=True).schema))

"""Reads every table of a store with several tools and compares what they see:
readers.py STORE FOLDER-OF-ARROW-STREAMS."""
import os
import sys

import duckdb
import numpy as np
import pandas
import polars
import pyarrow
import pyarrow.ipc
import pyarrow.parquet
from deltalake import DeltaTable

store, streams = sys.argv[1:]


def rows(records):
    """Rows as comparable tuples, by key; vectors as their bytes."""
    out = {}
    for r in records:
        key = (r["document_id"], r["page"])
        if key in out:
            sys.exit(f"key {key} twice")
        vector = r.get("embedding")
        if vector is not None:
            vector = np.asarray(vector, np.float32).tobytes()
        rest = [r[c] for c in ("path", "label", "split", "format", "class", "message", "attempts", "width") if c in r]
        out[key] = (*(None if v is None or v != v else v for v in rest), vector)
    return out


def snapshot(table):
    return [os.path.join(store, table, os.path.basename(u)) for u in DeltaTable(os.path.join(store, table)).file_uris()]


def with_deltalake(table):
    return DeltaTable(os.path.join(store, table)).to_pyarrow_table().to_pylist()


def with_pyarrow(table):
    return [r for part in snapshot(table) for r in pyarrow.parquet.read_table(part).to_pylist()]


def with_pandas(table):
    return [r for part in snapshot(table) for r in pandas.read_parquet(part).to_dict("records")]


def with_polars(table):
    return polars.read_delta(os.path.join(store, table)).to_dicts()


def with_duckdb(table):
    # The delta extension would have to be downloaded; the parts are plain Parquet.
    found = duckdb.execute("select * from read_parquet($parts)", {"parts": snapshot(table)})
    names = [c[0] for c in found.description]
    return [dict(zip(names, r)) for r in found.fetchall()]


def with_stream(table):
    with pyarrow.ipc.open_stream(os.path.join(streams, table + ".arrow")) as s:
        return s.read_all().to_pylist()


readers = [with_deltalake, with_pyarrow, with_pandas, with_polars, with_duckdb]
print("pyarrow", pyarrow.__version__, "pandas", pandas.__version__, "polars", polars.__version__, "duckdb", duckdb.__version__)
compared = 0
for table in sorted(t for t in os.listdir(store) if os.path.isdir(os.path.join(store, t))):
    if not snapshot(table):
        print(f"{table:12} is empty")
        continue
    views = {r.__name__[5:]: rows(r(table)) for r in readers}
    if table not in ("documents", "failures"):
        views["fit export"] = rows({k: v for k, v in r.items()} for r in with_stream(table))
    first = views["deltalake"]
    for name, view in views.items():
        if view != first:
            sys.exit(f"{table}: {name} does not see what deltalake sees")
    compared += len(first)
    print(f"{table:12} {len(first):4} rows, the same in {', '.join(views)}")
sys.exit(0 if compared else "no row was compared")

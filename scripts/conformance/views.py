"""Reads a table of a store, as of a version, with several tools. Each function
returns the rows as dictionaries; rows() makes them comparable bit for bit."""
import datetime
import glob
import os
import subprocess

import duckdb
import numpy as np
import pandas
import polars
import pyarrow.dataset
import pyarrow.ipc
import pyarrow.parquet
from deltalake import DeltaTable

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Table:
    """A table as of a version: its folder, and its parts as the log has them."""

    def __init__(self, store, name, version):
        self.store, self.name, self.version = store, name, version
        self.folder = os.path.join(store, name)
        self.parts = parts(self.folder, version)


def parts(folder, version):
    return sorted(os.path.join(folder, os.path.basename(u)) for u in DeltaTable(folder, version=version).file_uris())


def plain(v):
    """A value that is equal in two tools only if its bits are."""
    if isinstance(v, (list, tuple, np.ndarray)):
        return np.asarray(v, np.float32).tobytes()
    if v is None or v != v:  # pandas has NaN and NaT for null
        return None
    if isinstance(v, datetime.datetime):
        since = (v if v.tzinfo else v.replace(tzinfo=datetime.timezone.utc)) - EPOCH
        return since // datetime.timedelta(microseconds=1)
    return int(v) if isinstance(v, np.integer) else v


def rows(records):
    """Rows by their key; fails where a key comes twice."""
    out = {}
    for r in records:
        key = (r["document_id"], int(r["page"]))
        if key in out:
            raise ValueError(f"key {key} comes twice")
        out[key] = {name: plain(v) for name, v in r.items()}
    return out


def with_deltalake(t):
    return DeltaTable(t.folder, version=t.version).to_pyarrow_table().to_pylist()


def with_polars(t):
    return polars.read_delta(t.folder, version=t.version).to_dicts()


# What follows knows Parquet only: the parts come from the log. DuckDB has an
# extension for Delta, which would have to be downloaded.


def with_polars_scan(t):
    return polars.scan_parquet(t.parts).collect().to_dicts()


def with_pyarrow(t):
    return [r for part in t.parts for r in pyarrow.parquet.read_table(part).to_pylist()]


def with_pyarrow_dataset(t):
    return pyarrow.dataset.dataset(t.parts).to_table().to_pylist()


def with_pandas(t):
    return [r for part in t.parts for r in pandas.read_parquet(part).to_dict("records")]


def with_duckdb(t):
    return duckdb_rows(t.parts)


def duckdb_rows(files):
    found = duckdb.execute("select * from read_parquet($files)", {"files": files})
    names = [c[0] for c in found.description]
    return [dict(zip(names, r)) for r in found.fetchall()]


def with_glob_duckdb(t):
    return duckdb_rows(pattern(t))


def with_glob_polars(t):
    return polars.scan_parquet(pattern(t)).collect().to_dicts()


def pattern(t):
    return os.path.join(glob.escape(t.folder), "*.parquet")


def with_fit_export(t):
    """Only the columns of the Arrow stream, and only for cuts."""
    stream = subprocess.run(
        ["./bin/fit", "export", "--store", t.store, "--features", t.name, "--include-replaced", "--as-of", str(t.version)],
        check=True, stdout=subprocess.PIPE).stdout
    with pyarrow.ipc.open_stream(stream) as s:
        return s.read_all().to_pylist()


def readers(t, spark):
    """The tools that can read a table as of its version, by name."""
    found = [with_deltalake, with_polars, with_polars_scan, with_pyarrow, with_pyarrow_dataset, with_pandas, with_duckdb]
    if sorted(glob.glob(pattern(t))) == t.parts:  # nothing was removed
        found += [with_glob_polars, with_glob_duckdb]
    if t.name not in ("documents", "failures"):
        found.append(with_fit_export)
    named = {f.__name__[5:].replace("_", " "): f for f in found}
    if spark:
        named[spark.name] = spark.rows
    return named

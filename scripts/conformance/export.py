"""Compares exported vectors in all formats: export.py FOLDER, which has fc2.npy
with fc2.rows.csv and fc2.csv, .libsvm, .arrow, .parquet and .safetensors."""
import json
import os
import sys

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xgboost
from safetensors import safe_open
from sklearn.datasets import load_svmlight_file

os.chdir(sys.argv[1])
X = np.load("fc2.npy")
rows = pd.read_csv("fc2.rows.csv", keep_default_na=False)
keys = list(zip(rows["document_id"], rows["page"], rows["path"], rows["label"]))
assert len(X) == len(rows) > 20 and X.dtype == np.float32


def same(tool, vectors, table=None):
    vectors = np.asarray(vectors)
    assert vectors.dtype == np.float32 and vectors.shape == X.shape, (tool, vectors.dtype, vectors.shape)
    assert np.array_equal(vectors.view(np.uint32), X.view(np.uint32)), f"{tool}: the bits differ"
    if table is not None:
        assert list(zip(*(table[c] for c in ("document_id", "page", "path", "label")))) == keys, f"{tool}: the rows differ"
    print(f"{tool}: the same")


def columns(table):
    return {c: table[c].to_pylist() for c in ("document_id", "page", "path", "label")}


csv = pd.read_csv("fc2.csv", dtype={f"v{i}": np.float32 for i in range(X.shape[1])}, float_precision="round_trip", keep_default_na=False)
same("pandas, csv", csv[[f"v{i}" for i in range(X.shape[1])]].to_numpy(), csv)

with pa.ipc.open_stream("fc2.arrow") as stream:
    arrow = stream.read_all()
same("pyarrow, arrow", arrow["embedding"].combine_chunks().flatten().to_numpy().reshape(X.shape), columns(arrow))

table = pq.read_table("fc2.parquet")
same("pyarrow, parquet", np.stack(table["embedding"].to_numpy()), columns(table))
frame = pl.read_parquet("fc2.parquet")
same("Polars, parquet", np.stack(frame["embedding"].to_numpy()), frame.to_dict(as_series=False))
found = duckdb.sql("SELECT * FROM 'fc2.parquet'").fetchall()
same("DuckDB, parquet", np.array([r[-1] for r in found], np.float32))

with safe_open("fc2.safetensors", "np") as f:
    same("safetensors", f.get_tensor("embedding"))
    names = json.loads(f.metadata()["cutpoint.classes"])
    assert [names[i] for i in f.get_tensor("label")] == list(rows["label"]), "safetensors: labels"
    assert list(f.get_tensor("page")) == list(rows["page"]), "safetensors: pages"
assert [names[i] for i in rows["label_index"]] == list(rows["label"])

sparse, labels = load_svmlight_file("fc2.libsvm", n_features=X.shape[1], dtype=np.float32)
same("scikit-learn, libsvm", sparse.toarray())
assert list(labels) == list(rows["label_index"])
matrix = xgboost.DMatrix("fc2.libsvm?format=libsvm")
assert matrix.num_row() == len(X) and list(matrix.get_label()) == list(rows["label_index"])
print("XGBoost, libsvm: the same rows and labels")

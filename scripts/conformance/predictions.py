"""Reads one table of predictions in its three formats, by pandas, pyarrow, Polars
and DuckDB, and compares what they see. predictions.py FOLDER, which has
predictions.csv, .jsonl and .parquet."""

import json
import os
import sys

import duckdb
import pandas
import polars
import pyarrow.parquet

folder = sys.argv[1]
csv, jsonl, parquet = (os.path.join(folder, "predictions." + e) for e in ("csv", "jsonl", "parquet"))
text = {name: str for name in ("document_id", "path", "label", "predicted")}
tables = {
    "pandas, Parquet": pandas.read_parquet(parquet),
    "pandas, CSV": pandas.read_csv(csv, dtype=text, keep_default_na=False, float_precision="round_trip"),
    "pandas, JSON lines": pandas.read_json(jsonl, lines=True, dtype=text, precise_float=True, convert_dates=False),
    "pyarrow, Parquet": pyarrow.parquet.read_table(parquet).to_pandas(),
    "Polars, Parquet": pandas.DataFrame(polars.read_parquet(parquet).to_dict(as_series=False)),
    "Polars, JSON lines": pandas.DataFrame(polars.read_ndjson(jsonl).to_dict(as_series=False)),
    "DuckDB, Parquet": duckdb.read_parquet(parquet).df(),
    "DuckDB, CSV": duckdb.read_csv(csv, all_varchar=False).df(),
    "DuckDB, JSON lines": duckdb.read_json(jsonl).df(),
}


def plain(table):
    """The cells as Python values, an absent label as ""."""
    table = table.astype(object).where(table.notna(), "")
    return [list(table.columns)] + [["" if v is None else v for v in row] for row in table.values.tolist()]


metadata = pyarrow.parquet.read_schema(parquet).metadata
classes = json.loads(metadata[b"cutpoint.classes"])
expected = plain(tables["pyarrow, Parquet"])
assert expected[0][6:] == ["p_" + c for c in classes], expected[0]
rows = expected[1:]
assert rows, "the table is empty"
for row in rows:
    probabilities = row[6:]
    assert abs(sum(probabilities) - 1) < 1e-9, row
    assert row[5] == max(probabilities) and row[4] == classes[probabilities.index(row[5])], row
for reader, table in tables.items():
    # pandas' JSON parser alone may lose the last digit
    seen, close = plain(table), 1e-15 if reader == "pandas, JSON lines" else 0
    assert seen[0] == expected[0] and len(seen) == len(expected), (reader, seen[0], len(seen))
    for a, b in zip(seen[1:], rows):
        for x, y in zip(a, b):
            assert x == y or isinstance(y, float) and abs(x - y) <= close, (reader, x, y)
    print(f"{reader}: {len(seen) - 1} rows as the others see them")

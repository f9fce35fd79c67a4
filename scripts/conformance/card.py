"""Reads a store through its Croissant metadata and its dataset card, and compares
what comes with the tables themselves: card.py STORE, where STORE has
croissant.json and README.md."""
import hashlib
import importlib.metadata
import os
import sys

import datasets
import mlcroissant
import numpy as np
from deltalake import DeltaTable

store = os.path.abspath(sys.argv[1])
datasets.disable_progress_bars()


def rows(records):
    """Rows by key, vectors as their bytes, times as seconds."""
    out = {}
    for r in records:
        r = {k: v.decode() if isinstance(v, bytes) else v for k, v in r.items()}
        key = (r["document_id"], int(r["page"]))
        if key in out:
            sys.exit(f"key {key} twice")
        vector = r.get("embedding")
        if vector is not None:
            vector = np.asarray(vector, np.float32).tobytes()
        rest = [r[c] for c in ("path", "label", "split", "format", "class", "message") if c in r]
        numbers = [int(r[c]) for c in ("width", "pages", "bytes", "attempts") if c in r]
        times = [r[c].timestamp() for c in ("featurized_at", "first_seen", "failed_at") if c in r]
        out[key] = (*(None if v is None or v != v else v for v in rest), *numbers, *times, vector)
    return out


tables = {}
for name in sorted(os.listdir(store)):
    if os.path.isdir(os.path.join(store, name, "_delta_log")):
        table = DeltaTable(os.path.join(store, name))
        if table.file_uris():
            tables[name] = rows(table.to_pyarrow_table().to_pylist())
print(*(f"{p} {importlib.metadata.version(p)}" for p in ("mlcroissant", "datasets", "deltalake")))

# Croissant: valid without an error, files as described, records as in the tables.
dataset = mlcroissant.Dataset(jsonld=os.path.join(store, "croissant.json"))
issues = dataset.metadata.ctx.issues
if issues.errors:
    sys.exit("\n".join(issues.errors))
files = 0
for f in dataset.metadata.distribution:
    if type(f).__name__ == "FileObject":
        with open(os.path.join(store, f.content_url), "rb") as part:
            data = part.read()
        if hashlib.sha256(data).hexdigest() != f.sha256 or f.content_size != f"{len(data)} B":
            sys.exit(f"{f.content_url} is not the file that Croissant describes")
        files += 1
sets = {r.id: r for r in dataset.metadata.record_sets}
if sets.keys() != tables.keys():
    sys.exit(f"Croissant has {sorted(sets)}, the store {sorted(tables)}")
for name, want in tables.items():
    records = ({k.rsplit("/", 1)[-1]: v for k, v in r.items()} for r in dataset.records(name))
    if rows(records) != want:
        sys.exit(f"{name}: Croissant's records are not the table's rows")
print(f"Croissant: no error, {files} files as described, {len(tables)} record sets equal the tables")

# The card: every configuration loads offline and equals its table.
for name, want in tables.items():
    loaded = datasets.load_dataset(store, name, split="train")
    if rows(loaded) != want:
        sys.exit(f"{name}: datasets does not see the table's rows")
first = datasets.load_dataset(store, split="train")
if "embedding" not in first.column_names:
    sys.exit("the default configuration has no embeddings")
print(f"card: {len(tables)} configurations equal the tables, {sum(map(len, tables.values()))} rows in all")

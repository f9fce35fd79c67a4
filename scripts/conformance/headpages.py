"""What the checks of exported heads compare: stored pages, their pixels, and what
fit says of them."""
import glob
import json

import numpy as np
import pyarrow.parquet as pq
from PIL import Image


def stored(store, cut):
    """One cut's rows by page: path, page, vector. Its parts are plain Parquet files."""
    rows = {}
    for part in sorted(glob.glob(f"{store}/{cut}/*.parquet")):
        t = pq.read_table(part, columns=["document_id", "page", "path", "embedding"])
        vectors = t["embedding"].combine_chunks().flatten().to_numpy().reshape(len(t), -1)
        for key, page, path, vector in zip(t["document_id"].to_pylist(), t["page"].to_pylist(), t["path"].to_pylist(), vectors):
            rows[key, page] = path, page, vector
    return rows


def scores(name):
    """Log probabilities by page, as headscores prints them."""
    with open(f"{name}.jsonl") as f:
        return {(s["document_id"], s["page"]): np.array(s["log_probabilities"]) for s in map(json.loads, f)}


def pixels(path, page):
    """A page as the exported model's input asks for it, (224, 224, 3) uint8."""
    image = Image.open(path)
    image.seek(page)
    image = image.convert("L" if image.mode in ("1", "L") else "RGB").resize((224, 224), Image.Resampling.BILINEAR)
    return np.asarray(image.convert("RGB"))

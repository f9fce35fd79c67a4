"""The vectors that heads are compared on: training rows, then scored rows."""
import glob
import os
import statistics

import numpy as np

TRAIN, SCORED, CLASSES = 2_000, 500, 5
BUNDLES = 8  # a class's pages are mixed with those of their bundle alone
DIMS = {"fc2": 4096, "pool5": 25_088}
NONZERO = {"fc2": 0.30, "pool5": 0.05}  # of scanned pages


def vectors(cut, store=None):
    """(TRAIN+SCORED, D) float32 and their classes, (TRAIN+SCORED)."""
    return mixed(cut, store) if store else drawn(cut)


def drawn(cut):
    """Rectified normal features; channels differ in how often they fire, and for
    each class some fire more often than for the others."""
    n, dim = TRAIN + SCORED, DIMS[cut]
    rng = np.random.default_rng(5)
    y = np.arange(n) % CLASSES
    x = rng.standard_normal((n, dim), np.float32)
    threshold = statistics.NormalDist(0, 1.25).inv_cdf(1 - NONZERO[cut])
    x -= rng.normal(threshold, 0.75, dim).astype(np.float32)
    signal = rng.normal(0, 0.3, (CLASSES, dim)) * (rng.random((CLASSES, dim)) < 0.1)
    x += signal.astype(np.float32)[y]
    return np.maximum(x, 0, out=x), y


def mixed(cut, store):
    """Rows from those of a store: a page goes some way towards another of its
    class, with noise, and keeps its zeros. Documents are divided between training
    and scored rows, and then among groups, before they are mixed: inner folds that
    saw a page's other mixtures would choose far too weak an L2."""
    x, y, documents = stored(cut, store)
    rng = np.random.default_rng(5)
    held = np.isin(documents, rng.permutation(np.unique(documents))[::5])
    if min(np.bincount(y[held], minlength=CLASSES)) < BUNDLES:
        raise SystemExit(f"{store} has too few labelled documents: {BUNDLES} of each class are to be scored")
    parts = [mix(x[rows], y[rows], n, rng) for rows, n in ((~held, TRAIN), (held, SCORED))]
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def groups(n):
    """The groups of the first n rows: rows of one have pages in common."""
    return np.arange(n) % (CLASSES * BUNDLES)


def mix(x, y, n, rng):
    labels = np.arange(n) % CLASSES
    out = np.empty((n, x.shape[1]), np.float32)
    for i, (label, group) in enumerate(zip(labels, groups(n))):
        pages = np.flatnonzero(y == label)
        a, b = x[rng.choice(pages[group // CLASSES::BUNDLES], 2)]
        noise = rng.normal(1, 0.2, a.shape)
        out[i] = np.where(a != 0, np.maximum(a + rng.uniform(0, 0.5) * (b - a), 0) * np.abs(noise), 0)
    return out, labels


def stored(cut, store):
    """The labelled vectors of a cut, their classes and documents."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = ["document_id", "label", "embedding"]
    table = pa.concat_tables(pq.read_table(f, columns=columns) for f in glob.glob(os.path.join(store, cut, "*.parquet")))
    labels = np.array(table["label"].to_pylist(), object)
    names = sorted({label for label in labels if label is not None})[:CLASSES]
    if len(names) < CLASSES:
        raise SystemExit(f"{store} has {len(names)} labels, and {CLASSES} are needed")
    x = np.asarray(table["embedding"].combine_chunks().flatten()).reshape(len(labels), -1)
    rows = np.isin(labels, names)
    return x[rows], np.searchsorted(names, labels[rows].astype(str)), np.array(table["document_id"].to_pylist())[rows]

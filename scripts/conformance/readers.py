"""Reads every table of a store with several tools and compares what they see:
readers.py WORK-FOLDER CORPUS makes a store, maintains it and reads it in between,
readers.py WORK-FOLDER --store STORE only reads one."""
import glob
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import time

import foreign
import numpy as np
import pyarrow.parquet
import spark as sparks
from deltalake import DeltaTable
from views import Table, parts, readers, rows

REFRESHED = ("path", "label", "split")  # by compaction
began = time.monotonic()


def say(text):
    print(f"{time.monotonic() - began:5.0f} s  {text}", flush=True)


def run(*command, code=0):
    """Runs one of the two programs; returns what it said."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != code:
        sys.exit(f"{' '.join(command)}: ended with {done.returncode}, not {code}\n{done.stdout}")
    return done.stdout


def featurize(store, *rest, code=0):
    return run("./bin/featurize", "--quiet", "--weights", "random:1", "--cuts", "pool5-avg,fc2",
               "--store", store, *rest, code=code)


def names(store):
    return sorted(n for n in os.listdir(store) if os.path.isdir(os.path.join(store, n, "_delta_log")))


def some_versions(folder):
    """The oldest version that has rows, one in the middle, and the newest."""
    last = DeltaTable(folder).version()
    full = [v for v in range(last + 1) if parts(folder, v)]
    return sorted({full[0], full[len(full) // 2], last}) if full else [last]


def difference(a, b):
    """The first place where two views of rows differ, for a message."""
    for key in sorted(a.keys() | b.keys()):
        if key not in a or key not in b:
            return f"row {key} is in one only"
        for column in sorted(a[key].keys() | b[key].keys()):
            x, y = (r[key].get(column, "no such column") for r in (a, b))
            if x != y:
                return f"row {key}, {column}: {str(x)[:60]} and {str(y)[:60]}"
    return ""


def read(t, spark):
    """Reads a table as of its version with every tool; they must see the same."""
    if not t.parts:
        return {}, ["nothing to read"]
    named = readers(t, spark)
    views = {}
    for name, reader in named.items():
        try:
            views[name] = rows(reader(t))
        except Exception as e:
            sys.exit(f"{t.name} at version {t.version}: {name}: {sparks.first_line(e)}")
    first = views["deltalake"]
    for name, view in views.items():
        here = first
        if name == "fit export":  # which has the labels and paths of the documents table
            columns = next(iter(view.values())).keys() - set(REFRESHED)
            view = {key: {c: r[c] for c in columns} for key, r in view.items()}
            here = {key: {c: r[c] for c in columns} for key, r in first.items()}
        if what := difference(here, view):
            sys.exit(f"{t.name} at version {t.version}: deltalake and {name} differ: {what}")
    return first, list(named)


def read_store(store, spark, versions=None):
    """Reads all tables at some versions, or those of an earlier call; returns the rows."""
    seen = {}
    for name in names(store):
        folder = os.path.join(store, name)
        newest = DeltaTable(folder).version()
        earlier = [v for n, v in versions or () if n == name]
        for version in sorted({*earlier, newest}) if versions is not None else some_versions(folder):
            t = Table(store, name, version)
            found, tools = read(t, spark)
            seen[name, version] = found
            say(f"{name:9} version {version:2}: {len(found):3} rows, {len(t.parts)} parts: {', '.join(tools)}")
    return seen


def newest(store, seen):
    return {name: seen[name, DeltaTable(os.path.join(store, name)).version()] for name in names(store)}


def kept(tables):
    """Tables without the columns that compaction brings up to date."""
    return {name: {key: {c: v for c, v in r.items() if c not in REFRESHED} for key, r in table.items()}
            for name, table in tables.items()}


def must_equal(what, before, after):
    for name in before:
        if found := difference(before[name], after.get(name, {})):
            sys.exit(f"{what}: {name}: {found}")


def check_comparison():
    """A comparison that sees no difference would prove nothing."""
    def row(vector, page=0):
        return {"document_id": "a", "page": page, "embedding": vector}

    for other in [row([1, -0.0]), row([1, 0, 0]), row([np.nextafter(np.float32(1), 2), 0]), row([1, 0], 1)]:
        if not difference(rows([row([1, 0])]), rows([other])):
            sys.exit(f"the comparison takes {other} for equal to [1, 0]")


def make_store(corpus, store, spark):
    """A store of several commits: a failing document, a moved file, one that
    recovers, and checkpoints of ours after every second commit."""
    pages = sorted(glob.glob(os.path.join(corpus, "*", "*")))
    broken = os.path.join(corpus, "letter", "broken.png")
    with open(next(p for p in pages if p.endswith(".png")), "rb") as f:
        image = f.read()
    with open(broken, "wb") as f:
        f.write(image[: len(image) // 2])
    featurize(store, "--limit", "5", corpus)
    for name in names(store):
        DeltaTable(os.path.join(store, name)).alter.set_table_properties({"delta.checkpointInterval": "2"})
    featurize(store, corpus, code=3)
    if not newest(store, read_store(store, spark, versions=()))["failures"]:
        sys.exit("the broken document is not in the table of failures")
    os.rename(pages[0], os.path.join(corpus, "letter", "moved" + os.path.splitext(pages[0])[1]))
    with open(broken, "wb") as f:
        f.write(image + b"\0")  # as another document than the one it was copied from
    featurize(store, "--retry-failed", corpus)
    checkpoints = glob.glob(os.path.join(store, "*", "_delta_log", "*.checkpoint.parquet"))
    ours = [c for c in checkpoints if b"cutpoint.sha256" in (pyarrow.parquet.read_metadata(c).metadata or {})]
    if len(ours) < 3:
        sys.exit(f"featurize wrote only {len(ours)} checkpoints")


def maintain(store, spark, before):
    """Compacts and vacuums; old versions must read as before until the vacuum."""
    run("./bin/featurize", "compact", "--store", store)
    say("compacted")
    after = read_store(store, spark, versions=before)
    for key, table in before.items():
        if what := difference(table, after[key]):
            sys.exit(f"after compaction, {key[0]} at version {key[1]} reads otherwise: {what}")
    was, now = newest_of(before), newest(store, after)
    must_equal("after compaction", kept(was), kept(now))
    run("./bin/featurize", "vacuum", "--store", store, "--older-than", "0s", "--delete")
    say("vacuumed")
    must_equal("after the vacuum", now, newest(store, read_store(store, spark, versions=())))
    run("./bin/featurize", "verify", "--store", store)


def share(store, spark, before, rewrite):
    """Lets another tool rewrite a store, reads it, and compacts it without the log
    entries before that tool's checkpoints: the rows stay the same."""
    what = f"a store that {rewrite.__doc__}"
    rewrite(store)
    say(what)
    run("./bin/featurize", "verify", "--store", store)
    must_equal(what, before, newest(store, read_store(store, spark, versions=())))
    foreign.forget_entries(store)
    for command in (["compact"], ["verify"], ["status"], ["history", "--commits"]):
        run("./bin/featurize", *command, "--store", store)
    say("compacted what its checkpoints say")
    after = newest(store, read_store(store, spark, versions=()))
    must_equal(what + ", compacted", kept(before), kept(after))


def newest_of(seen):
    """The newest version of each table that was read."""
    return {name: table for (name, _), table in sorted(seen.items())}


def main():
    work = sys.argv[1]
    check_comparison()
    versions = " ".join(f"{p} {importlib.metadata.version(p)}" for p in ("pyarrow", "pandas", "polars", "duckdb", "deltalake"))
    say(versions)
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "cutpoint", "spark")
    spark = sparks.start(cache)
    if spark:
        say(f"{spark.name} {spark.session.version}")
    if sys.argv[2] == "--store":
        seen = read_store(sys.argv[3], spark)
        sys.exit(0 if any(seen.values()) else "no row was compared")
    store = os.path.join(work, "features")
    make_store(sys.argv[2], store, spark)
    say("made a store")
    before = read_store(store, spark)
    for rewrite in foreign.rewrites(spark):
        with tempfile.TemporaryDirectory(dir=work) as folder:
            copy = os.path.join(folder, "features")
            shutil.copytree(store, copy)
            share(copy, spark, newest_of(before), rewrite)
    maintain(store, spark, before)
    if spark and spark.delta:
        foreign.ask_for_more(spark, os.path.join(store, "fc2"))
        refusal = run("./bin/fit", "export", "--store", store, "--features", "fc2", code=1)
        if "not supported" not in refusal:
            sys.exit(f"a table with deletion vectors is refused with: {refusal}")
        say("a table with deletion vectors is refused")


main()

"""Reads every table of a store with several tools and compares what they see:
readers.py WORK-FOLDER CORPUS makes a store, maintains it and reads it in between,
readers.py WORK-FOLDER --store STORE only reads one."""
import glob
import importlib.metadata
import os
import shutil
import subprocess
import sys
import time

import foreign
import spark as sparks
from deltalake import DeltaTable
from views import Table, parts, readers, rows

MAYBE_REFRESHED = ("path", "label", "split")  # compaction brings them up to date
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
        if name == "fit export":
            columns = next(iter(view.values())).keys()
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


def without(columns, table):
    return {key: {c: v for c, v in r.items() if c not in columns} for key, r in table.items()}


def must_equal(what, before, after):
    for name in before:
        if found := difference(before[name], after.get(name, {})):
            sys.exit(f"{what}: {name}: {found}")


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
    if len(checkpoints) < 3:
        sys.exit(f"only {len(checkpoints)} checkpoints were written")


def maintain(store, spark, before):
    """Compacts and vacuums; old versions must read as before until the vacuum."""
    run("./bin/featurize", "compact", "--store", store)
    say("compacted")
    after = read_store(store, spark, versions=before)
    for key, table in before.items():
        if what := difference(table, after[key]):
            sys.exit(f"after compaction, {key[0]} at version {key[1]} reads otherwise: {what}")
    was, now = newest_of(before), newest(store, after)
    must_equal("after compaction", {n: without(MAYBE_REFRESHED, t) for n, t in was.items()},
               {n: without(MAYBE_REFRESHED, t) for n, t in now.items()})
    run("./bin/featurize", "vacuum", "--store", store, "--older-than", "0s", "--delete")
    say("vacuumed")
    must_equal("after the vacuum", now, newest(store, read_store(store, spark, versions=())))
    run("./bin/featurize", "verify", "--store", store)


def newest_of(seen):
    """The newest version of each table that was read."""
    return {name: table for (name, _), table in sorted(seen.items())}


def main():
    work = sys.argv[1]
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
        copy = os.path.join(work, "copy")
        shutil.copytree(store, copy)
        say(f"a copy that {rewrite.__doc__}")
        rewrite(copy)
        run("./bin/featurize", "verify", "--store", copy)
        must_equal(f"a store that {rewrite.__doc__}", newest_of(before), newest(copy, read_store(copy, spark, versions=())))
        shutil.rmtree(copy)
    maintain(store, spark, before)


main()

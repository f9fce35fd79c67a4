"""Rewrites the tables of a store with other tools, without changing what they hold."""
import functools
import glob
import os

import pyarrow.compute
from deltalake import DeltaTable, write_deltalake

FORGET = "SET spark.databricks.delta.retentionDurationCheck.enabled = false"


def tables(store):
    return sorted(os.path.dirname(log) for log in glob.glob(os.path.join(store, "*", "_delta_log")))


def forget_entries(store):
    """lacks the log entries before its checkpoints"""
    for folder in tables(store):
        log = os.path.join(folder, "_delta_log")
        newest = max(glob.glob(os.path.join(log, "*.checkpoint.parquet")), default="")
        for entry in glob.glob(os.path.join(log, "*.json")):
            if os.path.basename(entry) < os.path.basename(newest)[:20]:
                os.remove(entry)


def by_deltalake(store):
    """deltalake rewrote: a row deleted and appended, compacted, checkpointed"""
    for folder in tables(store):
        table = DeltaTable(folder)
        if not table.file_uris():
            continue
        row = table.to_pyarrow_table().slice(0, 1)
        table.delete(f"document_id = '{row['document_id'][0]}' and page = {row['page'][0]}")
        write_deltalake(folder, row, mode="append")
        table = DeltaTable(folder)
        table.optimize.compact()
        table.create_checkpoint()


def by_spark(spark, store):
    """Spark rewrote: a row deleted and appended, compacted, checkpointed"""
    for folder in tables(store):
        table = f"delta.`{folder}`"
        spark.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ('delta.checkpointInterval' = '3')")
        found = spark.session.read.format("delta").load(folder).limit(1).collect()
        if not found:
            continue
        row = spark.session.createDataFrame(found, spark.session.read.format("delta").load(folder).schema)
        spark.sql(f"DELETE FROM {table} WHERE document_id = '{found[0].document_id}' AND page = {found[0].page}")
        row.write.format("delta").mode("append").save(folder)
        spark.sql(f"OPTIMIZE {table}")


def rewrites(spark):
    """Functions that take the folder of a store, and say in their text what they did."""
    found = [forget_entries, by_deltalake]
    if spark and spark.delta:
        found.append(functools.wraps(by_spark)(lambda store: by_spark(spark, store)))
    return found

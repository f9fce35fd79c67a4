"""Rewrites the tables of a store with other tools, without changing what they hold."""
import functools
import glob
import os

from deltalake import DeltaTable, write_deltalake

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
    """deltalake rewrote: a row deleted, compacted, the row appended, checkpointed"""
    for folder in tables(store):
        table = DeltaTable(folder)
        if table.file_uris():
            row = table.to_pyarrow_table().slice(0, 1)
            table.delete(f"document_id = '{row['document_id'][0]}' and page = {row['page'][0]}")
            table.optimize.compact()
            write_deltalake(folder, row, mode="append")
        DeltaTable(folder).create_checkpoint()


def by_spark(spark, store):
    """Spark rewrote: a row deleted, compacted, the row appended, checkpointed"""
    for folder in tables(store):
        table = f"delta.`{folder}`"
        frame = spark.session.read.format("delta").load(folder)
        found = frame.limit(1).collect()
        if found:
            row = spark.session.createDataFrame(found, frame.schema)
            spark.sql(f"DELETE FROM {table} WHERE document_id = '{found[0].document_id}' AND page = {found[0].page}")
            spark.sql(f"OPTIMIZE {table}")
            row.write.format("delta").mode("append").save(folder)
        spark.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ('delta.checkpointInterval' = '1')")  # now, too


def ask_for_more(spark, folder):
    """Makes a table ask for a reader that knows deletion vectors."""
    spark.sql(f"ALTER TABLE delta.`{folder}` SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')")


def rewrites(spark):
    """Functions that take the folder of a store, and say in their text what they did."""
    found = [forget_entries, by_deltalake]
    if spark and spark.delta:
        found.append(functools.wraps(by_spark)(lambda store: by_spark(spark, store)))
    return found

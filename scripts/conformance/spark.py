"""Reads tables with Apache Spark: through Delta Lake for Spark where its jars can
be had, otherwise the parts as Parquet."""
import glob
import os
import shutil
import subprocess
import sys
import time

from skips import skip_part

DELTA = "io.delta:delta-spark_2.12:3.3.2"  # for Spark 3.5 and Scala 2.12


class Spark:
    def __init__(self, session, delta):
        self.session, self.delta = session, delta
        self.name = "Spark with Delta" if delta else "Spark"

    def rows(self, t):
        """The rows of a table as of its version."""
        if self.delta:
            frame = self.session.read.format("delta").option("versionAsOf", t.version).load(t.folder)
        else:
            frame = self.session.read.parquet(*t.parts)
        return [r.asDict() for r in frame.collect()]

    def sql(self, statement):
        return self.session.sql(statement).collect()


def start(cache):
    """A Spark on this machine's loopback, or None with a message why not. Jars
    that had to be downloaded are kept in the folder cache."""
    try:
        import pyspark  # noqa: F401
    except ImportError:
        skip_part("spark", "PySpark is not installed")
        return None
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        skip_part("java", "Spark is not tried, since there is no Java (Debian: apt install default-jre-headless)")
        return None
    # Spark takes times without a zone for local ones, and looks up this machine's name.
    os.environ.update(TZ="UTC", SPARK_LOCAL_IP="127.0.0.1")
    time.tzset()
    os.makedirs(cache, exist_ok=True)
    with open(os.path.join(cache, "log4j2.properties"), "w") as f:
        f.write("logger.start.name = org.apache.spark.api.python.PythonGatewayServer\nlogger.start.level = error\n"
                "rootLogger.level = error\nrootLogger.appenderRef.out.ref = out\n"
                "appender.out.type = Console\nappender.out.name = out\nappender.out.target = SYSTEM_ERR\n"
                "appender.out.layout.type = PatternLayout\nappender.out.layout.pattern = %p %c{1}: %m%n%ex{short}\n")
    jars = delta_jars(cache)
    try:
        return Spark(session(cache, jars), bool(jars))
    except Exception as e:
        skip_part("spark", f"it does not start: {first_line(e)}")
        return None


def delta_jars(cache):
    """Delta Lake, its storage layer and ANTLR; downloaded where an earlier run did
    not, by a Spark of its own that ends if it cannot. None with a message."""

    def found():
        return sorted(glob.glob(os.path.join(cache, "jars", "*.jar")))

    if len(found()) != 3:
        fetch = f"import sys; sys.path.insert(0, {os.path.dirname(__file__)!r}); import spark; spark.session({cache!r}, [])"
        try:
            subprocess.run([sys.executable, "-c", fetch], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
        except subprocess.TimeoutExpired:
            pass  # the same as a registry that does not answer
    if len(found()) != 3:
        skip_part("spark", f"{DELTA} cannot be had; Spark reads the parts as Parquet")
        return None
    return found()


def first_line(e):
    return (str(e) or type(e).__name__).splitlines()[0]


def session(cache, jars):
    """A session with Delta's jars; with an empty list they are downloaded, and with
    None it knows Parquet only."""
    from pyspark.sql import SparkSession

    # Everything is small here: time goes into starting, planning and compiling.
    options = {
        "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g", "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.timezone=UTC "
        f"-Dlog4j2.configurationFile=file:{os.path.join(cache, 'log4j2.properties')}",
        "spark.sql.session.timeZone": "UTC", "spark.sql.shuffle.partitions": "1",
        "spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.warehouse.dir": os.path.join(cache, "warehouse"),
    }
    if jars == []:
        options |= {"spark.jars.packages": DELTA, "spark.jars.ivy": cache}
    elif jars:
        options |= {
            "spark.jars": ",".join(jars),
            "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
            "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
            "spark.databricks.delta.snapshotPartitions": "1",
        }
    builder = SparkSession.builder.master("local[2]").appName("conformance")
    for key, value in options.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()

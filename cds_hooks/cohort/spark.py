"""The engine for a cluster: Spark reads, groups and retries; every chart goes through the same consultation.

Only the grouping is Spark's own: lines are read and judged by the code of the local engine, so that the two are a check
on each other where they differ. SOURCE and DIR must be visible under the same paths on all nodes.
"""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cds_hooks.cohort.export import Chunk
from cds_hooks.cohort.found import Found, add_up
from cds_hooks.cohort.parts import NAMES, part
from cds_hooks.cohort.plan import Consultant, Plan, collect_seldom, folders_of
from cds_hooks.cohort.progress import Progress
from cds_hooks.cohort.rows import Asked, Chart
from cds_hooks.cohort.scan import Ours, Shared
from cds_hooks.cohort.sorting import Index, pack_index, sorted_lines, unpack_index
from cds_hooks.errors import EngineUnavailable
from cds_hooks.knowledge.load import default_folder

try:
    import pandas as pd
    from pyspark import Broadcast
    from pyspark.errors import PySparkException
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql import functions as F  # noqa: N812 (its usual name)
except ImportError as missing:
    raise EngineUnavailable("the engine spark needs the extra: pip install 'recurrence-cds[spark]'") from missing

MASTER = "local[2,4]"  # two workers, and a task may be tried four times
_SCANNED = "what string, key string, found_by array<bigint>, medication string, line binary"
_PARTS = ", ".join(f"{name} string" for name in NAMES)
_LINE, _SHARED, _CHUNK = "line", "shared", "chunk"
_ROWS_AT_ONCE = 2000
_CHARTS_AT_ONCE = 64

Content = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class _Sent:
    """What every worker needs, broadcast once: the files of each knowledge, and what they must amount to."""

    folders: tuple[Content, ...]
    fingerprints: tuple[str, ...]


def run_spark(plan: Plan, progress: Progress, *, master: str | None) -> Found:
    """Do the run; the rows are then in `plan.work / "parts"`. Raises EngineUnavailable."""
    ours = SparkSession.getActiveSession() is None  # a notebook's session is not ours to stop
    session = started(master)
    try:
        session.conf.set("spark.sql.shuffle.partitions", plan.buckets)
        sent = session.sparkContext.broadcast(_sent(plan))
        scanned = plan.work / "scanned"
        with progress.stage("reading the export", 1) as advance:
            if not (scanned / "_SUCCESS").is_file():
                _scan(session, plan, sent).write.mode("overwrite").partitionBy("what").parquet(scanned.as_uri())
            advance(1)
        rows = session.read.schema(_SCANNED).parquet(scanned.as_uri())
        found = _found(rows, tuple(plan.export.chunks()))
        asked = plan.asked(found)
        with progress.stage("consulting", 1) as advance:
            charts = _charts(rows)
            parts = charts.mapInPandas(_consulting(sent, asked), _PARTS)
            parts.write.mode("overwrite").parquet((plan.work / "parts").as_uri())
            advance(1)
    except PySparkException as problem:
        raise EngineUnavailable(f"spark: {' '.join(str(problem).split())[:300]}") from problem
    finally:
        if ours:
            session.stop()
    return found


def started(master: str | None) -> SparkSession:
    """A session: the one that there is, or a new one. Raises EngineUnavailable."""
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise EngineUnavailable("the engine spark needs Java 17 or later: none is in JAVA_HOME or on the path")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else workers take the system's Python
    builder = SparkSession.builder.appName("recurrence-cds cohort")
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ  # by spark-submit, which says where to run
    chosen = master or ("" if submitted else MASTER)
    settings = {
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(_CHARTS_AT_ONCE),
        "spark.sql.adaptive.coalescePartitions.enabled": "false",  # charts are short, consultations long
        "spark.ui.showConsoleProgress": str(sys.stderr.isatty()).lower(),
    }
    if chosen.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        settings |= {
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.ui.enabled": "false",
        }
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        session = (builder.master(chosen) if chosen else builder).getOrCreate()
    except PySparkException as problem:
        raise EngineUnavailable(f"spark does not start: {' '.join(str(problem).split())[:300]}") from problem
    session.sparkContext.setLogLevel("ERROR")
    return session


def _sent(plan: Plan) -> _Sent:
    folders = [folder or default_folder() for folder in folders_of(plan)]
    contents = tuple(
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in folders
    )
    return _Sent(contents, plan.fingerprints)


_loaded: dict[tuple[str, ...], Consultant] = {}


def _consultant(sent: _Sent) -> Consultant:
    """That of this worker process, which serves many tasks. Raises EngineUnavailable if the fingerprints differ."""
    if sent.fingerprints not in _loaded:
        with TemporaryDirectory() as folder:
            folders = []
            for number, content in enumerate(sent.folders):
                for name, raw in content.items():
                    path = Path(folder) / str(number) / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(raw)
                folders.append(Path(folder) / str(number))
            _loaded[sent.fingerprints] = Consultant(tuple(folders), sent.fingerprints)
        collect_seldom()
    return _loaded[sent.fingerprints]


def _scan(session: SparkSession, plan: Plan, sent: "Broadcast[_Sent]") -> DataFrame:
    """One row for each line that is needed, and one for each chunk with what else was in it."""
    chunks = tuple(plan.export.chunks())

    def scan(frames: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        scanner = _consultant(sent.value).scanner
        for number in (int(n) for frame in frames for n in frame["id"]):
            yield from _frames(number, chunks[number], scanner())

    numbers = session.range(len(chunks), numPartitions=len(chunks))
    return numbers.mapInPandas(scan, _SCANNED).repartition(plan.buckets, "key")


def _frames(number: int, chunk: Chunk, scanner: Any) -> Iterator[pd.DataFrame]:
    index = Index(kinds=scanner.kinds)
    rows: list[tuple[str, str, list[int], str, bytes]] = []
    for one, line in sorted_lines(chunk, scanner, index):
        match one:
            case Ours(patient, found_by, medication):
                rows.append((_LINE, patient, list(found_by), medication, line))
            case Shared(names):
                rows += [(_SHARED, name, [], "", line) for name in names]
        if len(rows) >= _ROWS_AT_ONCE:
            yield _frame(rows)
            rows = []
    yield _frame([*rows, (_CHUNK, str(number), [], "", pack_index(index))])


def _frame(rows: list[tuple[str, str, list[int], str, bytes]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["what", "key", "found_by", "medication", "line"])


def _found(rows: DataFrame, chunks: tuple[Chunk, ...]) -> Found:
    told = {int(row["key"]): unpack_index(bytes(row["line"])) for row in rows.where(F.col("what") == _CHUNK).collect()}
    return add_up((chunk, told[number]) for number, chunk in enumerate(chunks))


def _charts(rows: DataFrame) -> DataFrame:
    """One row for each patient: lines, and the Medications that they refer to."""
    lines = rows.where(F.col("what") == _LINE)
    shared = rows.where(F.col("what") == _SHARED).select(F.col("key").alias("medication"), F.col("line").alias("drug"))
    wanted = lines.where("medication != ''").select("key", "medication").distinct().join(shared, "medication")
    drugs = wanted.groupBy("key").agg(F.collect_set("drug").alias("drugs"))
    charts = lines.groupBy("key").agg(F.collect_list(F.struct("found_by", "line")).alias("lines"))
    return charts.join(drugs, "key", "left")


def _consulting(sent: "Broadcast[_Sent]", asked: Asked) -> Any:
    def consult(frames: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        consultant = _consultant(sent.value)
        for frame in frames:
            charts = [_chart(*row) for row in frame[["key", "lines", "drugs"]].itertuples(index=False)]
            yield part(consultant.consult(chart, asked) for chart in charts).to_pandas()

    return consult


def _chart(patient: str, lines: Any, drugs: Any) -> Chart:
    """Spark gives the lines of a patient in no order, and no list where it joined nothing."""
    listed = sorted((bytes(line["line"]), tuple(int(bits) for bits in line["found_by"])) for line in lines)
    medications = () if drugs is None else tuple(sorted(bytes(drug) for drug in drugs))
    return Chart(patient, [(bits, line) for line, bits in listed], medications)

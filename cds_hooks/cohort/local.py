"""The engine for one machine: a process pool scans the export into buckets of patients, then consults bucket by bucket.

Every piece of work is one file that is there whole or not at all. What is there is not done again: a run that was
interrupted goes on, and a worker that dies costs its piece alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from cds_hooks.cohort.export import Chunk
from cds_hooks.cohort.found import Found, add_up
from cds_hooks.cohort.parts import write_part
from cds_hooks.cohort.plan import Plan, folders_of
from cds_hooks.cohort.pool import Pool, consultant
from cds_hooks.cohort.progress import Progress
from cds_hooks.cohort.rows import Asked, Chart, Row
from cds_hooks.cohort.scan import Ours
from cds_hooks.cohort.sorting import Index, sorted_lines
from cds_hooks.cohort.spill import Line, SharedLine, Spill, is_done, read_bucket, read_index, read_shared


@dataclass(frozen=True, slots=True)
class _Scan:
    chunk: Chunk
    path: Path
    buckets: int


@dataclass(frozen=True, slots=True)
class _Bucket:
    number: int
    chunks: tuple[Path, ...]
    shared: Path | None
    part: Path
    asked: Asked


def run_local(plan: Plan, progress: Progress, *, workers: int) -> Found:
    """Do the run as far as it is not done yet; the rows are then in `plan.work / "parts"`."""
    for name in ("chunks", "parts"):
        (plan.work / name).mkdir(parents=True, exist_ok=True)
    scans = [_Scan(c, plan.work / "chunks" / f"{n:06}", plan.buckets) for n, c in enumerate(plan.export.chunks())]
    with Pool(workers, folders_of(plan), plan.fingerprints) as pool:
        _scan_all(pool, scans, progress)
        found = add_up((scan.chunk, read_index(scan.path)) for scan in scans)
        _consult_all(pool, plan, scans, found, progress)
    return found


def _scan_all(pool: Pool, scans: Sequence[_Scan], progress: Progress) -> None:
    todo = [scan for scan in scans if not is_done(scan.path)]
    before = sum(_bytes(scan) for scan in scans) - sum(_bytes(scan) for scan in todo)
    with progress.stage("reading the export", sum(_bytes(scan) for scan in scans), before) as advance:
        pool.run(_scan, todo, lambda scan, _: advance(_bytes(scan)))


def _bytes(scan: _Scan) -> int:
    return scan.chunk.file.size if scan.chunk.file.zipped else scan.chunk.end - scan.chunk.start


def _consult_all(pool: Pool, plan: Plan, scans: Sequence[_Scan], found: Found, progress: Progress) -> None:
    paths = tuple(scan.path for scan in scans)
    asked = plan.asked(found)
    shared = _gather_shared(paths, plan.work / "shared.duckdb")
    parts = plan.work / "parts"
    every = [_Bucket(n, paths, shared, parts / f"{n:06}.parquet", asked) for n in range(plan.buckets)]
    todo = [bucket for bucket in every if not bucket.part.is_file()]
    with progress.stage("consulting", len(every), len(every) - len(todo)) as advance:
        pool.run(_consult, todo, lambda *_: advance(1))


def _scan(scan: _Scan) -> None:
    """Work of a process: sort the lines of one chunk into buckets."""
    index, spill = Index(), Spill(scan.path, scan.buckets)
    for found, line in sorted_lines(scan.chunk, consultant().scanner(), index):
        if isinstance(found, Ours):
            spill.add(Line(found.patient, found.found_by, found.medication, line))
        else:
            spill.add_shared(SharedLine(found.names, line))
    spill.finish(index)


def _gather_shared(paths: Iterable[Path], database: Path) -> Path | None:
    """The lines of no patient in one database, in the order of their names; None if there are none."""
    database.unlink(missing_ok=True)
    found = False
    with duckdb.connect(str(database)) as connection:
        connection.execute("CREATE TABLE unsorted (name VARCHAR, line BLOB)")
        for path in paths:
            rows = [(name, shared.line) for shared in read_shared(path) for name in shared.names]
            if rows:
                found = True
                names, lines = zip(*rows, strict=True)
                table = pa.table({"name": pa.array(names, pa.string()), "line": pa.array(lines, pa.binary())})
                connection.from_arrow(table).insert_into("unsorted")
        connection.execute("CREATE TABLE shared AS SELECT DISTINCT name, line FROM unsorted ORDER BY name, line")
        connection.execute("DROP TABLE unsorted")
    return database if found else None


def _consult(bucket: _Bucket) -> int:
    """Work of a process: every patient of one bucket."""
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    for line in read_bucket(bucket.chunks, bucket.number):
        lines[line.patient].append(line)
    wanted = {line.medication for chart in lines.values() for line in chart if line.medication}
    medications = _look_up(bucket.shared, wanted)
    return write_part(bucket.part, (_consulted(p, lines[p], medications, bucket.asked) for p in sorted(lines)))


def _consulted(
    patient: str, lines: Sequence[Line], medications: dict[str, list[bytes]], asked: Asked
) -> tuple[Row, list[Row]]:
    names = dict.fromkeys(line.medication for line in lines if line.medication)
    needed = dict.fromkeys(found for name in names for found in medications.get(name, ()))
    chart = Chart(patient, [(line.found_by, line.line) for line in lines], tuple(needed))
    return consultant().consult(chart, asked)


def _look_up(database: Path | None, names: Iterable[str]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    wanted = sorted(names)
    if database is None or not wanted:
        return found
    with duckdb.connect(str(database), read_only=True, config={"threads": 1}) as connection:
        query = "SELECT name, line FROM shared WHERE name IN (SELECT unnest(?)) ORDER BY name, line"
        for name, line in connection.execute(query, [wanted]).fetchall():
            found.setdefault(name, []).append(line)
    return found

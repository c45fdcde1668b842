"""Writing a made-up population as a FHIR Bulk Data export: gzipped NDJSON by resource type, and its manifest.

People are written in groups of fixed size, each group to files of its own, so that the bytes are the same however many
processes write them.
"""

import gzip
import json
import multiprocessing
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import IO, cast

import msgspec

from cds_hooks.cohort.progress import Progress
from cds_hooks.cohort.synth.course import chart_of, medications
from cds_hooks.cohort.synth.everyday import Line, everyday, other_care
from cds_hooks.cohort.synth.people import person, shares

FEWEST_LINES = 10
_GROUP = 5000  # people in one file of each type
_RELEVANT = 10  # of so many lines of a long chart, one may matter
_LEVEL = 1  # of compression: writing is the bill
_ENCODE = msgspec.json.Encoder().encode
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Population:
    """How many people, by which seed, with how many lines each, and whether the files are gzipped."""

    people: int
    seed: int
    lines: int
    zipped: bool = True


def write_population(population: Population, folder: Path, workers: int, progress: Progress) -> dict[str, int]:
    """Write the export into a folder; returns the lines of each resource type."""
    folder.mkdir(parents=True, exist_ok=True)
    groups = [(population, folder, first) for first in range(0, population.people, _GROUP)]
    written: dict[str, tuple[str, int]] = {}
    with progress.stage("writing", len(groups)) as advance:
        for files in _each(groups, workers):
            written |= files
            advance(1)
    written |= _shared(population, folder)
    _write_manifest(population, folder, written)
    counts: Counter[str] = Counter()
    for kind, lines in written.values():
        counts[kind] += lines
    return dict(sorted(counts.items()))


def lines_of(population: Population, number: int) -> Iterator[Line]:
    """The lines of one person: exactly as many as asked for, the Patient first."""
    someone = person(number, population.seed)
    chart = chart_of(someone)[: population.lines]
    yield from ((resource["resourceType"], _ENCODE(resource)) for resource in chart)
    patient = someone.id.encode()
    about = b"urn:uuid:" + patient if someone.style == "synthea" else b"Patient/" + patient
    random = Random(f"{population.seed}/{number}/more")  # noqa: S311 (no secret hangs on it)
    matter = max(FEWEST_LINES, population.lines // _RELEVANT)
    others = max(0, matter - len(chart))
    yield from other_care(patient, about, others, random)
    yield from everyday(patient, about, max(0, population.lines - len(chart) - others), random)


def _each(groups: list[tuple[Population, Path, int]], workers: int) -> Iterator[dict[str, tuple[str, int]]]:
    if workers == 1 or len(groups) == 1:
        yield from map(_write_group, groups)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_write_group, groups)


def _write_group(group: tuple[Population, Path, int]) -> dict[str, tuple[str, int]]:
    """One group of people; returns type and number of lines of each file."""
    population, folder, first = group
    files: dict[str, IO[bytes]] = {}
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        for number in range(first, min(first + _GROUP, population.people)):
            for kind, line in lines_of(population, number):
                if kind not in files:
                    name = _name(kind, first // _GROUP, population.zipped)
                    files[kind] = _opened(folder / name, population.zipped, stack)
                files[kind].write(line + b"\n")
                counts[kind] += 1
    return {_name(kind, first // _GROUP, population.zipped): (kind, lines) for kind, lines in counts.items()}


def _shared(population: Population, folder: Path) -> dict[str, tuple[str, int]]:
    name, drugs = _name("Medication", 0, population.zipped), medications()
    with ExitStack() as stack:
        file = _opened(folder / name, population.zipped, stack)
        for drug in drugs:
            file.write(_ENCODE(drug) + b"\n")
    return {name: ("Medication", len(drugs))}


def _name(kind: str, number: int, zipped: bool) -> str:
    return f"{kind}.{number:03}.ndjson{'.gz' if zipped else ''}"


def _opened(path: Path, zipped: bool, stack: ExitStack) -> IO[bytes]:
    file = stack.enter_context(path.open("wb"))
    if not zipped:
        return file
    # neither name nor time in its head: equal content, equal bytes
    packed = gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=file, mtime=0)
    return cast("IO[bytes]", stack.enter_context(packed))


def _write_manifest(population: Population, folder: Path, written: dict[str, tuple[str, int]]) -> None:
    base = "https://bulk.example.org/export"
    manifest = {
        "transactionTime": f"{shares().day('last_day')}T00:00:00Z",
        "request": f"{base}/Group/synthetic-{population.seed}/$export",
        "requiresAccessToken": False,
        "output": [
            {"type": kind, "url": f"{base}/{name}", "count": lines} for name, (kind, lines) in sorted(written.items())
        ],
        "error": [],
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")

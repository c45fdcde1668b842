"""Cohorts as large as a network: speed, growth with the number of patients, memory, and one answer from all ways.

`python -m soak.cohort` makes populations, runs the command over them, and writes the figures. It fails where digests
differ, where a patient could not be consulted on, or where an answer over HTTP is another one than that of the cohort.
"""

import json
import multiprocessing
import os
import platform
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import click
import duckdb
from rich.console import Console
from rich.progress import track
from rich.table import Table

from cds_hooks.cohort.charts import exported_types
from cds_hooks.cohort.synth.write import Population
from soak._memory import peak_memory
from soak._over_http import answers

AS_OF = date(2026, 1, 1)
SEED = 2026
AGREE_ON = 40  # lines of the charts that are judged in every way
_AT_ONCE = 250


@dataclass(frozen=True)
class Run:
    """One run of the command: seconds from its start to its end, seconds of all processors together (what a busy
    machine does not change), and megabytes of memory (see `_memory.Peak`).
    """

    engine: str
    patients: int
    lines: int
    megabytes: float
    synth_seconds: float
    seconds: float
    cpu_seconds: float
    failed: int
    digest: str
    memory_of_one: float
    memory: float

    @property
    def speed(self) -> float:
        """Patients a second, all included."""
        return self.patients / self.seconds


class Differs(click.ClickException):
    """Answers that should be the same are not."""


@click.command()
@click.option("--long", default="10000,100000", show_default=True, help="Populations with charts of 300 lines.")
@click.option("--short", default="100000,1000000", show_default=True, help="Populations with charts of 10 lines.")
@click.option(
    "--agree",
    default=100_000,
    show_default=True,
    help="So many of 40 lines are judged by both engines and asked over HTTP; 0: none.",
)
@click.option(
    "--work", type=click.Path(path_type=Path), help="Folder for populations and results; a new one if not said."
)
@click.option("--json", "keep", default="build/soak/cohort.json", show_default=True, type=click.Path(path_type=Path))
def main(*, long: str, short: str, agree: int, work: Path | None, keep: Path) -> None:
    """Measure, compare, and print a table."""
    folder = work or Path(mkdtemp(prefix="soak-cohort-"))
    runs = [_run(folder, people, 300, ["local"])[0] for people in _numbers(long)]
    runs += [_run(folder, people, 10, ["local"])[0] for people in _numbers(short)]
    different = 0
    if agree:
        both = _run(folder, agree, AGREE_ON, ["local", "spark"])
        different = _over_http(folder, agree)
        runs += both
        _say(f"{agree} answers over HTTP, {different} of them different; digests {[run.digest for run in both]}")
    Console().print(_table(runs))
    keep.parent.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    figures = {"http": {"patients": agree, "different": different}, "runs": [asdict(run) for run in runs]}
    keep.write_text(json.dumps({**machine, **figures}, indent=2) + "\n")
    if work is None:
        shutil.rmtree(folder)
    if different or any(run.failed for run in runs) or (agree and both[0].digest != both[1].digest):
        raise Differs("patients could not be consulted on, or were judged otherwise by Spark or over HTTP")


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number]


def _run(folder: Path, people: int, lines: int, engines: Sequence[str]) -> list[Run]:
    with _export(folder, people, lines) as (source, synth_seconds):
        return [_judged(source, _out(folder, engine, people, lines), engine, synth_seconds) for engine in engines]


def _out(folder: Path, engine: str, people: int, lines: int) -> Path:
    return folder / f"{engine}-{people}-{lines}"


def _judged(source: Path, out: Path, engine: str, synth_seconds: float) -> Run:
    command = ["cohort", str(source), "--out", str(out), "--as-of", AS_OF.isoformat(), "--engine", engine]
    started, worked = time.monotonic(), _cpu()
    with peak_memory() as peak:
        _call(command)
    seconds, worked = time.monotonic() - started, _cpu() - worked
    content = _content(out)
    size = sum(path.stat().st_size for path in source.iterdir()) / 2**20
    return Run(
        engine=engine,
        patients=content["patients"],
        lines=content["export"]["lines"],
        megabytes=round(size, 1),
        synth_seconds=round(synth_seconds, 1),
        seconds=round(seconds, 1),
        cpu_seconds=round(worked, 1),
        failed=content["failed"],
        digest=content["digest"],
        memory_of_one=round(peak.one),
        memory=round(peak.together),
    )


@contextmanager
def _export(folder: Path, people: int, lines: int) -> Iterator[tuple[Path, float]]:
    """A population on disk for as long as it is needed: there may not be room for all of them."""
    source = folder / f"population-{people}-{lines}"
    started = time.monotonic()
    _call(["synth", str(people), "--seed", str(SEED), "--lines", str(lines), "--out", str(source)])
    try:
        yield source, time.monotonic() - started
    finally:
        shutil.rmtree(source)


def _cpu() -> float:
    """Seconds of processor time of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _call(arguments: list[str]) -> None:
    _say(" ".join(["recurrence-cds", *arguments]))
    found = subprocess.run([sys.executable, "-m", "cds_hooks", *arguments], stdout=subprocess.DEVNULL, check=False)
    if found.returncode > 1:  # 1: patients could not be consulted on, which the figures tell
        raise click.ClickException(f"{arguments[0]} ended with {found.returncode}")


def _say(text: str) -> None:
    Console(stderr=True).print(text, markup=False, highlight=False)


def _content(out: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((out / "run.json").read_text())
    return content


def _over_http(folder: Path, people: int) -> int:
    """How many are answered otherwise over HTTP than in the cohort that was judged before."""
    population = Population(people, SEED, AGREE_ON)
    out = _out(folder, "local", people, AGREE_ON)
    exported = exported_types(_content(out)["export"]["resource_types"])
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(out / "patients.parquet")).project("patient, answer").fetchall()
    expected: dict[str, str] = dict(rows)
    spans = [range(first, min(first + _AT_ONCE, people)) for first in range(0, people, _AT_ONCE)]
    asked = [(population, AS_OF, exported, span) for span in spans]
    different = 0
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
        for found in track(pool.map(answers, asked), "asking over HTTP", len(asked)):
            different += sum(expected.get(patient) != digest for patient, digest in found.items())
    return different


def _table(runs: list[Run]) -> Table:
    shown = Table(title="Cohort runs")
    for heading in ("engine", "patients", "lines", "MB", "s", "CPU s", "patients/s", "MB of one", "MB in all"):
        shown.add_column(heading, justify="right")
    for run in runs:
        size = (run.patients, run.lines, run.megabytes)
        figures = (*size, run.seconds, run.cpu_seconds, round(run.speed), run.memory_of_one, run.memory)
        shown.add_row(run.engine, *(f"{figure:,}" for figure in figures))
    return shown


if __name__ == "__main__":
    main()

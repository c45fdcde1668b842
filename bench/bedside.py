"""How long the bedside waits: the service's answer time for charts of growing length, against a floor.

Both run under the production server with the same options, in the same run, and are asked in turn. The service does
all it does in a hospital: every answer is committed to its journal before it is sent. `make bench`; with
ARGS="--rounds 50 --json FILE" for fewer rounds and a result to keep.
"""

import json
import os
import platform
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.charts import patient_view
from bench.servers import running_floor, running_service

ASSESSMENT = "org.recurrence-cds.assessment"
WARM_UP = 5


@dataclass(frozen=True)
class Line:
    """One length of chart: times in milliseconds, ratio of the medians."""

    observations: int
    body_mb: float
    floor_p50: float
    floor_p99: float
    service_p50: float
    service_p99: float

    @property
    def ratio(self) -> float:
        """How many times as long as the floor the service takes, by the medians."""
        return self.service_p50 / self.floor_p50


class Client:
    """One EHR's connection, kept open as EHRs keep theirs."""

    def __init__(self, port: int, path: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._path = path

    def ask(self, body: bytes) -> tuple[float, bytes]:
        """Milliseconds from the first byte sent to the last byte read, and the answer."""
        started = time.perf_counter()
        self._connection.request("POST", self._path, body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        content = answer.read()
        taken = 1000 * (time.perf_counter() - started)
        if answer.status != 200:
            raise click.ClickException(f"{self._path} answered {answer.status}: {content[:500]!r}")
        return taken, content


def measure(
    floor: Client, service: Client, bodies: Sequence[bytes], rounds: int
) -> list[tuple[list[float], list[float]]]:
    """For each body the times of the floor and of the service, asked in turn, either first every other round."""
    times: list[tuple[list[float], list[float]]] = [([], []) for _ in bodies]
    for number in track(range(-WARM_UP, rounds), "asking in turn"):
        for body, (floor_times, service_times) in zip(bodies, times, strict=True):
            pair = [(floor, floor_times), (service, service_times)]
            for client, kept in pair if number % 2 else reversed(pair):
                taken, _ = client.ask(body)
                if number >= 0:
                    kept.append(taken)
    return times


def line(observations: int, body: bytes, floor: list[float], service: list[float]) -> Line:
    """The figures of one length of chart."""
    floor_cuts, service_cuts = quantiles(floor, n=100), quantiles(service, n=100)
    return Line(observations, len(body) / 1e6, floor_cuts[49], floor_cuts[98], service_cuts[49], service_cuts[98])


def table(lines: Sequence[Line]) -> Table:
    """The result for people."""
    shown = Table(title="Answer time in milliseconds")
    for heading in ("Obs.", "body MB", "floor p50", "p99", "service p50", "p99", "ratio p50"):
        shown.add_column(heading, justify="right")
    for one in lines:
        figures = (one.floor_p50, one.floor_p99, one.service_p50, one.service_p99, one.ratio)
        shown.add_row(str(one.observations), f"{one.body_mb:.2f}", *(f"{figure:.1f}" for figure in figures))
    return shown


def check_answer(service: Client, body: bytes, observations: int) -> None:
    """A time means something only if the answer is the assessment that was asked for."""
    cards = json.loads(service.ask(body)[1])["cards"]
    if not any(ASSESSMENT in card.get("extension", {}) for card in cards):
        raise click.ClickException(f"the chart of {observations} Observations was answered without an assessment")


@click.command()
@click.option("--rounds", default=200, show_default=True, type=click.IntRange(2), help="How often each chart is sent.")
@click.option("--sizes", default="20,200,1000,5000", show_default=True, help="Observations in each chart.")
@click.option("--workers", default=2, show_default=True, help="Server processes.")
@click.option("--json", "keep", type=click.Path(path_type=Path), help="Also write the result to this file.")
def main(rounds: int, sizes: str, workers: int, keep: Path | None) -> None:
    """Measure, and print a table."""
    counts = [int(size) for size in sizes.split(",")]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        floor = Client(stack.enter_context(running_floor(workers, folder)), "/")
        running = stack.enter_context(running_service(workers, folder))
        service = Client(running.port, f"/cds-services/{running.service}")
        bodies = [patient_view(running.templates, count) for count in counts]
        for body, count in zip(bodies, counts, strict=True):
            check_answer(service, body, count)
        times = measure(floor, service, bodies, rounds)
    lines = [line(count, body, *taken) for count, body, taken in zip(counts, bodies, times, strict=True)]
    Console().print(table(lines), f"{rounds} rounds, {workers} workers, {os.cpu_count()} cores", sep="\n")
    if keep:
        machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
        result = {**machine, "rounds": rounds, "workers": workers, "lines": [asdict(one) for one in lines]}
        keep.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()

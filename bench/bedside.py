"""How long the bedside waits: the service's answer time for charts of growing length, against a floor.

Both run under the production server with the same options, in the same run, and are asked in turn. The service does
all it does in a hospital: every answer is committed to its journal before it is sent. Beside that: many clients at
once, start and memory, and consultations without a server. `make bench`; with ARGS="--rounds 50 --json FILE" for fewer
rounds and a result to keep. Goals are for a machine whose two cores do nothing else.
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
from statistics import correlation, linear_regression, quantiles
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench import consultations
from bench.charts import patient_view
from bench.figures import Figure
from bench.figures import table as table_of
from bench.load import Target
from bench.many import under_load
from bench.processes import holding, processor_seconds
from bench.servers import Running, Server, running_floor, running_service

ASSESSMENT = "org.recurrence-cds.assessment"
WARM_UP = 5
GOALS = {20: 6.0, 200: 8.0, 1000: 14.0, 5000: 45.0}  # milliseconds at p50, by Observations
MANY_ASK_FOR = 200  # Observations in the chart that many clients ask about
TAIL = 2.5  # the most that p99 may be of p50, for one client


@dataclass(frozen=True)
class Line:
    """One length of chart: times in milliseconds, ratio of the medians. `*_cpu` is processor time for one answer: what
    else runs on the machine makes it longer too, but less than the time to the answer.
    """

    observations: int
    body_mb: float
    floor_p50: float
    floor_p99: float
    service_p50: float
    service_p99: float
    floor_cpu: float
    service_cpu: float

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


def processor_time(server: Server, client: Client, body: bytes, rounds: int) -> float:
    """Milliseconds of processor time that the workers take for one answer."""
    before = processor_seconds(server.workers)
    for _ in range(rounds):
        client.ask(body)
    return 1000 * (processor_seconds(server.workers) - before) / rounds


def line(
    observations: int, body: bytes, times: tuple[Sequence[float], Sequence[float]], cpu: tuple[float, float]
) -> Line:
    """The figures of one length of chart: of the floor, then of the service."""
    floor, service = (quantiles(each, n=100) for each in times)
    return Line(observations, len(body) / 1e6, floor[49], floor[98], service[49], service[98], *cpu)


def table(lines: Sequence[Line]) -> Table:
    """The result for people."""
    shown = Table(title="One client: answer time and processor time (CPU) in milliseconds", padding=0)
    floor, service = ("floor\np50", "p99", "CPU"), ("service\np50", "goal", "p99", "p99/p50", "CPU")
    for heading in ("Obs.", "MB", *floor, *service, "ratio\np50"):
        shown.add_column(heading, justify="right")
    for one in lines:
        goal = f"≤ {GOALS[one.observations]:.0f}" if one.observations in GOALS else ""
        times = (one.floor_p50, one.floor_p99, one.floor_cpu, one.service_p50)
        tail = (one.service_p99, one.service_p99 / one.service_p50, one.service_cpu, one.ratio)
        shown.add_row(
            str(one.observations), f"{one.body_mb:.2f}", *(f"{t:.1f}" for t in times), goal, *(f"{t:.1f}" for t in tail)
        )
    return shown


def growth(lines: Sequence[Line]) -> list[Figure]:
    """How the time grows with the chart: by the straight line through the medians, in milliseconds per MB."""
    if len(lines) < 2:
        return []
    floor, service = _slope(lines, "floor_p50"), _slope(lines, "service_p50")
    bent = correlation([one.body_mb for one in lines], [one.service_p50 for one in lines])
    return [
        Figure("growth of the floor", floor, "ms/MB"),
        Figure("growth of the service", service, "ms/MB"),
        Figure("growth, service to floor", service / floor, "", 1.5),
        Figure("growth of processor time, service to floor", _slope(lines, "service_cpu") / _slope(lines, "floor_cpu")),
        Figure("straightness of the growth (1 is a line)", bent, "", 0.99, at_least=True),
        Figure("largest p99/p50 of one client", max(one.service_p99 / one.service_p50 for one in lines), "", TAIL),
    ]


def _slope(lines: Sequence[Line], name: str) -> float:
    return linear_regression([one.body_mb for one in lines], [getattr(one, name) for one in lines]).slope


def costs(running: Running) -> list[Figure]:
    """Start and memory, once it has answered what was asked before."""
    megabytes = max(holding(pid).megabytes for pid in running.workers)
    return [
        Figure("start to ready", running.ready_after, "s", 1.5),
        Figure("memory of a worker", megabytes, "MB", 120),
    ]


def check_answer(service: Client, body: bytes, observations: int) -> None:
    """A time means something only if the answer is the assessment that was asked for."""
    cards = json.loads(service.ask(body)[1])["cards"]
    if not any(ASSESSMENT in card.get("extension", {}) for card in cards):
        raise click.ClickException(f"the chart of {observations} Observations was answered without an assessment")


@click.command()
@click.option("--rounds", default=200, show_default=True, type=click.IntRange(2), help="How often each chart is sent.")
@click.option("--sizes", default="20,200,1000,5000", show_default=True, help="Observations in each chart.")
@click.option("--workers", default=2, show_default=True, help="Server processes.")
@click.option("--seconds", default=10.0, show_default=True, help="Of each measurement with many clients, or with none.")
@click.option("--json", "keep", type=click.Path(path_type=Path), help="Also write the result to this file.")
def main(rounds: int, sizes: str, workers: int, seconds: float, keep: Path | None) -> None:
    """Measure, and print tables."""
    counts = [int(size) for size in sizes.split(",")]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        running = stack.enter_context(running_service(workers, folder))
        beneath = stack.enter_context(running_floor(workers, folder))
        floor = Client(beneath.port, "/")
        path = f"/cds-services/{running.service}"
        service = Client(running.port, path)
        bodies = [patient_view(running.templates, count) for count in counts]
        for body, count in zip(bodies, counts, strict=True):
            check_answer(service, body, count)
        times = measure(floor, service, bodies, rounds)
        cpu = [
            (processor_time(beneath, floor, body, rounds), processor_time(running, service, body, rounds))
            for body in bodies
        ]
        start = costs(running)
        many = list(under_load(Target.of(running.port, path, patient_view(running.templates, MANY_ASK_FOR)), seconds))
    lines = [line(*each) for each in zip(counts, bodies, times, cpu, strict=True)]
    groups = {
        "Growth and tail": growth(lines),
        "Start and memory": start,
        f"Many clients, {MANY_ASK_FOR} Observations": many,
        f"Without a server, {workers} processes": consultations.figures(workers, seconds),
        f"One answer by stages, {MANY_ASK_FOR} Observations": consultations.stages(MANY_ASK_FOR, rounds),
    }
    console = Console()
    console.print(table(lines), f"{rounds} rounds, {workers} workers, {os.cpu_count()} cores", sep="\n")
    for title, figures in groups.items():
        console.print(table_of(title, figures))
    if keep:
        machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
        result = {**machine, "rounds": rounds, "workers": workers, "lines": [asdict(one) for one in lines]}
        figures_ = {title: [asdict(one) for one in figures] for title, figures in groups.items()}
        keep.write_text(json.dumps({**result, "figures": figures_}, indent=2) + "\n")


if __name__ == "__main__":
    main()

"""Whether a hundred thousand answers leave anything behind: memory, descriptors, connections, threads.

A part of `make soak`; `python -m soak.answers --requests 2000` is a short one. Each client keeps its connection for a
while and then comes with a new one, as clients do. The exit code is 1 if something grew.
"""

import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.progress import track

from bench.charts import patient_view
from bench.figures import Figure, table
from bench.load import Target, one_after_another
from bench.processes import Holding, holding
from bench.servers import running_service

OF_ONE_CONNECTION = 100  # requests
GROWTH = {"megabytes": 8.0, "descriptors": 4.0, "sockets": 2.0, "threads": 4.0}  # what may come and go


@click.command()
@click.option("--requests", default=100_000, show_default=True, help="Answers after which to look again.")
@click.option("--warm-up", default=2000, show_default=True, help="Answers before the first look.")
@click.option("--workers", default=2, show_default=True, help="Server processes.")
@click.option("--observations", default=20, show_default=True, help="In the chart that is asked about.")
def main(requests: int, warm_up: int, workers: int, observations: int) -> None:
    """Ask, and compare what the workers hold before and after."""
    with TemporaryDirectory() as folder, running_service(workers, Path(folder)) as running:
        body = patient_view(running.templates, observations)
        target = Target.of(running.port, f"/cds-services/{running.service}", body)
        _ask(target, warm_up)
        before = [holding(pid) for pid in running.workers]
        failed = _ask(target, requests)
        after = [holding(pid) for pid in running.workers]
    figures = [Figure("not answered", failed, "", 0), *_grown(before, after)]
    Console().print(table(f"After {requests} answers, by the largest worker", figures))
    sys.exit(0 if all(figure.holds for figure in figures) else 1)


def _ask(target: Target, requests: int) -> int:
    """How many were not answered."""
    turns = [min(OF_ONE_CONNECTION, requests - done) for done in range(0, requests, OF_ONE_CONNECTION)]
    told = (each for turn in track(turns, f"asking {requests} times") for each in one_after_another(target, turn))
    return sum(each.status != 200 for each in told)


def _grown(before: list[Holding], after: list[Holding]) -> list[Figure]:
    pairs = list(zip(map(asdict, before), map(asdict, after), strict=True))
    return [
        Figure(f"{name} more than before", max(late[name] - early[name] for early, late in pairs), "", most)
        for name, most in GROWTH.items()
    ]


if __name__ == "__main__":
    main()

"""The journal under attack, under load and long after: `python -m soak.reliability`.

Workers are killed under load; ten thousand single changes are made behind its back; ten thousand decisions under three
versions of the knowledge are made again. The exit code is 1 if one of the three does not hold.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console

from bench.charts import patient_view
from bench.servers import running_service
from soak import _crash, _replays, _tampering

console = Console(highlight=False, soft_wrap=True)


@click.command()
@click.option("--seconds", default=600.0, show_default=True, help="How long workers are killed under load.")
@click.option("--every", default=5.0, show_default=True, help="Seconds between kills.")
@click.option("--clients", default=8, show_default=True, help="Clients that call without a pause.")
@click.option("--tamperings", default=10_000, show_default=True)
@click.option("--decisions", default=10_000, show_default=True, help="Charts that are asked about and asked again.")
@click.option("--seed", default=1, show_default=True)
def main(  # noqa: PLR0913 (the knobs of three experiments)
    *, seconds: float, every: float, clients: int, tamperings: int, decisions: int, seed: int
) -> None:
    """Prove that the journal loses nothing, hides nothing, and repeats itself."""
    held = [crash(seconds, every, clients), tampering(tamperings, seed), replays(decisions)]
    sys.exit(0 if all(held) else 1)


def crash(seconds: float, every: float, clients: int) -> bool:
    """Kill workers under load."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with running_service(2, folder) as running:
            request = json.loads(patient_view(running.templates, 20))
            seen = _crash.run(running, request, seconds, every, clients)
        outcome = _crash.judge(seen, f"sqlite:///{folder / 'journal.sqlite3'}", folder, folder / "bench.key")
    console.print(f"workers killed under load for {seconds:.0f} s: {outcome}", markup=False)
    return outcome.holds and outcome.kills > 0 and outcome.answers > 0


def tampering(times: int, seed: int) -> bool:
    """Change a journal behind its back."""
    with TemporaryDirectory() as name:
        done = _tampering.run(Path(name), times, seed)
    console.print(f"{sum(done.tried.values())} tamperings {dict(done.tried)}, missed: {done.missed}", markup=False)
    return not done.missed


def replays(charts: int) -> bool:
    """Decide, and decide again."""
    with TemporaryDirectory() as name:
        done = _replays.run(Path(name), charts)
    console.print(
        f"{done.made} decisions with {done.cards} cards under {done.versions} versions of the knowledge (answers by "
        f"status {dict(done.statuses)}), made again otherwise: {len(done.otherwise)}",
        *done.otherwise[:3],
        sep="\n",
        markup=False,
    )
    return not done.otherwise and done.made > 0


if __name__ == "__main__":
    main()

"""The journal under attack, under load and long after: `python -m soak.reliability`.

Workers are killed under load, also those of two services on one PostgreSQL that itself crashes; ten thousand single
changes are made behind its back; ten thousand decisions under three versions of the knowledge are made again. The exit
code is 1 if one of these does not hold.
"""

import json
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console

from bench.charts import patient_view
from bench.servers import running_service, wait_for
from cds_hooks.audit import schema
from cds_hooks.audit.database import Database
from soak import _crash, _replays, _tampering
from tests.support import postgres

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
    held = [crash(seconds, every, clients), replicas(seconds, 2 * every, clients)]
    held += [tampering(tamperings, seed), replays(decisions)]
    sys.exit(0 if all(held) else 1)


def crash(seconds: float, every: float, clients: int) -> bool:
    """Kill workers under load."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with running_service(2, folder) as running:
            request = json.loads(patient_view(running.templates, 20))
            seen = _crash.run([running], request, _crash.Load(seconds, every, clients))
        outcome = _crash.judge(seen, f"sqlite:///{folder / 'journal.sqlite3'}", folder, folder / "bench.key")
    console.print(f"workers killed under load for {seconds:.0f} s: {outcome}", markup=False)
    return outcome.holds and outcome.kills > 0 and outcome.answers > 0


def replicas(seconds: float, every: float, clients: int) -> bool:
    """Two services on one PostgreSQL that crashes too, whenever a worker is killed."""
    with TemporaryDirectory() as name, postgres.running({}) as server:
        folder, database = Path(name), server.new_database()
        with closing(Database(server.url(database))) as owner:
            schema.bring_up_to_date(owner)
            schema.grant(owner, postgres.SERVICE)
        url = server.url(database, postgres.SERVICE)

        def crash_the_database() -> None:
            server.stop("immediate")
            server.start()

        with running_service(2, folder, url) as one, running_service(2, folder, url) as other:
            request = json.loads(patient_view(one.templates, 20))
            load = _crash.Load(seconds, every, clients)
            seen = _crash.run([one, other], request, load, crash_the_database)
            back = all(wait_for(f"http://127.0.0.1:{running.port}/readyz") for running in (one, other))
        outcome = _crash.judge(seen, url, folder, folder / "bench.key")
    console.print(f"two services on one PostgreSQL that crashes, for {seconds:.0f} s: {outcome}", markup=False)
    return outcome.holds and back and outcome.kills > 0 and outcome.answers > 0


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

"""Rolling deployments, one after the other, on PostgreSQL behind nginx: `python -m soak.rolling`."""

import tempfile
from collections import Counter
from pathlib import Path

import click

from cds_hooks.audit import schema
from cds_hooks.audit.database import Database
from tests.support import postgres
from tests.support.rolling import Rolled, roll


@click.command()
@click.option("--times", default=5, show_default=True, help="Deployments, each of two replicas.")
@click.option("--calls", default=300, show_default=True, help="Calls before, between and after, at least.")
@click.option("--clients", default=4, show_default=True, help="Clients that call all the time.")
def main(times: int, calls: int, clients: int) -> None:
    """Print what the clients saw and what the journal holds; exit code 1 if a call was lost."""
    with postgres.running({}) as server:  # with fsync, as in a hospital
        done = [_once(server, calls, clients) for _ in range(times)]
    statuses = sum((Counter(one.statuses) for one in done), Counter[int]())
    lost = sum(len(one.called ^ one.journaled) for one in done)
    print(f"{times} deployments of 2 replicas, {statuses.total()} calls, statuses {dict(statuses)}")
    print(f"slowest answer {1000 * max(one.slowest for one in done):.0f} ms")
    print(f"answered but not journaled, or journaled but not answered: {lost}")
    print(
        f"verify and replay: {[one.proved for one in done]}; exit codes of replicas: {[one.exit_codes for one in done]}"
    )
    if set(statuses) != {200} or lost or any(one.proved != (0, 0) for one in done):
        raise click.ClickException("a call was lost, or the journal is not sound")


def _once(server: postgres.Server, calls: int, clients: int) -> Rolled:
    name = server.new_database()
    database = Database(server.url(name))
    schema.bring_up_to_date(database)
    database.engine.dispose()
    with tempfile.TemporaryDirectory() as folder:
        return roll(Path(folder), server.url(name), count=2, calls=calls, clients=clients)


if __name__ == "__main__":
    main()

"""What the journal adds to an answer: `python -m bench.journal`.

Of the chart of the answer times, on this disk: making the row's content, committing the row, and remembering earlier
overrides; beside a floor, the same bytes inserted into a table without an index under the same pragmas. What is above
the floor is ours, the rest is the disk.
"""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import click
from rich.console import Console

from bench.charts import patient_view
from bench.figures import Figure, table
from cds_hooks.audit.entry import Entry, Kind, Who
from cds_hooks.audit.history import overrides_of
from cds_hooks.audit.identity import new_id
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import Keyring
from cds_hooks.audit.payload import Answered, input_digest, kept_keys, of_decision
from cds_hooks.audit.summary import cards_shown, summary
from cds_hooks.decide import Circumstances, decide
from cds_hooks.fhir.read import read_prefetch
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.protocol.canonical import canonical
from cds_hooks.protocol.request import read_request

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_MOST_BYTES = 64 * 1024 * 1024
_WARM_UP = 20


@click.command()
@click.option("--rounds", default=500, show_default=True, type=click.IntRange(10))
@click.option("--observations", default=25, show_default=True, help="In the chart that was asked about.")
@click.option("--url", help="A PostgreSQL database that is migrated; SQLite in a temporary folder if not said.")
def main(rounds: int, observations: int, url: str | None) -> None:
    """Measure, and print the figures in milliseconds."""
    knowledge = load_knowledge()
    make = _maker(knowledge, observations)
    with TemporaryDirectory(dir=".") as folder:
        with closing(Journal(url or f"sqlite:///{folder}/journal.sqlite3", Keyring.of(b"b" * 32))) as journal:
            entries = [make() for _ in range(rounds + _WARM_UP)]
            figures = [
                *_timed("making the content", make, rounds),
                *_timed("committing the row", lambda: journal.record(entries.pop()), rounds),
                *_timed("remembering", lambda: overrides_of(journal, knowledge, "default", "p", NOW.date()), rounds),
            ]
            with journal.database.reading() as connection:
                sealed = connection.exec_driver_sql("SELECT sealed FROM entry LIMIT 1").scalar_one()
        figures += _floor(Path(folder) / "floor.sqlite3", bytes(sealed), rounds)
    title = f"The journal of one answer: {observations} Observations, {len(sealed) / 1024:.0f} KiB sealed"
    Console().print(table(title, figures))


def _maker(knowledge: Knowledge, observations: int) -> Callable[[], Entry]:
    """Makes the row of one decision, again and again under new ids."""
    keys = knowledge.service.prefetch
    body = patient_view({key.name: key.template for key in keys}, observations)
    request = read_request(body, knowledge.service.hook, _MOST_BYTES)
    reading = read_prefetch(request.prefetch, keys, knowledge.sieve, request.patient_id)
    who = Who(request.patient_id, request.user_id)

    def make() -> Entry:
        given = Circumstances(new_id(NOW), NOW.date(), request.user_type)
        decision = decide(reading.record, knowledge, given)
        answer = canonical({"cards": decision.cards})
        started = time.perf_counter()
        kept = kept_keys(reading.used, {})
        entry = Entry(
            id=given.decision_id,
            kind=Kind.HOOK,
            received_at=NOW,
            status=200,
            duration_ms=20.0,
            who=who,
            service=knowledge.service.id,
            summary=summary(decision, reading.record, knowledge.sieve),
            cards=cards_shown(decision, given.decision_id),
            knowledge=knowledge.fingerprint,
            input_digest=input_digest(kept),
            output_digest=sha256(answer).digest(),
            payload=of_decision(who, Answered(request, kept, reading, given, decision, answer)),
        )
        make.taken = time.perf_counter() - started  # type: ignore[attr-defined]
        return entry

    return make


def _timed(name: str, act: Callable[[], object], rounds: int) -> list[Figure]:
    taken = []
    for number in range(-_WARM_UP, rounds):
        started = time.perf_counter()
        act()
        passed = time.perf_counter() - started
        if number >= 0:
            taken.append(1000 * getattr(act, "taken", passed))
    cuts = quantiles(taken, n=100)
    return [Figure(f"{name}, p{p}", cuts[p - 1], "ms") for p in (50, 99)]


def _floor(file: Path, content: bytes, rounds: int) -> list[Figure]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE floor (content)")

        def insert() -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO floor VALUES (?)", (content,))
            connection.execute("COMMIT")

        return _timed("floor: the same bytes in a bare table", insert, rounds)


if __name__ == "__main__":
    main()

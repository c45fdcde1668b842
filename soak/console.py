"""Whether every question of the console is answered within a second on a journal of a million calls.

A part of `make soak`; `python -m soak.console --rows 50000` is a short one. The rows are made up and inserted in bulk,
as no service would: what is measured is the reading. Each question is asked once before it is timed: days that have
ended are counted once by each process. What the first to ask waits for is timed apart, and may take five seconds. The
exit code is 1 if a question takes longer.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import click
import sqlalchemy as sa
from rich.console import Console
from rich.progress import track

from bench.figures import Figure, table
from cds_hooks.audit import comments, finding, reading, reviews, standing, usage
from cds_hooks.audit.identity import new_id
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import Keyring
from cds_hooks.audit.known_cards import known_cards, with_cards
from cds_hooks.audit.measures import acceptance, burden, latency, volume, watch
from cds_hooks.audit.measures.memory import Remembered
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.tables import entry, reported, shown
from cds_hooks.knowledge.load import load_knowledge

LAST, DAYS = date(2026, 6, 30), 100
AT_ONCE = 5000  # rows of one insert
SECOND = 1000.0  # milliseconds
FIRST, FIRST_GOAL = "asked first", 5000.0  # milliseconds: after that PostgreSQL is told to give up
TENANT = "network"
USERS = ("Practitioner", "Practitioner", "PractitionerRole", None)
TIERS = ("low", "moderate", "high", "low-high", "moderate-high")
MISSING = ("her2", "tumour_grade", "positive_nodes", "vascular_invasion", "tumour_size")
CODES = tuple(f"{fact}=http://snomed.info/sct|{number}" for number, fact in enumerate(MISSING, 371_469_007))
Ask = Callable[[], object]


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, help="Calls in the journal.")
@click.option("--times", default=20, show_default=True, help="How often each question is asked.")
@click.option("--database", help="URL of a PostgreSQL database with the journal's tables; SQLite if not said.")
def main(rows: int, times: int, database: str | None) -> None:
    """Fill a journal, and ask."""
    with TemporaryDirectory() as folder:
        ring = Keyring.of(b"k" * 32)
        with closing(Journal(database or f"sqlite:///{Path(folder)}/journal.sqlite3", ring)) as journal:
            _fill(journal, rows)
            asked = [(days, *each) for days in (30, 90) for each in _questions(journal, days)]
            figures = [
                Figure(f"{name}, {days} days", _p95(ask, times), "ms", FIRST_GOAL if FIRST in name else SECOND)
                for days, name, ask in track(asked, "asking")
            ]
    Console().print(table(f"Answers on a journal of {rows} calls, p95 of {times}", figures))
    sys.exit(0 if all(figure.holds for figure in figures) else 1)


def _questions(journal: Journal, days: int) -> Iterator[tuple[str, Ask]]:
    window = Window.ending(TENANT, LAST, days)
    silent, answered = replace(window, modes=("silent",)), dict.fromkeys(window.days(), 10**6)

    def on(ask: Callable[[sa.Connection, Window], object], over: Window = window) -> Ask:
        def asked() -> object:
            with journal.database.reading() as connection:
                return ask(connection, over)

        return asked

    def watched(ask: Callable[..., object]) -> Ask:
        return on(partial(ask, answered=answered, memory=Remembered()))

    def remembered(ask: Callable[..., object], over: Window = window) -> Ask:
        return on(partial(ask, memory=Remembered()), over)

    yield "volume by day", on(volume.volume_by_day)
    yield "reasons for silence", on(volume.silences)
    yield "errors", on(volume.errors)
    yield "tiers", on(volume.tiers)
    yield "missing inputs", on(volume.missing)
    yield "answer times", remembered(latency.latency)
    yield f"answer times, {FIRST}", on(latency.latency)
    yield "acceptance by card", on(acceptance.acceptance_by_card)
    yield "acceptance by consideration", remembered(acceptance.acceptance_by_consideration)
    yield "acceptance by kind of user", remembered(acceptance.acceptance_by_user_type)
    yield "reasons for overrides", on(acceptance.reasons)
    yield "reports on unknown cards", on(acceptance.unknown_cards)
    yield "list of reports on unknown cards", lambda: reading.quarantined(journal, window, 30)
    yield "burden", remembered(burden.burden)
    yield f"burden, {FIRST}", on(burden.burden)
    for name, chart in (("considerations", watch.firing), ("codes", watch.codes), ("units", watch.units)):
        yield f"{name} by day", watched(chart)
        yield f"{name} by day, {FIRST}", on(partial(chart, answered=answered))
    yield "silent mode", on(volume.volume_by_day, silent)
    yield "considerations in silent mode", remembered(watch.considerations, silent)
    yield "newest decisions", lambda: finding.find(journal, window, {})
    yield "decisions of a patient", lambda: finding.find(journal, window, {"patient": "patient-77"})
    yield "decisions of a tier that is rare", lambda: finding.find(journal, window, {"tier": "none"})
    yield "decisions with a word", lambda: finding.find(journal, window, {"consideration": "nothing"})
    yield "what may be chosen from", lambda: finding.words_in_use(journal, window, "tier")
    yield "comments", lambda: comments.comments(journal, window)
    yield "decisions to review", lambda: reviews.to_review(journal, window, 20)
    yield "use of the knowledge", lambda: usage.usages(journal, TENANT)
    yield "who looked", lambda: standing.looks(journal, TENANT)


def _p95(ask: Ask, times: int) -> float:
    ask()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[-(-times * 95 // 100) - 1]


def _fill(journal: Journal, rows: int) -> None:
    chance, rules = random.Random(1), [each.id for each in load_knowledge().considerations]
    for first in track(range(0, rows, AT_ONCE), f"filling with {rows} calls"):
        made = [_call(journal, chance, rules, number, rows) for number in range(first, min(first + AT_ONCE, rows))]
        with journal.database.writing(TENANT) as connection:
            connection.execute(entry.insert(), [call for call, _, __ in made])
            connection.execute(shown.insert(), [card for _, cards, __ in made for card in cards])
            told = [report for _, __, reports in made for report in reports]
            cards = known_cards(connection, TENANT, [report["card_uuid"] for report in told])
            connection.execute(reported.insert(), with_cards(told, cards))
    if not journal.database.is_sqlite:
        with journal.database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            for statement in ("SET statement_timeout = 0", "VACUUM ANALYZE", "RESET statement_timeout"):
                connection.exec_driver_sql(statement)


Row = dict[str, Any]


def _call(
    journal: Journal, chance: random.Random, rules: list[str], number: int, of: int
) -> tuple[Row, list[Row], list[Row]]:
    """A call, its cards, and what was told of them."""
    moment = datetime.combine(LAST, datetime.min.time(), UTC) + timedelta(days=1 - DAYS * (of - number) / of)
    received = moment.isoformat(timespec="microseconds")
    id_, day, ring = new_id(moment), received[:10], journal.ring
    lacks, fires = chance.sample(MISSING, chance.randrange(3)), chance.sample(rules[:40], chance.choice((0, 1, 2, 4)))
    status = 200 if chance.random() < 0.97 else chance.choice((412, 503))
    cards = chance.choice((0, 1, 2, 3)) if status == 200 else 0
    row: Row = {
        **dict.fromkeys(column.name for column in entry.c),
        "id": id_, "tenant": TENANT, "seq": number + 1, "kind": "hook",
        "mode": chance.choice(("live", "live", "silent")),
        "patient": ring.pseudonym(TENANT, "patient", f"patient-{chance.randrange(200_000)}"),
        "user": ring.pseudonym(TENANT, "user", f"user-{chance.randrange(800)}"), "user_type": chance.choice(USERS),
        "received_at": received, "day": day, "duration_ms": round(chance.lognormvariate(3, 0.5), 1),
        "hook_instance": str(UUID(int=number)), "status": status,
        "error": None if status == 200 else "RequiredDataMissing",
        "silence": None if cards else "no_breast_cancer", "tier": chance.choice(TIERS) if cards else None,
        "missing": f" {' '.join(sorted(lacks))} " if lacks and cards else None,
        "considerations": f" {' '.join(sorted(fires))} " if fires and cards else None,
        "codes": f" {' '.join(CODES[: chance.randrange(3, 6)])} ", "units": " tumour_size=mm ", "cards": cards,
        "knowledge": "sha256:" + "0" * 64, "build": "0.1.0", "input_digest": chance.randbytes(32),
        "output_digest": chance.randbytes(32), "sealed": chance.randbytes(1500), "data_key": str(UUID(int=1)),
        "prev": chance.randbytes(32), "hash": chance.randbytes(32),
    }  # fmt: skip
    said = '[{"facts":"%s","id":"%s","shown":true,"side":"left","verdict":"applies"}]'
    shown_rows = [
        {"uuid": str(UUID(int=chance.getrandbits(128), version=4)), "entry": id_, "tenant": TENANT, "day": day,
         "card_id": ("tier", "surveillance", "treatment")[place], "indicator": "info",
         "sent": int(row["mode"] != "silent"),
         "considerations": said % (chance.randbytes(16).hex(), chance.choice(fires or ["tier"])), "suggestions": None}
        for place in range(cards)
    ]  # fmt: skip
    of_cards = [str(card["uuid"]) for card in shown_rows if card["sent"] and chance.random() < 0.15]
    unknown = [str(UUID(int=chance.getrandbits(128), version=4)) for _ in of_cards if chance.random() < 0.02]
    told = [_report(chance, id_, day, at, card) for at, card in enumerate((*of_cards, *unknown))]
    return row, shown_rows, told


def _report(chance: random.Random, call: str, day: str, number: int, card: str) -> Row:
    outcome = chance.choice(("accepted", "overridden"))
    return {
        "entry": call, "number": number, "tenant": TENANT, "day": day, "card_uuid": card, "outcome": outcome,
        "reason": chance.choice(("done_or_planned", None)) if outcome == "overridden" else None, "commented": 0,
        "suggestions": None, "outcome_at": None, "digest": chance.randbytes(32).hex(), "copy": 0,
    }  # fmt: skip


if __name__ == "__main__":
    main()

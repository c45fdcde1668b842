"""A journal that an earlier version wrote is brought up to date: nothing is lost, and it is what it would be if written
today.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from cds_hooks.audit import schema
from cds_hooks.audit.database import Database
from cds_hooks.audit.entry import CardShown, Spoken
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.known_cards import UNKNOWN
from cds_hooks.audit.measures import acceptance
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.tables import reported
from cds_hooks.audit.verify import verify
from tests.audit import busy
from tests.audit.sample import CARD, NOON, RING, entry, item, report
from tests.support.postgres import Server

BEFORE = "0003"  # the schema without the columns of UNKNOWN
WINDOW = Window("north", date(2026, 1, 2), date(2026, 1, 12))


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """A journal that this version wrote, with reports of every kind."""
    journal = Journal(f"sqlite:///{tmp_path_factory.mktemp('today')}/j", RING)
    busy.fill(journal)
    report(journal, item(), item(card="none of ours"))
    journal.record(entry(cards=(CardShown(CARD, "tier", considerations=(Spoken("tür", "applies"),)),)))
    kept_back = "00000000-0000-4000-8000-000000000009"
    journal.record(entry(cards=(CardShown(kept_back, "tier"),), sent=False))
    report(journal, item(comment="said again"), item(card=kept_back), received_at=NOON.replace(day=4))
    yield journal
    journal.close()


def as_before(journal: Journal, url: str) -> None:
    """The rows of the journal in tables of the earlier schema."""
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with closing(Database(url)) as database, journal.database.reading() as source:
        with database.writing("schema") as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, BEFORE)
        tables = sa.MetaData()
        tables.reflect(database.engine)
        with database.writing("") as connection:
            connection.execute(tables.tables["origin"].delete())
            for table in tables.sorted_tables:
                if table.name != "alembic_version" and (rows := source.execute(sa.select(table)).mappings().all()):
                    connection.execute(table.insert(), [dict(row) for row in rows])


def reports(journal: Journal) -> list[dict[str, Any]]:
    with journal.database.reading() as connection:
        found = connection.execute(sa.select(reported).order_by(reported.c.entry, reported.c.number))
        return [dict(row) for row in found.mappings()]


def figures(journal: Journal) -> list[dict[str, acceptance.Acceptance]]:
    asked = (
        acceptance.acceptance_by_card,
        acceptance.acceptance_by_consideration,
        acceptance.acceptance_by_user_type,
    )
    with journal.database.reading() as connection:
        return [ask(connection, replace(WINDOW, tenant=tenant)) for ask in asked for tenant in ("north", "default")]


def is_as_today(old: Journal, today: Journal, folder: Path) -> None:
    early = [row for row in reports(today) if row["card_uuid"] == CARD and row["card_day"] is None]
    assert len(early) == 1
    told = {(row["entry"], row["number"]): row for row in reports(old)}
    for row in reports(today):
        if row not in early:  # the card was recorded later: now it is known
            assert told[row["entry"], row["number"]] == row
    assert figures(old) == figures(today)
    assert verify(old, folder / "none").findings == []


def test_an_earlier_journal_on_sqlite_is_what_it_would_be_if_written_today(today: Journal, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/j"
    as_before(today, url)
    with closing(Journal(url, RING)) as old:
        is_as_today(old, today, tmp_path)


def test_an_earlier_journal_on_postgresql_is_what_it_would_be_if_written_today(
    today: Journal, tmp_path: Path, server: Server, database: str
) -> None:
    url = server.url(database)
    as_before(today, url)
    with closing(Database(url)) as owner:
        schema.bring_up_to_date(owner)
    with closing(Journal(url, RING)) as old:
        is_as_today(old, today, tmp_path)


def test_more_reports_than_are_read_at_once_are_all_filled(tmp_path: Path) -> None:
    with closing(Journal(f"sqlite:///{tmp_path}/new", RING)) as journal:
        card = CardShown(CARD, "tier", considerations=(Spoken("tier", "applies"),))
        journal.record(entry(cards=(card,)))
        for first in range(0, 1200, 400):
            report(journal, *(item(comment=f"{first + number}") for number in range(400)))
        as_before(journal, f"sqlite:///{tmp_path}/old")
        with closing(Journal(f"sqlite:///{tmp_path}/old", RING)) as old:
            assert reports(old) == reports(journal)


@pytest.mark.parametrize("which", [sa.true(), reported.c.number == 0])
def test_a_report_that_says_nothing_of_its_card_counts_as_much(
    today: Journal, tmp_path: Path, which: sa.ColumnElement[bool]
) -> None:
    """As a replica of the earlier version leaves it that still runs when the tables have been brought up to date."""
    as_before(today, f"sqlite:///{tmp_path}/j")
    with closing(Journal(f"sqlite:///{tmp_path}/j", RING)) as old:
        with old.database.writing("") as connection:
            connection.execute(reported.update().where(which).values(UNKNOWN))
        assert figures(old) == figures(today)
        assert verify(old, tmp_path / "none").findings == []

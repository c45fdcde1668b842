"""When the journal cannot be written no card is shown, soon; and when it can again, the service goes on."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from tests.web.desk import SERVICE, Desk, opened, with_cards

WITHIN = 3.0  # seconds; the journal gives up after half a second, the rest is for a busy machine


def statuses(desk: Desk) -> set[int]:
    """What the service answers to a call, to feedback and to the probe; never with a card if it is not 200."""
    answers = [desk.post(with_cards()), desk.post({"feedback": []}, f"{SERVICE}/feedback"), desk.client.get("/readyz")]
    assert all(answer.status_code == 200 or "cards" not in answer.text for answer in answers)
    return {answer.status_code for answer in answers}


@pytest.mark.parametrize("path", [SERVICE, f"{SERVICE}/feedback", "/cds-services/another"])
def test_a_locked_database_is_503_within_its_time_and_heals(tmp_path: Path, path: str) -> None:
    with opened(tmp_path) as desk, closing(sqlite3.connect(desk.database, isolation_level=None)) as other:
        assert statuses(desk) == {200}
        other.execute("begin immediate")
        started = monotonic()
        assert desk.post({}, path).status_code == 503
        assert monotonic() - started < WITHIN
        assert desk.client.get("/cds-services").status_code == 200
        assert desk.client.get("/healthz").status_code == 200
        other.execute("rollback")
        assert statuses(desk) == {200}


def test_a_full_disk_is_503_and_heals(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        with desk.journal.database.engine.connect() as connection:
            pages = connection.exec_driver_sql("pragma page_count").scalar_one()
        limit(desk, pages)
        while desk.post(with_cards()).status_code == 200:  # until the last page is taken
            pass
        assert 503 in statuses(desk)
        kept = len(desk.calls())
        limit(desk, 2**30)
        assert statuses(desk) == {200}
        assert len(desk.calls()) == kept + 1


def limit(desk: Desk, pages: int) -> None:
    """Let the database have no more than so many pages, as if the disk were full then."""
    engine = desk.journal.database.engine
    engine.dispose()

    def no_more(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"pragma max_page_count={pages}")

    on_connect(engine, no_more)


def on_connect(engine: object, act: Callable[[sqlite3.Connection, object], None]) -> None:
    import sqlalchemy as sa  # noqa: PLC0415

    sa.event.listen(engine, "connect", act)


def test_a_journal_that_was_taken_away_is_503_and_heals(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        desk.journal.database.engine.dispose()
        moved = desk.database.rename(tmp_path / "elsewhere")
        desk.database.mkdir()
        assert statuses(desk) == {503}
        desk.database.rmdir()
        moved.rename(desk.database)
        assert statuses(desk) == {200}

"""Every figure equals what independent SQL, written by hand, finds in the same file."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from cds_hooks.audit import schema
from cds_hooks.audit.comments import comments
from cds_hooks.audit.database import Database
from cds_hooks.audit.entry import CardShown, Spoken, Summary
from cds_hooks.audit.finding import find
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.known_cards import known_cards
from cds_hooks.audit.measures import acceptance, burden, latency, volume, watch
from cds_hooks.audit.measures.memory import AT_ONCE, Remembered
from cds_hooks.audit.measures.window import LONGEST, Window
from cds_hooks.audit.reviews import reviews, to_review
from cds_hooks.audit.standing import looks, standings
from cds_hooks.audit.tables import entry
from cds_hooks.audit.usage import usages
from cds_hooks.errors import JournalUnavailable
from tests.audit import busy, sample
from tests.audit.sample import CARD, NOON, RING, item, report, select
from tests.support.postgres import Server

WINDOW = Window("north", date(2026, 1, 3), date(2026, 1, 12))
OF = "from entry where tenant='north' and kind='hook' and day between '2026-01-03' and '2026-01-12'"
SENT = "from shown s where tenant='north' and sent=1 and day between '2026-01-03' and '2026-01-12'"
TOLD = "exists (select 1 from reported r where r.card_uuid=s.uuid and r.tenant=s.tenant and r.outcome='{}')"
ACCEPTED, OVERRIDDEN = TOLD.format("accepted"), TOLD.format("overridden")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("measured") / "journal.sqlite3"


@pytest.fixture(scope="module")
def journal(file: Path) -> Iterator[Journal]:
    opened = Journal(f"sqlite:///{file}", RING)
    busy.fill(opened)
    yield opened
    opened.close()


@pytest.fixture
def connection(journal: Journal) -> Iterator[sa.Connection]:
    with journal.database.reading() as opened:
        yield opened


def counted(file: Path, query: str) -> dict[Any, Any]:
    return dict(select(file, query))


def words_counted(file: Path, column: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for (words,) in select(file, f"select {column} {OF} and {column} is not null"):
        for word in words.split():
            found[word] = found.get(word, 0) + 1
    return found


def told(found: tuple[volume.Counted, ...]) -> dict[str, int]:
    return {each.word: each.count for each in found}


def test_volume_by_day(file: Path, connection: sa.Connection) -> None:
    found = volume.volume_by_day(connection, WINDOW)
    query = f"""select day, count(*), sum(status=200), sum(status=200 and cards>0), sum(cards), sum(status between 201
        and 499), sum(status>=500) {OF} group by day"""
    expected = {day: volume.Volume(*rest) for day, *rest in select(file, query)}
    assert {day: one for day, one in found.items() if one.calls} == expected
    assert list(found) == [(WINDOW.first + timedelta(days=n)).isoformat() for n in range(10)]
    assert volume.total(found.values()).calls == sum(one.calls for one in expected.values()) > 20


def test_why_nothing_was_said_and_what_was_refused(file: Path, connection: sa.Connection) -> None:
    silences = counted(file, f"select silence, count(*) {OF} and silence is not null group by 1")
    errors = counted(file, f"select status || ' ' || error, count(*) {OF} and status<>200 group by 1")
    tiers = counted(file, f"select tier, count(*) {OF} and tier is not null group by 1")
    assert told(volume.silences(connection, WINDOW)) == silences
    assert told(volume.errors(connection, WINDOW)) == errors
    assert told(volume.tiers(connection, WINDOW)) == tiers
    assert silences
    assert errors
    assert tiers


def test_what_was_missing_is_counted_word_by_word(file: Path, connection: sa.Connection) -> None:
    assert told(volume.missing(connection, WINDOW)) == words_counted(file, "missing")


@pytest.mark.parametrize("percent", [50, 95, 99, 100])
def test_answer_times_are_percentiles_by_nearest_rank(file: Path, connection: sa.Connection, percent: int) -> None:
    times = [time for (time,) in select(file, f"select duration_ms {OF} order by 1")]
    found = latency.latency(connection, WINDOW)
    assert found is not None
    by_percent = {50: found.p50, 95: found.p95, 99: found.p99, 100: found.longest}
    rank = -(-len(times) * percent // 100)
    assert by_percent[percent] == times[rank - 1]


def test_what_became_of_the_cards(file: Path, connection: sa.Connection) -> None:
    sums = f"count(*), sum({ACCEPTED} or {OVERRIDDEN}), sum({ACCEPTED}), sum({OVERRIDDEN})"
    ((shown, heard, accepted, overridden),) = select(file, f"select {sums} {SENT}")
    found = acceptance.acceptance(connection, WINDOW)
    assert found == acceptance.Acceptance(shown, heard, accepted, overridden)
    assert found.of_told == accepted / heard
    assert found.of_shown == accepted / shown
    assert found.override_rate == overridden / (accepted + overridden)
    by_card = {
        card: acceptance.Acceptance(*rest) for card, *rest in select(file, f"select card_id, {sums} {SENT} group by 1")
    }
    assert acceptance.acceptance_by_card(connection, WINDOW) == by_card


@pytest.mark.parametrize("rule", busy.RULES)
def test_what_became_of_a_consideration(file: Path, connection: sa.Connection, rule: str) -> None:
    has = f"considerations like '%{rule}%'"
    ((answers,),) = select(file, f"select count(*) {OF} and mode<>'silent' and {has}")
    ((accepted, overridden),) = select(file, f"select sum({ACCEPTED}), sum({OVERRIDDEN}) {SENT} and {has}")
    found = acceptance.acceptance_by_consideration(connection, WINDOW)[rule]
    assert (found.shown, found.accepted, found.overridden) == (answers, accepted, overridden)


def test_a_card_counts_once_also_if_it_was_reported_before_its_call_and_after(tmp_path: Path) -> None:
    spoken = (Spoken("first", "applies"), Spoken("asked_only", "cannot_tell", shown=False))
    call = sample.entry(
        summary=Summary(considerations=("first",)), cards=(CardShown(CARD, "treatment", considerations=spoken),)
    )
    with closing(Journal(f"sqlite:///{tmp_path}/j", RING)) as journal:
        report(journal, item())
        journal.record(call)
        report(journal, item(outcome="accepted"), item(outcome="accepted", comment="again"))
        with journal.database.reading() as opened:
            window = Window("default", NOON.date(), NOON.date())
            once = acceptance.Acceptance(1, 1, 1, 1)
            assert acceptance.acceptance_by_card(opened, window) == {"treatment": once}
            assert acceptance.acceptance_by_consideration(opened, window) == {"first": once}
            assert acceptance.acceptance_by_user_type(opened, window) == {"Practitioner": once}


def steps(folder: Path, cards: int, ask: Callable[[sa.Connection], object]) -> int:
    """What SQLite's machine does for a question on cards that were each reported before their call; in hundreds."""
    uuids = [str(UUID(int=number)) for number in range(cards)]
    with closing(Journal(f"sqlite:///{folder}/{cards}", RING)) as journal:
        report(journal, *(item(card=uuid) for uuid in uuids))
        journal.record(sample.entry(cards=tuple(CardShown(uuid, "tier") for uuid in uuids)))
        with journal.database.reading() as opened:
            taken = count()
            machine: Any = opened.connection.driver_connection
            machine.set_progress_handler(lambda: next(taken) < 0, 100)
            ask(opened)
            return next(taken)


@pytest.mark.parametrize(
    ("ask", "most"),
    [
        (lambda opened: acceptance.acceptance_by_card(opened, Window("default", NOON.date(), NOON.date())), 6),
        (lambda opened: acceptance.acceptance_by_user_type(opened, Window("default", NOON.date(), NOON.date())), 6),
        (lambda opened: known_cards(opened, "default", [str(UUID(int=number)) for number in range(50)]), 1.5),
    ],
)
def test_four_times_the_cards_do_not_take_much_more_than_four_times(
    tmp_path: Path, ask: Callable[[sa.Connection], object], most: float
) -> None:
    """SQLite believes of an index that begins with the tenant that it leaves few rows, and might read them for each."""
    assert steps(tmp_path, 2000, ask) < most * steps(tmp_path, 500, ask)


def test_a_consideration_that_was_only_asked_about_is_not_judged(connection: sa.Connection) -> None:
    assert "asked_only" not in acceptance.acceptance_by_consideration(connection, WINDOW)


def test_what_became_of_the_cards_by_kind_of_user(file: Path, connection: sa.Connection) -> None:
    found = acceptance.acceptance_by_user_type(connection, WINDOW)
    user = "coalesce((select user_type from entry e where e.id=s.entry), '')"
    expected = select(file, f"select {user}, count(*), sum({ACCEPTED}), sum({OVERRIDDEN}) {SENT} group by 1")
    assert {kind: (one.shown, one.accepted, one.overridden) for kind, one in found.items()} == {
        kind: tuple(rest) for kind, *rest in expected
    }


def test_reasons_count_each_report_once(file: Path, connection: sa.Connection) -> None:
    expected = counted(
        file,
        """select coalesce(reason, 'no reason given'), count(distinct digest) from reported where tenant='north'
        and outcome='overridden' and day between '2026-01-03' and '2026-01-12' group by 1""",
    )
    assert told(acceptance.reasons(connection, WINDOW)) == expected
    assert acceptance.unknown_cards(connection, WINDOW) == 0


def test_burden_is_cards_per_clinician_day(file: Path, connection: sa.Connection) -> None:
    of = f"{OF} and user_type in ('Practitioner', 'PractitionerRole')"
    sent = "sum(case when mode='silent' then 0 else cards end)"
    days = [cards for (cards,) in select(file, f"select {sent} {of} group by user, day order by 1")]
    found = burden.burden(connection, WINDOW)
    assert (found.clinician_days, found.most) == (len(days), days[-1])
    assert found.median == days[-(-len(days) // 2) - 1]
    most = select(file, f"select user, count(distinct day), {sent} {of} group by 1 order by 3 desc, 1")
    assert [(one.user, one.days, one.cards) for one in found.most_exposed] == most


def test_a_repeat_is_the_same_patient_within_24_hours(file: Path, connection: sa.Connection) -> None:
    of = f"{OF} and user_type like 'Practitioner%' and cards>0 and mode<>'silent'".replace("2026-01-03", "2026-01-02")
    before = "lag(julianday(received_at)) over (partition by user, patient order by received_at)"
    pairs = f"select day, julianday(received_at) at, {before} was {of}"
    ((repeats,),) = select(file, f"select sum(at-was<1) from ({pairs}) where day >= '2026-01-03'")  # noqa: S608 (ours)
    memory = Remembered()
    for _ in range(2):
        assert burden.burden(connection, WINDOW, memory).repeats == repeats > 0


@pytest.mark.parametrize("column", ["considerations", "missing", "codes", "units"])
def test_what_fires_is_watched_by_day(file: Path, connection: sa.Connection, column: str) -> None:
    answered = {day: one.answered for day, one in volume.volume_by_day(connection, WINDOW).items()}
    ask = {"considerations": watch.firing, "missing": watch.missing, "codes": watch.codes, "units": watch.units}
    charts = ask[column](connection, WINDOW, answered)
    assert {word: sum(point.count for point in chart.points) for word, chart in charts.items()} == words_counted(
        file, column
    )
    for chart in charts.values():
        assert [point.opportunities for point in chart.points] == list(answered.values())


def test_slow_calls_are_watched_by_day(file: Path, connection: sa.Connection) -> None:
    chart = watch.slow(connection, WINDOW, volume.volume_by_day(connection, WINDOW), 20)
    expected = {
        day: tuple(rest) for day, *rest in select(file, f"select day, sum(duration_ms>20), count(*) {OF} group by 1")
    }
    assert {
        point.day: (point.count, point.opportunities) for point in chart.points if point.rate is not None
    } == expected


def test_a_window_of_some_modes_counts_these_alone(file: Path, connection: sa.Connection) -> None:
    silent = replace(WINDOW, modes=("silent",))
    ((calls, cards),) = select(file, f"select count(*), sum(cards) {OF} and mode='silent'")
    found = volume.total(volume.volume_by_day(connection, silent).values())
    assert (found.calls, found.cards) == (calls, cards)
    expected = sum(
        len(words.split()) for (words,) in select(file, f"select considerations {OF} and mode='silent'") if words
    )
    fired = watch.considerations(connection, silent)
    assert {one.word for one in fired} <= set(busy.RULES)
    assert sum(one.count for one in fired) == expected > 0


def test_a_day_that_has_ended_is_counted_once(journal: Journal) -> None:
    memory = Remembered()
    with journal.database.reading() as opened:
        first = memory.words_by_day(opened, WINDOW, entry.c.missing)
        asked: list[str] = []
        sa.event.listen(opened, "before_cursor_execute", lambda *call: asked.append(str(call[3])))
        assert memory.words_by_day(opened, WINDOW, entry.c.missing) == first
        assert [WINDOW.last.isoformat() in each or "2026-01-11" in each for each in asked] == [True]
        other = replace(WINDOW, tenant="south")
        assert memory.words_by_day(opened, other, entry.c.missing) != first


def test_days_are_counted_some_at_a_time_and_stay_counted_if_others_cannot_be(connection: sa.Connection) -> None:
    asked: list[Window] = []

    def count_of(_: sa.Connection, part: Window) -> dict[str, int]:
        asked.append(part)
        if len(asked) == 3:
            raise JournalUnavailable("it took too long")
        return {day: len(asked) for day in part.days()}

    memory, window = Remembered(), replace(WINDOW, first=WINDOW.last - timedelta(days=2 * AT_ONCE + 1))
    for _ in range(2):
        with suppress(JournalUnavailable):
            found = memory.by_day(connection, window, "anything", count_of)
    assert [part.length for part in asked] == [AT_ONCE, AT_ONCE, 2, 2]
    assert list(found.values()) == [1] * AT_ONCE + [2] * AT_ONCE + [4, 4]


def test_memory_has_a_bound(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds_hooks.audit.measures.memory.MOST", 3)
    memory = Remembered()
    with journal.database.reading() as opened:
        found = memory.words_by_day(opened, WINDOW, entry.c.missing)
        assert memory.words_by_day(opened, WINDOW, entry.c.missing) == found
        earlier = replace(WINDOW, last=date(2026, 1, 7))
        assert memory.words_by_day(opened, earlier, entry.c.missing) == {d: found[d] for d in earlier.days()}


def test_nothing_is_counted_where_nothing_was_asked(connection: sa.Connection) -> None:
    empty = Window("nobody", date(2026, 1, 1), date(2026, 1, 2))
    assert latency.latency(connection, empty) is None
    assert acceptance.acceptance(connection, empty) == acceptance.Acceptance()
    assert burden.burden(connection, empty) == burden.Burden(0, None, None, None, 0, ())
    nothing = volume.total(volume.volume_by_day(connection, empty).values())
    assert nothing == volume.Volume()
    assert nothing.cards_per_100 is None


@pytest.mark.parametrize("days", [0, LONGEST + 1])
def test_no_window_is_without_bounds(days: int) -> None:
    with pytest.raises(ValueError, match="a window has"):
        Window.ending("north", date(2026, 1, 1), days)


def everything(journal: Journal) -> list[Any]:
    with journal.database.reading() as opened:
        by_day = volume.volume_by_day(opened, WINDOW)
        answered = {day: one.answered for day, one in by_day.items()}
        asked = (volume.silences, volume.errors, volume.tiers, volume.missing, latency.latency, burden.burden)
        shown = (
            acceptance.acceptance_by_card,
            acceptance.acceptance_by_consideration,
            acceptance.acceptance_by_user_type,
            acceptance.reasons,
            acceptance.unknown_cards,
        )
        charts = (watch.firing, watch.missing, watch.codes, watch.units)
        found = [by_day, *(ask(opened, WINDOW) for ask in (*asked, *shown))]
        return [*found, *(ask(opened, WINDOW, answered) for ask in charts)]


def listed(journal: Journal) -> list[Any]:
    first = find(journal, WINDOW, {})
    criteria = ({"tier": "high"}, {"missing": "her2"}, {"user": "Practitioner/a"}, {"status": "412"})
    return [
        first,
        find(journal, WINDOW, {}, first.after),
        *(find(journal, WINDOW, each) for each in criteria),
        comments(journal, WINDOW),
        to_review(journal, WINDOW, 5),
        reviews(journal, WINDOW),
        looks(journal, "north"),
        usages(journal, "north"),
        standings(journal, Path("none"), ["north", "south"]),
    ]


def without_hashes(found: list[Any]) -> str:
    return re.sub(r"'(input|output)_digest': [^,]*", "", repr(found))


def test_postgresql_finds_the_same_figures(journal: Journal, server: Server, database: str) -> None:
    with closing(Database(server.url(database))) as owner:
        schema.bring_up_to_date(owner)
    with closing(Journal(server.url(database), RING)) as other:
        busy.fill(other)
        assert everything(other) == everything(journal)
        assert without_hashes(listed(other)) == without_hashes(listed(journal))

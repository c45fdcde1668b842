"""Exports of rows are counted against the journal with SQL written by hand, and searched for whoever is in it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.audit import schema
from cds_hooks.audit.database import Database
from cds_hooks.audit.entry import Caller, CardShown, Kind, Summary, Who
from cds_hooks.audit.exports.kinds import EXPORTS, keyed
from cds_hooks.audit.exports.onc_feedback import NOT_STATED, UNKNOWN_CARD
from cds_hooks.audit.exports.scope import Scope
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.payload import Payload, written
from cds_hooks.audit.shredding import act as shredding
from cds_hooks.audit.shredding import shred
from tests.audit import busy
from tests.audit.sample import CARD, NOON, RING, entry, item, report, select
from tests.support.postgres import Server

NORTH = Scope("north", date(2026, 1, 3), date(2026, 1, 12))
DAYS = "tenant='north' and day between '2026-01-03' and '2026-01-12'"
ALL = Scope("default", date(2026, 1, 1), date(2026, 12, 31))
SIX = ("intervention", "action_taken", "user_feedback", "user", "date", "location")
DATE = re.compile(r"\d{4}-\d\d-\d\d")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exported") / "journal.sqlite3"


@pytest.fixture(scope="module")
def full(file: Path) -> Iterator[Journal]:
    """Two weeks of calls and feedback."""
    with closing(Journal(f"sqlite:///{file}", RING)) as opened:
        busy.fill(opened)
        yield opened


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(f"sqlite:///{tmp_path}/j", RING)) as opened:
        yield opened


@pytest.fixture(scope="module")
def on_postgresql(server: Server) -> Iterator[Journal]:
    """The same calls and feedback as in `full`."""
    url = server.url(server.new_database())
    with closing(Database(url)) as database:
        schema.bring_up_to_date(database)
    with closing(Journal(url, RING)) as opened:
        busy.fill(opened)
        yield opened


def told_alike(rows: list[dict[str, Any]]) -> list[str]:
    """The rows as texts, in an order of their own: the two databases sort texts alike, but for punctuation."""
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def exported(journal: Journal, kind: str, scope: Scope = ALL, act: str = "1") -> list[dict[str, Any]]:
    return list(EXPORTS[kind].rows(journal, keyed(scope, EXPORTS[kind], journal, act)))


def answer(journal: Journal, patient: str, born: str = "", age: int = 60, day: int = 0, **more: Any) -> None:
    """Record an answer whose trace holds an age, and a chart that holds more."""
    facts = {"age": {"value": {"low": str(age), "high": str(age)}}, "sex": {"value": "female"}}
    trace = json.dumps({"patient": facts, "tiers": []}).encode()
    payload = written(
        Payload({"patient": patient, "user": "Practitioner/dr", "location": "Location/ward-7"}, {}, day=born)
    )
    payload = payload[:-1] + b',"trace":' + trace + b"}"
    moment = NOON + timedelta(days=day)
    who = Who(patient, "Practitioner/dr", "enc-1", "Location/ward-7")
    journal.record(entry(received_at=moment, who=who, summary=Summary("high"), payload=payload, **more))


def test_every_report_is_exported_once(full: Journal, file: Path) -> None:
    found = exported(full, "onc-feedback", NORTH)
    kept = select(file, f"select outcome, count(*) from reported where copy=0 and {DAYS} group by outcome")  # noqa: S608 (our own words)
    assert Counter(row["action_taken"] for row in found) == dict(kept)
    assert len(found) > 20


def test_every_report_has_all_six_fields(full: Journal) -> None:
    assert all(row[name] for row in exported(full, "onc-feedback", NORTH) for name in SIX)


def test_user_and_place_of_a_report_are_those_of_the_call(full: Journal, file: Path) -> None:
    of_call = "from reported r join shown s on s.uuid=r.card_uuid join entry e on e.id=s.entry"
    days = DAYS.replace("tenant", "r.tenant").replace("day", "r.day")
    kept = select(file, f"select r.card_uuid, coalesce(e.user, '{NOT_STATED}') {of_call} where r.copy=0 and {days}")
    assert sorted((row["card"], row["user"]) for row in exported(full, "onc-feedback", NORTH)) == sorted(kept)


def test_a_report_on_a_card_that_nobody_knows_is_exported_too(journal: Journal) -> None:
    report(journal, item(), caller=Caller("default"))
    (row,) = exported(journal, "onc-feedback")
    assert (row["intervention"], row["user"], row["action_taken"]) == (UNKNOWN_CARD, NOT_STATED, "overridden")


def test_every_call_is_exported_with_refusals_and_silence(full: Journal, file: Path) -> None:
    found = exported(full, "decisions", NORTH)
    kept = select(file, f"select status, count(*) from entry where kind='hook' and {DAYS} group by status")  # noqa: S608 (our own words)
    assert Counter(row["status"] for row in found) == dict(kept)
    assert {row["tenant"] for row in found} == {"north"}


def test_the_columns_of_an_export_are_those_of_its_rows(full: Journal) -> None:
    for kind in ("decisions", "onc-feedback", "deidentified", "counts"):
        columns = EXPORTS[kind].columns
        assert columns is not None
        assert {frozenset(row) for row in exported(full, kind, NORTH)} == {frozenset(columns(NORTH))}


@pytest.mark.parametrize("kind", EXPORTS)
def test_nobody_is_named_in_an_export(full: Journal, kind: str) -> None:
    text = json.dumps(exported(full, kind, NORTH))
    assert text != "[]"
    assert not re.search(r"patient-\d|Practitioner/|PractitionerRole/|Patient/", text)


@pytest.mark.parametrize("kind", EXPORTS)
def test_a_chart_and_a_comment_reach_no_export(journal: Journal, kind: str) -> None:
    answer(journal, "canary-patient", born="canary-birth")
    report(journal, item(comment="canary-comment"))
    assert "canary" not in json.dumps(exported(journal, kind))


def test_people_and_comments_are_named_where_that_is_asked_for(journal: Journal) -> None:
    answer(journal, "patient-4711", cards=(CardShown(CARD, "tier"),))
    report(journal, item(comment="not for her"))
    named = Scope("default", date(2026, 1, 1), date(2026, 12, 31), identified=True)
    (row,) = exported(journal, "decisions", named)
    assert (row["patient_named"], row["user_named"]) == ("patient-4711", "Practitioner/dr")
    (told,) = exported(journal, "onc-feedback", named)
    assert (told["user"], told["location"], told["comment"]) == ("Practitioner/dr", "Location/ward-7", "not for her")
    assert exported(journal, "onc-feedback")[0]["comment"] == "kept sealed"


def test_what_was_shredded_is_named_no_more(journal: Journal) -> None:
    answer(journal, "patient-4711")
    report(journal, item(comment="not for her"))
    shred(journal, shredding("01900000-0000-7000-8000-000000000000", NOON, Caller(), "2026-02"))
    named = Scope("default", date(2026, 1, 1), date(2026, 12, 31), identified=True)
    assert exported(journal, "decisions", named)[0]["patient_named"] is None
    assert exported(journal, "onc-feedback", named)[0]["comment"] == "kept sealed"
    assert exported(journal, "deidentified")[0]["age"] == "not known"
    assert "no longer kept" in exported(journal, "fhir")[0]["note"][0]["text"]


def test_a_deidentified_extract_has_no_date_and_no_pseudonym_of_the_journal(full: Journal, file: Path) -> None:
    text = json.dumps(exported(full, "deidentified", NORTH))
    assert not DATE.search(text)
    known = {one for row in select(file, "select id, patient, user, hook_instance from entry") for one in row if one}
    assert [one for one in known if one in text] == []


def test_two_extracts_cannot_be_joined(full: Journal) -> None:
    first, second = ({row["patient"] for row in exported(full, "deidentified", NORTH, act)} for act in "12")
    assert len(first) == len(second) > 5
    assert not first & second


def test_days_are_counted_from_the_first_of_the_patient(journal: Journal) -> None:
    for day in (40, 0, 3):
        answer(journal, "patient-4711", day=day)
    found = [(row["first_year"], row["day"]) for row in exported(journal, "deidentified")]
    assert found == [(2026, 0), (2026, 3), (2026, 40)]


@pytest.mark.parametrize(("age", "shown"), [(89, "89"), (90, "90+"), (104, "90+")])
def test_ages_of_ninety_and_more_are_one(journal: Journal, age: int, shown: str) -> None:
    answer(journal, "patient-4711", age=age)
    assert exported(journal, "deidentified")[0]["age"] == shown


@pytest.mark.parametrize(("patients", "shown"), [(10, "<11"), (11, "11")])
def test_a_cell_of_few_is_not_told(journal: Journal, patients: int, shown: str) -> None:
    for number in range(patients):
        answer(journal, f"patient-{number}")
        answer(journal, f"patient-{number}", day=1)
    assert exported(journal, "counts") == [{"tier": "high", "age": "60-69", "sex": "female", "patients": shown}]


def test_a_reason_that_a_client_made_up_is_other(journal: Journal) -> None:
    call = entry(cards=(CardShown(CARD, "tier"),))
    journal.record(call)
    told = item(reason={"code": "their own", "system": "theirs"})
    report(journal, told)
    assert exported(journal, "deidentified")[0]["reasons"] == ["other"]


def test_discovery_is_no_decision(journal: Journal) -> None:
    journal.record(entry(kind=Kind.DISCOVERY))
    assert exported(journal, "decisions") == []


@pytest.mark.parametrize("kind", ["decisions", "onc-feedback", "deidentified", "counts"])
def test_postgresql_exports_what_sqlite_does(full: Journal, on_postgresql: Journal, kind: str) -> None:
    assert told_alike(exported(on_postgresql, kind, NORTH)) == told_alike(exported(full, kind, NORTH))


def test_the_last_day_is_exported_to_its_end(journal: Journal) -> None:
    for second in (-1, 0):
        journal.record(entry(received_at=datetime(2026, 1, 3, tzinfo=UTC) + timedelta(seconds=second)))
    found = exported(journal, "decisions", Scope("default", date(2026, 1, 2), date(2026, 1, 2)))
    assert [row["received_at"][:19] for row in found] == ["2026-01-02T23:59:59"]


def test_a_deidentified_extract_counts_what_was_reported(full: Journal, file: Path) -> None:
    of_card = "from reported r join shown s on s.uuid=r.card_uuid join entry e on e.id=s.entry where r.copy=0 and e."
    (accepted,) = select(file, f"select count(*) {of_card}{DAYS.replace('day', 'e.day')} and outcome='accepted'")
    assert sum(row["accepted"] for row in exported(full, "deidentified", NORTH)) == accepted[0] > 5

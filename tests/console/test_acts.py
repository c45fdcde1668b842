"""Naming people, reviewing, comparing versions and verifying: each is a row of its own."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.audit import snapshots
from cds_hooks.audit.comments import comments
from cds_hooks.audit.entry import Kind
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.reading import unsealed
from cds_hooks.audit.reviews import agreement, reviews, to_review
from cds_hooks.audit.usage import latest
from cds_hooks.knowledge.load import knowledge_of
from cds_hooks.web.console.access import Role
from cds_hooks.web.console.shell import COOKIE
from tests.console.visitors import CSRF, WORD, session, text, visitor
from tests.web.desk import KNOWLEDGE, NOW, SERVICE, Desk, from_user, opened, with_cards

REASON = "a complaint that has to be answered"
YES = {"correct": "yes", "right_patient": "yes", "actionable": "unsure", "note": "seen with the tumour board"}
WINDOW = Window.ending("default", NOW.date(), 7)


@pytest.fixture
def decided(desk: Desk) -> str:
    desk.post(from_user(with_cards(), "Practitioner/canary-doctor"))
    return str(desk.calls()[-1]["id"])


def act(desk: Desk, id_: str, what: str, role: Role, **form: str) -> Any:
    return session(desk, visitor(role)).post(f"/console/decisions/{id_}/{what}", data={"csrf": CSRF, **form})


def test_people_are_named_to_privacy_with_a_reason_that_is_kept(desk: Desk, decided: str) -> None:
    answer = act(desk, decided, "people", Role.PRIVACY, reason=REASON)
    assert "Practitioner/canary-doctor" in answer.text
    (row,) = desk.calls(Kind.CONSOLE)
    assert (row["action"], row["about"]) == ("people", decided)
    payload = unsealed(desk.journal, row)
    assert payload is not None
    assert payload.items == [{"reason": REASON}]
    assert REASON.encode() not in desk.database.read_bytes()


@pytest.mark.parametrize("reason", ["", "too short", " " * 40, "x" * 1001])
def test_nobody_is_named_without_a_reason(desk: Desk, decided: str, reason: str) -> None:
    answer = act(desk, decided, "people", Role.PRIVACY, reason=reason)
    assert answer.status_code == 400
    assert "canary-doctor" not in answer.text


def test_a_review_is_kept_sealed_and_counted(desk: Desk, decided: str) -> None:
    assert [row["id"] for row in to_review(desk.journal, WINDOW, 5)] == [decided]
    assert (
        act(desk, decided, "review", Role.AUDITOR, **YES)
        .headers["Location"]
        .endswith("/console/reviews?tenant=default")
    )
    assert to_review(desk.journal, WINDOW, 5) == []
    found = agreement(reviews(desk.journal, WINDOW))
    assert (found["correct"].yes, found["correct"].no, found["actionable"].unsure) == (1, 0, 1)
    page = text(session(desk, visitor(Role.AUDITOR)).get("/console/reviews?by=tier&size=20"))
    assert "all 100.0 % (20.7 % to 100.0 %) 1 yes, 0 no, 0 unsure" in page


def test_the_latest_review_of_a_reviewer_counts(desk: Desk, decided: str) -> None:
    act(desk, decided, "review", Role.AUDITOR, **YES)
    act(desk, decided, "review", Role.AUDITOR, **{**YES, "correct": "no"})
    found = agreement(reviews(desk.journal, WINDOW))
    assert (found["correct"].yes, found["correct"].no) == (0, 1)


@pytest.mark.parametrize("spoilt", [{"correct": "perhaps"}, {"actionable": ""}, {"note": "x" * 1001}])
def test_a_review_that_is_none_is_refused(desk: Desk, decided: str, spoilt: dict[str, str]) -> None:
    assert act(desk, decided, "review", Role.AUDITOR, **{**YES, **spoilt}).status_code == 400
    assert reviews(desk.journal, WINDOW) == ()


def test_the_sample_is_drawn_from_the_tier_that_is_asked_for(desk: Desk, decided: str) -> None:
    assert len(to_review(desk.journal, WINDOW, 5, "high")) == 1
    assert to_review(desk.journal, WINDOW, 5, "low") == []


@pytest.fixture
def changed(tmp_path: Path) -> Iterator[tuple[Desk, str]]:
    """A service with a decision of its own knowledge, whose journal keeps another one."""
    files = {**KNOWLEDGE.files}
    files["tiers.yaml"] = files["tiers.yaml"].replace(b"primary tumour size", b"size of the tumour")
    other = knowledge_of(files)
    with opened(tmp_path, console_word=WORD) as running:
        snapshots.keep(running.journal, other)
        running.post(with_cards())
        yield running, other.fingerprint


def test_versions_are_told_with_their_use_and_their_difference(changed: tuple[Desk, str]) -> None:
    desk, other = changed
    browser = session(desk, visitor(Role.APPROVER))
    page = text(browser.get("/console/knowledge"))
    assert "served now 2026-03-01 23:30:00 2026-03-01 23:30:00" in page
    assert "draft" in page
    shown = browser.get("/console/knowledge/difference", query_string={"old": other}).text
    assert "size of the tumour" in shown
    assert browser.get("/console/knowledge/difference?old=none").status_code == 404


def test_decision_impact_is_counted_for_approvers_and_listed_for_auditors(changed: tuple[Desk, str]) -> None:
    desk, other = changed
    form = {"csrf": CSRF, "old": other}
    page = text(session(desk, visitor(Role.APPROVER)).post("/console/knowledge/impact", data=form))
    assert "The latest 1 decisions of default" in page
    assert "Decisions 1" in page
    missing = session(desk, visitor(Role.APPROVER)).post("/console/knowledge/impact", data={**form, "old": "none"})
    assert missing.status_code == 404


def test_an_older_decision_is_told_under_its_own_knowledge_and_replayed_under_both(changed: tuple[Desk, str]) -> None:
    desk, other = changed
    with closing(sqlite3.connect(desk.database)) as journal, journal:
        journal.execute("update entry set knowledge = ? where kind = 'hook'", (other,))
    id_ = str(desk.calls()[0]["id"])
    page = text(act(desk, id_, "replay", Role.AUDITOR))
    assert "Under the knowledge of then:" in page
    assert "Under the knowledge served now: identical, byte by byte" in page


def test_knowledge_that_is_not_kept_is_said(desk: Desk, decided: str) -> None:
    with closing(sqlite3.connect(desk.database)) as journal, journal:
        journal.execute("update entry set knowledge = 'sha256:none'")
    assert "its knowledge is not kept" in text(session(desk, visitor()).get(f"/console/decisions/{decided}"))


def test_verifying_finds_what_was_changed_and_says_where(desk: Desk, decided: str) -> None:
    browser = session(desk, visitor(Role.AUDITOR))
    assert "as it was written 1 rows in 1 chain" in text(browser.post("/console/integrity/verify", data={"csrf": CSRF}))
    with closing(sqlite3.connect(desk.database)) as journal, journal:
        journal.execute("update entry set tier = 'low' where id = ?", (decided,))
    page = text(browser.post("/console/integrity/verify", data={"csrf": CSRF}))
    assert "The record is not as it was written" in page


def test_who_sees_some_clients_alone_cannot_verify_all(desk: Desk) -> None:
    browser = session(desk, visitor(Role.AUDITOR, tenants=frozenset({"default"})))
    assert "Verifying reads the chains of all clients" in text(browser.get("/console/integrity"))
    assert browser.post("/console/integrity/verify", data={"csrf": CSRF}).status_code == 403


def test_the_log_of_looks_is_shown(desk: Desk, decided: str) -> None:
    browser = session(desk, visitor(Role.AUDITOR))
    browser.get(f"/console/decisions/{decided}")
    desk.client.get("/console/")
    page = text(browser.get("/console/integrity"))
    assert f"decision {decided} 200" in page
    assert "not signed in overview 401" in page


def test_a_decision_whose_key_was_shredded_is_gone(desk: Desk, decided: str) -> None:
    shred(desk)
    answer = session(desk, visitor(Role.AUDITOR)).get(f"/console/decisions/{decided}")
    assert answer.status_code == 410
    assert "Its key was shredded" in answer.text


def shred(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.database)) as journal, journal:
        journal.execute("delete from data_key")
    desk.journal.keys = type(desk.journal.keys)(desk.journal.ring)


def test_what_was_shredded_is_left_out_or_said(desk: Desk, decided: str) -> None:
    act(desk, decided, "review", Role.AUDITOR, **YES)
    reason = {"reason": {"code": "done_or_planned"}, "userComment": "gone"}
    item = {"card": desk.rows("shown")[0]["uuid"], "outcome": "overridden", "outcomeTimestamp": NOW.isoformat()}
    desk.post({"feedback": [{**item, "overrideReason": reason}]}, f"{SERVICE}/feedback")
    shred(desk)
    assert reviews(desk.journal, WINDOW) == ()
    assert list(latest(desk.journal, "default", 5)) == []
    assert [one.comment for one in comments(desk.journal, WINDOW).rows] == [None]
    page = text(session(desk, visitor(Role.AUDITOR)).get("/console/feedback/comments"))
    assert "Its key was shredded" in page


def test_a_call_of_a_patient_changes_nothing_under_another_version(desk: Desk) -> None:
    desk.post(from_user(with_cards(), "Patient/p"))
    form = {"csrf": CSRF, "old": KNOWLEDGE.fingerprint}
    page = text(session(desk, visitor(Role.APPROVER)).post("/console/knowledge/impact", data=form))
    assert "Unchanged 1" in page


def test_a_visitor_without_any_client_is_nobody(desk: Desk) -> None:
    nobody = replace(visitor(Role.AUDITOR), tenants=frozenset())
    assert session(desk, nobody).get("/console/").status_code == 403
    assert COOKIE.startswith("recurrence-cds")

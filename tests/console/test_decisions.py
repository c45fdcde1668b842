"""Decisions are found, told, and made again."""

import json
import re
from collections.abc import Mapping
from html import unescape

import pytest
from flask.testing import FlaskClient

from cds_hooks.audit.finding import CRITERIA, PAGE
from cds_hooks.web.console.access import Role
from cds_hooks.web.hidden import hidden
from tests.console.visitors import CSRF, session, text, visitor
from tests.support.expectation import told
from tests.web.desk import SERVICE, STORY, Desk, from_user, request_about, with_cards, without_cards

USER = "Practitioner/canary-doctor"


@pytest.fixture
def auditor(desk: Desk) -> FlaskClient:
    return session(desk, visitor(Role.AUDITOR))


def page(browser: FlaskClient, path: str, **asked: str) -> str:
    answer = browser.get(path, query_string=asked)
    assert answer.status_code == 200
    return text(answer)


def decided(desk: Desk, request: Mapping[str, object] | None = None) -> str:
    desk.post(from_user(request or with_cards(), USER))
    return str(desk.calls()[-1]["id"])


def found(browser: FlaskClient, **asked: str) -> int:
    answer = browser.get("/console/decisions", query_string=asked)
    return answer.text.count('href="/console/decisions/')


def test_the_newest_decision_comes_first(desk: Desk, auditor: FlaskClient) -> None:
    first, second = decided(desk), decided(desk, without_cards())
    shown = auditor.get("/console/decisions").text
    assert shown.index(second) < shown.index(first)


def test_each_criterion_finds_its_decision_and_not_the_other(desk: Desk, auditor: FlaskClient) -> None:
    decided(desk, without_cards())
    decided(desk)
    desk.post({"nonsense": True})
    quiet, row, _ = desk.calls()
    (card,) = desk.rows("shown")
    for name, sought in {
        "decision": row["id"],
        "card": card["uuid"].upper(),
        "instance": row["hook_instance"],
        "patient": row["patient"],
        "tier": "high",
        "silence": quiet["silence"],
        "status": "422",
        "error": "NotAHookRequest",
    }.items():
        assert found(auditor, **{name: sought}) == 1, name
    for name in CRITERIA:
        assert found(auditor, **{name: "something that there is not"}) == 0, name


INERT = ("' or 1=1 --", "%", "_", "\\", '"; drop table entry; --', "\0", "x' union select 1 --")


@pytest.mark.parametrize("words", INERT)
def test_what_is_sought_is_never_a_part_of_the_question(desk: Desk, auditor: FlaskClient, words: str) -> None:
    decided(desk)
    assert [found(auditor, **{name: words}) for name in CRITERIA] == [0] * len(CRITERIA)
    assert len(desk.calls()) == 1


def test_an_id_finds_what_its_pseudonym_finds(desk: Desk, auditor: FlaskClient) -> None:
    decided(desk)
    (row,) = desk.calls()
    assert found(auditor, user=USER) == found(auditor, user=row["user"]) == 1


def test_pages_follow_one_another_without_gap(desk: Desk, auditor: FlaskClient) -> None:
    for _ in range(PAGE + 3):
        desk.post({"nonsense": True})
    first = auditor.get("/console/decisions")
    assert first.text.count('href="/console/decisions/') == PAGE
    follows = re.search(r'href="(\?[^"]*after=[^"]*)"', first.text)
    assert follows
    second = auditor.get(f"/console/decisions{unescape(follows[1])}")
    assert second.text.count('href="/console/decisions/') == 3
    assert "Earlier ones" not in second.text


def test_a_decision_is_told_from_what_came_in_to_what_went_out(desk: Desk, auditor: FlaskClient) -> None:
    shown = page(auditor, f"/console/decisions/{decided(desk)}")
    for words in ("obsTumour complete", "Because of 6 nodes positive", "at least 1 and at most 3"):
        assert words in shown
    assert "The patient is here: at least 4" in shown
    assert "High recurrence risk at diagnosis" in shown
    assert "differently" not in shown


def test_a_decision_shows_no_person(desk: Desk, auditor: FlaskClient) -> None:
    resources = json.loads(json.dumps(list(told(STORY).resources)).replace(str(_patient()), "canary-4711"))
    shown = auditor.get(f"/console/decisions/{decided(desk, request_about(resources))}").text
    for canary in ("canary-4711", "canary-doctor"):
        assert canary not in shown
    assert "Observation/…" in shown


def _patient() -> str:
    return next(str(each["id"]) for each in told(STORY).resources if each["resourceType"] == "Patient")


def test_a_short_id_is_hidden_where_it_stands_alone() -> None:
    seen = hidden("Patient/1, Observation/11, 1 node", {"patient": "1"})
    assert seen == "Patient/…, Observation/11, 1 node"


def test_a_dismissal_is_found_with_its_reason_and_comment(desk: Desk, auditor: FlaskClient) -> None:
    id_ = decided(desk)
    (card,) = desk.rows("shown")
    reason = {"reason": {"code": "done_or_planned"}, "userComment": "<b>seen</b> in the tumour board"}
    item = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-03-01T23:31:00Z"}
    desk.post({"feedback": [{**item, "overrideReason": reason}]}, f"{SERVICE}/feedback")
    answer = auditor.get(f"/console/decisions/{id_}")
    assert "overridden done or planned" in text(answer)
    assert "&lt;b&gt;seen&lt;/b&gt; in the tumour board" in answer.text


def test_a_decision_made_again_is_identical(desk: Desk, auditor: FlaskClient) -> None:
    answer = auditor.post(f"/console/decisions/{decided(desk)}/replay", data={"csrf": CSRF})
    assert "Under the knowledge of then: identical, byte by byte" in text(answer)


def test_a_refusal_is_told_and_cannot_be_replayed(desk: Desk, auditor: FlaskClient) -> None:
    desk.post({"nonsense": True})
    id_ = desk.calls()[-1]["id"]
    assert "A refusal cannot be replayed" in page(auditor, f"/console/decisions/{id_}")
    assert auditor.post(f"/console/decisions/{id_}/replay", data={"csrf": CSRF}).status_code == 404


def test_silence_is_told(desk: Desk, auditor: FlaskClient) -> None:
    assert "No card: no breast cancer" in page(auditor, f"/console/decisions/{decided(desk, without_cards())}")


@pytest.mark.parametrize("id_", ["none", "00000000-0000-0000-0000-000000000000"])
def test_a_decision_that_there_is_not_is_not_found(desk: Desk, auditor: FlaskClient, id_: str) -> None:
    assert auditor.get(f"/console/decisions/{id_}").status_code == 404


def test_the_overview_counts_what_was_asked(desk: Desk) -> None:
    decided(desk)
    decided(desk, without_cards())
    desk.post({"nonsense": True})
    shown = page(session(desk, visitor(Role.VIEWER)), "/console/", days="7")
    assert "Calls 3 1 refused, 0 failed" in shown
    assert "no breast cancer 1" in shown
    assert "422 NotAHookRequest 1" in shown

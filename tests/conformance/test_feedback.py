"""B: feedback."""

import sqlite3
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.conformance.live import Live, without

requirement = pytest.mark.requirement
AT = "2026-03-02T09:00:00Z"
REASON = {"code": "contraindicated", "system": "urn:recurrence-cds:override-reason"}


def overridden(**members: Any) -> dict[str, Any]:
    return {"card": str(uuid4()), "outcome": "overridden", "outcomeTimestamp": AT, **members}


def accepted(**members: Any) -> dict[str, Any]:
    return {**overridden(), "outcome": "accepted", "acceptedSuggestions": [{"id": str(uuid4())}], **members}


def report(live: Live, *items: dict[str, Any]) -> httpx.Response:
    return live.post({"feedback": items}, live.feedback)


def kept(live: Live) -> int:
    """How many items the journal holds, the copies of one apart."""
    with sqlite3.connect(live.database) as journal:
        (count,) = journal.execute("SELECT count(*) FROM reported WHERE copy = 0").fetchone()
    journal.close()
    return int(count)


@requirement("B1", "B9")
def test_feedback_on_a_card_is_kept_and_answered_with_200(live: Live) -> None:
    (card, *_) = live.cards(live.request())
    item = overridden(card=card["uuid"], overrideReason={"reason": REASON})
    before = kept(live)
    answer = report(live, item)
    assert (answer.status_code, answer.json()) == (200, {})
    assert kept(live) == before + 1


@requirement("B2", "B3")
def test_all_items_of_a_report_are_kept_also_those_of_unknown_cards(live: Live) -> None:
    items = [accepted(), overridden(), overridden(card="no-uuid-at-all")]
    before = kept(live)
    assert report(live, *items).status_code == 200
    assert kept(live) == before + 3


@requirement("B2")
@pytest.mark.parametrize("body", [{}, [], {"feedback": {}}, {"feedback": None}, {"card": "1"}])
def test_what_is_no_report_is_refused(live: Live, body: Any) -> None:
    assert live.post(body, live.feedback).status_code == 422


@requirement("B3", "B4", "B7")
@pytest.mark.parametrize("member", ["card", "outcome", "outcomeTimestamp"])
def test_an_item_that_lacks_a_member_is_refused_and_named(live: Live, member: str) -> None:
    answer = report(live, without(overridden(), member))
    assert answer.status_code == 422
    assert member in answer.json()["issue"][0]["details"]["text"]


@requirement("B4")
@pytest.mark.parametrize("outcome", ["ignored", "Accepted", "", None, 1])
def test_an_outcome_that_is_none_is_refused(live: Live, outcome: Any) -> None:
    assert report(live, overridden(outcome=outcome)).status_code == 422


@requirement("B5")
@pytest.mark.parametrize("suggestions", [None, [], [{}], [{"id": ""}]])
def test_an_acceptance_names_what_was_accepted(live: Live, suggestions: Any) -> None:
    assert report(live, accepted(acceptedSuggestions=suggestions)).status_code == 422
    assert report(live, without(accepted(), "acceptedSuggestions")).status_code == 422


@requirement("B6", "B10")
@pytest.mark.parametrize(
    "said",
    [
        {},
        {"overrideReason": {"reason": {**REASON, "display": "Contraindicated"}}},
        {"overrideReason": {"reason": {"code": "x"}, "userComment": "seen elsewhere"}},
        {"overrideReason": {"userComment": "seen elsewhere"}},
        {"overrideReasons": {"reason": {**REASON, "display": "Contraindicated"}}},
        {
            "overrideReasons": {
                "extension": {
                    "com.epic.cdshooks.feedback.overrideReason.category": "7",
                    "com.epic.cdshooks.feedback.overrideReason.title": "Other",
                }
            },
            "extension": {"com.epic.cdshooks.feedback": 1},
        },
    ],
)
def test_a_reason_is_taken_in_every_form_that_clients_send(live: Live, said: dict[str, Any]) -> None:
    before = kept(live)
    assert report(live, overridden(**said)).status_code == 200
    assert kept(live) == before + 1


@requirement("B7")
@pytest.mark.parametrize(
    "at", ["2026-03-02T09:00:00.123Z", "2026-03-02T09:00:00.1234567Z", "2026-03-02T10:00:00+01:00"]
)
def test_times_have_fractions_and_zones(live: Live, at: str) -> None:
    assert report(live, overridden(outcomeTimestamp=at)).status_code == 200


@requirement("B7")
@pytest.mark.parametrize("at", ["2026-03-02", "2026-02-30T09:00:00Z", "2026-03-02T09:00:00", "now", 1772442000])
def test_what_is_no_time_is_refused(live: Live, at: Any) -> None:
    assert report(live, overridden(outcomeTimestamp=at)).status_code == 422


@requirement("B8")
def test_the_same_report_twice_counts_once(live: Live) -> None:
    item = overridden(overrideReason={"reason": REASON})
    before = kept(live)
    assert [report(live, item).status_code for _ in range(2)] == [200, 200]
    assert kept(live) == before + 1

from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from cds_hooks.app import create_app
from cds_hooks.audit.entry import Kind
from cds_hooks.audit.payload import Payload
from cds_hooks.audit.reading import unsealed
from cds_hooks.errors import JournalUnavailable
from cds_hooks.settings import Profile, Settings
from tests.web.desk import KNOWLEDGE, NOW, SERVICE, Desk, with_cards
from tests.web.desk import opened as opened_desk

PATH = f"{SERVICE}/feedback"
DEMO = Settings(profile=Profile.DEMO, require_approval=False)
TIME = "2026-03-01T10:30:00.123Z"


def opened(desk: Desk, call: dict[str, Any]) -> Payload:
    payload = unsealed(desk.journal, call)
    assert payload is not None
    return payload


def dismissed(card: str) -> dict[str, str]:
    return {"card": card, "outcome": "overridden", "outcomeTimestamp": TIME}


def test_the_feedback_on_a_card_is_kept(desk: Desk) -> None:
    """B1, B9."""
    (card,) = desk.post(with_cards()).get_json()["cards"]
    answer = desk.post({"feedback": [dismissed(card["uuid"])]}, PATH)
    assert (answer.status_code, answer.mimetype, answer.get_json()) == (200, "application/json", {})
    (kept,) = desk.rows("reported")
    assert (kept["card_uuid"], kept["outcome"]) == (card["uuid"], "overridden")
    assert [each.row["card_uuid"] for each in desk.decisions()[0].feedback] == [card["uuid"]]


def test_feedback_on_a_card_that_is_not_ours_is_kept_and_answered_alike(desk: Desk) -> None:
    """B3."""
    answer = desk.post({"feedback": [dismissed("unknown")]}, PATH)
    assert (answer.status_code, answer.get_json()) == (200, {})
    assert len(desk.rows("reported")) == 1


def test_three_items_of_one_body_are_all_kept(desk: Desk) -> None:
    """B2."""
    desk.post({"feedback": [dismissed(card) for card in "abc"]}, PATH)
    assert len({row["card_uuid"] for row in desk.rows("reported")}) == 3


def test_the_same_feedback_twice_is_a_copy_of_the_first(desk: Desk) -> None:
    """B8."""
    answers = [desk.post({"feedback": [dismissed("a")]}, PATH) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [row["copy"] for row in desk.rows("reported")] == [0, 1]


def test_one_item_that_is_none_keeps_no_other_out_and_is_kept_apart(desk: Desk) -> None:
    """B4, B9."""
    odd = {**dismissed("b"), "outcome": "ignored"}
    assert desk.post({"feedback": [dismissed("a"), odd]}, PATH).status_code == 200
    assert len(desk.rows("reported")) == 1
    (call,) = desk.calls(Kind.FEEDBACK)
    assert call["error"] == "items_refused"
    assert [one["sent"] for one in opened(desk, call).set_aside] == [odd]


def test_a_body_without_any_feedback_says_what_to_mend_and_is_kept_all_the_same(desk: Desk) -> None:
    """B4."""
    odd = {**dismissed("b"), "outcome": "ignored"}
    answer = desk.post({"feedback": [odd]}, PATH)
    assert (answer.status_code, answer.get_json()["issue"][0]["expression"]) == (422, ["feedback[0].outcome"])
    (call,) = desk.calls(Kind.FEEDBACK)
    assert [one["sent"] for one in opened(desk, call).set_aside] == [odd]


def test_feedback_that_comes_before_its_call_joins_it_when_it_comes(tmp_path: Path) -> None:
    decision = "019c0000-0000-7000-8000-000000000001"
    uuid = str(uuid5(UUID(decision), "tier"))
    with opened_desk(tmp_path) as desk:
        desk.post({"feedback": [dismissed(uuid.upper())]}, PATH)
        app = create_app(DEMO, KNOWLEDGE, desk.journal, lambda: NOW, new_id=lambda _: decision)
        app.test_client().post(SERVICE, json=with_cards())
        assert [kept.row["card_uuid"] for kept in desk.decisions()[0].feedback] == [uuid]


def test_feedback_is_taken_behind_a_double_slash_too(desk: Desk) -> None:
    path = f"/cds-services//{KNOWLEDGE.service.id}/feedback"
    assert desk.post({"feedback": []}, path).status_code == 200


def test_feedback_that_cannot_be_kept_is_not_acknowledged(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise JournalUnavailable("disk full")

    monkeypatch.setattr(type(desk.journal), "record_feedback", fail)
    assert desk.post({"feedback": [dismissed("a")]}, PATH).status_code == 503

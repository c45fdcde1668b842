import pytest

from cds_hooks.errors import JournalUnavailable
from tests.web.desk import KNOWLEDGE, SERVICE, Desk, with_cards

PATH = f"{SERVICE}/feedback"
TIME = "2026-03-01T10:30:00.123Z"


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


def test_one_item_that_is_none_keeps_the_whole_body_out(desk: Desk) -> None:
    """B4."""
    answer = desk.post({"feedback": [dismissed("a"), {**dismissed("b"), "outcome": "ignored"}]}, PATH)
    assert (answer.status_code, answer.get_json()["issue"][0]["expression"]) == (422, ["feedback[1].outcome"])
    assert desk.rows("reported") == []


def test_feedback_is_taken_behind_a_double_slash_too(desk: Desk) -> None:
    path = f"/cds-services//{KNOWLEDGE.service.id}/feedback"
    assert desk.post({"feedback": []}, path).status_code == 200


def test_feedback_that_cannot_be_kept_is_not_acknowledged(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise JournalUnavailable("disk full")

    monkeypatch.setattr(type(desk.journal), "record_feedback", fail)
    assert desk.post({"feedback": [dismissed("a")]}, PATH).status_code == 503

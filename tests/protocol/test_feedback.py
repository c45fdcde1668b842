import json
from typing import Any

import pytest

from cds_hooks.errors import NotAHookRequest, NotJson, TooLarge
from cds_hooks.protocol.feedback import FeedbackItem, read_feedback

MIB = 1024 * 1024
CARD = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
TIME = "2026-03-01T10:30:00.123Z"
REASON = {"code": "patient-ineligible", "system": "http://example.org/reasons", "display": "Not for this patient"}


def overridden(**changed: Any) -> dict[str, Any]:
    """An item for a card that was dismissed; a member set to ... is left out."""
    whole = {"card": CARD, "outcome": "overridden", "outcomeTimestamp": TIME, **changed}
    return {name: value for name, value in whole.items() if value is not ...}


def accepted(**changed: Any) -> dict[str, Any]:
    """An item for a suggestion that was taken."""
    return overridden(**{"outcome": "accepted", "acceptedSuggestions": [{"id": "s1"}], **changed})


def read(*items: dict[str, Any]) -> tuple[FeedbackItem, ...]:
    report = read_feedback(json.dumps({"feedback": items}).encode(), MIB)
    assert report.refused == ()
    return report.items


REFUSED = {
    "B3 no card": (overridden(card=...), "feedback[0]"),
    "B3 an empty card": (overridden(card=""), "feedback[0].card"),
    "B4 no outcome": (overridden(outcome=...), "feedback[0]"),
    "B4 another outcome": (overridden(outcome="ignored"), "feedback[0].outcome"),
    "B5 accepted without a suggestion": (accepted(acceptedSuggestions=...), "feedback[0]"),
    "B5 accepted with no suggestion": (accepted(acceptedSuggestions=[]), "feedback[0].acceptedSuggestions"),
    "B5 suggestions as texts": (accepted(acceptedSuggestions=["s1"]), "feedback[0].acceptedSuggestions[0]"),
    "B6 a reason without a code": (overridden(overrideReason={"reason": {}}), "feedback[0].overrideReason.reason"),
    "B6 a reason that is a text": (overridden(overrideReason="no"), "feedback[0].overrideReason"),
    "B7 no time": (overridden(outcomeTimestamp=...), "feedback[0]"),
    "B7 a day alone": (overridden(outcomeTimestamp="2026-03-01"), "feedback[0].outcomeTimestamp"),
    "B7 a time without a zone": (overridden(outcomeTimestamp="2026-03-01T10:30:00"), "feedback[0].outcomeTimestamp"),
    "B7 a day that is not": (overridden(outcomeTimestamp="2026-02-30T10:30:00Z"), "feedback[0].outcomeTimestamp"),
}


@pytest.mark.parametrize(("item", "where"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_feedback_is_refused_with_its_place(item: dict[str, Any], where: str) -> None:
    report = read_feedback(json.dumps({"feedback": [item]}).encode(), MIB)
    assert (report.items, [(one.where, one.sent) for one in report.refused]) == ((), [(where, item)])


@pytest.mark.parametrize(
    "odd", [None, 1, [], {}, overridden(card=...), overridden(outcomeTimestamp="2026-02-30T10:00:00Z")]
)
def test_an_item_that_is_none_keeps_no_other_out(odd: Any) -> None:
    """B9: leniency item by item."""
    report = read_feedback(json.dumps({"feedback": [overridden(card="a"), odd, overridden(card="b")]}).encode(), MIB)
    assert [item.card for item in report.items] == ["a", "b"]
    assert [one.where.partition(".")[0] for one in report.refused] == ["feedback[1]"]


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"feedback":{}}', b"null"])
def test_feedback_is_an_object_with_an_array(body: bytes) -> None:
    """B2."""
    with pytest.raises(NotAHookRequest):
        read_feedback(body, MIB)


@pytest.mark.parametrize("body", [b"", b'{"feedback":[],"feedback":[]}', b'{"feedback":[NaN]}'])
def test_feedback_is_strict_json(body: bytes) -> None:
    with pytest.raises(NotJson):
        read_feedback(body, MIB)


def test_feedback_of_more_bytes_than_allowed_is_too_large() -> None:
    with pytest.raises(TooLarge):
        read_feedback(b'{"feedback":[]}', 10)


def test_an_item_holds_all_that_was_said() -> None:
    (item,) = read(overridden(overrideReason={"reason": REASON, "userComment": "already discussed"}))
    assert item == FeedbackItem(CARD, "overridden", TIME, (), REASON, "already discussed")


def test_an_accepted_card_names_its_suggestions() -> None:
    (item,) = read(accepted(acceptedSuggestions=[{"id": "s1"}, {"id": "s2"}]))
    assert item.accepted_suggestions == ("s1", "s2")


def test_several_cards_may_come_in_one_body() -> None:
    """B2."""
    assert [item.card for item in read(overridden(card="a"), accepted(card="b"), overridden(card="c"))] == [
        "a",
        "b",
        "c",
    ]


def test_no_item_is_feedback_too() -> None:
    assert read() == ()


def test_a_card_may_be_dismissed_without_a_reason() -> None:
    """B6."""
    (item,) = read(overridden())
    assert (item.reason, item.comment) == (None, None)


@pytest.mark.parametrize("key", ["overrideReason", "overrideReasons"])
def test_a_reason_counts_under_both_keys_and_with_its_code_alone(key: str) -> None:
    """B10: Epic sends the plural as an object, the sandbox no display."""
    extension = {"com.epic.cdshooks.feedback.overrideReason.comment": None}
    (item,) = read(overridden(**{key: {"reason": {"code": "c"}, "extension": extension}, "extension": {}}))
    assert item.reason == {"code": "c"}


@pytest.mark.parametrize(
    "time", ["2026-03-01T10:30:00Z", "2026-03-01T10:30:00.123456789Z", "2026-03-01T11:30:00+01:00"]
)
def test_a_time_is_kept_as_sent(time: str) -> None:
    """B7."""
    (item,) = read(overridden(outcomeTimestamp=time))
    assert item.outcome_timestamp == time


def test_a_reason_of_a_hospitals_own_comes_as_epics_extension() -> None:
    """B10: as Epic's documentation shows it."""
    key = "com.epic.cdshooks.feedback.overrideReason"
    said = {"reasonCategory": "45", "reasonDisplay": "Does not meet criteria", "reasonTitle": "Does not meet criteria"}
    extension = {f"{key}.{name}": text for name, text in said.items()}
    (item,) = read(overridden(overrideReasons={"extension": extension, "userComment": "free text"}))
    assert item.reason == {"code": "45", "system": key, "display": "Does not meet criteria"}
    assert item.comment == "free text"


@pytest.mark.parametrize("extension", [{}, [], {"com.epic.cdshooks.feedback.overrideReason.reasonCategory": 45}])
def test_an_extension_that_tells_no_reason_is_none(extension: Any) -> None:
    (item,) = read(overridden(overrideReasons={"extension": extension}))
    assert item.reason is None


def test_a_comment_shows_in_no_representation() -> None:
    (item,) = read(overridden(overrideReason={"userComment": "canary"}))
    assert item.comment == "canary"
    assert "canary" not in repr(item)

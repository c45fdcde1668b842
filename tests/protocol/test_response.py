from typing import Any

import pytest

from cds_hooks.protocol.response import check_answer

UUID = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
OTHER = "4e0a3a1e-3283-4575-ab82-028d55fe271a"
CODING = {"code": "tier", "system": "http://example.org/topics", "display": "Recurrence risk"}
SUGGESTION = {"label": "Order", "uuid": OTHER}
CREATE = {"type": "create", "description": "Order it", "resource": {"resourceType": "ServiceRequest"}}
DELETE = {"type": "delete", "description": "Stop it", "resourceId": "ServiceRequest/1"}
LINK = {"label": "Guideline", "url": "https://example.org/a", "type": "absolute"}


def card(**changed: Any) -> dict[str, Any]:
    """A card; a member set to ... is left out."""
    whole = {
        "uuid": UUID,
        "summary": "Recurrence risk at diagnosis: high",
        "indicator": "info",
        "source": {"label": "Recurrence CDS", "topic": CODING},
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def suggesting(*suggestions: dict[str, Any], behaviour: str = "at-most-one") -> dict[str, Any]:
    """A card with suggestions."""
    return card(suggestions=list(suggestions), selectionBehavior=behaviour)


def acting(action: dict[str, Any]) -> dict[str, Any]:
    """A card whose one suggestion does one thing."""
    return suggesting({**SUGGESTION, "actions": [action]})


def without(whole: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in whole.items() if key != name}


RECOMMENDED = {**SUGGESTION, "isRecommended": True}
ANOTHER = {**RECOMMENDED, "uuid": UUID.replace("4e", "5e")}

WRONG = {
    "A3 no uuid": card(uuid=...),
    "A3 an upper-case uuid": card(uuid=UUID.upper()),
    "A3 a uuid as a URN": card(uuid=f"urn:uuid:{UUID}"),
    "A4 no summary": card(summary=...),
    "A4 a blank summary": card(summary=" "),
    "A4 a summary of 140 characters": card(summary="a" * 140),
    "A6 no indicator": card(indicator=...),
    "A6 hard-stop": card(indicator="hard-stop"),
    "A7 no source": card(source=...),
    "A7 a source without a label": card(source={"topic": CODING}),
    "A8 a relative source": card(source={"label": "a", "topic": CODING, "url": "/guide"}),
    "A10 topics": card(source={"label": "a", "topic": [CODING]}),
    "A10 a topic without a system": card(source={"label": "a", "topic": without(CODING, "system")}),
    "A11 a reason without a display": card(overrideReasons=[without(CODING, "display")]),
    "S1 suggestions without a behaviour": card(suggestions=[SUGGESTION]),
    "S2 all": suggesting(SUGGESTION, behaviour="all"),
    "S3 no label": suggesting(without(SUGGESTION, "label")),
    "S4 a suggestion without a uuid": suggesting(without(SUGGESTION, "uuid")),
    "S5 two recommended of at most one": suggesting(RECOMMENDED, ANOTHER),
    "S7 actionSelectionBehavior": suggesting({**SUGGESTION, "actionSelectionBehavior": "all"}),
    "K1 modify": acting({**CREATE, "type": "modify"}),
    "K2 no description": acting(without(CREATE, "description")),
    "K3 create without a resource": acting(without(CREATE, "resource")),
    "K3 a resource without a type": acting({**CREATE, "resource": {"id": "1"}}),
    "K5 delete without an id": acting(without(DELETE, "resourceId")),
    "K5 delete with a resource": acting({**DELETE, "resource": {"resourceType": "ServiceRequest"}}),
    "L1 a relative link": card(links=[{**LINK, "url": "/guide"}]),
    "L1 a link of another type": card(links=[{**LINK, "type": "launch"}]),
    "L1 a script as a link": card(links=[{**LINK, "url": "javascript:alert(1)"}]),
    "L2 context of an absolute link": card(links=[{**LINK, "appContext": "a"}]),
    "J3 null": card(detail=None),
    "J3 an empty array": card(links=[]),
    "J3 an empty text far inside": card(extension={"org.example": {"a": [{"b": ""}]}}),
    "J3 an empty object far inside": card(extension={"org.example": {"a": [{}]}}),
    "a member that is not defined": card(topic=CODING),
}

RIGHT = {
    "the least": card(),
    "A4 a summary of 139 characters": card(summary="ä" * 139),
    "A11 reasons": card(overrideReasons=[CODING]),
    "S5 one recommended": suggesting(RECOMMENDED, without(ANOTHER, "isRecommended")),
    "S5 two recommended of any": suggesting(RECOMMENDED, ANOTHER, behaviour="any"),
    "K3 create": acting(CREATE),
    "K5 delete": acting(DELETE),
    "L1 a link": card(links=[LINK]),
    "L2 context of a launch": card(links=[{**LINK, "type": "smart", "appContext": "a"}]),
    "E1 an extension with zero and false": card(extension={"org.example": {"nodes": 0, "open": False}}),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_card_that_a_client_could_not_take_is_found(wrong: dict[str, Any]) -> None:
    assert check_answer({"cards": [wrong]})


@pytest.mark.parametrize("right", RIGHT.values(), ids=RIGHT.keys())
def test_a_card_as_specified_passes(right: dict[str, Any]) -> None:
    assert check_answer({"cards": [right]}) == []


def test_no_card_is_an_answer() -> None:
    """H2, J3."""
    assert check_answer({"cards": []}) == []


@pytest.mark.parametrize("answer", [{}, {"cards": {}}, {"cards": None}, {"cards": [], "systemActions": []}])
def test_an_answer_has_an_array_of_cards_and_no_empty_actions(answer: dict[str, Any]) -> None:
    """A1, A2."""
    assert check_answer(answer)


def test_a_uuid_is_never_used_twice() -> None:
    """A3."""
    assert check_answer({"cards": [card(), card()]})
    assert check_answer({"cards": [card(), card(uuid=OTHER)]}) == []


def test_a_problem_is_named_with_its_place() -> None:
    found = check_answer({"cards": [card(), card(uuid=OTHER, indicator="success")]})
    assert found == ["cards[1].indicator: must be one of info, warning, critical"]

"""J: JSON and transport."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds_hooks.errors import SettingsBroken
from cds_hooks.settings import read_settings
from tests.conformance.answers import Answered
from tests.conformance.live import Live

requirement = pytest.mark.requirement


def empties(node: Any, where: str = "") -> Iterator[str]:
    """Where a member is null or empty, but for the lists that may be."""
    if node is None or node in ("", [], {}):
        yield where
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in children:
        yield from empties(child, f"{where}/{name}")


@requirement("J1")
def test_every_answer_is_json_and_says_so(live: Live, answered: Answered) -> None:
    kept = live.post({"feedback": []}, live.feedback)
    for answer in [live.get("/cds-services"), kept, *answered.answers.values()]:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/json"
        assert isinstance(answer.json(), dict)


@requirement("J1")
@pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=UTF-8"])
def test_json_is_taken_by_its_name(live: Live, media_type: str) -> None:
    assert live.post(live.request(), Content_Type=media_type).status_code == 200


@requirement("J2")
@pytest.mark.parametrize("setting", ["BASE_URL", "FHIR_SERVERS"])
def test_an_address_of_ours_or_of_a_fhir_server_without_tls_keeps_the_service_from_starting(setting: str) -> None:
    with pytest.raises(SettingsBroken, match="https"):
        read_settings({f"RECURRENCE_CDS_{setting}": "http://cds.example.org"})


@requirement("J3")
def test_nothing_is_null_or_empty_but_the_list_of_cards(live: Live, answered: Answered) -> None:
    found = [*answered.bodies, live.get("/cds-services").json(), live.get("/nothing").json(), live.post({}).json()]
    assert {where for body in found for where in empties(body)} == {"/cards"}


@requirement("J4")
def test_a_strict_parser_reads_every_answer(live: Live, answered: Answered) -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    for answer in [live.get("/cds-services"), *answered.answers.values()]:
        json.loads(answer.content.decode("utf-8"), object_pairs_hook=once, parse_constant=refuse)


@requirement("J5", "K3")
def test_every_resource_in_a_suggestion_is_valid_fhir(answered: Answered) -> None:
    for action in answered.actions:
        model = get_fhir_model_class(action["resource"]["resourceType"])
        assert model.model_validate(action["resource"]).model_dump()["status"] == "draft"

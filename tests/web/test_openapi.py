"""The OpenAPI document, and the service called in every way that the document allows and some that it does not."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import settings
from jsonschema import Draft202012Validator
from schemathesis import Case
from schemathesis.specs.openapi.checks import (
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
)

from cds_hooks.addresses import read_base
from cds_hooks.protocol import schema
from cds_hooks.protocol.outcome import operation_outcome
from cds_hooks.settings import Settings
from cds_hooks.web.openapi import Described, document
from tests.callers.tables import registered
from tests.web.desk import KNOWLEDGE, SERVICE, Desk, opened, with_cards, without_cards

DOCUMENT = document(Described(KNOWLEDGE.service))
described = schemathesis.openapi.from_dict(json.loads(json.dumps(DOCUMENT)))
NOT_DESCRIBED = {"/guide/static/<path:filename>"}


@pytest.fixture(scope="module")
def long_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened(tmp_path_factory.mktemp("described")) as running:
        yield running


def references(node: Any) -> Iterator[str]:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        yield node["$ref"]
    for child in children:
        yield from references(child)


def test_the_document_is_served(desk: Desk) -> None:
    answer = desk.client.get("/openapi.json")
    assert (answer.status_code, answer.get_json()) == (200, DOCUMENT)


def test_the_document_says_where_the_service_is_reached() -> None:
    described_at = Described(KNOWLEDGE.service, base_url="https://cds.example.org")
    assert document(described_at)["servers"] == [{"url": "https://cds.example.org"}]


@pytest.mark.parametrize("guarded", [True, False])
def test_the_document_says_which_calls_need_a_token_and_what_a_caller_without_one_is_told(
    tmp_path: Path, guarded: bool
) -> None:
    settings_ = Settings(base_url=read_base("https://cds.example.org"), authenticate_discovery=guarded)
    with opened(tmp_path, settings_, clients=registered()) as desk:
        found = desk.client.get("/openapi.json").get_json()["paths"]
        case = described[SERVICE]["POST"].Case(body=with_cards(), media_type="application/json")
        case.validate_response(desk.post(with_cards()), checks=[response_schema_conformance, status_code_conformance])
    needing = {path for path, methods in found.items() if any("security" in one for one in methods.values())}
    assert needing == {SERVICE, f"{SERVICE}/feedback", *(["/cds-services"] if guarded else [])}


def test_metrics_are_described_where_there_are_any(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("t" * 64)
    with opened(tmp_path, Settings(metrics_token_file=token)) as desk:
        found = desk.client.get("/openapi.json").get_json()["paths"]["/metrics"]["get"]
    assert (found["security"], set(found["responses"])) == ([{"operator": []}], {"200", "404"})


def test_every_reference_leads_to_a_valid_schema() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert {reference.rpartition("/")[2] for reference in references(DOCUMENT)} <= schemas.keys()
    assert all(reference.startswith("#/components/schemas/") for reference in references(DOCUMENT))
    for each in schemas.values():
        Draft202012Validator.check_schema(each)


def test_the_messages_mean_the_same_as_the_schemas_that_requests_are_checked_with() -> None:
    for name in ("request", "response"):
        whole = Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]})
        for message in ({}, with_cards(), without_cards(), {"cards": [{"summary": ""}]}, {"hook": 1, "context": []}):
            assert whole.is_valid(message) == schema.validator(name).is_valid(message)


def test_every_address_of_the_service_is_described_and_no_other(desk: Desk) -> None:
    rules = {rule.rule for rule in desk.client.application.url_map.iter_rules()} - NOT_DESCRIBED
    single = {rule for rule in rules if "//" not in rule}
    named = {re.sub("<service_id>", KNOWLEDGE.service.id, rule) for rule in single}
    assert {re.sub(r"<(\w+)>", r"{\1}", rule) for rule in named} == DOCUMENT["paths"].keys()


def test_an_outcome_is_as_described() -> None:
    assert schema.problems("outcome", operation_outcome("invalid", "needs hook", "context")) == ()
    assert schema.problems("outcome", {"resourceType": "OperationOutcome", "issue": []})


@pytest.mark.parametrize("body", [with_cards(), without_cards()])
def test_an_answer_to_a_chart_is_as_described(long_desk: Desk, body: dict[str, Any]) -> None:
    case = described[SERVICE]["POST"].Case(body=body, media_type="application/json")
    case.validate_response(long_desk.post(body))


@described.parametrize()
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
def test_whatever_is_sent_the_answer_is_as_described(case: Case[Any], long_desk: Desk) -> None:
    """A request that is valid may still lack data (412) or hold those of another patient (422)."""
    case.call_and_validate(app=long_desk.client.application, excluded_checks=[positive_data_acceptance])

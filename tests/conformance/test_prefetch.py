"""P: prefetch, as it is declared and as clients send it."""

import re
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.conformance.live import TOKEN, Live, without
from tests.support.expectation import names
from tests.support.fhir_server import FhirServer, says

requirement = pytest.mark.requirement

TOKENS = {"context.userId", "context.patientId", "context.encounterId"}
TOKENS |= {"userPractitionerId", "userPractitionerRoleId", "userPatientId", "userRelatedPersonId"}
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
NONE = {"resourceType": "Bundle", "type": "searchset", "total": 0}
EPICS_NONE = {
    **NONE,
    "link": [{"relation": "self", "url": "https://ehr.example.org/fhir/R4/Observation?patient=1"}],
    "entry": [
        {
            "fullUrl": "urn:uuid:0000-1234",
            "resource": {
                "resourceType": "OperationOutcome",
                "issue": [
                    {
                        "severity": "warning",
                        "code": "processing",
                        "details": {
                            "coding": [{"system": "urn:oid:1.2.840.114350.1.13.0.1.7.2.657369", "code": "4101"}]
                        },
                    }
                ],
            },
            "search": {"mode": "outcome"},
        }
    ],
}
REQUIRED = ["patient", "conditions"]
FACTORS = {"obsReceptors", "obsTumour", "obsStage", "reports", "procedures", "medicationRequests"}


def said(cards: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(card["summary"], card["detail"]) for card in cards]


def with_key(request: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return {**request, "prefetch": {**request["prefetch"], key: value}}


def lacking(request: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {**request, "prefetch": without(request["prefetch"], *keys)}


def optional(live: Live) -> list[str]:
    return [key for key in live.templates if key not in REQUIRED]


@requirement("P1")
def test_what_is_read_of_the_chart_is_declared(live: Live) -> None:
    declared = {re.split("[/?]", template)[0] for template in live.templates.values()}
    assert declared >= {"Patient", "Condition", "Observation", "Procedure", "MedicationRequest", "DiagnosticReport"}


@requirement("P2", "P3", "P4", "P6")
def test_tokens_are_plain_members_of_the_context_or_ids_of_the_user(live: Live) -> None:
    for template in live.templates.values():
        tokens = re.findall(r"\{\{(.*?)\}\}", template)
        assert set(tokens) <= TOKENS
        assert not set("{}%()") & set(re.sub(r"\{\{.*?\}\}", "", template))


@requirement("P5")
def test_queries_are_reads_and_searches_that_every_client_can_evaluate(live: Live) -> None:
    for template in live.templates.values():
        path, asked, parameters = template.partition("?")
        assert re.fullmatch(r"[A-Z][A-Za-z]+" if asked else r"[A-Z][A-Za-z]+/\{\{context\.\w+\}\}", path)
        for name, value in parse_qsl(parameters, strict_parsing=True) if asked else ():
            assert name in {"patient", "code", "type"}
            assert (value == "{{context.patientId}}") == (name == "patient")
            assert re.fullmatch(r"[\w.|:/,{}-]+", value)


@requirement("P7")
def test_no_parameter_stands_twice_and_the_patient_is_read_first(live: Live) -> None:
    first, *_ = live.templates.values()
    assert first == "Patient/{{context.patientId}}"
    for template in live.templates.values():
        found = [name for name, _ in parse_qsl(template.partition("?")[2])]
        assert len(found) == len(set(found))


@requirement("P8", "F1")
@pytest.mark.parametrize("story", names()[::4])
def test_the_answer_is_the_same_whether_data_are_sent_or_read(live: Live, fhir: FhirServer, story: str) -> None:
    request = live.request(story)
    read = live.cards(live.held_back(request, *live.templates))
    assert said(read) == said(live.cards(request))
    assert len(fhir.calls) == len(live.templates)


@requirement("P9", "P11")
def test_each_key_that_is_missing_is_412_if_required_and_named_if_a_factor_needs_it(live: Live) -> None:
    request = live.request()
    for key in live.templates:
        answer = live.post(lacking(request, key))
        assert answer.status_code == (412 if key in REQUIRED else 200)
        assert key not in FACTORS or "could not be loaded" in answer.text


@requirement("P10")
def test_what_was_left_out_is_asked_for_with_exactly_that_query(live: Live, fhir: FhirServer) -> None:
    request = live.request()
    for key in live.templates:
        fhir.calls.clear()
        live.cards(live.held_back(request, key))
        assert fhir.targets == [live.query(key, request)]


@requirement("P9", "P11", "R7")
@pytest.mark.parametrize("kept", [None, (), ("patient",), ("conditions",), ("patient", "obsTumour")])
def test_without_required_data_and_without_a_server_the_answer_is_412(live: Live, kept: Any) -> None:
    request = live.request()
    sent = {key: value for key, value in request.pop("prefetch").items() if kept and key in kept}
    answer = live.post(request if kept is None else {**request, "prefetch": sent})
    assert answer.status_code == 412
    assert answer.json()["issue"][0]["code"] == "required"


@requirement("P11", "P12")
@pytest.mark.parametrize("key", REQUIRED)
def test_a_failure_to_load_what_is_required_is_412_and_is_not_tried_again(
    live: Live, fhir: FhirServer, key: str
) -> None:
    request = live.held_back(live.request(), key)
    assert live.post(with_key(request, key, FAILED)).status_code == 412
    assert fhir.calls == []


@requirement("P12")
def test_a_failure_to_load_is_no_data_and_is_named(live: Live, fhir: FhirServer) -> None:
    request = live.request()
    for key in optional(live):
        assert said(live.cards(with_key(request, key, FAILED))) == said(live.cards(lacking(request, key)))
    assert fhir.calls == []


@requirement("P13")
@pytest.mark.parametrize("nothing", [None, NONE, {**NONE, "entry": []}, EPICS_NONE], ids=["null", "0", "[]", "Epic"])
def test_nothing_found_is_said_in_four_ways_and_is_not_asked_again(live: Live, fhir: FhirServer, nothing: Any) -> None:
    request = {**live.held_back(live.request(), "obsTumour")}
    for key in optional(live):
        answers = [live.cards(with_key(request, name, value)) for name, value in ((key, nothing), (key, NONE))]
        assert said(answers[0]) == said(answers[1])
    assert all(call.target == live.query("obsTumour", request) for call in fhir.calls)


@requirement("P13")
def test_no_conditions_at_all_are_an_answer(live: Live) -> None:
    assert live.cards(with_key(live.request(), "conditions", None)) is not None


@requirement("P14")
def test_keys_that_nobody_asked_for_are_ignored(live: Live) -> None:
    request = live.request()
    more = with_key(with_key(request, "unasked", {"resourceType": "Basic"}), "patient-user", None)
    assert said(live.cards(more)) == said(live.cards(request))


@requirement("P15")
def test_the_pages_after_the_first_are_read_with_the_token(live: Live, fhir: FhirServer) -> None:
    request = live.held_back(live.request(), "obsTumour")
    whole = live.request()["prefetch"]["obsTumour"]
    first, *rest = whole["entry"]
    assert rest
    fhir.answers["next"] = says({**whole, "entry": rest})
    page = {**whole, "entry": [first], "link": [{"relation": "next", "url": f"{fhir.base}/next"}]}
    assert said(live.cards(with_key(request, "obsTumour", page))) == said(live.cards(live.request()))
    assert [call.headers["Authorization"] for call in fhir.calls] == [f"Bearer {TOKEN}"]


@requirement("P15")
@pytest.mark.parametrize("url", ["https://elsewhere.example.org/next", "{base}/gone", "next"])
def test_a_page_that_cannot_be_read_makes_the_data_incomplete(live: Live, fhir: FhirServer, url: str) -> None:
    request = live.held_back(live.request("every_factor_low"), "obsTumour")
    whole = live.request("every_factor_low")["prefetch"]["obsTumour"]
    page = {**whole, "link": [{"relation": "next", "url": url.format(base=fhir.base)}]}
    cards = live.cards(with_key(request, "obsTumour", page))
    assert not cards[0]["summary"].startswith("Low")


@requirement("P16")
def test_the_chart_of_somebody_else_is_refused(live: Live) -> None:
    request = live.request()
    other = {**request["prefetch"]["patient"], "id": "somebody-else"}
    assert live.post(with_key(request, "patient", other)).status_code == 422
    request["prefetch"]["obsTumour"]["entry"][0]["resource"]["subject"] = {"reference": "Patient/somebody-else"}
    answer = live.post(request)
    assert answer.status_code == 422
    assert "somebody-else" not in answer.text

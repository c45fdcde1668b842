"""Requests as real clients make them, and the answers as a test kit checks them."""

import re
from typing import Any
from uuid import UUID

import pytest

from tests.conformance.answers import Answered
from tests.conformance.live import Live, authorization
from tests.support.fhir_server import FhirServer

requirement = pytest.mark.requirement
ROLE = "PractitionerRole/eHvHbDCxSmQkkkYCqgZrfRzRKu3"
EPIC = {
    "com.epic.cdshooks.request.bpa-trigger-action": "60",
    "com.epic.cdshooks.request.cds-hooks-specification-version": "1.1",
    "com.epic.cdshooks.request.fhir-version": "R4",
    "internal": None,
}


def absolute(node: Any, base: str) -> Any:
    """The same with references that are whole addresses."""
    if isinstance(node, list):
        return [absolute(child, base) for child in node]
    if not isinstance(node, dict):
        return node
    own = {name: absolute(child, base) for name, child in node.items()}
    reference = own.get("reference")
    if isinstance(reference, str) and re.match(r"[A-Z][A-Za-z]+/", reference):
        own["reference"] = f"{base}/{reference}"
    return own


def epics(live: Live) -> dict[str, Any]:
    """A request in the manner of Epic."""
    base = "https://ehr.example.org/interconnect/api/FHIR/R4"
    request = live.request_of(absolute(live.chart(), base))
    request["context"] |= {"userId": ROLE, "encounterId": "eX1-" + "a" * 150}
    order: dict[str, Any] = {"resourceType": "MedicationRequest", "id": "m1", "status": "active", "intent": "order"}
    order |= {"subject": {"reference": f"{base}/Patient/{request['context']['patientId']}"}}
    order |= {
        "category": {"coding": [{"code": "outpatient"}]},
        "medicationReference": {"reference": f"{base}/Medication/1"},
    }
    request["prefetch"]["medicationRequests"] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": order}],
    }
    token = authorization(scope="EPIC.READ launch", patient=request["context"]["patientId"])
    return {**request, "extension": EPIC, "fhirServer": base, "fhirAuthorization": token}


@requirement("R10", "C1", "C3", "E1", "F4")
def test_a_request_in_the_manner_of_epic_gets_the_same_tier(live: Live) -> None:
    plain, epic = live.cards(live.request()), live.cards(epics(live))
    assert epic[0]["summary"] == plain[0]["summary"]


@requirement("R9", "P11", "R8")
@pytest.mark.parametrize("lacks", [("prefetch", "fhirServer", "fhirAuthorization"), ("context",), ("hookInstance",)])
def test_a_request_that_was_stripped_by_the_client_is_no_failure(live: Live, lacks: tuple[str, ...]) -> None:
    request = {name: value for name, value in epics(live).items() if name not in lacks}
    assert live.post(request).status_code == (412 if "prefetch" in lacks else 422)


@requirement("R6", "R10", "P9")
def test_a_client_of_version_1_0_is_answered(live: Live) -> None:
    request = {**live.request(), "user": "Practitioner/1", "patient": "1", "fhirServer": "https://ehr.example.org/r4"}
    assert live.cards(request)


@requirement("R10", "F4", "D10")
def test_a_client_of_version_3_0_is_answered(live: Live, fhir: FhirServer) -> None:
    request = {**live.held_back(live.request(), "obsTumour"), "version": "3.0.0", "hookVersion": "2.0.0"}
    patient = request["context"]["patientId"]
    request["fhirAuthorization"] = authorization(scope="patient/Observation.rs user/*.cruds", patient=patient)
    assert live.cards(request)
    assert len(fhir.calls) == 1


@requirement("P9", "P14")
def test_the_sandbox_is_answered_whatever_it_leaves_out(live: Live) -> None:
    """It leaves a key out where a read failed, sends no encounter and an obsolete media type in Accept."""
    request = live.request()
    request["prefetch"] = {key: request["prefetch"][key] for key in ("patient", "conditions")}
    request["fhirServer"] = "https://launch.smarthealthit.org/v/r4/fhir"
    answer = live.post(request, f"/cds-services//{live.service['id']}", Accept="application/json+fhir")
    assert answer.status_code == 200
    assert answer.json()["cards"]


@requirement("A4", "A6", "A7", "A10", "S1", "K1", "L1", "L2")
def test_a_test_kit_of_a_stricter_guide_finds_nothing_to_object_to(answered: Answered) -> None:
    """What the checks of Da Vinci CRD ask of cards, where they go beyond CDS Hooks (a topic, no blank member)."""
    for card in answered.cards:
        assert isinstance(card["summary"], str)
        assert len(card["summary"]) < 140
        assert card["indicator"] in {"info", "warning", "critical"}
        assert all(card["source"]["topic"][name].strip() for name in ("code", "system"))
        assert UUID(card["uuid"])
        assert all(card[name] for name in ("detail", "overrideReasons", "links", "suggestions") if name in card)
        for link in card.get("links", ()):
            assert re.match(r"https?://[^/]+", link["url"])
            assert "appContext" not in link
        for action in [action for one in card.get("suggestions", ()) for action in one["actions"]]:
            assert action["type"] == "create"
            assert action["resource"]["resourceType"] == "ServiceRequest"

"""R and C: the request and the context of patient-view."""

from typing import Any

import pytest

from tests.conformance.live import LIMIT, Live, authorization, without
from tests.support.fhir_server import FhirServer

requirement = pytest.mark.requirement
LONG = "e" + "-Ab1.9" * 32 + "x"  # 194 characters, as Epic's examples have them


def in_context(request: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {**request, "context": {**request["context"], **members}}


def summaries(cards: list[dict[str, Any]]) -> list[str]:
    assert cards
    return [card["summary"] for card in cards]


@requirement("R1")
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_the_service_is_called_by_post_alone(live: Live, method: str) -> None:
    answer = live.call(method, live.path, None)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


@requirement("R2")
@pytest.mark.parametrize("hook", ["order-sign", "Patient-View", "", None, 1])
def test_another_hook_gets_no_card(live: Live, hook: Any) -> None:
    answer = live.post({**live.request(), "hook": hook})
    assert answer.status_code == 422
    assert "cards" not in answer.json()


@requirement("R2", "R3", "R4", "R8")
@pytest.mark.parametrize("member", ["hook", "hookInstance", "context"])
def test_a_request_without_what_it_needs_is_refused(live: Live, member: str) -> None:
    answer = live.post(without(live.request(), member))
    assert answer.status_code == 422
    assert member in answer.json()["issue"][0]["details"]["text"]


@requirement("R3")
def test_an_instance_id_that_is_no_uuid_is_taken(live: Live) -> None:
    assert live.cards({**live.request(), "hookInstance": "not a uuid/+="})


@requirement("R4")
@pytest.mark.parametrize("context", [None, [], "Patient/1", 1])
def test_a_context_that_is_no_object_is_refused(live: Live, context: Any) -> None:
    assert live.post({**live.request(), "context": context}).status_code == 422


@requirement("R5")
def test_a_token_without_its_server_is_refused(live: Live) -> None:
    assert live.post({**live.request(), "fhirAuthorization": authorization()}).status_code == 422


@requirement("R5")
def test_a_server_without_tls_is_not_called(live: Live, fhir: FhirServer) -> None:
    request = live.held_back(live.request(), "obsTumour")
    far = {**request, "fhirServer": "http://ehr.example.org/fhir"}
    assert "could not be loaded" in live.post(far).text
    assert fhir.calls == []


@requirement("R6", "R7")
def test_prefetched_data_are_enough(live: Live) -> None:
    request = live.request()
    assert not request.keys() & {"fhirServer", "fhirAuthorization"}
    assert live.cards(request)


@requirement("R8")
@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_is_no_request_is_refused_by_kind(live: Live, body: bytes, media_type: str, status: int) -> None:
    assert live.post(body, Content_Type=media_type).status_code == status


@requirement("R8")
def test_an_unknown_service_is_not_found(live: Live) -> None:
    assert live.post(live.request(), "/cds-services/no-such-service").status_code == 404


@requirement("R9")
def test_too_large_a_body_is_refused(live: Live) -> None:
    assert live.post(b" " * (LIMIT + 1)).status_code == 413


@requirement("R9")
@pytest.mark.parametrize(
    "observation",
    [
        {"resourceType": "Observation"},
        {"resourceType": "Observation", "code": "44648-4", "status": 1},
        {"resourceType": "Observation", "code": {"coding": {"code": ["44648-4"]}}, "valueQuantity": []},
        {"resourceType": ["Observation"]},
        {"resourceType": "Observation", "subject": [{"reference": {}}], "effectiveDateTime": "yesterday"},
    ],
)
def test_a_malformed_resource_makes_nothing_fail(live: Live, observation: Any) -> None:
    request = live.request()
    request["prefetch"]["obsTumour"]["entry"].append({"resource": observation})
    assert live.post(request).status_code in {200, 422}


@requirement("R10", "E1")
def test_members_that_we_do_not_know_are_ignored_wherever_they_stand(live: Live) -> None:
    request = live.request()
    plain = summaries(live.cards(request))
    unknown = {"extension": {"com.epic.cdshooks.request.bpa-trigger-action": 60, "x": None}, "later": [1]}
    legacy = {"user": "Practitioner/1", "patient": "1", "fhirServer": "https://ehr.example.org/fhir"}
    token = {**authorization(), **unknown}
    wider = {**request, **unknown, **legacy, "fhirAuthorization": token}
    assert summaries(live.cards(in_context(wider, **unknown))) == plain


@requirement("C1")
@pytest.mark.parametrize("user", ["Practitioner/1", "PractitionerRole/a.b-c", f"Practitioner/{LONG}"])
def test_a_professional_gets_cards(live: Live, user: str) -> None:
    assert live.cards(in_context(live.request(), userId=user))


@requirement("C1")
@pytest.mark.parametrize("user", ["Patient/1", "RelatedPerson/1"])
def test_whoever_is_not_a_professional_gets_none(live: Live, user: str) -> None:
    assert live.cards(in_context(live.request(), userId=user)) == []


@requirement("C1")
@pytest.mark.parametrize("user", [None, "", "1", "Practitioner", "Device/1", "Practitioner/a/b", 7])
def test_a_user_who_is_not_named_as_asked_is_refused(live: Live, user: Any) -> None:
    answer = live.post(in_context(live.request(), userId=user))
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["expression"] == ["context.userId"]


@requirement("C2")
@pytest.mark.parametrize("patient", [None, "", "a/b", 7, {}])
def test_a_patient_who_is_not_named_as_asked_is_refused(live: Live, patient: Any) -> None:
    assert live.post(in_context(live.request(), patientId=patient)).status_code == 422


@requirement("C2")
def test_a_reference_to_the_patient_is_understood(live: Live) -> None:
    request = live.request()
    reference = f"Patient/{request['context']['patientId']}"
    assert summaries(live.cards(in_context(request, patientId=reference))) == summaries(live.cards(request))


@requirement("C2", "C3")
def test_ids_of_194_characters_are_ids(live: Live) -> None:
    resources = live.chart()
    text = str(live.request_of(resources)["context"]["patientId"])
    assert len(LONG) == 194
    long = [_renamed(resource, text, LONG) for resource in resources]
    assert live.cards(in_context(live.request_of(long), encounterId=LONG))


def _renamed(node: Any, old: str, new: str) -> Any:
    """The same with one id for another, as an id and in references."""
    if isinstance(node, dict):
        return {name: _renamed(child, old, new) for name, child in node.items()}
    if isinstance(node, list):
        return [_renamed(child, old, new) for child in node]
    return new if node == old else node.replace(f"Patient/{old}", f"Patient/{new}") if isinstance(node, str) else node


@requirement("C3")
def test_an_encounter_changes_nothing(live: Live) -> None:
    request = live.request()
    assert summaries(live.cards(in_context(request, encounterId="e1"))) == summaries(live.cards(request))


@requirement("C4")
def test_the_same_chart_opened_twice_gets_the_same_cards(live: Live) -> None:
    first, second = (live.cards(live.request()) for _ in range(2))
    assert [(card["summary"], card["detail"]) for card in first] == [(c["summary"], c["detail"]) for c in second]

import json
from typing import Any

import pytest

from cds_hooks.errors import NotAHookRequest, NotJson, TooLarge, WrongHook, WrongPatient
from cds_hooks.protocol.request import HookRequest, read_request

MIB = 1024 * 1024
AUTHORIZATION = {
    "access_token": "token",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.read",
    "subject": "cds",
}


def request(**changed: Any) -> dict[str, Any]:
    """A small valid request; a member set to ... is left out."""
    whole = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "p1"},
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def context(**changed: Any) -> dict[str, Any]:
    """A request with its context changed."""
    whole = {"userId": "Practitioner/1", "patientId": "p1", **changed}
    return request(context={name: value for name, value in whole.items() if value is not ...})


def authorized(changed: dict[str, Any]) -> dict[str, Any]:
    """A request with its authorization changed."""
    whole = {**AUTHORIZATION, **changed}
    authorization = {name: value for name, value in whole.items() if value is not ...}
    return request(fhirServer="https://ehr.example.org/fhir", fhirAuthorization=authorization)


def read(body: dict[str, Any] | bytes) -> HookRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_request(raw, "patient-view", MIB)


REFUSED = {
    "R2 no hook": (request(hook=...), ""),
    "R2 a hook that is no string": (request(hook=["patient-view"]), "hook"),
    "R3 no hookInstance": (request(hookInstance=...), ""),
    "R3 an empty hookInstance": (request(hookInstance=""), "hookInstance"),
    "R3 a hookInstance that is no string": (request(hookInstance=1), "hookInstance"),
    "R4 no context": (request(context=...), ""),
    "R4 a context that is no object": (request(context="p1"), "context"),
    "R5 a token without a server": (request(fhirAuthorization=AUTHORIZATION), ""),
    "R5 a server that is no address": (request(fhirServer="file:///etc/passwd"), "fhirServer"),
    "R5 a server that is null": (request(fhirServer=None), "fhirServer"),
    "R7 a prefetch that is no object": (request(prefetch=[]), "prefetch"),
    "R7 a prefetch that is null": (request(prefetch=None), "prefetch"),
    "R7 a prefetch value that is no resource": (request(prefetch={"key": "p1"}), "prefetch.*"),
    "C1 no user": (context(userId=...), "context"),
    "C1 a user without a type": (context(userId="1"), "context.userId"),
    "C1 a user of another type": (context(userId="Device/1"), "context.userId"),
    "C1 a user without an id": (context(userId="Practitioner/"), "context.userId"),
    "C1 a user with a line break": (context(userId="Practitioner/1\n"), "context.userId"),
    "C1 a user that is no string": (context(userId=1), "context.userId"),
    "C2 no patient": (context(patientId=...), "context"),
    "C2 an empty patient": (context(patientId=""), "context.patientId"),
    "C2 a type without an id": (context(patientId="Patient/"), "context.patientId"),
    "C2 a patient of another type": (context(patientId="Group/1"), "context.patientId"),
    "C2 a patient with a line break": (context(patientId="p1\n"), "context.patientId"),
    "C3 an encounter that is null": (context(encounterId=None), "context.encounterId"),
    "F4 no token": (authorized({"access_token": ...}), "fhirAuthorization"),
    "F4 another kind of token": (authorized({"token_type": "MAC"}), "fhirAuthorization.token_type"),
    "F4 no number of seconds": (authorized({"expires_in": "soon"}), "fhirAuthorization.expires_in"),
}

TAKEN = {
    "R3 a hookInstance that is no UUID": request(hookInstance="instance 1"),
    "R6 no token": request(fhirServer="http://127.0.0.1:8001/fhir"),
    "R10 members that we do not know": request(user="Practitioner/1", patient="p1", extension={"com.example": {}}),
    "C1 a role": context(userId="PractitionerRole/a.b-c_d"),
    "C1 the patient": context(userId="Patient/p1"),
    "C1 a relative": context(userId="RelatedPerson/1"),
    "C2 an id beyond 64 characters": context(patientId="e" * 194),
    "C3 an encounter": context(encounterId="e1"),
    "C3 members of the context that we do not know": context(other=None),
    "F4 seconds as a text": authorized({"expires_in": "300"}),
    "F4 a token for one patient": authorized({"patient": "p1"}),
    "F4 a token for one patient, with its type": authorized({"patient": "Patient/p1"}),
}


@pytest.mark.parametrize(("body", "where"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_a_hook_request_is_refused_with_its_place(body: dict[str, Any], where: str) -> None:
    with pytest.raises(NotAHookRequest) as refused:
        read(body)
    assert refused.value.where == where


@pytest.mark.parametrize("body", TAKEN.values(), ids=TAKEN.keys())
def test_a_request_that_differs_in_what_does_not_matter_is_taken(body: dict[str, Any]) -> None:
    assert read(body).hook == "patient-view"


@pytest.mark.parametrize("sent", ["p1", "Patient/p1"])
def test_the_patient_is_a_plain_id(sent: str) -> None:
    """C2: clients are known to send "Patient/"."""
    assert read(context(patientId=sent)).patient_id == "p1"


def test_a_token_for_another_patient_is_refused() -> None:
    with pytest.raises(WrongPatient) as refused:
        read(authorized({"patient": "somebody-else"}))
    assert refused.value.where == "fhirAuthorization.patient"


def test_another_hook_is_refused_before_its_context_is_judged() -> None:
    """R2."""
    with pytest.raises(WrongHook) as refused:
        read(request(hook="order-sign", context={}))
    assert "order-sign" not in refused.value.text


def test_prefetch_values_stay_the_very_bytes_that_were_sent() -> None:
    value = b'{ "resourceType":"Patient",\n "id" : "p1", "a":1.50, "a":1e999 }'
    body = json.dumps(request())[:-1].encode() + b', "prefetch": {"patient": ' + value + b' , "none": null}}'
    sent = read(body).prefetch
    assert {name: raw and bytes(raw) for name, raw in sent.items()} == {"patient": value, "none": None}


@pytest.mark.parametrize("level", ["top", "context", "fhirAuthorization", "prefetch"])
def test_a_name_that_stands_twice_in_the_envelope_is_refused(level: str) -> None:
    whole = json.dumps({**authorized({}), "prefetch": {"patient": None}})
    first = {"top": '{"hook"', "context": '{"userId"', "fhirAuthorization": '{"access_token"', "prefetch": '{"patient"'}
    name = first[level]
    with pytest.raises(NotJson, match="twice"):
        read(whole.replace(name, f"{name}: null, {name[1:]}").encode())


def test_a_request_that_is_json_but_no_object_is_not_a_hook_request() -> None:
    """R8."""
    with pytest.raises(NotAHookRequest):
        read(b"[]")


def test_a_request_of_more_bytes_than_allowed_is_too_large() -> None:
    """R9."""
    with pytest.raises(TooLarge):
        read_request(json.dumps(request()).encode(), "patient-view", 50)


def test_a_token_shows_in_no_representation() -> None:
    """F3."""
    token = read(authorized({"access_token": "canary"})).fhir_authorization
    assert token is not None
    assert token.access_token.startswith("canary")
    assert "canary" not in repr(token)


def test_no_refusal_repeats_what_was_sent() -> None:
    canary = "canary"
    for body in (
        request(hook=canary),
        request(hookInstance=[canary]),
        request(fhirServer=canary),
        request(prefetch={canary: canary}),
        context(userId=canary, patientId=f"{canary}/{canary}"),
        authorized({"expires_in": canary}),
    ):
        with pytest.raises((NotAHookRequest, WrongHook)) as refused:
            read(body)
        assert canary not in refused.value.text + refused.value.where


@pytest.mark.parametrize("kind", ["Practitioner", "PractitionerRole", "Patient", "RelatedPerson"])
def test_a_request_knows_the_user_and_the_patient_by_their_whole_address_too(kind: str) -> None:
    base = "https://ehr.example.org/fhir/R4"
    found = read(context(userId=f"{base}/{kind}/1", patientId=f"{base}/Patient/p1"))
    assert (found.user_id, found.user_type, found.patient_id) == (f"{kind}/1", kind, "p1")


@pytest.mark.parametrize("kind", ["Practitioner", "PractitionerRole", "Patient", "RelatedPerson"])
def test_a_request_knows_what_kind_of_user_made_it(kind: str) -> None:
    """C1."""
    assert read(context(userId=f"{kind}/1")).user_type == kind


@pytest.mark.parametrize("member", ["hook", "hookInstance", "fhirServer", "context", "fhirAuthorization"])
def test_a_member_that_is_larger_than_any_client_needs_is_refused_before_it_is_decoded(member: str) -> None:
    body = json.dumps(request(**{member: [0] * 200_000})).encode()
    with pytest.raises(NotAHookRequest) as refused:
        read_request(body, "patient-view", MIB)
    assert (refused.value.text, refused.value.where) == ("must have at most 262144 bytes", member)

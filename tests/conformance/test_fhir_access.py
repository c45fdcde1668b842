"""F and the 412 of H: reading the FHIR server of the client."""

from threading import Event
from typing import Any

import pytest

from tests.conformance.live import DEADLINE_MS, TOKEN, Live, authorization, without
from tests.support.fhir_server import FhirServer, held, says, sends

requirement = pytest.mark.requirement
REFUSALS = {"401": says({}, 401), "403": says({}, 403), "404": says({}, 404)}
FAILURES = {"500": says({}, 500), "nothing": sends(b""), "no FHIR": says(b"<html>"), "redirect": says({}, 302)}


@requirement("F2")
def test_every_call_carries_the_token(live: Live, fhir: FhirServer) -> None:
    live.cards(live.held_back(live.request(), *live.templates))
    assert {call.headers["Authorization"] for call in fhir.calls} == {f"Bearer {TOKEN}"}


@requirement("F3")
def test_the_token_is_nowhere_but_in_the_calls(live: Live, fhir: FhirServer) -> None:
    request = live.held_back(live.request(), *live.templates)
    request["fhirAuthorization"]["access_token"] = "canary-that-must-not-be-kept"  # noqa: S105 (a made-up token)
    answers = [live.post(request).text, live.post({**request, "hook": 1}).text]
    fhir.answers.clear()
    answers.append(live.post(request).text)
    assert fhir.calls
    assert "canary-that-must-not-be-kept" not in "".join([*answers, live.written()])
    assert request["hookInstance"] in live.written()


@requirement("F4")
@pytest.mark.parametrize("member", ["access_token", "token_type", "expires_in", "scope", "subject"])
def test_an_authorisation_that_lacks_a_member_is_refused(live: Live, fhir: FhirServer, member: str) -> None:
    request = live.held_back(live.request(), "obsTumour")
    answer = live.post({**request, "fhirAuthorization": without(authorization(), member)})
    assert answer.status_code == 422
    assert fhir.calls == []


@requirement("F4")
@pytest.mark.parametrize(
    "member",
    [
        {"expires_in": "300"},
        {"token_type": "bearer"},
        {"scope": "patient/Observation.rs launch"},
        {"scope": "EPIC.BARTON.FHIR.READ"},
        {"scope": ""},
        {"later": 1},
    ],
)
def test_an_authorisation_is_understood_in_the_form_of_any_version(
    live: Live, fhir: FhirServer, member: dict[str, Any]
) -> None:
    request = live.held_back(live.request(), "obsTumour")
    assert live.cards({**request, "fhirAuthorization": authorization(**member)})
    assert len(fhir.calls) == 1


@requirement("F4")
def test_a_token_for_another_patient_is_refused(live: Live, fhir: FhirServer) -> None:
    request = live.held_back(live.request(), "obsTumour")
    assert live.post({**request, "fhirAuthorization": authorization(patient="else")}).status_code == 422
    assert fhir.calls == []


@requirement("F5", "H3")
@pytest.mark.parametrize("how", REFUSALS | FAILURES)
def test_a_server_that_refuses_or_fails_is_412_for_what_is_required(live: Live, fhir: FhirServer, how: str) -> None:
    request = live.held_back(live.request(), "conditions")
    fhir.answers = dict.fromkeys(fhir.answers, (REFUSALS | FAILURES)[how])
    answer = live.post(request)
    assert answer.status_code == 412
    assert answer.json()["issue"][0]["expression"] == ["prefetch.conditions"]
    assert len(fhir.calls) == 1


@requirement("H3", "R9")
@pytest.mark.parametrize(("key", "status"), [("patient", 412), ("obsTumour", 200)])
def test_a_server_that_is_late_holds_nobody_for_long(live: Live, fhir: FhirServer, key: str, status: int) -> None:
    until = Event()
    request = live.held_back(live.request(), key)
    fhir.answers = {target: held(until, answer) for target, answer in fhir.answers.items()}
    answer = live.post(request)
    until.set()
    assert answer.status_code == status
    assert answer.elapsed.total_seconds() < DEADLINE_MS / 1000 + 2


@requirement("F6")
@pytest.mark.parametrize(
    "server",
    [
        "http://169.254.169.254/latest",
        "https://169.254.169.254/fhir",
        "{base}/../admin",
        "{base}-other",
        "http://127.0.0.1:1/fhir",
        "http://user@127.0.0.1/fhir",
        "https://ehr.example.org/fhir",
    ],
)
def test_a_server_that_is_not_listed_is_not_called(live: Live, fhir: FhirServer, server: str) -> None:
    request = live.held_back(live.request(), "conditions")
    assert live.post({**request, "fhirServer": server.format(base=fhir.base)}).status_code in {412, 422}
    assert fhir.calls == []


@requirement("F7", "R6")
def test_a_listed_server_is_read_without_a_token_where_there_is_none(live: Live, fhir: FhirServer) -> None:
    assert live.cards(without(live.held_back(live.request(), "obsTumour"), "fhirAuthorization"))
    assert [call.headers.get("Authorization") for call in fhir.calls] == [None]

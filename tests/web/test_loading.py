"""Requests that lack data, against a FHIR server on loopback."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from werkzeug.test import TestResponse

from cds_hooks.addresses import read_base
from cds_hooks.fhir.loading import Limits
from cds_hooks.fhir.read import read_record
from cds_hooks.fhir.supplement import load_missing, read_supplemented
from cds_hooks.protocol.request import HookRequest
from cds_hooks.settings import Settings
from tests.fhir.asking import servers
from tests.support import ehr
from tests.support.expectation import names, told
from tests.support.fhir_server import FhirServer, held, running_fhir_server, says
from tests.web.desk import KNOWLEDGE, Desk, from_user, opened, with_cards

CANARY = "canary-token-77aa"
KEYS = KNOWLEDGE.service.prefetch
REQUIRED = tuple(key.name for key in KEYS if key.required)
OPTIONAL = tuple(key.name for key in KEYS if not key.required)
TIER_FACTS = {*KNOWLEDGE.tiers.low_requires_facts, *(fact for row in KNOWLEDGE.tiers.rows for fact in row.facts)}
TIER_KEYS = {key for fact in TIER_FACTS for key in KNOWLEDGE.vocabulary.facts[fact].read_from}
LIMITS = Limits(deadline_ms=5000, max_pages=5, max_entries=1000, max_bytes=10_000_000)


@pytest.fixture(scope="module")
def shared() -> Iterator[FhirServer]:
    with running_fhir_server() as running:
        yield running


@pytest.fixture
def server(shared: FhirServer) -> FhirServer:
    shared.answers.clear()
    shared.calls.clear()
    return shared


@pytest.fixture
def desk(server: FhirServer, tmp_path: Path) -> Iterator[Desk]:
    settings = Settings(fhir_servers=(read_base(server.base),), fetch_deadline_ms=5000)
    with opened(tmp_path, settings) as running:
        yield running


def query(name: str, patient_id: str) -> str:
    (template,) = [key.template for key in KEYS if key.name == name]
    return template.replace("{{context.patientId}}", patient_id)


def asking(server: FhirServer, *lacking: str) -> dict[str, Any]:
    """The request that is answered with a card, without these keys, which the server holds."""
    request = with_cards()
    patient_id = request["context"]["patientId"]
    held_back = {name: request["prefetch"].pop(name) for name in lacking}
    server.answers.update({query(name, patient_id): says(value) for name, value in held_back.items()})
    fields = {"token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read", "subject": "cds"}
    return {**request, "fhirServer": server.base, "fhirAuthorization": {"access_token": CANARY, **fields}}


def refuse(server: FhirServer, request: dict[str, Any], *lacking: str, **how: Any) -> None:
    for name in lacking:
        server.answers[query(name, request["context"]["patientId"])] = says({"error": CANARY}, **how)


def said(answer: TestResponse) -> list[tuple[str, str]]:
    return [(card["summary"], card["detail"]) for card in answer.get_json()["cards"]]


@pytest.mark.parametrize("lacking", [(*REQUIRED, *OPTIONAL), *((key.name,) for key in KEYS)])
def test_the_answer_is_the_same_whether_data_are_sent_or_loaded(
    desk: Desk, server: FhirServer, lacking: tuple[str, ...]
) -> None:
    answer = desk.post(asking(server, *lacking))
    assert said(answer) == said(desk.post(with_cards()))
    assert len(server.calls) == len(lacking)


@pytest.mark.parametrize("story", names())
def test_every_story_is_read_the_same_whether_it_is_sent_or_loaded(server: FhirServer, story: str) -> None:
    resources = list(told(story).resources)
    patient_id = ehr.patient_id_of(resources)
    sent = ehr.fill_prefetch({key.name: key.template for key in KEYS}, resources, patient_id)
    server.answers.update({query(name, patient_id): says(value) for name, value in sent.items()})
    request = HookRequest("patient-view", "1", "Practitioner/1", patient_id, fhir_server=server.base)
    with servers(server.base, limits=LIMITS) as allowed:
        loaded = read_supplemented(request, load_missing(request, KEYS, allowed), KEYS, KNOWLEDGE.sieve).record
    prefetch = {name: json.dumps(value).encode() for name, value in sent.items()}
    assert loaded == read_record(prefetch, KEYS, KNOWLEDGE.sieve, patient_id)


@pytest.mark.parametrize("status", [401, 403, 404, 500])
@pytest.mark.parametrize("name", [name for name in OPTIONAL if name in TIER_KEYS])
def test_a_card_says_which_of_its_facts_could_not_be_loaded(
    desk: Desk, server: FhirServer, name: str, status: int
) -> None:
    request = asking(server)
    del request["prefetch"][name]
    not_sent = desk.post({**request, "fhirServer": "https://ehr.example.org/fhir"})
    refuse(server, request, name, status=status)
    answer = desk.post(request)
    assert said(answer) == said(not_sent)
    assert "could not be loaded" in json.dumps(answer.get_json())
    assert len(server.calls) == 1


@pytest.mark.parametrize("status", [200, 302, 401, 403, 404, 500])
@pytest.mark.parametrize("name", REQUIRED)
def test_without_what_is_required_the_answer_is_412(desk: Desk, server: FhirServer, name: str, status: int) -> None:
    """P11, H3, F5."""
    request = asking(server, name)
    refuse(server, request, name, status=status)
    answer = desk.post(request)
    assert answer.status_code == 412
    assert answer.get_json()["issue"][0]["expression"] == [f"prefetch.{name}"]


def test_a_server_that_is_late_costs_what_the_settings_say(server: FhirServer, tmp_path: Path) -> None:
    told_to = Event()
    request = asking(server, *OPTIONAL)
    server.answers = {target: held(told_to, answer) for target, answer in server.answers.items()}
    with opened(tmp_path, Settings(fhir_servers=(read_base(server.base),), fetch_deadline_ms=200)) as desk:
        answer = desk.post(request)
        told_to.set()
        (line,) = [line for line in desk.logged() if line["event"] == "loaded"]
    assert answer.status_code == 200
    assert line["outcomes"] == {"timeout": len(OPTIONAL)}
    assert 200 <= line["duration_ms"] < 3000


def test_a_server_that_is_not_allowed_is_not_called(server: FhirServer, tmp_path: Path) -> None:
    """F6."""
    with opened(tmp_path) as desk:
        assert desk.post(asking(server, "patient")).status_code == 412
    assert server.calls == []


def test_an_open_server_that_is_allowed_is_called_without_a_token(desk: Desk, server: FhirServer) -> None:
    """F7."""
    request = asking(server, "patient")
    del request["fhirAuthorization"]
    assert desk.post(request).status_code == 200
    assert "Authorization" not in server.calls[0].headers


@pytest.mark.parametrize("user", ["Patient/p1", "RelatedPerson/1"])
def test_nothing_is_loaded_for_somebody_who_is_shown_nothing(desk: Desk, server: FhirServer, user: str) -> None:
    assert desk.post(from_user(asking(server, *OPTIONAL), user)).get_json() == {"cards": []}
    assert server.calls == []


def test_a_token_for_another_patient_is_refused_before_anything_is_asked(desk: Desk, server: FhirServer) -> None:
    request = asking(server, *OPTIONAL)
    request["fhirAuthorization"]["patient"] = "somebody-else"
    assert desk.post(request).status_code == 422
    assert server.calls == []


def test_the_log_counts_what_came_and_says_nothing_else(desk: Desk, server: FhirServer) -> None:
    request = asking(server, "patient", "conditions", "procedures")
    refuse(server, request, "procedures", status=403)
    desk.post(request)
    (line,) = [line for line in desk.logged() if line["event"] == "loaded"]
    assert (line["outcomes"], line["pages"]) == ({"loaded": 2, "unauthorized": 1}, 2)
    assert line.keys() == {"event", "level", "timestamp", "request_id", "pages", "outcomes", "duration_ms"}


def everything_kept(desk: Desk) -> str:
    with sqlite3.connect(desk.database) as journal:
        kept = "\n".join(journal.iterdump())
    journal.close()
    return kept + desk.log.getvalue()


@pytest.mark.parametrize("status", [200, 302, 401, 500])
def test_the_token_is_nowhere_but_in_the_calls(
    desk: Desk, server: FhirServer, capfd: pytest.CaptureFixture[str], status: int
) -> None:
    """F3."""
    request = asking(server, *REQUIRED, *OPTIONAL)
    answers = [desk.post(request).get_data(as_text=True)]
    refuse(server, request, *REQUIRED, *OPTIONAL, status=status, Location=f"{server.base}/{CANARY}")
    answers.append(desk.post(request).get_data(as_text=True))
    request["fhirAuthorization"]["access_token"] += "\r\n"
    answers.append(desk.post(request).get_data(as_text=True))
    assert all(CANARY in call.headers["Authorization"] for call in server.calls)
    assert CANARY not in "".join(answers) + everything_kept(desk) + "".join(capfd.readouterr())


def test_readiness_does_not_depend_on_any_fhir_server(tmp_path: Path) -> None:
    with opened(tmp_path, Settings(fhir_servers=(read_base("https://ehr.invalid/fhir"),))) as desk:
        assert desk.client.get("/readyz").status_code == 200

"""The demo's FHIR server, asked as FHIR clients ask."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from cds_hooks.demo.fhir_server import create_fhir_server
from cds_hooks.demo.stories import Story

LOINC = "http://loinc.org"
ANNA = Story(
    "Anna",
    "anna",
    (
        {"resourceType": "Patient", "id": "anna", "name": [{"given": ["Anna"]}], "gender": "female"},
        {
            "resourceType": "Condition",
            "id": "c1",
            "subject": {"reference": "Patient/anna"},
            "clinicalStatus": {"coding": [{"system": "http://clinical", "code": "active"}]},
            "category": [{"coding": [{"system": "http://category", "code": "problem-list-item"}]}],
        },
        *(
            {
                "resourceType": "Observation",
                "id": f"o{i}",
                "status": "final" if i < 3 else "preliminary",
                "subject": {"reference": "Patient/anna"},
                "code": {"coding": [{"system": LOINC, "code": f"code-{i}"}, {"code": "local"}]},
            }
            for i in range(5)
        ),
        {"resourceType": "Observation", "id": "unstated", "status": "final"},
        {
            "resourceType": "MedicationRequest",
            "id": "m1",
            "intent": "order",
            "status": "active",
            "subject": {"reference": "https://elsewhere.example/fhir/Patient/anna"},
            "medicationCodeableConcept": {"coding": [{"system": "http://rx", "code": "1"}]},
        },
    ),
)
BERTA = Story(
    "Berta",
    "berta",
    (
        {"resourceType": "Patient", "id": "berta", "name": [{"given": ["Berta"]}]},
        {"resourceType": "Observation", "id": "b1", "status": "final", "subject": {"reference": "Patient/berta"}},
    ),
)


@pytest.fixture
def fhir() -> Iterator[FlaskClient]:
    with create_fhir_server([ANNA, BERTA]).test_client() as client:
        yield client


def ask(fhir: FlaskClient, address: str) -> dict[str, Any]:
    answer = fhir.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/fhir+json"
    return dict(json.loads(answer.data))


def ids(bundle: dict[str, Any]) -> list[str]:
    return [e["resource"]["id"] for e in bundle.get("entry", []) if e["search"]["mode"] == "match"]


def test_metadata_say_fhir_r4(fhir: FlaskClient) -> None:
    statement = ask(fhir, "/fhir/metadata")
    assert statement["resourceType"] == "CapabilityStatement"
    assert statement["fhirVersion"] == "4.0.1"


def test_a_resource_is_read_by_its_id(fhir: FlaskClient) -> None:
    assert ask(fhir, "/fhir/Patient/anna")["name"] == [{"given": ["Anna"]}]


def test_all_patients_are_listed(fhir: FlaskClient) -> None:
    assert ids(ask(fhir, "/fhir/Patient")) == ["anna", "berta"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Observation?patient=anna&_count=2", ["o0", "o1"]),
        ("Observation?subject=Patient/berta", ["b1"]),
        ("Observation?subject:Patient=berta", ["b1"]),
        ("Observation?patient=anna,berta&status=final", ["o0", "o1", "o2", "unstated", "b1"]),
        ("Observation?patient=nobody", []),
        (f"Observation?patient=anna&code={LOINC}|code-1,{LOINC}|code-3", ["o1", "o3"]),
        ("Observation?patient=anna&code=code-1", ["o1"]),
        ("Observation?patient=anna&code=|code-1", []),
        ("Observation?patient=anna&code=|local&status=preliminary", ["o3", "o4"]),
        (f"Observation?code={LOINC}|&_count=1", ["o0"]),
        ("Observation?code=code-1&code=local", ["o1"]),
        ("Observation?code=http://other|code-1", []),
        ("Observation?_id=o4,b1", ["o4", "b1"]),
        ("Condition?patient=anna&clinical-status=active&category=http://category|problem-list-item", ["c1"]),
        ("Condition?patient=anna&clinical-status=resolved", []),
        ("MedicationRequest?patient=anna&intent=order&code=http://rx|1&_format=json", ["m1"]),
        ("Procedure?patient=anna&type=x", []),
        ("Patient?patient=anna", []),
    ],
)
def test_a_search_finds(fhir: FlaskClient, query: str, found: list[str]) -> None:
    assert ids(ask(fhir, f"/fhir/{query}")) == found


def test_the_total_counts_all_pages(fhir: FlaskClient) -> None:
    assert ask(fhir, "/fhir/Observation?patient=anna&_count=2")["total"] == 6


def test_only_the_total_is_given_for_a_count_of_zero(fhir: FlaskClient) -> None:
    bundle = ask(fhir, "/fhir/Observation?patient=anna&_count=0")
    assert (bundle["total"], ids(bundle)) == (6, [])


def test_following_next_links_gives_every_match_once(fhir: FlaskClient) -> None:
    address, seen = "/fhir/Observation?patient=anna&_count=4", []
    while address:
        bundle = ask(fhir, address)
        seen += ids(bundle)
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        parts = urlsplit(links.get("next", ""))
        address = f"{parts.path}?{parts.query}" if parts.path else ""
    assert seen == ["o0", "o1", "o2", "o3", "o4", "unstated"]


def test_a_posted_search_finds_the_same(fhir: FlaskClient) -> None:
    form = {"patient": "Patient/anna", "code": f"{LOINC}|code-1,{LOINC}|code-2"}
    answer = fhir.post("/fhir/Observation/_search", data=form)
    assert ids(answer.get_json(force=True)) == ["o1", "o2"]


def test_a_posted_search_that_is_no_form_is_refused(fhir: FlaskClient) -> None:
    assert fhir.post("/fhir/Observation/_search", json={"patient": "anna"}).status_code == 415


def test_an_unknown_parameter_is_left_out_and_named(fhir: FlaskClient) -> None:
    bundle = ask(fhir, "/fhir/Observation?patient=berta&colour=red")
    assert ids(bundle) == ["b1"]
    (outcome,) = [e["resource"] for e in bundle["entry"] if e["search"]["mode"] == "outcome"]
    assert "colour" in outcome["issue"][0]["diagnostics"]
    assert "colour" not in bundle["link"][0]["url"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/fhir/Patient/nobody", 404),
        ("GET", "/fhir/Spaceship", 404),
        ("GET", "/fhir/Spaceship/1", 404),
        ("GET", "/", 404),
        ("POST", "/fhir/_services/smart/Launch", 404),
        ("POST", "/fhir/Patient", 405),
        ("PUT", "/fhir/Patient/anna", 405),
        ("DELETE", "/fhir/Patient/anna", 405),
        ("GET", "/fhir/Observation?code:not=x", 400),
        ("GET", "/fhir/Observation?patient:Group=x", 400),
        ("GET", "/fhir/Observation?_count=many", 400),
        ("GET", "/fhir/Observation?_page=b2Zmc2V0", 400),
        ("GET", "/fhir/Observation?_page=ü", 400),
        ("GET", "/fhir/Observation?_page=ZnJvbSAtMQ==", 400),
    ],
)
def test_what_cannot_be_answered_is_an_operation_outcome(
    fhir: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = fhir.open(path, method=method)
    assert answer.status_code == status
    assert answer.content_type == "application/fhir+json"
    assert answer.get_json(force=True)["resourceType"] == "OperationOutcome"


def test_a_refused_method_names_the_allowed_ones(fhir: FlaskClient) -> None:
    assert "GET" in fhir.delete("/fhir/Patient/anna").headers["Allow"]


def test_strict_handling_refuses_an_unknown_parameter(fhir: FlaskClient) -> None:
    answer = fhir.get("/fhir/Observation?colour=red", headers={"Prefer": "handling=strict"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("OPTIONS", "/fhir/Observation/_search"),
        ("OPTIONS", "/fhir/Patient/anna"),
        ("GET", "/fhir/Patient"),
        ("GET", "/fhir/Patient/nobody"),
        ("PUT", "/fhir/Patient/anna"),
    ],
)
def test_a_browser_of_any_origin_may_see_the_answer(fhir: FlaskClient, method: str, path: str) -> None:
    answer = fhir.open(path, method=method, headers={"Origin": "https://sandbox.cds-hooks.org"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert {"Authorization", "Content-Type"} <= set(answer.headers["Access-Control-Allow-Headers"].split(", "))

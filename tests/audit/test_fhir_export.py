"""Calls as FHIR resources: valid R4, and what IHE's Basic Audit Log Patterns ask of a read and of a query."""

import base64
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds_hooks.addresses import read_base
from cds_hooks.audit.entry import Kind, Who
from cds_hooks.audit.exports.fhir import fhir
from cds_hooks.audit.exports.scope import Scope, announce
from cds_hooks.audit.identity import new_id
from cds_hooks.settings import Settings
from tests.audit.sample import entry
from tests.support.expectation import told
from tests.support.fhir_server import FhirServer, running_fhir_server
from tests.web.desk import NOW, SERVICE, opened, request_about
from tests.web.test_loading import asking, refuse

Resource = dict[str, Any]

SCOPE = Scope("default", date(2026, 3, 1), date(2026, 3, 1), key=b"k" * 32)
BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
CLIENT_OF_READ, CLIENT_OF_QUERY = "110152", "110153"
TWO, RANGE = "two_tumours_small_left_and_large_right", "estrogen_receptor_not_reported"


def calls(server: FhirServer, folder: Path, scope: Scope) -> list[Resource]:
    """What is exported of a call whose data came from their server or were refused, two stories, and a refusal."""
    settings = Settings(fhir_servers=(read_base(server.base),), fetch_deadline_ms=5000)
    with opened(folder, settings) as desk:
        request = asking(server, "patient", "obsTumour")
        del request["prefetch"]["procedures"]
        refuse(server, request, "procedures", status=403)
        assert desk.post(request).status_code == 200
        for story in (TWO, RANGE):
            desk.post(request_about(told(story).resources))
        desk.post({})
        who = Who(user="somebody", patient=request["context"]["patientId"])
        journal = desk.journal
        journal.record(entry(id=new_id(NOW), kind=Kind.CONSOLE, received_at=NOW, who=who, action="decision", about="7"))
        announce(journal, scope, "fhir", {"by": "somebody"}, NOW)
        return list(fhir(journal, scope))


@pytest.fixture(scope="module")
def server() -> Iterator[FhirServer]:
    with running_fhir_server() as running:
        yield running


@pytest.fixture(scope="module")
def resources(server: FhirServer, tmp_path_factory: pytest.TempPathFactory) -> list[Resource]:
    return calls(server, tmp_path_factory.mktemp("fhir"), SCOPE)


def events(resources: list[Resource], profile: str = "") -> list[Resource]:
    found = [one for one in resources if one["resourceType"] == "AuditEvent"]
    return [one for one in found if not profile or one.get("meta", {}).get("profile") == [BALP + profile]]


def codes(event: Mapping[str, Any], *path: str) -> list[str]:
    """The codes of the agents or entities of an event."""
    return [one[path[1]].get("code") or one[path[1]]["coding"][0]["code"] for one in event[path[0]]]


def test_every_resource_is_valid(resources: list[Resource]) -> None:
    for resource in resources:
        get_fhir_model_class(resource["resourceType"]).model_validate_json(json.dumps(resource))
    assert len({(one["resourceType"], one["id"]) for one in resources}) == len(resources)


def test_each_call_has_its_resources(resources: list[Resource]) -> None:
    counted = Counter(one["resourceType"] for one in resources)
    assert counted == {"GuidanceResponse": 4, "AuditEvent": 5, "RiskAssessment": 4}


@pytest.mark.parametrize(
    ("profile", "client", "action", "interaction", "role"),
    [("PatientRead", CLIENT_OF_READ, "R", "read", "4"), ("PatientQuery", CLIENT_OF_QUERY, "E", "search", "24")],
)
def test_what_was_read_has_what_balp_asks_for(  # noqa: PLR0917
    resources: list[Resource], profile: str, client: str, action: str, interaction: str, role: str
) -> None:
    (event,) = events(resources, profile)
    server = ({CLIENT_OF_READ, CLIENT_OF_QUERY} - {client}).pop()
    assert (event["type"]["code"], event["action"], event["outcome"]) == ("rest", action, "0")
    assert [one["code"] for one in event["subtype"]] == [interaction]
    assert codes(event, "agent", "type") == [client, server, "IRCP"]
    assert all({"who", "network"} <= agent.keys() for agent in event["agent"][:2])
    assert event["agent"][2]["requestor"] is True
    assert codes(event, "entity", "type") == ["1", "2"]
    assert codes(event, "entity", "role") == ["1", role]
    assert event["entity"][0]["what"]["type"] == "Patient"


def test_the_query_is_kept_as_it_was_asked_but_for_the_patient(resources: list[Resource], server: FhirServer) -> None:
    (event,) = events(resources, "PatientQuery")
    query = base64.b64decode(event["entity"][1]["query"]).decode()
    assert query.startswith(f"Observation?patient={event['entity'][0]['what']['identifier']['value']}&")


def test_what_could_not_be_read_is_a_failure(resources: list[Resource]) -> None:
    (event,) = [one for one in events(resources) if one["outcome"] == "4"]
    assert (event["outcomeDesc"], "meta" in event) == ("unauthorized", False)


def test_looks_and_exports_are_events(resources: list[Resource]) -> None:
    assert [one["type"]["code"] for one in events(resources)[3:]] == ["110101", "110106"]


def test_what_was_said_is_a_response_with_its_status(resources: list[Resource]) -> None:
    found = [one for one in resources if one["resourceType"] == "GuidanceResponse"]
    assert [one["status"] for one in found] == ["success", "success", "success", "failure"]
    assert found[0]["moduleCanonical"].startswith(f"urn:recurrence-cds:service:{SERVICE.rpartition('/')[2]}|sha256:")
    assert found[3]["contained"][0]["issue"][0]["diagnostics"].startswith("422 ")


def test_a_tier_is_a_risk_with_its_basis_and_a_range_has_no_code(resources: list[Resource]) -> None:
    found = [one for one in resources if one["resourceType"] == "RiskAssessment"]
    risks = [one["prediction"][0]["qualitativeRisk"] for one in found]
    assert [risk["text"] for risk in risks] == ["high", "high", "low", "between low and high"]
    assert ["coding" in risk for risk in risks] == [True, True, True, False]
    assert {one["type"] for one in found[0]["basis"]} == {"Observation"}
    assert not any(key.startswith("probability") for one in found for key in one["prediction"][0])


def test_nobody_and_no_resource_of_a_chart_is_named(resources: list[Resource]) -> None:
    text = json.dumps(resources) + str(
        [base64.b64decode(e["entity"][1]["query"]) for e in events(resources, "PatientQuery")]
    )
    assert not [word for word in ("six-positive", "fixture-doctor", "somebody") if word in text]


def test_people_are_named_where_that_is_asked_for(server: FhirServer, tmp_path: Path) -> None:
    named = calls(server, tmp_path, Scope("default", SCOPE.first, SCOPE.last, identified=True))
    for resource in named:
        get_fhir_model_class(resource["resourceType"]).model_validate_json(json.dumps(resource))
    first = named[0]["subject"]["reference"]
    assert first.startswith("Patient/six-positive")
    (read,) = events(named, "PatientRead")
    assert read["entity"][1]["what"] == {"reference": first}
    assert read["agent"][2]["who"] == {"reference": "Practitioner/fixture-doctor"}

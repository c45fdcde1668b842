"""D: discovery."""

import re

import pytest

from cds_hooks.protocol.discovery import check_discovery, discovery
from tests.conformance.live import Live
from tests.support.fhir_server import FhirServer

requirement = pytest.mark.requirement


@requirement("D1", "D2")
def test_the_services_can_be_listed(live: Live) -> None:
    answer = live.get("/cds-services")
    assert answer.status_code == 200
    assert isinstance(answer.json()["services"], list)


@requirement("D3")
def test_no_services_are_an_empty_list() -> None:
    assert discovery((), announce_version=True) == {"services": []}
    assert check_discovery({"services": []}) == []


@requirement("D4", "D5", "D7", "D9")
def test_the_service_says_its_hook_its_title_and_what_it_is_for(live: Live) -> None:
    assert live.service["hook"] == "patient-view"
    for member in ("title", "description", "usageRequirements"):
        assert isinstance(live.service[member], str)
        assert live.service[member].strip()


@requirement("D6")
def test_the_service_answers_at_the_address_made_of_its_id(live: Live) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]+", live.service["id"])
    assert live.post(live.request(), f"/cds-services/{live.service['id']}").status_code == 200


@requirement("D8")
def test_prefetch_maps_plain_keys_to_queries(live: Live) -> None:
    assert live.templates
    for key, template in live.templates.items():
        assert re.fullmatch(r"\S+", key)
        assert isinstance(template, str)


@requirement("D10", "D11")
def test_the_versions_of_the_specification_and_of_the_hook_are_named(live: Live) -> None:
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", live.service["version"])
    assert live.service["hookVersion"] == "1.0"


@requirement("D12")
def test_an_id_stands_once(live: Live) -> None:
    ids = [service["id"] for service in live.get("/cds-services").json()["services"]]
    assert len(ids) == len(set(ids))


@requirement("D13", "H4")
def test_another_method_is_refused_as_such(live: Live) -> None:
    answer = live.call("PUT", "/cds-services", None)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@requirement("D14")
def test_discovery_is_the_same_with_and_without_a_slash_and_calls_nobody(live: Live, fhir: FhirServer) -> None:
    answers = [live.get(path) for path in ("/cds-services", "/cds-services/", "/cds-services")]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert fhir.calls == []


@requirement("D15")
def test_no_service_has_an_address_of_its_own(live: Live) -> None:
    for service in live.get("/cds-services").json()["services"]:
        members = {"id", "hook", "title", "description", "usageRequirements", "prefetch", "version", "hookVersion"}
        assert service.keys() <= members
        assert "://" not in service["id"]

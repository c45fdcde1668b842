from dataclasses import replace

import pytest

from cds_hooks.protocol.discovery import ServiceAnnouncement, check_discovery, discovery

SERVICE = ServiceAnnouncement(
    id="a-service",
    hook="patient-view",
    title="A service",
    description="What it does",
    usage_requirements="FHIR R4",
    prefetch={"patient": "Patient/{{context.patientId}}"},
)


def problems(service: ServiceAnnouncement) -> list[str]:
    return check_discovery(discovery([service], announce_version=True))


def test_a_service_is_announced_with_all_that_is_known_of_it() -> None:
    """D4 to D9."""
    (entry,) = discovery([SERVICE], announce_version=False)["services"]
    assert entry == {
        "id": "a-service",
        "hook": "patient-view",
        "title": "A service",
        "description": "What it does",
        "usageRequirements": "FHIR R4",
        "prefetch": {"patient": "Patient/{{context.patientId}}"},
    }


def test_the_versions_are_announced_when_set() -> None:
    """D10, D11."""
    (entry,) = discovery([SERVICE], announce_version=True)["services"]
    assert (entry["version"], entry["hookVersion"]) == ("2.0.1", "1.0")


def test_no_service_is_an_answer() -> None:
    """D3."""
    assert check_discovery(discovery([], announce_version=True)) == []


def test_what_is_not_said_is_left_out() -> None:
    """J3."""
    (entry,) = discovery([replace(SERVICE, usage_requirements="", prefetch={})], announce_version=False)["services"]
    assert not entry.keys() & {"usageRequirements", "prefetch", "version", "hookVersion"}


@pytest.mark.parametrize("service_id", ["a/b", "a b", "", "a\n", "é"])
def test_an_id_that_does_not_fit_an_address_is_found(service_id: str) -> None:
    """D6."""
    assert problems(replace(SERVICE, id=service_id))


@pytest.mark.parametrize(
    "template",
    [
        "Patient/{{Patient.id}}",
        "Patient/{{context.patient.id}}",
        "Patient/{{user}}",
        "Observation?date=ge{{today()}}",
        "Observation?subject={{%patient.id}}",
        "Patient/{context.patientId}",
        "/Patient/1",
        "",
    ],
)
def test_a_template_with_a_token_that_clients_need_not_know_is_found(template: str) -> None:
    """P2 to P4."""
    assert problems(replace(SERVICE, prefetch={"a": template}))


@pytest.mark.parametrize(
    "template",
    [
        "Patient/{{context.patientId}}",
        "Condition?patient={{context.patientId}}&category=http://example.org|a,b&_count=100",
        "Practitioner/{{userPractitionerId}}",
    ],
)
def test_a_template_as_specified_passes(template: str) -> None:
    """P2 to P4."""
    assert problems(replace(SERVICE, prefetch={"a": template})) == []

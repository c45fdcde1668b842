"""Whose a line is, and which searches of the service find it."""

import json
from typing import Any

import pytest

from cds_hooks.cohort.scan import (
    NO_PATIENT,
    NOT_A_PATIENT,
    NOT_A_RESOURCE,
    NOT_JSON,
    TOO_LONG,
    Bad,
    Ours,
    Scanned,
    Scanner,
    Shared,
)
from cds_hooks.knowledge.load import load_knowledge

KEYS = load_knowledge().service.prefetch
LOINC = "http://loinc.org"
ER = {"coding": [{"system": LOINC, "code": "85337-4"}]}
HAEMOGLOBIN = {"coding": [{"system": LOINC, "code": "718-7"}]}
UUID = "0B4ac1de-9f21-4a2b-8a2b-3d9c0b0b7b11"


def scanned(line: bytes | None) -> Scanned:
    return Scanner((KEYS,), 10_000).scan(line)


def resource(kind: str, **members: Any) -> bytes:
    return json.dumps({"resourceType": kind, "id": "1", **members}).encode()


def about(reference: Any) -> bytes:
    return resource("Condition", subject=reference)


@pytest.mark.parametrize(
    ("line", "patient"),
    [
        (resource("Patient"), "1"),
        (about({"reference": "Patient/a"}), "a"),
        (about({"reference": "https://ehr.example.org/fhir/R4/Patient/a"}), "a"),
        (about({"reference": "Patient/a/_history/3"}), "a"),
        (about({"reference": f"urn:uuid:{UUID}"}), UUID.lower()),
        (about([{"reference": "Patient/a"}]), "a"),
        (resource("Condition", patient={"reference": "Patient/a"}), "a"),
        (resource("Condition", subject={"display": "A"}, patient={"reference": "Patient/a"}), "a"),
        (resource("Observation", code=ER, subject={"reference": "Patient/a"}), "a"),
        (resource("MedicationOrder", patient={"reference": "Patient/a"}), "a"),
        (json.dumps({"id": "1", "subject": {"reference": "Patient/a"}, "resourceType": "Procedure"}).encode(), "a"),
        (resource("Condition", subject={"reference": "Patient/a"}).replace(b'"1"', b"7"), "a"),
    ],
)
def test_a_line_goes_to_its_patient_however_the_reference_is_written(line: bytes, patient: str) -> None:
    found = scanned(line + b"\r\n")
    assert isinstance(found, Ours)
    assert found.patient == patient
    assert any(found.found_by)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", NOT_JSON),
        (b'{"resourceType":"Condition"', NOT_JSON),
        (b'\xef\xbb\xbf{"resourceType":"Patient","id":"1"}', NOT_JSON),
        (b'{"resourceType":"Patient","id":"1","name":"\xff"}', NOT_JSON),
        (b'{"resourceType":"Patient","id":"1","name":"\\u0000"}', NOT_JSON),
        (b'{"resourceType":"Condition","subject":[{"reference":1}],"subject":1}', NOT_JSON),
        (b"[]", NOT_A_RESOURCE),
        (b"7", NOT_A_RESOURCE),
        (b'{"id":"1"}', NOT_A_RESOURCE),
        (b'{"resourceType":7}', NOT_A_RESOURCE),
        (about({"reference": "#p"}), NO_PATIENT),
        (about({"display": "somebody"}), NO_PATIENT),
        (about("Patient/a"), NO_PATIENT),
        (resource("Condition"), NO_PATIENT),
        (b'{"resourceType":"Patient"}', NO_PATIENT),
        (about({"reference": "Group/g"}), NOT_A_PATIENT),
        (None, TOO_LONG),
        (resource("Condition", subject={"reference": "Patient/a"}, note="x" * 10_000), TOO_LONG),
    ],
)
def test_a_line_that_cannot_be_used_says_why(line: bytes | None, why: str) -> None:
    assert scanned(line) == Bad(why)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"  \r\n",
        resource("Observation", code=HAEMOGLOBIN, subject={"reference": "Patient/a"}),
        resource("Observation", subject={"reference": "Patient/a"}),
        resource("Immunization", patient={"reference": "Patient/a"}),
        b'{"resourceType":"Claim", and what follows is not looked into',
        resource("Practitioner"),
    ],
)
def test_what_no_search_of_the_service_finds_is_passed_over(line: bytes) -> None:
    assert scanned(line) is None


def test_a_medication_belongs_to_nobody_and_is_known_by_its_names() -> None:
    line = json.dumps({"resourceType": "Medication", "id": UUID}).encode()
    assert scanned(line) == Shared((f"Medication/{UUID}", f"urn:uuid:{UUID.lower()}"))
    assert scanned(b'{"resourceType":"Medication"}') is None
    assert scanned(b'{"resourceType":"Medication","id":"1","x":"\xff"}') == Bad(NOT_JSON)


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("Medication/m", "Medication/m"),
        ("https://ehr.example.org/fhir/Medication/m/_history/1", "Medication/m"),
        (f"urn:uuid:{UUID}", f"urn:uuid:{UUID.lower()}"),
        ("#inside", ""),
    ],
)
def test_an_order_names_the_medication_that_it_needs(reference: str, name: str) -> None:
    order = {"subject": {"reference": "Patient/a"}, "medicationReference": {"reference": reference}}
    found = scanned(resource("MedicationRequest", **order))
    assert isinstance(found, Ours)
    assert found.medication == name


def test_types_are_counted_whether_or_not_they_are_needed() -> None:
    scanner = Scanner((KEYS,), 10_000)
    for line in (resource("Claim"), resource("Claim"), resource("Patient"), b'{"id":"1","resourceType":"Claim"}'):
        scanner.scan(line)
    assert scanner.kinds == {"Claim": 3, "Patient": 1}

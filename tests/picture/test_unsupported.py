"""What came in the shape of another FHIR version is named, and what it may say is not known."""

from typing import Any

import pytest

from cds_hooks.fhir.record import Coding, Unreadable, Unsupported
from cds_hooks.picture.fact import Unknown
from tests.picture.charts import concept, condition, facts, known, mm, observation, picture, value

APPENDECTOMY, CHEMOTHERAPY, LISINOPRIL = "sct 80146002", "sct 367336001", "rxnorm 314076"
KEYS = {
    "Condition": "conditions",
    "Procedure": "procedures",
    "MedicationRequest": "medicationRequests",
    "MedicationAdministration": "medicationAdministrations",
    "MedicationStatement": "medicationStatements",
    "DiagnosticReport": "reports",
    "DocumentReference": "documents",
}


def shaped(kind: str, *codes: str, version: str = "STU3") -> dict[str, Any]:
    seen = tuple(coding for code in codes for coding in concept(code).codings)
    return {
        "unreadable": (Unreadable(f"{kind}/x", kind, KEYS[kind], seen, f"FHIR {version}: member", version),),
        "unsupported": (Unsupported(version, (kind,)),),
    }


FED = [
    ("systemic_therapy_first", shaped("MedicationRequest", LISINOPRIL)),
    ("systemic_therapy_first", shaped("MedicationAdministration")),
    ("systemic_therapy_first", shaped("MedicationStatement", LISINOPRIL)),
    ("systemic_therapy_first", shaped("Procedure", CHEMOTHERAPY)),
    ("systemic_therapy_first", shaped("Procedure", APPENDECTOMY)),
    ("metastatic", shaped("Condition", "icd C79.51")),
    ("metastatic", shaped("Condition", "icd I10")),
    ("metastatic", shaped("DiagnosticReport", "loinc 11526-1")),
    ("recurrence", shaped("Condition")),
    ("local_extension", shaped("Condition", "sct 254840009")),
    ("er", shaped("Condition", "icd Z17.0")),
    ("her2", shaped("Condition")),
]


@pytest.mark.parametrize(("fact", "chart"), FED)
def test_what_a_resource_of_another_version_may_say_is_not_known(fact: str, chart: dict[str, Any]) -> None:
    found = facts(condition(), **chart)[fact]
    assert isinstance(found, Unknown)
    assert found.why.value == "unsupported_version"
    assert "FHIR STU3" in {mark for proof in found.evidence for mark in proof.marks}


def test_silence_about_spread_proves_nothing_where_diagnoses_are_not_read() -> None:
    assert value(facts(condition())["metastatic"]) == "no"
    assert value(facts(condition(), **shaped("Condition", "icd I10"))["metastatic"]) == "unsupported_version"


def test_what_raises_stays_beside_a_resource_of_another_version() -> None:
    found = facts(condition(), condition("icd C79.51"), **shaped("Condition"))
    assert value(found["metastatic"]) == "yes"


def test_a_resource_about_something_else_leaves_measured_facts_alone() -> None:
    seen = observation("loinc 33728-7", mm("22"))
    assert value(facts(condition(), seen, **shaped("Condition", "icd I10"))["tumour_size"]) == 22
    assert value(facts(condition(), seen, **shaped("Procedure", APPENDECTOMY))["tumour_size"]) == 22


def test_a_diagnosis_of_another_version_makes_an_episode_of_which_nothing_is_sure() -> None:
    (episode,) = picture(**shaped("Condition", "icd C50.912", version="DSTU2")).episodes
    assert (episode.side, episode.conditions) == ("left", ("Condition/x",))
    assert value(episode.facts["invasive"]) == "unsupported_version"


def test_the_versions_are_named_where_a_tumour_is_on_file() -> None:
    chart = shaped("MedicationStatement", LISINOPRIL)
    assert picture(condition(), **chart).unsupported == chart["unsupported"]


@pytest.mark.parametrize(
    ("chart", "named"),
    [
        (shaped("Condition"), True),
        (shaped("Condition", "icd I10"), False),
        (shaped("DiagnosticReport", "loinc 66110-8"), True),
        (shaped("DiagnosticReport", "loinc 11526-1"), False),
        (shaped("DocumentReference", "loinc 66110-8"), True),
        (shaped("MedicationStatement", LISINOPRIL), False),
    ],
)
def test_without_a_tumour_only_what_may_be_the_diagnosis_is_named(chart: dict[str, Any], named: bool) -> None:
    assert bool(picture(**chart).unsupported) is named


def test_a_resource_that_is_merely_broken_is_not_called_another_version() -> None:
    broken = Unreadable("MedicationRequest/x", "MedicationRequest", "medicationRequests", (Coding(None, "x"),), "bad")
    assert value(facts(condition(), unreadable=(broken,))["systemic_therapy_first"]) == "unreadable"
    assert known(facts(condition())["systemic_therapy_first"]).value == "no"

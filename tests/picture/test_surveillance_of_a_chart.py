"""Surveillance, visits and signs as they stand in a chart's own JSON, through the prefetch and back."""

import json
from typing import Any

from cds_hooks.fhir.bundle import prefetch_of
from cds_hooks.fhir.read import read_record
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.picture.see import see
from tests.picture.charts import TODAY, value

SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def resource(kind: str, name: str, **members: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": name, "subject": {"reference": "Patient/p"}, **members}


def seen(*resources: dict[str, Any]) -> dict[str, Any]:
    """The facts of the patient that a whole chart gives."""
    knowledge = load_knowledge()
    keys = knowledge.service.prefetch
    cancer = resource("Condition", "c", code=coded(ICD, "C50.912"), onsetDateTime="2022-01-10")
    chart = [{"resourceType": "Patient", "id": "p"}, cancer, *resources]
    document = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in chart]})
    patient, prefetch = prefetch_of(document.encode(), keys, None)
    record = read_record(prefetch, keys, knowledge.sieve, patient)
    return {name: value(fact) for name, fact in see(record, knowledge.vocabulary, TODAY).patient.items()}


def test_images_reports_and_visits_are_read_as_charts_write_them() -> None:
    mammogram = {
        "status": "available",
        "started": "2025-05-01T09:00:00Z",
        "series": [
            {
                "uid": "1.2",
                "modality": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "MG"},
                "bodySite": {"system": SNOMED, "code": "76752008"},
                "laterality": {"system": SNOMED, "code": "7771000"},
            }
        ],
    }
    density = {"status": "final", "code": coded(LOINC, "38269-7"), "effectiveDateTime": "2024-06-30"}
    visit = {
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "serviceType": coded(SNOMED, "394593009"),
        "period": {"start": "2025-05-01T10:00:00Z", "end": "2025-05-01T10:30:00Z"},
    }
    found = seen(
        resource("ImagingStudy", "i", **mammogram),
        resource("DiagnosticReport", "d", **density),
        resource("Encounter", "e", **visit),
    )
    assert (found["mammogram_left"], found["mammogram_right"]) == ((1.9, 2), "not_recorded")
    assert (found["months_since_dxa"], found["months_since_oncology_visit"]) == ((11.9, 12), (1.9, 2))


def test_a_stay_that_ended_in_hospice_and_a_sign_are_read_as_charts_write_them() -> None:
    stay = {
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "period": {"start": "2025-05-01", "end": "2025-05-09"},
        "hospitalization": {
            "dischargeDisposition": coded("http://terminology.hl7.org/CodeSystem/discharge-disposition", "hosp")
        },
    }
    lump = {
        "status": "final",
        "code": coded(SNOMED, "89164003"),
        "valueBoolean": True,
        "effectiveDateTime": "2025-05-01",
    }
    found = seen(resource("Encounter", "e", **stay), resource("Observation", "o", **lump))
    assert found["hospice"] == "yes"
    assert (found["recurrence_signs_locoregional"], found["suspected_recurrence"]) == (("lump",), "yes")


def test_what_the_chart_says_was_not_done_is_not_done() -> None:
    exam = {"status": "not-done", "code": coded(SNOMED, "572701000119102"), "performedDateTime": "2025-05-01"}
    report = {"status": "cancelled", "code": coded(LOINC, "26347-5"), "effectiveDateTime": "2025-05-01"}
    found = seen(resource("Procedure", "p", **exam), resource("DiagnosticReport", "d", **report))
    assert found["mammogram_left"] == "not_recorded"

"""Synthetic charts of a chosen length: one cancer story in the midst of ordinary results.

The story is one of the committed fixtures. The rest are laboratory results and vital signs with the members that
hospital systems send (narrative, profile, encounter, performer, reference range), about 2 kB each, which is what makes
a real chart long. An EHR that honours the codes of a prefetch template would not send them; many do not honour them,
so the results are dealt out over all keys that ask for Observations.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from tests.support import ehr

PATIENTS = Path(__file__).parent.parent / "fixtures" / "patients"
STORY = PATIENTS / "two_tumours_small_left_and_large_right" / "bundle.json"
LOINC = "http://loinc.org"
LOCAL = "urn:oid:2.16.840.1.113883.19.5.2"
UCUM = "http://unitsofmeasure.org"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
FIRST_DAY = datetime(2016, 1, 4, 7, 30, tzinfo=UTC)

# LOINC code, name, unit, lowest and highest usual value, category
USUAL_RESULTS = (
    ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 12.0, 16.0, "laboratory"),
    ("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", 4.0, 11.0, "laboratory"),
    ("777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL", 150.0, 400.0, "laboratory"),
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.5, 1.1, "laboratory"),
    ("1742-6", "Alanine aminotransferase [Catalytic activity/volume] in Serum", "U/L", 7.0, 40.0, "laboratory"),
    ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", 70.0, 110.0, "laboratory"),
    ("8867-4", "Heart rate", "/min", 55.0, 100.0, "vital-signs"),
    ("29463-7", "Body weight", "kg", 50.0, 95.0, "vital-signs"),
)


def patient_view(templates: Mapping[str, str], observations: int) -> bytes:
    """A hook request whose chart holds this many Observations, as the bytes that an EHR would send."""
    resources = ehr.resources_of(json.loads(STORY.read_bytes()))
    patient_id = ehr.patient_id_of(resources)
    prefetch = ehr.fill_prefetch(templates, resources, patient_id)
    observation_keys = [key for key, template in templates.items() if template.startswith("Observation?")]
    told = sum(len(prefetch[key].get("entry", [])) for key in observation_keys)
    results = usual_results(patient_id, max(0, observations - told))
    for key, result in zip(cycle(observation_keys), results, strict=False):
        prefetch[key].setdefault("entry", []).append({"resource": result, "search": {"mode": "match"}})
    for key in observation_keys:
        prefetch[key]["total"] = len(prefetch[key].get("entry", []))
    return json.dumps(ehr.patient_view(patient_id, prefetch, "Practitioner/bench")).encode()


def usual_results(patient_id: str, count: int) -> list[dict[str, Any]]:
    """Results that say nothing of a tumour; the same ones at every call."""
    random = Random(20260302)
    return [_usual_result(patient_id, number, random) for number in range(count)]


def _usual_result(patient_id: str, number: int, random: Random) -> dict[str, Any]:
    code, name, unit, low, high, category = random.choice(USUAL_RESULTS)
    value = round(random.uniform(low * 0.9, high * 1.1), 1)
    when = FIRST_DAY + timedelta(hours=7 * number, minutes=random.randrange(60))
    flag = "L" if value < low else "H" if value > high else "N"
    usual = f"{low} to {high} {unit}"
    amount = {"unit": unit, "system": UCUM, "code": unit}
    return {
        "resourceType": "Observation",
        "id": f"usual-result-{number}",
        "meta": {
            "versionId": "1",
            "lastUpdated": (when + timedelta(hours=3)).isoformat(),
            "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"],
        },
        "text": {"status": "generated", "div": _narrative(name, f"{value} {unit}", when, usual)},
        "identifier": [{"use": "official", "system": "urn:oid:2.16.840.1.113883.19.5", "value": f"R{number:09d}"}],
        "status": "final",
        "category": [{"coding": [{"system": OBSERVATION_CATEGORY, "code": category}]}],
        "code": {
            "coding": [
                {"system": LOINC, "code": code, "display": name},
                {"system": LOCAL, "code": f"L{number % 97:04d}", "display": name},
            ],
            "text": name,
        },
        "subject": {"reference": f"Patient/{patient_id}"},
        "encounter": {"reference": f"Encounter/visit-{number // 12}"},
        "effectiveDateTime": when.isoformat(),
        "issued": (when + timedelta(hours=2)).isoformat(),
        "performer": [{"reference": f"Organization/laboratory-{number % 5}", "display": "Central laboratory"}],
        "valueQuantity": {"value": value, **amount},
        "interpretation": [{"coding": [{"system": INTERPRETATION, "code": flag}]}],
        "referenceRange": [{"low": {"value": low, **amount}, "high": {"value": high, **amount}, "text": usual}],
    }


def _narrative(name: str, result: str, when: datetime, usual: str) -> str:
    return (
        '<div xmlns="http://www.w3.org/1999/xhtml"><table>'
        f"<tr><th>Test</th><th>Result</th><th>Taken</th></tr><tr><td>{name}</td><td>{result}</td>"
        f"<td>{when:%d %b %Y %H:%M}</td></tr><tr><td>Reference range</td><td>{usual}</td><td></td></tr>"
        "</table></div>"
    )

"""The requests of `fixtures/refused`, and the command that writes them: `python -m tests.support.refusals`."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from tests.support import ehr
from tests.support.authoring.chart import LOINC, SCT, concept
from tests.support.stories import FIXTURES

FOLDER = FIXTURES / "refused"
PATIENT = {
    "resourceType": "Patient",
    "id": "refused-rosalba",
    "gender": "female",
    "birthDate": "1970-01-01",
    "name": [{"family": "Turnaway", "given": ["Rosalba"]}],
}
CANCER = {
    "resourceType": "Condition",
    "id": "refused-cancer",
    "subject": {"reference": "Patient/refused-rosalba"},
    "code": concept(SCT, "254837009", "Malignant neoplasm of breast (disorder)"),
}
OTHERS_GRADE = {
    "resourceType": "Observation",
    "id": "refused-others-grade",
    "status": "final",
    "subject": {"reference": "https://ehr.example.org/fhir/R4/Patient/somebody-else"},
    "code": concept(LOINC, "44648-4"),
    "valueCodeableConcept": concept(LOINC, "LA27823-6", "Grade 1"),
}
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}

Request = dict[str, Any]


def refusals() -> Mapping[str, Mapping[str, Any]]:
    """Name of the request -> the status that it must get, and why."""
    return dict(yaml.safe_load((FOLDER / "expect.yaml").read_text(encoding="utf-8")))


def valid() -> Request:
    """The request that each refused one departs from in a single point."""
    prefetch = {"patient": PATIENT, "conditions": ehr.searchset([CANCER]), "obsTumour": ehr.searchset([])}
    return ehr.patient_view("refused-rosalba", prefetch)


def _observation_of_somebody_else(request: Request) -> None:
    request["prefetch"]["obsTumour"] = ehr.searchset([OTHERS_GRADE])


def _patient_is_somebody_else(request: Request) -> None:
    request["prefetch"]["patient"] = {**PATIENT, "id": "somebody-else"}


def _another_hook(request: Request) -> None:
    request["hook"] = "order-sign"


def _no_patient_id(request: Request) -> None:
    del request["context"]["patientId"]


def _patient_null(request: Request) -> None:
    request["prefetch"]["patient"] = None


def _conditions_failed(request: Request) -> None:
    request["prefetch"]["conditions"] = FAILED


DEPARTURES: Mapping[str, Callable[[Request], None]] = {
    "an_observation_of_somebody_else": _observation_of_somebody_else,
    "the_patient_is_somebody_else": _patient_is_somebody_else,
    "another_hook": _another_hook,
    "no_patient_id_in_the_context": _no_patient_id,
    "the_patient_is_null": _patient_null,
    "the_conditions_could_not_be_read": _conditions_failed,
}


def write_all() -> None:
    """Write every refused request; the one that is not JSON is the valid one, cut off."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, depart in DEPARTURES.items():
        request = json.loads(json.dumps(valid()))
        depart(request)
        (FOLDER / f"{name}.json").write_text(json.dumps(request, indent=1) + "\n", encoding="utf-8")
    (FOLDER / "not_json.json").write_text(json.dumps(valid())[:200] + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_all()

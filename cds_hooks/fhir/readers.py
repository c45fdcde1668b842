"""Which function reads which resource type. The Patient and Specimens are read for themselves."""

from collections.abc import Callable, Mapping
from typing import Any

from cds_hooks.fhir.charted import diagnostic_report, document_reference, encounter, imaging_study
from cds_hooks.fhir.drugs import medication_use
from cds_hooks.fhir.record import (
    Condition,
    DiagnosticReport,
    DocumentReference,
    Encounter,
    ImagingStudy,
    MedicationUse,
    Observation,
    Origin,
    Procedure,
)
from cds_hooks.fhir.resources import condition, observation, procedure
from cds_hooks.fhir.surroundings import Surroundings

Found = (
    Observation
    | Condition
    | Procedure
    | MedicationUse
    | DiagnosticReport
    | DocumentReference
    | ImagingStudy
    | Encounter
)
Reader = Callable[[Mapping[str, Any], Origin, Surroundings], Found]
READERS: Mapping[str, Reader] = {
    "Observation": observation,
    "Condition": condition,
    "Procedure": procedure,
    "MedicationRequest": medication_use,
    "MedicationAdministration": medication_use,
    "MedicationStatement": medication_use,
    "DiagnosticReport": diagnostic_report,
    "DocumentReference": document_reference,
    "ImagingStudy": imaging_study,
    "Encounter": encounter,
}

"""Reports, documents, images, visits and specimens of a small chart, and the Record that is read from it."""

from typing import Any

from cds_hooks.fhir.prefetch import PrefetchKey
from cds_hooks.fhir.read import read_record
from cds_hooks.fhir.record import Record
from cds_hooks.fhir.sift import Sieve
from tests.fhir.charts import KEYS as CHART_KEYS
from tests.fhir.charts import PATIENT, SIEVE, US, Resource, bundle, coded, raw

SNOMED, DICOM = "http://snomed.info/sct", "http://dicom.nema.org/resources/ontology/DCM"
KEYS = (
    *CHART_KEYS,
    PrefetchKey("reports", "DiagnosticReport", "DiagnosticReport?patient={{context.patientId}}&code=22637-3"),
    PrefetchKey("documents", "DocumentReference", "DocumentReference?patient={{context.patientId}}&type=11526-1"),
    PrefetchKey("imaging", "ImagingStudy", "ImagingStudy?patient={{context.patientId}}"),
    PrefetchKey("visits", "Encounter", "Encounter?patient={{context.patientId}}"),
    PrefetchKey("specimens", "Specimen", "Specimen?patient={{context.patientId}}"),
)
_WANTED = {
    **SIEVE.codes,
    "DiagnosticReport": frozenset({"22637-3"}),
    "DocumentReference": frozenset({"11526-1"}),
    "ImagingStudy": frozenset({"MG", "71651007"}),
    "Encounter": frozenset({"385763009", "394593009"}),
    "Specimen": frozenset(),
}
SIEVE_BESIDE = Sieve(codes=_WANTED, prefixes=SIEVE.prefixes, everything=SIEVE.everything)


def report(own_id: str = "path", /, **members: Any) -> Resource:
    found = {
        "resourceType": "DiagnosticReport",
        "id": own_id,
        "status": "final",
        "subject": US,
        "code": coded("22637-3"),
    }
    return _without_gaps({**found, **members})


def document(own_id: str = "doc", /, **members: Any) -> Resource:
    content = [{"attachment": {"contentType": "application/pdf", "url": "Binary/1"}}]
    found = {"resourceType": "DocumentReference", "id": own_id, "status": "current", "subject": US, "content": content}
    return _without_gaps({**found, "type": coded("11526-1"), **members})


def imaging(own_id: str = "mg", /, **members: Any) -> Resource:
    found = {"resourceType": "ImagingStudy", "id": own_id, "status": "available", "subject": US}
    return _without_gaps({**found, "modality": [{"system": DICOM, "code": "MG"}], **members})


def visit(own_id: str = "v", /, **members: Any) -> Resource:
    klass = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
    found = {"resourceType": "Encounter", "id": own_id, "status": "finished", "subject": US, "class": klass}
    return _without_gaps({**found, "serviceType": coded("394593009", SNOMED), **members})


def specimen(own_id: str = "s", /, **members: Any) -> Resource:
    return _without_gaps({"resourceType": "Specimen", "id": own_id, "subject": US, **members})


def _without_gaps(members: Resource) -> Resource:
    return {name: value for name, value in members.items() if value is not ...}


def read(sieve: Sieve = SIEVE_BESIDE, /, **keys: Any) -> Record:
    """The Record of a request with these prefetch values."""
    values = {"patient": PATIENT, "conditions": bundle(), **keys}
    return read_record({name: raw(value) for name, value in values.items()}, KEYS, sieve, "p")

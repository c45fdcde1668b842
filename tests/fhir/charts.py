"""Small charts for these tests: resources as dicts, a prefetch of raw JSON, and the Record that is read from it."""

import json
from collections.abc import Mapping
from typing import Any

from cds_hooks.fhir.prefetch import PrefetchKey
from cds_hooks.fhir.read import read_record
from cds_hooks.fhir.record import Observation, Record
from cds_hooks.fhir.sift import Sieve

Resource = dict[str, Any]

KEYS = (
    PrefetchKey("patient", "Patient", "Patient/{{context.patientId}}", required=True),
    PrefetchKey("conditions", "Condition", "Condition?patient={{context.patientId}}", required=True),
    PrefetchKey("receptors", "Observation", "Observation?patient={{context.patientId}}&code=85337-4"),
    PrefetchKey("tumour", "Observation", "Observation?patient={{context.patientId}}&code=21889-1,33728-7"),
    PrefetchKey("procedures", "Procedure", "Procedure?patient={{context.patientId}}"),
    PrefetchKey("requests", "MedicationRequest", "MedicationRequest?patient={{context.patientId}}"),
    PrefetchKey("given", "MedicationAdministration", "MedicationAdministration?patient={{context.patientId}}"),
    PrefetchKey("stated", "MedicationStatement", "MedicationStatement?patient={{context.patientId}}"),
)
DRUGS = frozenset({"224905", "L01CD01"})
SIEVE = Sieve(
    codes={
        "Observation": frozenset({"85337-4", "21889-1", "33728-7"}),
        "Condition": frozenset({"254837009"}),
        "Procedure": frozenset({"172043006"}),
        "MedicationRequest": DRUGS,
        "MedicationAdministration": DRUGS,
        "MedicationStatement": DRUGS,
    },
    prefixes={"Condition": ("C50",)},
    everything=frozenset(),
)
US = {"reference": "Patient/p"}
PATIENT: Resource = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1960-05"}


def coded(code: str, system: str = "http://loinc.org", **more: Any) -> Resource:
    return {"coding": [{"system": system, "code": code, **more}]}


def observation(own_id: str | None = "er", code: Any = "85337-4", **members: Any) -> Resource:
    """An Observation; a `code` that is a word is a LOINC code."""
    concept = coded(code) if isinstance(code, str) else code
    return _resource("Observation", own_id, {"status": "final", "subject": US, "code": concept, **members})


def condition(own_id: str | None = "c", **members: Any) -> Resource:
    code = coded("C50.911", "http://hl7.org/fhir/sid/icd-10-cm")
    return _resource("Condition", own_id, {"subject": US, "code": code, **members})


def procedure(own_id: str | None = "op", **members: Any) -> Resource:
    code = coded("172043006", "http://snomed.info/sct")
    return _resource("Procedure", own_id, {"status": "completed", "subject": US, "code": code, **members})


def drug(kind: str = "MedicationRequest", own_id: str | None = "rx", **members: Any) -> Resource:
    status = {"MedicationRequest": "active", "MedicationStatement": "active"}.get(kind, "completed")
    found = {"status": status, "subject": US, **({"intent": "order"} if kind == "MedicationRequest" else {}), **members}
    if not any(name.startswith("medication") for name in found):
        found["medicationCodeableConcept"] = coded("224905", "http://www.nlm.nih.gov/research/umls/rxnorm")
    return _resource(kind, own_id, found)


def _resource(kind: str, own_id: str | None, members: Mapping[str, Any]) -> Resource:
    named = {} if own_id is None else {"id": own_id}
    return {"resourceType": kind, **named, **{name: value for name, value in members.items() if value is not ...}}


def bundle(*resources: Resource, **members: Any) -> Resource:
    """A searchset of matches. A dict with "resource" or "fullUrl" is taken as an entry of its own."""
    entries = [_entry(resource) for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", **members, "entry": entries}


def _entry(given: Resource) -> Resource:
    return given if "resource" in given or "fullUrl" in given else {"resource": given, "search": {"mode": "match"}}


def raw(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()


def read(patient_id: Any = "p", sieve: Any = SIEVE, **keys: Any) -> Record:
    """The Record of a request with these prefetch values (... is absent). Patient and Conditions are there anyway."""
    values = {"patient": PATIENT, "conditions": bundle(), **keys}
    prefetch = {name: None if value is None else raw(value) for name, value in values.items() if value is not ...}
    return read_record(prefetch, KEYS, sieve, patient_id)


def read_observation(**members: Any) -> Observation:
    """The one Observation of a chart, with these members."""
    record = read(receptors=bundle(observation(**members)))
    assert record.unreadable == ()
    return record.observations[0]


def why_unreadable(**members: Any) -> str:
    """Why an Observation with these members cannot be read."""
    record = read(receptors=bundle(observation(**members)))
    assert record.observations == ()
    return record.unreadable[0].why

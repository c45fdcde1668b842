from typing import Any

import pytest

from cds_hooks.fhir.bundle import prefetch_of
from cds_hooks.fhir.dates import written
from cds_hooks.fhir.record import LeftOut, Unsupported
from tests.fhir.beside import KEYS, document, imaging, read, report, specimen, visit
from tests.fhir.charts import PATIENT, bundle, coded, condition, drug, observation, procedure, raw

KEY_OF = {
    "Condition": "conditions",
    "Observation": "receptors",
    "Procedure": "procedures",
    "MedicationRequest": "requests",
    "MedicationAdministration": "given",
    "MedicationStatement": "stated",
    "DiagnosticReport": "reports",
    "DocumentReference": "documents",
    "ImagingStudy": "imaging",
    "Encounter": "visits",
}
GIVEN, STATED = "MedicationAdministration", "MedicationStatement"
CONCEPT = {"concept": coded("224905")}
ORDER = {**drug(), "resourceType": "MedicationOrder", "id": "rx"}
FOREIGN = [
    ("R5", drug(medication=CONCEPT), "medication"),
    ("R5", drug(reason=[CONCEPT]), "reason"),
    ("R5", drug(GIVEN, medication=CONCEPT), "medication"),
    ("R5", drug(GIVEN, occurenceDateTime="2020"), "occurenceDateTime"),
    ("R5", drug(STATED, status="recorded"), "status"),
    ("R5", drug(STATED, status="draft"), "status"),
    ("R5", procedure(occurrencePeriod={"start": "2020"}), "occurrencePeriod"),
    ("R5", procedure(reason=[CONCEPT]), "reason"),
    ("R5", imaging(procedure=[CONCEPT]), "procedure"),
    ("R5", imaging(modality=[coded("MG")]), "modality"),
    ("R5", visit(**{"class": [coded("AMB")]}), "class"),
    ("R5", visit(serviceType=[{"concept": coded("394593009")}]), "serviceType"),
    ("R5", visit(actualPeriod={"start": "2020"}), "actualPeriod"),
    ("R5", visit(admission={"dischargeDisposition": coded("385763009")}), "admission"),
    ("R5", visit(status="completed"), "status"),
    ("R5", visit(reason=[{"value": [CONCEPT]}]), "reason"),
    ("DSTU2", visit(**{"class": "ambulatory"}), "class"),
    ("DSTU2 or STU3", visit(reason=[coded("254837009")]), "reason"),
    ("DSTU2", drug(GIVEN, effectiveTimeDateTime="2020"), "effectiveTimeDateTime"),
    ("DSTU2", drug(GIVEN, wasNotGiven=True), "wasNotGiven"),
    ("STU3", drug(GIVEN, notGiven=True), "notGiven"),
    ("DSTU2", drug(STATED, wasNotTaken=True), "wasNotTaken"),
    ("STU3", drug(STATED, taken="n"), "taken"),
    ("STU3", drug(STATED, taken="unk"), "taken"),
    ("DSTU2", procedure(notPerformed=True), "notPerformed"),
    ("STU3", procedure(notDone=True), "notDone"),
    ("STU3", procedure(notDone=0), "notDone"),
    ("DSTU2", condition(onsetQuantity={"value": 50}), "onsetQuantity"),
    ("DSTU2 or STU3", condition(abatementBoolean=True), "abatementBoolean"),
    ("DSTU2 or STU3", report(codedDiagnosis=[coded("254837009")]), "codedDiagnosis"),
    ("DSTU2 or STU3", document(indexed="2020-01-02T00:00:00Z"), "indexed"),
    ("DSTU2 or STU3", imaging(modality=..., modalityList=[{"code": "MG"}]), "modalityList"),
]


@pytest.mark.parametrize(("version", "resource", "member"), FOREIGN, ids=lambda v: v if isinstance(v, str) else "")
def test_another_versions_shape_is_named_and_what_it_feeds_is_open(
    version: str, resource: dict[str, Any], member: str
) -> None:
    kind = resource["resourceType"]
    record = read(**{KEY_OF[kind]: bundle(resource)})
    assert record.unsupported == (Unsupported(version, (kind,)),)
    assert [(u.resource_type, u.why) for u in record.unreadable] == [(kind, f"FHIR {version}: {member}")]
    assert record.unreadable[0].codes


AS_R4 = [
    condition(subject=..., patient={"reference": "Patient/p"}, clinicalStatus="active", verificationStatus="confirmed"),
    condition(stage={"summary": coded("261638004")}, dateRecorded="2020"),
    condition(context={"reference": "Encounter/1"}, assertedDate="2020"),
    observation(interpretation=coded("POS"), context={"reference": "Encounter/1"}, comments="x"),
    drug(context={"reference": "Encounter/1"}, requester={"agent": {"reference": "Practitioner/1"}}),
    drug(STATED, taken="y", effectiveDateTime="2020"),
    drug(STATED, wasNotTaken=False),
    drug(GIVEN, notGiven=False, context={"reference": "Encounter/1"}),
    procedure(notDone=False, context={"reference": "Encounter/1"}),
    procedure(notPerformed=False, reasonCodeableConcept=coded("254837009")),
    imaging(accession={"value": "1"}),
]


@pytest.mark.parametrize("resource", AS_R4, ids=lambda resource: resource["resourceType"])
def test_another_versions_shape_that_reads_as_r4_is_read(resource: dict[str, Any]) -> None:
    record = read(**{KEY_OF[resource["resourceType"]]: bundle(resource)})
    found = (*record.conditions, *record.observations, *record.procedures, *record.medications, *record.imaging)
    assert len(found) == 1
    assert (*record.unsupported, *record.unreadable) == ()


@pytest.mark.parametrize("member", ["assertedDate", "dateRecorded", "recordedDate"])
def test_the_day_of_recording_is_read_under_its_older_names(member: str) -> None:
    assert read(conditions=bundle(condition(**{member: "2020-05"}))).conditions[0].onset == written("2020-05")


def test_a_patient_with_an_older_name_is_read() -> None:
    assert read(patient={**PATIENT, "name": [{"family": ["Muster", "Beispiel"]}]}).patient.gender == "female"


@pytest.mark.parametrize(
    ("kind", "key"), [("MedicationOrder", "requests"), ("MedicationUsage", "stated")], ids=["DSTU2", "R5"]
)
def test_a_type_of_another_version_is_found_under_the_key_of_ours(kind: str, key: str) -> None:
    other = {**ORDER, "resourceType": kind}
    for sent in ({key: bundle(other)}, {key: raw_key(bundle(PATIENT, other), key)}):
        record = read(**sent)
        assert record.unsupported[0].resource_types == (kind,)
        assert record.unreadable[0].codes[0].code == "224905"
        assert record.left_out == ()


def raw_key(document_: dict[str, Any], key: str) -> bytes:
    _, prefetch = prefetch_of(raw(document_), KEYS, "p")
    return prefetch[key] or b"null"


def test_a_withdrawn_order_of_another_version_is_left_out() -> None:
    record = read(requests=bundle({**ORDER, "status": "entered-in-error"}))
    assert record.left_out == (LeftOut("MedicationOrder/rx", "entered in error"),)
    assert record.unsupported == ()


def test_a_foreign_order_that_nobody_wants_is_not_named() -> None:
    aspirin = {**ORDER, "medicationCodeableConcept": coded("1191", "RxNorm")}
    assert read(requests=bundle(aspirin)).unsupported == ()


def test_versions_are_named_once_with_all_their_types() -> None:
    record = read(
        requests=bundle(drug(own_id="1", medication=CONCEPT), drug(own_id="2", medication=CONCEPT)),
        procedures=bundle(procedure(occurrenceDateTime="2020"), procedure("3", notDone=True)),
    )
    assert record.unsupported == (
        Unsupported("R5", ("MedicationRequest", "Procedure")),
        Unsupported("STU3", ("Procedure",)),
    )


def test_a_specimen_of_another_version_is_named() -> None:
    site = specimen(collection={"bodySite": {"concept": coded("76752008")}})
    ours = observation(specimen={"reference": "Specimen/s"})
    record = read(receptors=bundle(ours), specimens=bundle(site))
    assert [(u.reference, u.why) for u in record.unreadable] == [("Specimen/s", "FHIR R5: collection.bodySite")]
    assert len(record.observations) == 1

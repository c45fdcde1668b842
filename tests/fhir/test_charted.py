from typing import Any

import pytest

from cds_hooks.fhir.dates import DateInterval, written
from cds_hooks.fhir.record import Coding, Concept, LeftOut
from cds_hooks.fhir.sift import Sieve
from tests.fhir.beside import DICOM, SNOMED, document, imaging, read, report, visit
from tests.fhir.charts import SIEVE, bundle, coded, drug, procedure


def one(key: str, resource: dict[str, Any]) -> Any:
    record = read(**{key: bundle(resource)})
    assert record.unreadable == ()
    found: tuple[Any, ...] = (*record.reports, *record.documents, *record.imaging, *record.encounters)
    assert len(found) == 1
    return found[0]


def test_a_report_tells_its_diagnoses_and_whether_it_has_words() -> None:
    found = one(
        "reports",
        report(
            category=[coded("LP7839-6")],
            conclusionCode=[coded("254837009", SNOMED)],
            conclusion="Invasive carcinoma.",
            presentedForm=[{"contentType": "application/pdf"}],
            effectiveDateTime="2020-01-02",
            result=[{"reference": "Observation/er"}],
            specimen=[{"reference": "Specimen/s"}, {"display": "breast"}],
            imagingStudy=[{"reference": "ImagingStudy/mg"}],
        ),
    )
    assert found.conclusion_codes == (Concept((Coding(SNOMED, "254837009"),)),)
    assert (found.has_text, found.has_attachment, found.status) == (True, True, "final")
    assert (found.results, found.specimens, found.imaging) == (
        ("Observation/er",),
        ("Specimen/s",),
        ("ImagingStudy/mg",),
    )
    assert (found.effective, found.code.codings[0].code) == (written("2020-01-02"), "22637-3")
    assert found.category[0].codings[0].code == "LP7839-6"


@pytest.mark.parametrize("empty", [{}, {"conclusion": " "}, {"presentedForm": []}, {"conclusion": None}])
def test_a_report_without_words_has_none(empty: dict[str, Any]) -> None:
    found = one("reports", report(**empty))
    assert (found.has_text, found.has_attachment) == (False, False)


def test_a_report_without_a_time_is_dated_by_its_issue() -> None:
    found = one("reports", report(issued="2020-02-03T10:00:00Z"))
    assert (found.effective, found.origin.marks) == (written("2020-02-03"), ("dated by issue",))


def test_a_document_tells_its_type_and_day() -> None:
    found = one("documents", document(date="2020-02-03T10:00:00Z", category=[coded("clinical-note")]))
    assert (found.type.codings[0].code, found.date, found.status) == ("11526-1", written("2020-02-03"), "current")
    assert found.category[0].codings[0].code == "clinical-note"


def test_a_document_without_content_is_still_a_document() -> None:
    assert one("documents", document(content=..., status=...)).origin.marks == ("status missing",)


def test_an_imaging_study_tells_the_site_of_its_series() -> None:
    side = {"system": SNOMED, "code": "7771000"}
    series = [{"bodySite": {"system": SNOMED, "code": "76752008"}, "laterality": side}, {"laterality": side}]
    found = one("imaging", imaging(series=series, started="2021-03", procedureCode=[coded("71651007", SNOMED)]))
    assert found.modality == (Concept((Coding(DICOM, "MG"),)),)
    assert found.laterality == (Concept((Coding(SNOMED, "7771000"),)),)
    assert found.body_site == (Concept((Coding(SNOMED, "76752008"),)),)
    assert (found.procedure[0].codings[0].code, found.started) == ("71651007", written("2021-03"))


def test_the_modality_may_stand_in_the_series_alone() -> None:
    instances = [{"uid": 5, "sopClass": "none"}] * 20
    series = [{"uid": "1", "modality": {"system": DICOM, "code": "MG"}, "instance": instances, "number": "first"}]
    assert one("imaging", imaging(modality=..., series=series)).modality == (Concept((Coding(DICOM, "MG"),)),)


def test_a_visit_tells_where_why_and_how_it_ended() -> None:
    found = one(
        "visits",
        visit(
            type=[coded("185349003", SNOMED)],
            reasonCode=[coded("254837009", SNOMED)],
            period={"start": "2020-01-02", "end": "2020-01-05"},
            hospitalization={"dischargeDisposition": coded("hosp"), "origin": 5},
        ),
    )
    assert found.klass == Coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB")
    assert (found.service_type.codings[0].code, found.discharge.codings[0].code) == ("394593009", "hosp")
    assert (found.type[0].codings[0].code, found.reason[0].codings[0].code) == ("185349003", "254837009")
    assert found.period == DateInterval(written("2020-01-02").earliest, written("2020-01-05").latest)  # type: ignore[union-attr]


def test_a_visit_without_a_class_has_none() -> None:
    assert one("visits", visit(**{"class": ...})).klass is None


@pytest.mark.parametrize(
    ("key", "resource", "kept"),
    [
        ("reports", report(code=coded("24323-8")), 0),
        ("reports", report(code=coded("24323-8"), conclusionCode=[coded("254837009", SNOMED)]), 1),
        ("reports", report(code=coded("24323-8"), conclusionCode=[coded("38341003", SNOMED)]), 0),
        ("reports", report(code={"text": "Surgical pathology"}), 1),
        ("documents", document(type=coded("34133-9")), 0),
        ("imaging", imaging(modality=[{"system": DICOM, "code": "CT"}]), 0),
        ("imaging", imaging(modality=..., series=[{"modality": {"system": DICOM, "code": "MG"}}]), 1),
        ("imaging", imaging(modality=[{"system": DICOM, "code": "OT"}], procedureCode=[coded("71651007", SNOMED)]), 1),
        ("visits", visit(serviceType=coded("394585009", SNOMED)), 0),
        ("visits", visit(serviceType=..., type=[coded("385763009", SNOMED)]), 1),
        ("visits", visit(serviceType=..., hospitalization={"dischargeDisposition": coded("385763009", SNOMED)}), 1),
    ],
)
def test_what_stands_beside_findings_is_sifted_by_its_codes(key: str, resource: dict[str, Any], kept: int) -> None:
    record = read(**{key: bundle(resource)})
    assert len((*record.reports, *record.documents, *record.imaging, *record.encounters)) == kept


def test_any_conclusion_is_kept_where_every_diagnosis_is() -> None:
    sieve = Sieve({"DiagnosticReport": frozenset({"22637-3"})}, SIEVE.prefixes, frozenset({"Condition"}))
    concluded = report(code=coded("24323-8"), conclusionCode=[coded("38341003", SNOMED)])
    assert len(read(sieve, reports=bundle(concluded, report("plain", code=coded("24323-8")))).reports) == 1


@pytest.mark.parametrize(
    ("key", "resource", "why"),
    [
        ("reports", report(status="entered-in-error"), "entered in error"),
        ("reports", report(status="cancelled"), "cancelled"),
        ("documents", document(status="superseded"), "superseded"),
        ("documents", document(docStatus="entered-in-error"), "entered in error"),
        ("imaging", imaging(status="entered-in-error"), "entered in error"),
        ("visits", visit(status="cancelled"), "cancelled"),
    ],
)
def test_what_was_withdrawn_is_left_out(key: str, resource: dict[str, Any], why: str) -> None:
    record = read(**{key: bundle(resource)})
    assert record.left_out == (LeftOut(f"{resource['resourceType']}/{resource['id']}", why),)
    assert (*record.reports, *record.documents, *record.imaging, *record.encounters) == ()


@pytest.mark.parametrize(
    ("key", "resource"),
    [
        ("procedures", procedure(status="not-done", statusReason={"text": "declined"})),
        ("stated", drug("MedicationStatement", status="not-taken", statusReason=[{"text": "declined"}])),
        ("given", drug("MedicationAdministration", status="not-done", statusReason=[{"text": "declined"}])),
    ],
)
def test_what_was_not_done_is_kept_apart_with_the_reason(key: str, resource: dict[str, Any]) -> None:
    record = read(**{key: bundle(resource)})
    assert (*record.procedures, *record.medications) == ()
    assert record.not_done[0].status_reason == (Concept(text="declined"),)
    assert len(record.left_out) == 1


def test_what_was_not_done_need_not_be_readable() -> None:
    assert read(procedures=bundle(procedure(status="not-done", performedDateTime="soon"))).not_done == ()


@pytest.mark.parametrize(
    ("members", "begins", "ends"),
    [
        ({"authoredOn": "2020-01-10"}, "2020-01-10", "2020-01-10"),
        ({"authoredOn": "2020-01-10", "dispenseRequest": {}}, "2020-01-10", "2020-01-10"),
        ({"authoredOn": "2020-01-10", "dispenseRequest": ("2020-02-01", "2020-06-01")}, "2020-01-10", "2020-06-01"),
        ({"authoredOn": "2020-01-10", "dispenseRequest": ("2020-01-01", "2020-06-01")}, "2020-01-01", "2020-06-01"),
        ({"dispenseRequest": ("2020-01-01", None)}, "2020-01-01", None),
    ],
)
def test_a_request_runs_from_its_order_to_the_end_of_dispensing(members: Any, begins: str, ends: Any) -> None:
    supply = members.get("dispenseRequest")
    if isinstance(supply, tuple):
        members = {**members, "dispenseRequest": {"validityPeriod": {"start": supply[0], "end": supply[1]}}}
    found = read(requests=bundle(drug(**members))).medications[0]
    assert found.when
    assert (str(found.when.earliest), str(found.when.latest)) == (begins, str(ends))
    assert found.authored == written(members.get("authoredOn"))

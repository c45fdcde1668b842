"""What happened to a made-up person: treatment, follow-up, and stories that are no early invasive cancer."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from cds_hooks.cohort.synth.people import Person, Tumour
from cds_hooks.cohort.synth.sheet import HL7, ICD10CM, LOINC, RXNORM, SCT, SITES, Resource, Sheet, concept, laboratory
from cds_hooks.cohort.synth.styles import STYLES

DRUGS: Mapping[str, tuple[str, str]] = {
    "tamoxifen": ("10324", "tamoxifen"),
    "anastrozole": ("84857", "anastrozole"),
    "letrozole": ("72965", "letrozole"),
    "docetaxel": ("72962", "docetaxel"),
    "trastuzumab": ("224905", "trastuzumab"),
}


def chart_of(person: Person) -> list[Resource]:
    """All that matters of a person's chart, the most important first; the Patient is the first of all."""
    sheet = Sheet(person)
    _STORIES.get(person.story, _cancers)(sheet)
    if person.tumours and person.story != "in_situ":
        _treatment(sheet, person.tumours[0])
        _follow_up(sheet)
    return sheet.resources


def medications() -> list[Resource]:
    """The drugs that are resources of their own, shared by all patients."""
    return [
        {"resourceType": "Medication", "id": f"drug-{name}", "code": concept(RXNORM, *coded)}
        for name, coded in DRUGS.items()
    ]


def _cancers(sheet: Sheet) -> None:
    for tumour in sheet.person.tumours:
        STYLES[sheet.person.style](sheet, tumour)
        if sheet.person.repeated and tumour.er is not None:
            _biopsy(sheet, tumour)


def _biopsy(sheet: Sheet, tumour: Tumour) -> None:
    sheet.observe(
        f"{tumour.side}-biopsy-er",
        concept(LOINC, "85337-4"),
        category=laboratory(),
        bodySite=concept(SCT, *SITES[tumour.side]),
        effectiveDateTime=tumour.diagnosed.isoformat(),
        valueCodeableConcept=concept(SCT, "10828004" if (tumour.er or 0) >= 1 else "260385009"),
    )


def _metastatic(sheet: Sheet) -> None:
    _cancers(sheet)
    onset = sheet.person.tumours[0].reported
    sheet.problem("bone", concept(ICD10CM, "C79.51", "Secondary malignant neoplasm of bone"), onset)


def _hospice(sheet: Sheet) -> None:
    _cancers(sheet)
    sheet.add(
        "Procedure",
        "hospice",
        status="in-progress",
        code=concept(SCT, "385763009", "Hospice care (regime/therapy)"),
        performedPeriod={"start": "2025-06-01"},
    )


def _in_situ(sheet: Sheet) -> None:
    tumour = sheet.person.tumours[0]
    code = "D05.12" if tumour.side == "left" else "D05.11"
    sheet.problem("in-situ", concept(ICD10CM, code, "Intraductal carcinoma in situ"), tumour.diagnosed)
    _operation(sheet, tumour)


def _no_cancer(sheet: Sheet) -> None:
    onset = sheet.person.born + timedelta(days=365 * 40)
    kind = sheet.person.number % 4
    if kind == 0:
        sheet.problem("lump", concept(SCT, "254845004", "Fibroadenoma of breast (disorder)"), onset)
    elif kind == 1:
        sheet.problem("family", concept(ICD10CM, "Z80.3", "Family history of malignant neoplasm of breast"), onset)
    elif kind == 2:
        refuted = concept(f"{HL7}/condition-ver-status", "refuted")
        code = concept(ICD10CM, "C50.912", "Malignant neoplasm of unspecified site of left female breast")
        sheet.problem("suspicion", code, onset, verificationStatus=refuted, clinicalStatus=None)
    else:
        cancer = sheet.problem("lung", concept(SCT, "254637007", "Non-small cell lung cancer (disorder)"), onset)
        sheet.observe(
            "lung-ct",
            concept(LOINC, "21905-5"),
            focus=[sheet.refer(cancer)],
            effectiveDateTime=onset.isoformat(),
            valueCodeableConcept=concept("http://cancerstaging.org", "cT3", "cT3"),
        )


_STORIES: Mapping[str, Callable[[Sheet], None]] = {
    "metastatic": _metastatic,
    "hospice": _hospice,
    "in_situ": _in_situ,
    "no_cancer": _no_cancer,
}


def _treatment(sheet: Sheet, tumour: Tumour) -> None:
    given = sheet.person.treatment
    _operation(sheet, tumour)
    if given.endocrine and given.endocrine_span:
        start, end = given.endocrine_span
        _request(sheet, "endocrine", given.endocrine, start, "completed" if end else "active")
        _statement(sheet, "endocrine-taken", given.endocrine, start, end)
    if given.chemotherapy:
        start, end = given.chemotherapy
        _procedure(sheet, "chemotherapy", ("367336001", "Chemotherapy (procedure)"), start, end)
        _administration(sheet, "docetaxel", "docetaxel", start)
    if given.radiotherapy:
        start, end = given.radiotherapy
        _procedure(sheet, "radiotherapy", ("1217123003", "Radiotherapy course of treatment"), start, end, tumour.side)
    if given.trastuzumab:
        start, end = given.trastuzumab
        _request(sheet, "trastuzumab", "trastuzumab", start, "completed")
        _administration(sheet, "trastuzumab-given", "trastuzumab", start)


def _operation(sheet: Sheet, tumour: Tumour) -> None:
    given = sheet.person.treatment
    if given.operation:
        code = ("172043006", "Simple mastectomy") if given.mastectomy else ("392021009", "Lumpectomy of breast")
        _procedure(sheet, "operation", code, given.operation, None, tumour.side)


def _procedure(  # noqa: PLR0913, PLR0917 (what a procedure is)
    sheet: Sheet, slug: str, code: tuple[str, str], start: date, end: date | None, side: str | None = None
) -> None:
    sheet.add(
        "Procedure",
        slug,
        status="completed",
        code=concept(SCT, *code),
        bodySite=[concept(SCT, *SITES[side])] if side and not sheet.urn else None,
        performedPeriod={"start": start.isoformat(), "end": end.isoformat()} if end else None,
        performedDateTime=None if end else start.isoformat(),
    )


def _request(sheet: Sheet, slug: str, drug: str, start: date, status: str) -> None:
    sheet.add(
        "MedicationRequest", slug, status=status, intent="order", **_drug(sheet, drug), authoredOn=start.isoformat()
    )


def _statement(sheet: Sheet, slug: str, drug: str, start: date, end: date | None) -> None:
    span = {"start": start.isoformat(), **({"end": end.isoformat()} if end else {})}
    status = "completed" if end else "active"
    sheet.add("MedicationStatement", slug, status=status, **_drug(sheet, drug), effectivePeriod=span)


def _administration(sheet: Sheet, slug: str, drug: str, day: date) -> None:
    given = f"{day}T11:00:00Z"
    sheet.add("MedicationAdministration", slug, status="completed", **_drug(sheet, drug), effectiveDateTime=given)


def _drug(sheet: Sheet, name: str) -> Resource:
    if sheet.person.style == "us_core":
        return {"medicationReference": {"reference": f"Medication/drug-{name}"}}
    return {"medicationCodeableConcept": concept(RXNORM, *DRUGS[name])}


def _follow_up(sheet: Sheet) -> None:
    for number, day in enumerate(sheet.person.treatment.mammograms):
        sheet.add(
            "DiagnosticReport",
            f"mammogram-{number}",
            status="final",
            category=[concept(f"{HL7}/v2-0074", "RAD", "Radiology")],
            code=concept(LOINC, "24605-8", "MG Breast Diagnostic"),
            effectiveDateTime=day.isoformat(),
        )
        if number % 2 == 0:
            _visit(sheet, number, day)
    if sheet.person.treatment.mammograms:
        last = sheet.person.treatment.mammograms[-1]
        sheet.add("ImagingStudy", "images", status="available", started=last.isoformat(), modality=[_mammography()])
        sheet.add(
            "DocumentReference",
            "letter",
            status="current",
            type=concept(LOINC, "11526-1", "Pathology study"),
            date=f"{last}T12:00:00Z",
            content=[{"attachment": {"contentType": "application/pdf", "url": "Binary/letter"}}],
        )


def _mammography() -> Resource:
    return {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "MG", "display": "Mammography"}


def _visit(sheet: Sheet, number: int, day: date) -> None:
    sheet.add(
        "Encounter",
        f"visit-{number}",
        status="finished",
        **{"class": {"system": f"{HL7}/v3-ActCode", "code": "AMB"}},
        type=[concept(SCT, "394593009", "Medical oncology")],
        period={"start": f"{day}T09:00:00Z", "end": f"{day}T09:30:00Z"},
    )

"""One tumour with its findings, as four kinds of system write it."""

from collections.abc import Callable, Mapping
from typing import Any

from cds_hooks.cohort.synth.people import Tumour
from cds_hooks.cohort.synth.sheet import (
    HL7,
    ICD10CM,
    LOINC,
    SCT,
    SITES,
    Resource,
    Sheet,
    concept,
    laboratory,
    quantity,
)

_MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
_SIDES = {"left": ("7771000", "Left (qualifier value)"), "right": ("24028007", "Right (qualifier value)")}
_POSITIVE, _NEGATIVE = ("10828004", "Positive (qualifier value)"), ("260385009", "Negative (qualifier value)")
_PRESENCE = {"present": ("52101004", "Present (qualifier value)"), "absent": ("2667000", "Absent (qualifier value)")}
_LOINC_ANSWERS = {
    "positive": ("LA6576-8", "Positive"),
    "negative": ("LA6577-6", "Negative"),
    "present": ("LA9633-4", "Present"),
    "absent": ("LA9634-2", "Absent"),
}
_IHC = {"0": "LA6111-4", "1+": "LA11841-6", "2+": "LA11842-4", "3+": "LA11843-2"}
_GRADES_SCT = {1: "1228848004", 2: "1228850007", 3: "1228851006"}
_GRADES_LOINC = {1: "LA27823-6", 2: "LA27824-4", 3: "LA27825-1"}
_PATHOLOGICAL = {"T": "21899-0", "N": "21900-6", "M": "21901-4"}
_CLINICAL = {"T": "21905-5", "N": "21906-3", "M": "21907-1"}
_GENERIC = {
    "T1": "23351008",
    "T2": "67673008",
    "T3": "14410001",
    "N0": "62455006",
    "N1": "53623008",
    "N2": "46059003",
    "N3": "5856006",
    "M0": "30893008",
    "M1": "55440008",
}

Style = Callable[[Sheet, Tumour], Resource]


def receptor(per_cent: int) -> str:
    """Positive from one per cent of stained cells on."""
    return "positive" if per_cent >= 1 else "negative"


def mcode(sheet: Sheet, tumour: Tumour) -> Resource:
    """mCODE: side as a qualifier, the cancer as focus, SNOMED CT answers, a size with a component."""
    qualifier = {"url": f"{_MCODE}laterality-qualifier", "valueCodeableConcept": concept(SCT, *_SIDES[tumour.side])}
    morphology = concept(SCT, "82711006", "Infiltrating duct carcinoma (morphologic abnormality)")
    cancer = sheet.problem(
        f"{tumour.side}-cancer",
        concept(SCT, "254837009", "Malignant neoplasm of breast (disorder)"),
        tumour.diagnosed,
        meta={"profile": [f"{_MCODE}primary-cancer-condition"]},
        extension=[{"url": f"{_MCODE}histology-morphology-behavior", "valueCodeableConcept": morphology}],
        bodySite=[{"extension": [qualifier], **concept(SCT, "76752008", "Breast structure (body structure)")}],
    )
    specimen = _specimen(sheet, tumour)
    about = {"focus": [sheet.refer(cancer)], "specimen": sheet.refer(specimen)}
    find = _Finder(sheet, tumour, {"category": laboratory(), **about, "effectiveDateTime": f"{tumour.reported}"})
    for slug, code, per_cent in (("er", "85337-4", tumour.er), ("pr", "85339-0", tumour.pr)):
        if per_cent is not None:
            find(slug, concept(LOINC, code), valueCodeableConcept=concept(SCT, *_sct(receptor(per_cent))))
    _her2(find, tumour, lambda word: concept(SCT, *_sct(word)))
    if tumour.size is not None:
        largest = {"code": concept(LOINC, "33728-7"), "valueQuantity": quantity(tumour.size, "mm", "mm")}
        find("size", concept(LOINC, "21889-1", "Size Tumor"), component=[largest])
    if tumour.grade is not None:
        question = concept("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "C18000", "Histologic Grade")
        find("grade", question, valueCodeableConcept=concept(SCT, _GRADES_SCT[tumour.grade]))
    _nodes(find, tumour, lambda count: {"valueQuantity": quantity(count, "count", "{count}")})
    if tumour.lvi is not None:
        find("lvi", concept(LOINC, "59544-7"), valueCodeableConcept=concept(SCT, *_PRESENCE[tumour.lvi]))
    _stage(find, tumour, _PATHOLOGICAL, lambda word: concept("http://cancerstaging.org", f"p{word}", f"p{word}"))
    return cancer


def us_core(sheet: Sheet, tumour: Tumour) -> Resource:
    """Laboratory results with LOINC answers; the breast as body site; the side in the ICD-10-CM code."""
    end = {("left", "female"): "12", ("right", "female"): "11", ("left", "male"): "22", ("right", "male"): "21"}
    code = f"C50.9{end[tumour.side, sheet.person.sex]}"
    cancer = sheet.problem(
        f"{tumour.side}-cancer",
        concept(ICD10CM, code, text=f"Invasive carcinoma of the {tumour.side} breast"),
        tumour.diagnosed,
        recordedDate=tumour.diagnosed.isoformat(),
    )
    site = {"bodySite": concept(SCT, *SITES[tumour.side]), "effectiveDateTime": f"{tumour.reported}T09:30:00Z"}
    find = _Finder(sheet, tumour, {"category": laboratory(), **site})
    for slug, code, per_cent in (("er", "85329-1", tumour.er), ("pr", "85325-9", tumour.pr)):
        if per_cent is not None:
            flag = concept(f"{HL7}/v3-ObservationInterpretation", "POS" if per_cent >= 1 else "NEG")
            find(slug, concept(LOINC, code), valueQuantity=quantity(per_cent, "%", "%"), interpretation=[flag])
    _her2(find, tumour, lambda word: concept(LOINC, *_LOINC_ANSWERS[word]))
    if tumour.size is not None:
        find("size", concept(LOINC, "21889-1", "Size Tumor"), valueQuantity=quantity(tumour.size, "mm", "mm"))
    if tumour.grade is not None:
        find("grade", concept(LOINC, "44648-4"), valueCodeableConcept=concept(LOINC, _GRADES_LOINC[tumour.grade]))
    _nodes(find, tumour, lambda count: {"valueInteger": count})
    if tumour.lvi is not None:
        find("lvi", concept(LOINC, "59544-7"), valueCodeableConcept=concept(LOINC, *_LOINC_ANSWERS[tumour.lvi]))
    _stage(find, tumour, _PATHOLOGICAL, lambda word: concept("http://cancerstaging.org", f"p{word}", f"p{word}"))
    return cancer


def synthea(sheet: Sheet, tumour: Tumour) -> Resource:
    """A patient generator: no side, centimetres, decimal counts, clinical categories, no grade, no vessels."""
    when = f"{tumour.reported}T08:14:22-05:00"
    name = "Malignant neoplasm of breast (disorder)"
    slug = f"{tumour.side}-cancer"
    cancer = sheet.problem(slug, concept(SCT, "254837009", name, name), tumour.diagnosed, recordedDate=when)
    find = _Finder(sheet, tumour, {"category": laboratory(), "effectiveDateTime": when, "issued": when})
    for slug, code, per_cent in (("er", "85337-4", tumour.er), ("pr", "85339-0", tumour.pr)):
        if per_cent is not None:
            find(slug, concept(LOINC, code), valueCodeableConcept=concept(SCT, *_sct(receptor(per_cent))))
    if tumour.her2 is not None:
        word = "positive" if tumour.her2 == "3+" or tumour.ish == "positive" else "negative"
        find("her2", concept(LOINC, "85319-2"), valueCodeableConcept=concept(SCT, *_sct(word)))
    if tumour.size is not None:
        find("size", concept(LOINC, "33728-7"), valueQuantity=quantity(tumour.size / 10, "cm", "cm"))
    if tumour.nodes is not None:
        find("macrometastases", concept(LOINC, "85343-2"), valueQuantity=quantity(float(tumour.nodes), "#", "{#}"))
        find("micrometastases", concept(LOINC, "85344-0"), valueQuantity=quantity(0.0, "#", "{#}"))
        find("isolated-cells", concept(LOINC, "85352-3"), valueQuantity=quantity(0.0, "#", "{#}"))
    _stage(find, tumour, _CLINICAL, lambda word: concept(SCT, _GENERIC[word], f"{word} category (finding)"))
    return cancer


def words(sheet: Sheet, tumour: Tumour) -> Resource:
    """A hospital whose pathology is text: a problem-list entry, a report, and now and then an answer in words."""
    side = "2" if tumour.side == "left" else "1"
    cancer = sheet.problem(
        f"{tumour.side}-cancer",
        concept(ICD10CM, f"C50.9{'2' if sheet.person.sex == 'male' else '1'}{side}", text="Breast cancer"),
        tumour.diagnosed,
        onsetDateTime=tumour.diagnosed.isoformat()[:7],
        category=None,
        verificationStatus=None,
    )
    sheet.add(
        "DiagnosticReport",
        f"{tumour.side}-pathology",
        status="final",
        category=[concept(f"{HL7}/v2-0074", "SP", "Surgical Pathology")],
        code=concept(LOINC, "11526-1", "Pathology study"),
        effectiveDateTime=tumour.reported.isoformat(),
        conclusion=f"Invasive carcinoma of the {tumour.side} breast. Details in the synoptic table.",
    )
    site = {"bodySite": concept(SCT, *SITES[tumour.side]), "effectiveDateTime": tumour.reported.isoformat()}
    find = _Finder(sheet, tumour, site)
    answers: Mapping[str, tuple[str, Any]] = {
        "er": ("16112-5", None if tumour.er is None else receptor(tumour.er).capitalize()),
        "pr": ("16113-3", None if tumour.pr is None else receptor(tumour.pr).capitalize()),
        "her2": ("18474-7", tumour.her2),
        "grade": ("33732-9", tumour.grade and f"Grade {tumour.grade}"),
        "lvi": ("59544-7", tumour.lvi and tumour.lvi.capitalize()),
    }
    for slug, (code, answer) in answers.items():
        if answer is not None:
            find(slug, concept(LOINC, code), valueString=answer)
    if tumour.size is not None:
        find("size", concept(LOINC, "33728-7"), valueQuantity={"value": tumour.size, "unit": "millimeters"})
    if tumour.nodes is not None:
        find("nodes", concept(LOINC, "92831-7"), valueInteger=tumour.nodes)
        find("nodes-examined", concept(LOINC, "92833-3"), valueInteger=tumour.examined)
    return cancer


STYLES: Mapping[str, Style] = {"mcode": mcode, "us_core": us_core, "synthea": synthea, "words": words}


class _Finder:
    """Writes the findings of one tumour, each with what they share."""

    def __init__(self, sheet: Sheet, tumour: Tumour, shared: Mapping[str, Any]) -> None:
        self._sheet, self._tag, self._shared = sheet, tumour.side, shared

    def __call__(self, slug: str, code: Resource, **value: Any) -> None:
        self._sheet.observe(f"{self._tag}-{slug}", code, **self._shared, **value)


def _specimen(sheet: Sheet, tumour: Tumour) -> Resource:
    return sheet.add(
        "Specimen",
        f"{tumour.side}-specimen",
        status="available",
        type=concept(SCT, "258415003", "Biopsy sample (specimen)"),
        collection={"collectedDateTime": f"{tumour.reported}", "bodySite": concept(SCT, *SITES[tumour.side])},
    )


def _sct(word: str) -> tuple[str, str]:
    return _POSITIVE if word == "positive" else _NEGATIVE


def _her2(find: _Finder, tumour: Tumour, answer: Callable[[str], Resource]) -> None:
    if tumour.her2 is not None:
        score = concept(LOINC, _IHC[tumour.her2], tumour.her2)
        find("her2-ihc", concept(LOINC, "85319-2"), valueCodeableConcept=score)
    if tumour.ish is not None:
        find("her2-ish", concept(LOINC, "85318-4"), valueCodeableConcept=answer(tumour.ish))


def _nodes(find: _Finder, tumour: Tumour, value: Callable[[int], Resource]) -> None:
    if tumour.nodes is not None and tumour.examined is not None:
        find("nodes-positive", concept(LOINC, "21893-3"), **value(tumour.nodes))
        find("nodes-examined", concept(LOINC, "21894-1"), **value(tumour.examined))


def _stage(find: _Finder, tumour: Tumour, questions: Mapping[str, str], answer: Callable[[str], Resource]) -> None:
    for word in (tumour.t, tumour.n, tumour.m):
        if word is not None:
            find(word.lower(), concept(LOINC, questions[word[0]]), valueCodeableConcept=answer(word))

"""mCODE STU4: profiles, focus, a size panel with a component, SNOMED answers throughout."""

from tests.support.authoring.chart import (
    LOINC,
    SCT,
    Chart,
    Resource,
    category,
    clinical_status,
    coding,
    concept,
    quantity,
    verification,
)
from tests.support.authoring.tumour import Tumour

PROFILE = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
SIDES = {"left": ("7771000", "Left (qualifier value)"), "right": ("24028007", "Right (qualifier value)")}
ANSWERS = {
    "positive": ("10828004", "Positive (qualifier value)"),
    "negative": ("260385009", "Negative (qualifier value)"),
    "present": ("52101004", "Present (qualifier value)"),
    "absent": ("2667000", "Absent (qualifier value)"),
}
GRADES = {1: "1228848004", 2: "1228850007", 3: "1228851006"}
IHC = {"0": "LA6111-4", "1+": "LA11841-6", "2+": "LA11842-4", "3+": "LA11843-2"}
QUESTIONS = {"cT": "399504009", "pT": "384625004", "cN": "399534004", "pN": "371494008", "cM": "399387003"}
CATEGORIES = {
    "cT1c": "1228899006",
    "cT2": "1228929004",
    "cT3": "1228938002",
    "cT4d": "1228948000",
    "pT1b": "1228962007",
    "pT1c": "1229846008",
    "pT2": "1229852009",
    "pT3": "1229859000",
    "cN0": "1229967007",
    "cN1": "1229973008",
    "pN0": "1229947003",
    "pN1a": "1229954009",
    "pN2a": "1229959004",
    "cM0": "1229901006",
    "cM1": "1229903009",
}


def record(chart: Chart, tumour: Tumour) -> Resource:
    """The diagnosis and every finding that the report has; returns the Condition."""
    condition = diagnosis(chart, tumour)
    tag = tumour.tag
    _size(chart, tumour, condition)
    if tumour.grade:
        find(
            chart,
            condition,
            f"{tag}-grade",
            concept(NCIT, "C18000", "Histologic Grade"),
            tumour,
            profile="mcode-histologic-grade",
            valueCodeableConcept=concept(SCT, GRADES[tumour.grade]),
        )
    _receptors(chart, tumour, condition)
    if tumour.nodes is not None:
        find(
            chart,
            condition,
            f"{tag}-nodes-positive",
            concept(LOINC, "21893-3", "Regional lymph nodes positive [#] Specimen"),
            tumour,
            valueQuantity=_count(tumour.nodes),
        )
    if tumour.examined is not None:
        find(
            chart,
            condition,
            f"{tag}-nodes-examined",
            concept(LOINC, "21894-1", "Regional lymph nodes examined [#] Specimen"),
            tumour,
            valueQuantity=_count(tumour.examined),
        )
    if tumour.lvi:
        find(
            chart,
            condition,
            f"{tag}-lvi",
            concept(LOINC, "59544-7", "Lymph-vascular invasion [Presence]"),
            tumour,
            valueCodeableConcept=concept(SCT, *ANSWERS[tumour.lvi]),
        )
    for category_word in (tumour.t, tumour.n, tumour.m):
        if category_word:
            stage_category(chart, condition, category_word, tumour)
    return condition


def diagnosis(
    chart: Chart, tumour: Tumour, code: tuple[str, str] = ("254837009", "Malignant neoplasm of breast (disorder)")
) -> Resource:
    qualifier = {
        "url": f"{PROFILE}mcode-laterality-qualifier",
        "valueCodeableConcept": concept(SCT, *SIDES[tumour.side]),
    }
    morphology = {
        "url": f"{PROFILE}mcode-histology-morphology-behavior",
        "valueCodeableConcept": concept(SCT, "82711006", "Infiltrating duct carcinoma (morphologic abnormality)"),
    }
    site = {"extension": [qualifier], "coding": [coding(SCT, "76752008", "Breast structure (body structure)")]}
    return chart.add(
        "Condition",
        f"{tumour.side}-cancer",
        meta={"profile": [f"{PROFILE}mcode-primary-cancer-condition"]},
        extension=[morphology],
        clinicalStatus=clinical_status(),
        verificationStatus=verification(),
        category=category("problem-list-item"),
        code=concept(SCT, *code),
        bodySite=[site],
        onsetDateTime=tumour.diagnosed,
    )


def find(
    chart: Chart,
    condition: Resource,
    slug: str,
    code: Resource,
    tumour: Tumour,
    *,
    profile: str = "mcode-tumor-marker-test",
    **value: object,
) -> Resource:
    """A laboratory Observation with the cancer as its focus."""
    return chart.observe(
        slug,
        code,
        meta={"profile": [PROFILE + profile]},
        category=category("laboratory"),
        focus=[chart.refer(condition)],
        effectiveDateTime=tumour.reported,
        **value,
    )


def stage_category(chart: Chart, condition: Resource, word: str, tumour: Tumour) -> Resource:
    """A TNM category with SNOMED question and answer; the y-prefix has its own answers."""
    question = QUESTIONS[word.removeprefix("y")[:2]]
    method = concept(
        SCT,
        "897275008",
        "American Joint Commission on Cancer, Cancer Staging Manual, 8th edition neoplasm staging system",
    )
    return chart.observe(
        f"{tumour.tag}-{word.lower()}",
        concept(SCT, question),
        meta={"profile": [f"{PROFILE}mcode-tnm-primary-tumor-category"]},
        category=category("laboratory"),
        focus=[chart.refer(condition)],
        effectiveDateTime=tumour.reported,
        method=method,
        valueCodeableConcept=concept(
            SCT, CATEGORIES[word], f"American Joint Committee on Cancer {word} (qualifier value)"
        ),
    )


def _size(chart: Chart, tumour: Tumour, condition: Resource) -> None:
    if not tumour.size:
        return
    longest = {
        "code": concept(LOINC, "33728-7", "Size.maximum dimension in Tumor"),
        "valueQuantity": quantity(tumour.size),
    }
    find(
        chart,
        condition,
        f"{tumour.tag}-size",
        concept(LOINC, "21889-1", "Size Tumor"),
        tumour,
        profile="mcode-tumor-size",
        component=[longest],
    )


def _receptors(chart: Chart, tumour: Tumour, condition: Resource) -> None:
    tests = {"er": ("85337-4", "14228-1", tumour.er), "pr": ("85339-0", "14230-7", tumour.pr)}
    for slug, (presence, percent, answer) in tests.items():
        if answer and answer.endswith("%"):
            find(
                chart,
                condition,
                f"{tumour.tag}-{slug}",
                concept(LOINC, percent),
                tumour,
                valueQuantity=quantity(answer),
            )
        elif answer:
            find(
                chart,
                condition,
                f"{tumour.tag}-{slug}",
                concept(LOINC, presence),
                tumour,
                valueCodeableConcept=concept(SCT, *ANSWERS[answer]),
            )
    if tumour.her2:
        find(
            chart,
            condition,
            f"{tumour.tag}-her2-ihc",
            concept(LOINC, "85319-2", "HER2 [Presence] in Breast cancer specimen by Immune stain"),
            tumour,
            valueCodeableConcept=concept(LOINC, IHC[tumour.her2], tumour.her2),
        )
    if tumour.ish:
        find(
            chart,
            condition,
            f"{tumour.tag}-her2-ish",
            concept(LOINC, "85318-4", "ERBB2 gene duplication [Presence] in Breast cancer specimen by FISH"),
            tumour,
            valueCodeableConcept=concept(SCT, *ANSWERS[tumour.ish]),
        )


def _count(number: int) -> Resource:
    return {"value": number, "unit": "count", "system": "http://unitsofmeasure.org", "code": "{count}"}

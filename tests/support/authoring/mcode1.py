"""mCODE STU1: ICD-10-CM without dots, TNM questions in LOINC with AJCC strings as answers, no tumour size profile."""

from tests.support.authoring import us_core
from tests.support.authoring.chart import (
    ICD10CM,
    LOINC,
    SCT,
    Chart,
    Resource,
    category,
    clinical_status,
    coding,
    concept,
    verification,
)
from tests.support.authoring.tumour import Tumour

PROFILE = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
AJCC = "http://cancerstaging.org"
CODES = {"left": "C50412", "right": "C50411"}
QUESTIONS = {"cT": "21905-5", "cN": "21906-3", "cM": "21907-1", "pT": "21899-0", "pN": "21900-6", "pM": "21901-4"}


def record(chart: Chart, tumour: Tumour) -> Resource:
    """The diagnosis, its TNM categories as strings, and receptors as laboratory results."""
    side = {"left": ("7771000", "Left"), "right": ("24028007", "Right")}[tumour.side]
    laterality = {"url": f"{PROFILE}mcode-laterality", "valueCodeableConcept": concept(SCT, *side)}
    condition = chart.add(
        "Condition",
        f"{tumour.side}-cancer",
        meta={"profile": [f"{PROFILE}mcode-primary-cancer-condition"]},
        clinicalStatus=clinical_status(),
        verificationStatus=verification(),
        category=category("problem-list-item"),
        code=concept(
            ICD10CM, CODES[tumour.side], f"Malignant neoplasm of upper-outer quadrant of {tumour.side} female breast"
        ),
        bodySite=[{"extension": [laterality], "coding": [coding(SCT, "76752008", "Breast structure")]}],
        onsetDateTime=tumour.diagnosed,
    )
    for word in (tumour.t, tumour.n, tumour.m):
        if word:
            stage_category(chart, condition, word, tumour)
    us_core.findings(chart, tumour, condition)
    return condition


def stage_category(chart: Chart, condition: Resource, word: str, tumour: Tumour) -> Resource:
    """A TNM category as STU1 writes it; a y-prefix stays in the answer."""
    return chart.observe(
        f"{tumour.tag}-{word.lower()}",
        concept(LOINC, QUESTIONS[word.removeprefix("y")[:2]]),
        category=category("laboratory"),
        focus=[chart.refer(condition)],
        effectiveDateTime=tumour.reported,
        valueCodeableConcept=concept(AJCC, word, word),
    )

"""US Core laboratory results: LOINC questions, LOINC answers, ICD-10-CM with dots, no focus on the diagnosis itself."""

from tests.support.authoring.chart import (
    ICD10CM,
    LOINC,
    SCT,
    TERMINOLOGY,
    Chart,
    Resource,
    category,
    clinical_status,
    concept,
    quantity,
    verification,
)
from tests.support.authoring.tumour import Tumour

PROFILE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"
ANSWERS = {
    "positive": ("LA6576-8", "Positive"),
    "negative": ("LA6577-6", "Negative"),
    "present": ("LA9633-4", "Present"),
    "absent": ("LA9634-2", "Absent"),
}
GRADES = {1: "LA27823-6", 2: "LA27824-4", 3: "LA27825-1"}
IHC = {"0": "LA6111-4", "1+": "LA11841-6", "2+": "LA11842-4", "3+": "LA11843-2"}
SITES = {"left": ("80248007", "Left breast structure"), "right": ("73056007", "Right breast structure")}


def record(chart: Chart, tumour: Tumour) -> Resource:
    """The problem-list entry and one laboratory result for each finding."""
    end = {("left", "female"): "2", ("right", "female"): "1"}.get((tumour.side, chart.gender))
    code = f"C50.41{end}" if end else {"left": "C50.922", "right": "C50.921"}[tumour.side]
    condition = chart.add(
        "Condition",
        f"{tumour.side}-cancer",
        clinicalStatus=clinical_status(),
        verificationStatus=verification(),
        category=category("problem-list-item"),
        code=concept(ICD10CM, code, text=f"Invasive carcinoma of the {tumour.side} breast"),
        onsetDateTime=tumour.diagnosed,
        recordedDate=tumour.diagnosed,
    )
    findings(chart, tumour, None)
    return condition


def findings(chart: Chart, tumour: Tumour, condition: Resource | None) -> None:
    """Every finding of the report; with a Condition they name it as their focus, else the breast as their site."""
    lab = _Lab(chart, tumour, condition)
    if tumour.size:
        lab.result("size", "21889-1", "Size Tumor", valueQuantity=quantity(tumour.size))
    if tumour.grade:
        lab.result(
            "grade",
            "44648-4",
            "Histologic grade [Score] in Breast cancer specimen Qualitative by Nottingham",
            valueCodeableConcept=concept(LOINC, GRADES[tumour.grade], f"Grade {tumour.grade}"),
        )
    lab.receptor("er", "85337-4", "85329-1", tumour.er)
    lab.receptor("pr", "85339-0", "85325-9", tumour.pr)
    if tumour.her2:
        lab.result(
            "her2-ihc",
            "85319-2",
            "HER2 [Presence] in Breast cancer specimen by Immune stain",
            valueCodeableConcept=concept(LOINC, IHC[tumour.her2], tumour.her2),
        )
    if tumour.ish:
        lab.result(
            "her2-ish",
            "31150-6",
            "ERBB2 gene duplication [Presence] in Tissue by FISH",
            valueCodeableConcept=concept(LOINC, *ANSWERS[tumour.ish]),
        )
    if tumour.nodes is not None:
        lab.result("nodes-positive", "21893-3", "Regional lymph nodes positive [#] Specimen", valueInteger=tumour.nodes)
    if tumour.examined is not None:
        lab.result(
            "nodes-examined", "21894-1", "Regional lymph nodes examined [#] Specimen", valueInteger=tumour.examined
        )
    if tumour.lvi:
        lab.result(
            "lvi",
            "59544-7",
            "Lymph-vascular invasion [Presence] in Cancer specimen",
            valueCodeableConcept=concept(LOINC, *ANSWERS[tumour.lvi]),
        )


class _Lab:
    """Writes results of one tumour's report."""

    def __init__(self, chart: Chart, tumour: Tumour, condition: Resource | None) -> None:
        self.chart, self.tumour = chart, tumour
        self.about: Resource = (
            {"focus": [chart.refer(condition)]} if condition else {"bodySite": concept(SCT, *SITES[tumour.side])}
        )

    def result(self, slug: str, code: str, display: str, /, **value: object) -> Resource:
        return self.chart.observe(
            f"{self.tumour.tag}-{slug}",
            concept(LOINC, code, display),
            meta={"profile": [PROFILE]},
            category=category("laboratory"),
            effectiveDateTime=f"{self.tumour.reported}T09:30:00Z",
            **self.about,
            **value,
        )

    def receptor(self, slug: str, presence: str, percent: str, answer: str | None) -> None:
        if answer and answer.endswith("%"):
            flag = "NEG" if answer.startswith("0 ") else "POS"
            self.result(
                slug,
                percent,
                f"Cells.{slug.upper()}/100 cells in Breast cancer specimen",
                valueQuantity=quantity(answer),
                interpretation=[concept(f"{TERMINOLOGY}/v3-ObservationInterpretation", flag)],
            )
        elif answer:
            self.result(
                slug,
                presence,
                f"{slug.upper()} Ag [Presence] in Breast cancer specimen by Immune stain",
                valueCodeableConcept=concept(LOINC, *ANSWERS[answer]),
            )

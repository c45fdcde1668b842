"""A Central European tumour documentation: ICD-10-GM without side, SNOMED observables, UICC categories, millimetres."""

from tests.support.authoring.chart import (
    LOINC,
    SCT,
    Chart,
    Resource,
    category,
    clinical_status,
    concept,
    quantity,
    verification,
)
from tests.support.authoring.tumour import Tumour

ICD10GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
UICC = "https://www.uicc.org/resources/tnm"
SITES = {"left": ("80248007", "Left breast structure"), "right": ("73056007", "Right breast structure")}
ANSWERS = {
    "positive": ("52101004", "Present"),
    "negative": ("2667000", "Absent"),
    "present": ("52101004", "Present"),
    "absent": ("2667000", "Absent"),
}
GRADES = {1: "369790002", 2: "369791003", 3: "369792005"}
QUESTIONS = {"cT": "399504009", "pT": "384625004", "cN": "399534004", "pN": "371494008", "cM": "399387003"}
IHC = {"0": "LA6111-4", "1+": "LA11841-6", "2+": "LA11842-4", "3+": "LA11843-2"}


def record(chart: Chart, tumour: Tumour) -> Resource:
    """Diagnosis with the side in its bodySite, findings with the diagnosis as focus."""
    condition = chart.add(
        "Condition",
        f"{tumour.side}-cancer",
        clinicalStatus=clinical_status(),
        verificationStatus=verification(),
        code={
            "coding": [
                {
                    "system": ICD10GM,
                    "version": "2024",
                    "code": "C50.4",
                    "display": "Bösartige Neubildung: Oberer äußerer Quadrant der Brustdrüse",
                }
            ]
        },
        bodySite=[concept(SCT, *SITES[tumour.side])],
        recordedDate=tumour.diagnosed,
        onsetDateTime=tumour.diagnosed,
    )
    report = _Report(chart, tumour, condition)
    if tumour.size:
        report.item("size", concept(LOINC, "44635-1", "Inv comp size max dim BT"), valueQuantity=quantity(tumour.size))
    if tumour.grade:
        report.item(
            "grade",
            concept(SCT, "371469007", "Histologic grade of neoplasm"),
            valueCodeableConcept=concept(SCT, GRADES[tumour.grade]),
        )
    report.answer("er", concept(SCT, "445028008", "Status of estrogen receptors of neoplasm"), tumour.er)
    report.answer("pr", concept(SCT, "445029000", "Status of progesterone receptors of neoplasm"), tumour.pr)
    if tumour.her2:
        report.item(
            "her2", concept(LOINC, "18474-7"), valueCodeableConcept=concept(LOINC, IHC[tumour.her2], tumour.her2)
        )
    report.answer("her2-ish", concept(LOINC, "96893-3"), tumour.ish)
    if tumour.nodes is not None:
        report.item(
            "nodes",
            concept(SCT, "443527007", "Number of lymph nodes involved by malignant neoplasm"),
            valueInteger=tumour.nodes,
        )
    if tumour.examined is not None:
        report.item(
            "nodes-examined", concept(SCT, "444025001", "Number of lymph nodes examined"), valueInteger=tumour.examined
        )
    report.answer("lvi", concept(SCT, "371512006", "Presence of direct invasion to lymphatic vessel"), tumour.lvi)
    for word in (tumour.t, tumour.n, tumour.m):
        if word:
            code = concept(SCT, QUESTIONS[word[:2]], f"{word[:2]} category")
            report.item(word.lower(), code, valueCodeableConcept=concept(UICC, word, word))
    return condition


class _Report:
    """Writes the items of one tumour board document."""

    def __init__(self, chart: Chart, tumour: Tumour, condition: Resource) -> None:
        self.chart, self.tumour, self.condition = chart, tumour, condition

    def item(self, slug: str, code: Resource, /, **value: object) -> Resource:
        return self.chart.observe(
            f"{self.tumour.tag}-{slug}",
            code,
            category=category("laboratory"),
            focus=[self.chart.refer(self.condition)],
            effectiveDateTime=self.tumour.reported,
            **value,
        )

    def answer(self, slug: str, code: Resource, word: str | None) -> None:
        if word:
            self.item(slug, code, valueCodeableConcept=concept(SCT, *ANSWERS[word]))

"""A small hospital's export: no categories, no profiles, answers as text, units as words, dates by month."""

from tests.support.authoring.chart import ICD10CM, LOINC, SCT, Chart, Resource, clinical_status, concept
from tests.support.authoring.tumour import Tumour

SITES = {"left": ("80248007", "Left breast structure"), "right": ("73056007", "Right breast structure")}


def record(chart: Chart, tumour: Tumour) -> Resource:
    """Diagnosis without verification status, findings without category or focus."""
    code = {"left": "C50.912", "right": "C50.911"}[tumour.side]
    condition = chart.add(
        "Condition",
        f"{tumour.side}-cancer",
        clinicalStatus=clinical_status(),
        code=concept(ICD10CM, code, text="Breast cancer"),
        onsetDateTime=tumour.diagnosed[:7],
    )
    paper = _Paper(chart, tumour)
    if tumour.size:
        number, unit = tumour.size.split(" ")
        word = {"mm": "millimeters", "cm": "centimeters"}[unit]
        paper.note(
            "size", "33728-7", valueQuantity={"value": float(number) if "." in number else int(number), "unit": word}
        )
    if tumour.grade:
        paper.note("grade", "33732-9", valueString=f"Grade {tumour.grade}")
    for slug, code, answer in (("er", "16112-5", tumour.er), ("pr", "16113-3", tumour.pr)):
        if answer:
            paper.note(slug, code, valueString=answer.capitalize())
    if tumour.her2:
        paper.note("her2", "18474-7", valueString=tumour.her2)
    if tumour.ish:
        paper.note(
            "her2-ish", "96893-3", valueString={"positive": "Amplified", "negative": "Not amplified"}[tumour.ish]
        )
    if tumour.nodes is not None:
        paper.note("nodes", "92831-7", valueInteger=tumour.nodes)
    if tumour.examined is not None:
        paper.note("nodes-examined", "92833-3", valueInteger=tumour.examined)
    if tumour.lvi:
        paper.note("lvi", "59544-7", valueString=tumour.lvi.capitalize())
    return condition


class _Paper:
    """Writes results without saying more than a small system would."""

    def __init__(self, chart: Chart, tumour: Tumour) -> None:
        self.chart, self.tumour = chart, tumour

    def note(self, slug: str, code: str, /, **value: object) -> Resource:
        return self.chart.observe(
            f"{self.tumour.tag}-{slug}",
            concept(LOINC, code),
            bodySite=concept(SCT, *SITES[self.tumour.side]),
            effectiveDateTime=self.tumour.reported,
            **value,
        )

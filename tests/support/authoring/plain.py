"""A small hospital's export: no categories, no profiles, answers as text, units as words, dates by month."""

from tests.support.authoring.chart import ICD10CM, LOINC, SCT, Chart, Resource, clinical_status, concept
from tests.support.authoring.tumour import Tumour

UNITS = {"mm": "millimeters", "cm": "centimeters"}
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
    _report(_Paper(chart, tumour), tumour)
    return condition


def _report(paper: "_Paper", tumour: Tumour) -> None:
    if tumour.size:
        number, unit = tumour.size.split(" ")
        value = float(number) if "." in number else int(number)
        paper.note("size", "33728-7", valueQuantity={"value": value, "unit": UNITS[unit]})
    words = {
        "grade": ("33732-9", f"Grade {tumour.grade}" if tumour.grade else None),
        "er": ("16112-5", tumour.er and tumour.er.capitalize()),
        "pr": ("16113-3", tumour.pr and tumour.pr.capitalize()),
        "her2": ("18474-7", tumour.her2),
        "lvi": ("59544-7", tumour.lvi and tumour.lvi.capitalize()),
    }
    for slug, (code, word) in words.items():
        if word:
            paper.note(slug, code, valueString=word)
    counts = {"nodes": ("92831-7", tumour.nodes), "nodes-examined": ("92833-3", tumour.examined)}
    for slug, (code, count) in counts.items():
        if count is not None:
            paper.note(slug, code, valueInteger=count)


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

"""A chart as a patient generator writes it: urn:uuid references, no side, sizes in cm, decimal counts, no grade."""

from tests.support.authoring.chart import LOINC, SCT, Chart, Resource, category, clinical_status, concept, verification
from tests.support.authoring.tumour import Tumour

ANSWERS = {
    "positive": ("10828004", "Positive (qualifier value)"),
    "negative": ("260385009", "Negative (qualifier value)"),
}
CATEGORIES = {
    "T1": "23351008",
    "T2": "67673008",
    "T3": "14410001",
    "T4": "65565005",
    "N0": "62455006",
    "N1": "53623008",
    "N2": "46059003",
    "N3": "5856006",
    "M0": "30893008",
    "M1": "55440008",
}
QUESTIONS = {"T": "21905-5", "N": "21906-3", "M": "21907-1"}


def record(chart: Chart, tumour: Tumour) -> Resource:
    """Diagnosis and findings; grade and vessel invasion are never written by this kind of system."""
    condition = chart.add(
        "Condition",
        "cancer",
        clinicalStatus=clinical_status(),
        verificationStatus=verification(),
        category=category("encounter-diagnosis"),
        code=concept(
            SCT, "254837009", "Malignant neoplasm of breast (disorder)", "Malignant neoplasm of breast (disorder)"
        ),
        onsetDateTime=f"{tumour.diagnosed}T08:14:22-05:00",
        recordedDate=f"{tumour.diagnosed}T08:14:22-05:00",
    )
    when = f"{tumour.reported}T08:14:22-05:00"
    markers = {"er": ("85337-4", tumour.er), "pr": ("85339-0", tumour.pr), "her2-ihc": ("85319-2", tumour.her2)}
    for slug, (code, answer) in markers.items():
        if answer:
            _observe(chart, slug, code, when, valueCodeableConcept=concept(SCT, *ANSWERS[answer]))
    if tumour.size:
        centimetres = float(tumour.size.removesuffix(" cm"))
        _observe(
            chart,
            "size",
            "33728-7",
            when,
            valueQuantity={"value": centimetres, "unit": "cm", "system": "http://unitsofmeasure.org", "code": "cm"},
        )
    if tumour.nodes is not None:
        count = {"value": float(tumour.nodes), "unit": "#", "system": "http://unitsofmeasure.org", "code": "{#}"}
        _observe(chart, "macrometastases", "85343-2", when, valueQuantity=count)
        _observe(chart, "micrometastases", "85344-0", when, valueQuantity={**count, "value": 0.0})
        _observe(chart, "isolated-cells", "85352-3", when, valueQuantity={**count, "value": 0.0})
    for word in (tumour.t, tumour.n, tumour.m):
        if word:
            category_answer = concept(SCT, CATEGORIES[word], f"{word} category (finding)", f"{word} category (finding)")
            _observe(chart, word.lower(), QUESTIONS[word[0]], when, valueCodeableConcept=category_answer)
    return condition


def _observe(chart: Chart, slug: str, code: str, when: str, /, **value: object) -> Resource:
    return chart.observe(
        slug, concept(LOINC, code), category=category("laboratory"), effectiveDateTime=when, issued=when, **value
    )

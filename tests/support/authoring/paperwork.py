"""Pathology reports as clinics file them: words, attachments, coded conclusions, specimens."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.support.authoring.chart import LOINC, SCT, TERMINOLOGY, Chart, Resource, concept

Event = Callable[[Chart], None]

SITES = {"left": ("80248007", "Left breast structure"), "right": ("73056007", "Right breast structure")}
STUDY = concept(LOINC, "11526-1", "Pathology study")
SYNOPTIC = concept(LOINC, "60568-3", "Pathology Synoptic report")
BREAST_BIOPSY = concept(LOINC, "66110-8", "Breast Pathology biopsy report")
# Everything here would make the tier low if anybody read it.
REASSURING = "Invasive carcinoma NST, 7 mm, grade 1, ER 95 %, PR 90 %, HER2 0, 0/3 nodes, no lymphovascular invasion."


@dataclass(frozen=True)
class Report:
    """A final pathology report. `specimens` are the breasts that tissue came from; `tested` the one of which receptors
    were tested positive; `concluded` are SNOMED CT codes with their displays.
    """

    code: Resource
    day: str
    text: str = ""
    attached: bool = False
    concluded: tuple[tuple[str, str], ...] = ()
    specimens: tuple[str, ...] = ()
    tested: str = ""

    def __call__(self, chart: Chart) -> None:
        taken = {side: _specimen(chart, side, self.day) for side in self.specimens}
        results = _receptors(chart, taken.get(self.tested), self.day) if self.tested else []
        chart.add(
            "DiagnosticReport",
            "pathology",
            status="final",
            category=[concept(f"{TERMINOLOGY}/v2-0074", "SP", "Surgical Pathology")],
            code=self.code,
            effectiveDateTime=self.day,
            specimen=[chart.refer(one) for one in taken.values()] or None,
            result=[chart.refer(one) for one in results] or None,
            conclusion=self.text or None,
            conclusionCode=[concept(SCT, *each) for each in self.concluded] or None,
            presentedForm=[_attachment(self.day)] if self.attached else None,
        )


def stated_in_stu3(chart: Chart) -> None:
    """A drug that was not taken, as STU3 says it, and an operation that was not done."""
    drug = concept("http://www.nlm.nih.gov/research/umls/rxnorm", "72962", "docetaxel")
    chart.add(
        "MedicationStatement",
        "docetaxel",
        status="active",
        taken="n",
        medicationCodeableConcept=drug,
        effectivePeriod={"start": "2024-02-20"},
    )
    chart.add(
        "Procedure",
        "planned-chemotherapy",
        status="completed",
        notDone=True,
        notDoneReason={"text": "declined"},
        code=concept(SCT, "367336001", "Chemotherapy (procedure)"),
        performedDateTime="2024-02-20",
    )


def treated_in_r5(chart: Chart) -> None:
    """An operation and an order in the form of R5."""
    chart.add(
        "Procedure",
        "lumpectomy",
        status="completed",
        code=concept(SCT, "392021009", "Lumpectomy of breast"),
        bodySite=[concept(SCT, *SITES["left"])],
        occurrenceDateTime="2024-04-02",
    )
    tamoxifen = concept("http://www.nlm.nih.gov/research/umls/rxnorm", "10324", "tamoxifen")
    chart.add(
        "MedicationRequest",
        "tamoxifen",
        status="active",
        intent="order",
        medication={"concept": tamoxifen},
        authoredOn="2024-05-06",
    )


def _specimen(chart: Chart, side: str, day: str) -> Resource:
    return chart.add(
        "Specimen",
        f"{side}-tissue",
        status="available",
        collection={"collectedDateTime": day, "bodySite": concept(SCT, *SITES[side])},
    )


def _receptors(chart: Chart, specimen: Resource | None, day: str) -> list[Resource]:
    """Both hormone receptors positive, without a body site: only the specimen tells the breast."""
    return [
        chart.observe(
            slug,
            concept(LOINC, code),
            specimen=chart.refer(specimen) if specimen else None,
            effectiveDateTime=day,
            valueCodeableConcept=concept(SCT, "10828004", "Positive"),
        )
        for slug, code in (("er", "85337-4"), ("pr", "85339-0"))
    ]


def _attachment(day: str) -> Resource:
    return {
        "contentType": "application/pdf",
        "title": "Pathology report",
        "url": "Binary/scanned-report",
        "creation": day,
    }

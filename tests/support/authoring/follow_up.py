"""What happens in the years after treatment: images, and drugs that go on."""

from tests.support.authoring.chart import RXNORM, SCT, Chart, concept
from tests.support.authoring.happenings import Event

BREAST = {"left": ("80248007", "Left breast structure"), "right": ("73056007", "Right breast structure")}


def mammogram(side: str, day: str) -> Event:
    """A mammogram of one breast."""

    def add(chart: Chart) -> None:
        chart.add(
            "Procedure",
            f"mammogram-{side}-{day[:4]}",
            status="completed",
            code=concept(SCT, "71651007", "Mammography (procedure)"),
            bodySite=[concept(SCT, *BREAST[side])],
            performedDateTime=day,
        )

    return add


def anastrozole_since(start: str, stated: str) -> Event:
    """An aromatase inhibitor that the patient says she takes."""

    def add(chart: Chart) -> None:
        chart.add(
            "MedicationStatement",
            "anastrozole",
            status="active",
            medicationCodeableConcept=concept(RXNORM, "199224", "anastrozole 1 MG Oral Tablet"),
            effectivePeriod={"start": start},
            dateAsserted=stated,
        )

    return add

"""Single events and findings that a story adds to its chart."""

from collections.abc import Callable

from tests.support.authoring import mcode1, us_core
from tests.support.authoring.chart import (
    ICD10CM,
    LOINC,
    RXNORM,
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

Event = Callable[[Chart], None]


def findings_of(tumour: Tumour) -> Event:
    """A second report of the tumour that the chart's first cancer Condition is about."""

    def add(chart: Chart) -> None:
        condition = next(r for r in chart.resources if r["resourceType"] == "Condition")
        us_core.findings(chart, tumour, condition)
        for word in (tumour.t, tumour.n, tumour.m):
            if word:
                mcode1.stage_category(chart, condition, word, tumour)

    return add


def chemotherapy(start: str, end: str) -> Event:
    """A course of chemotherapy: the Procedure, an order and a first administration of its drug."""

    def add(chart: Chart) -> None:
        drug = concept(RXNORM, "72962", "docetaxel")
        chart.add(
            "Procedure",
            "chemotherapy",
            status="completed",
            code=concept(SCT, "367336001", "Chemotherapy (procedure)"),
            performedPeriod={"start": start, "end": end},
        )
        chart.add(
            "MedicationRequest",
            "docetaxel-order",
            status="completed",
            intent="order",
            medicationCodeableConcept=drug,
            authoredOn=start,
        )
        chart.add(
            "MedicationAdministration",
            "docetaxel-dose",
            status="completed",
            medicationCodeableConcept=drug,
            effectiveDateTime=f"{start}T11:00:00Z",
        )

    return add


def lumpectomy(day: str) -> Event:
    """Breast-conserving surgery of the left breast."""

    def add(chart: Chart) -> None:
        chart.add(
            "Procedure",
            "lumpectomy",
            status="completed",
            code=concept(SCT, "392021009", "Lumpectomy of breast"),
            bodySite=[concept(SCT, "80248007", "Left breast structure")],
            performedDateTime=day,
        )

    return add


def death(day: str) -> Event:
    """The patient has died."""

    def add(chart: Chart) -> None:
        chart.patient["deceasedDateTime"] = day

    return add


def size_without_unit(chart: Chart) -> None:
    chart.observe(
        "left-size",
        concept(LOINC, "21889-1", "Size Tumor"),
        category=category("laboratory"),
        bodySite=concept(SCT, "80248007"),
        effectiveDateTime="2024-04-10",
        valueQuantity={"value": 8},
    )


def withdrawn_her2(chart: Chart) -> None:
    chart.add(
        "Observation",
        "left-her2-mistake",
        status="entered-in-error",
        code=concept(LOINC, "85319-2", "HER2 [Presence] in Breast cancer specimen by Immune stain"),
        bodySite=concept(SCT, "80248007", "Left breast structure"),
        effectiveDateTime="2024-04-12",
        valueCodeableConcept=concept(LOINC, "LA11843-2", "3+"),
    )


def carcinoma_in_situ(chart: Chart) -> None:
    condition = _problem(chart, "in-situ", ICD10CM, "D05.12", "Intraductal carcinoma in situ of left breast")
    about = {"focus": [chart.refer(condition)], "effectiveDateTime": "2024-04-10", "category": category("laboratory")}
    chart.observe(
        "in-situ-extent", concept(LOINC, "85317-6", "DCIS.max dimension"), valueQuantity=quantity("25 mm"), **about
    )
    chart.observe("er", concept(LOINC, "85337-4"), valueCodeableConcept=concept(SCT, "10828004", "Positive"), **about)
    chart.observe(
        "tis",
        concept(SCT, "384625004", "pT category"),
        **about,
        valueCodeableConcept=concept(
            SCT, "1228954004", "American Joint Committee on Cancer pTis(DCIS) (qualifier value)"
        ),
    )


def bone_metastasis(chart: Chart) -> None:
    _problem(chart, "bone", ICD10CM, "C79.51", "Secondary malignant neoplasm of bone")


def lung_cancer(chart: Chart) -> None:
    condition = _problem(chart, "lung", SCT, "254637007", "Non-small cell lung cancer (disorder)")
    about = {"focus": [chart.refer(condition)], "effectiveDateTime": "2024-01-30", "category": category("laboratory")}
    chart.observe(
        "ct", concept(LOINC, "21905-5"), valueCodeableConcept=concept("http://cancerstaging.org", "cT3", "cT3"), **about
    )
    chart.observe(
        "cn", concept(LOINC, "21906-3"), valueCodeableConcept=concept("http://cancerstaging.org", "cN2", "cN2"), **about
    )
    chart.observe("size", concept(LOINC, "21889-1", "Size Tumor"), valueQuantity=quantity("58 mm"), **about)
    chart.observe(
        "grade", concept(LOINC, "33732-9"), valueCodeableConcept=concept(SCT, "1228851006", "AJCC grade G3"), **about
    )


def lymphoma_of_breast(chart: Chart) -> None:
    condition = _problem(chart, "lymphoma", SCT, "278052009", "Malignant lymphoma of breast (disorder)")
    chart.observe(
        "size",
        concept(LOINC, "21889-1", "Size Tumor"),
        focus=[chart.refer(condition)],
        effectiveDateTime="2024-04-10",
        valueQuantity=quantity("41 mm"),
    )


def fibroadenoma(chart: Chart) -> None:
    condition = _problem(chart, "lump", SCT, "254845004", "Fibroadenoma of breast (disorder)")
    chart.observe(
        "size",
        concept(LOINC, "33728-7"),
        focus=[chart.refer(condition)],
        effectiveDateTime="2024-04-10",
        valueQuantity=quantity("15 mm"),
    )


def family_history_code(chart: Chart) -> None:
    _problem(chart, "family", ICD10CM, "Z80.3", "Family history of malignant neoplasm of breast")


def refuted_cancer(chart: Chart) -> None:
    condition = _problem(
        chart, "suspicion", ICD10CM, "C50.912", "Malignant neoplasm of unspecified site of left female breast"
    )
    condition["verificationStatus"] = verification("refuted")
    del condition["clinicalStatus"]


def skin_cancer(chart: Chart) -> None:
    _problem(chart, "melanoma", ICD10CM, "C43.52", "Malignant melanoma of skin of breast")


def hospice(chart: Chart) -> None:
    chart.add(
        "Procedure",
        "hospice",
        status="in-progress",
        code=concept(SCT, "385763009", "Hospice care (regime/therapy)"),
        performedPeriod={"start": "2025-02-01"},
    )


def _problem(chart: Chart, slug: str, system: str, code: str, display: str) -> Resource:
    return chart.add(
        "Condition",
        slug,
        clinicalStatus=clinical_status(),
        verificationStatus=verification(),
        category=category("problem-list-item"),
        code=concept(system, code, display),
        onsetDateTime="2024-03-11",
    )

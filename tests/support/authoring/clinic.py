"""What happens to a patient, one event each: operations, drugs, images, visits, findings, other illnesses."""

from typing import Any

from tests.support.authoring.chart import (
    ICD10CM,
    LOINC,
    RXNORM,
    SCT,
    TERMINOLOGY,
    Chart,
    Resource,
    category,
    clinical_status,
    coding,
    concept,
    quantity,
    verification,
)
from tests.support.authoring.story import More

BREAST = {"left": ("80248007", "Left breast structure"), "right": ("73056007", "Right breast structure")}
ARMPIT = ("68171009", "Axillary lymph node structure (body structure)")
HGNC = "http://www.genenames.org/geneId"
ICHOM = "https://connect.ichom.org/fhir/CodeSystem/MolecularProfilingCodeSystem"
GTR = "http://www.ncbi.nlm.nih.gov/gtr"
OPERATIONS = {
    "lumpectomy": ("392021009", "Lumpectomy of breast (procedure)"),
    "mastectomy": ("406505007", "Modified radical mastectomy (procedure)"),
    "simple mastectomy": ("172043006", "Simple mastectomy (procedure)"),
    "both breasts removed": ("27865001", "Bilateral mastectomy (procedure)"),
    "sentinel node": ("396487001", "Sentinel lymph node biopsy"),
    "armpit dissected": ("234254000", "Excision of axillary lymph nodes group"),
}
IMAGES = {
    "bone density": ("312681000", "Bone density scan (procedure)"),
    "echocardiogram": ("40701008", "Echocardiography (procedure)"),
    "breast MRI": ("241615005", "Magnetic resonance imaging of breast (procedure)"),
    "gynaecology": ("83607001", "Gynecologic examination (procedure)"),
}
DRUGS = {
    "tamoxifen": "10324",
    "anastrozole": "84857",
    "letrozole": "72965",
    "goserelin": "50610",
    "trastuzumab": "224905",
    "pertuzumab": "1298944",
    "paclitaxel": "56946",
    "docetaxel": "72962",
    "doxorubicin": "3639",
    "cyclophosphamide": "3002",
    "carboplatin": "40048",
    "warfarin": "11289",
    "paroxetine": "32937",
    "estrogens, conjugated (USP)": "4099",
}
STATES = {"before menopause": "309606002", "after menopause": "307429007"}


def operation(name: str, day: str, side: str = "left") -> More:
    """An operation on one breast or its armpit."""
    return _procedure(name, OPERATIONS[name], [BREAST[side]], side, performedDateTime=day)


def bilateral(name: str, day: str) -> More:
    """An operation on both breasts."""
    return _procedure(name, OPERATIONS[name], [], "both", performedDateTime=day)


def irradiation(start: str, end: str, side: str = "left", *, nodes: bool = False) -> More:
    """Irradiation of a breast, or of breast and lymph nodes."""
    code = ("1217123003", "Radiotherapy course of treatment (regime/therapy)")
    sites = [BREAST[side], *([ARMPIT] if nodes else [])]
    return _procedure("irradiation", code, sites, side, performedPeriod={"start": start, "end": end})


def examined(name: str, day: str) -> More:
    """An image or an examination that is of no side."""
    return _procedure(name, IMAGES[name], [], day[:7], performedDateTime=day)


def _procedure(name: str, code: tuple[str, str], sites: list[tuple[str, str]], tag: str, **when: Any) -> More:
    body = [concept(SCT, *site) for site in sites] or None
    slug = f"{name.replace(' ', '-')[:12].lower()}-{tag}"
    return lambda chart: chart.add(
        "Procedure", slug, status="completed", code=concept(SCT, *code), bodySite=body, **when
    )


def mammograms(*days: str) -> More:
    """Mammograms of both breasts, as reports."""
    code = concept(LOINC, "26175-0", "MG Breast - bilateral Screening")

    def add(chart: Chart) -> None:
        for day in days:
            chart.add(
                "DiagnosticReport",
                f"mammogram-{day[:7]}",
                status="final",
                code=code,
                effectiveDateTime=day,
                issued=f"{day}T16:00:00Z",
            )

    return add


def visits(*days: str) -> More:
    """Visits to oncology."""
    service = concept(SCT, "394593009", "Medical oncology (qualifier value)")
    klass = coding(f"{TERMINOLOGY}/v3-ActCode", "AMB", "ambulatory")

    def add(chart: Chart) -> None:
        for day in days:
            chart.add(
                "Encounter",
                f"visit-{day[:7]}",
                status="finished",
                serviceType=service,
                period={"start": day, "end": day},
                **{"class": klass},
            )

    return add


def prescribed(drug: str, *days: str, status: str = "active") -> More:
    """Orders for a drug, each with the status of the last one known; those before the last are completed."""

    def add(chart: Chart) -> None:
        for day in days:
            said = status if day == days[-1] else "completed"
            chart.add(
                "MedicationRequest",
                f"{drug[:10]}-{day[:7]}".replace(" ", "-").replace(",", ""),
                status=said,
                intent="order",
                medicationCodeableConcept=concept(RXNORM, DRUGS[drug], drug),
                authoredOn=day,
            )

    return add


def takes(drug: str, since: str, stated: str, *, until: str | None = None, status: str = "active") -> More:
    """What the patient says she takes, or took until a day."""
    period = {"start": since, **({"end": until} if until else {})}
    return lambda chart: chart.add(
        "MedicationStatement",
        f"{drug[:10]}-{since[:4]}",
        status=status,
        medicationCodeableConcept=concept(RXNORM, DRUGS[drug], drug),
        effectivePeriod=period,
        dateAsserted=stated,
    )


def doses(drug: str, *days: str) -> More:
    """Infusions or injections that were given."""

    def add(chart: Chart) -> None:
        for day in days:
            chart.add(
                "MedicationAdministration",
                f"{drug[:10]}-{day}",
                status="completed",
                medicationCodeableConcept=concept(RXNORM, DRUGS[drug], drug),
                effectiveDateTime=f"{day}T10:30:00Z",
            )

    return add


def problem(slug: str, code: str, display: str, day: str, *, system: str = ICD10CM, status: str = "active") -> More:
    """An entry on the problem list."""
    return lambda chart: chart.add(
        "Condition",
        slug,
        clinicalStatus=clinical_status(status),
        verificationStatus=verification(),
        category=category("problem-list-item"),
        code=concept(system, code, display),
        onsetDateTime=day,
        recordedDate=day,
    )


def sign(slug: str, code: str, display: str, day: str) -> More:
    """A complaint or a finding, in SNOMED CT."""
    return problem(slug, code, display, day, system=SCT)


def menopause(state: str, day: str) -> More:
    """The menopausal state as asked on a day."""
    return _seen("menopause", concept(SCT, "161712005", "Menopause, function (observable entity)"), day,
                 valueCodeableConcept=concept(SCT, STATES[state], state))  # fmt: skip


def body_mass_index(value: str, day: str) -> More:
    return _seen(
        "bmi-now",
        concept(LOINC, "39156-5", "Body mass index (BMI) [Ratio]"),
        day,
        valueQuantity=quantity(f"{value} kg/m2"),
    )


def ejection_fraction(value: int, day: str) -> More:
    return _seen(
        "lvef",
        concept(LOINC, "10230-1", "Left ventricular Ejection fraction"),
        day,
        valueQuantity=quantity(f"{value} %"),
    )


def ki67(percent: int, day: str, side: str = "left") -> More:
    code = concept(LOINC, "85330-9", "Cells.Ki-67 nuclear Ag/cells in Breast cancer specimen by Immune stain")
    return _seen("ki67", code, day, bodySite=concept(SCT, *BREAST[side]), valueQuantity=quantity(f"{percent} %"))


def recurrence_score(points: int, day: str, side: str = "left") -> More:
    code = concept(GTR, "509910", "Oncotype DX Breast Recurrence Score Assay")
    return _seen("oncotype", code, day, bodySite=concept(SCT, *BREAST[side]), valueInteger=points)


def mammaprint(word: str, day: str, side: str = "left") -> More:
    return _seen(
        "mammaprint",
        concept(ICHOM, "mammaprint", "Mammaprint Score"),
        day,
        bodySite=concept(SCT, *BREAST[side]),
        valueString=word,
    )


def germline(gene: str, day: str) -> More:
    """A pathogenic variant of the germline."""
    number = {"BRCA1": "HGNC:1100", "BRCA2": "HGNC:1101"}[gene]
    parts = [
        ("48018-6", "Gene studied [ID]", concept(HGNC, number, gene)),
        ("48002-0", "Genomic source class [Type]", concept(LOINC, "LA6683-2", "Germline")),
        ("53037-8", "Genetic variation clinical significance [Imp]", concept(LOINC, "LA6668-3", "Pathogenic")),
    ]
    return _seen(
        "germline",
        concept(LOINC, "69548-6", "Genetic variant assessment"),
        day,
        valueCodeableConcept=concept(LOINC, "LA9633-4", "Present"),
        component=[
            {"code": concept(LOINC, code, display), "valueCodeableConcept": answer} for code, display, answer in parts
        ],
    )


def _seen(slug: str, code: Resource, day: str, /, **value: Any) -> More:
    return lambda chart: chart.observe(slug, code, category=category("laboratory"), effectiveDateTime=day, **value)

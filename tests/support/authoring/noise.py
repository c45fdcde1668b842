"""What every real chart also holds and no tier may rest on."""

from zlib import crc32

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
    verification,
)

PROBLEMS = (
    ("I10", "Essential (primary) hypertension"),
    ("E03.9", "Hypothyroidism, unspecified"),
    ("M54.50", "Low back pain, unspecified"),
    ("J45.909", "Unspecified asthma, uncomplicated"),
    ("K21.9", "Gastro-esophageal reflux disease without esophagitis"),
)
OPERATIONS = (
    ("80146002", "Appendectomy"),
    ("73761001", "Colonoscopy"),
    ("38102005", "Cholecystectomy"),
    ("173422009", "Tonsillectomy"),
)
DRUGS = (
    ("314076", "lisinopril 10 MG Oral Tablet"),
    ("966247", "levothyroxine sodium 0.05 MG Oral Tablet"),
    ("197361", "amlodipine 5 MG Oral Tablet"),
)
RELATIVES = (
    ("MTH", "mother", "254837009", "Malignant neoplasm of breast"),
    ("FTH", "father", "22298006", "Myocardial infarction"),
)
UCUM = "http://unitsofmeasure.org"


def add_noise(chart: Chart) -> None:
    """Vitals, blood results, another illness, its drug, an old operation and a family history, by the chart's name."""
    pick = crc32(chart.name.encode())
    _vitals(chart, pick)
    _blood(chart, pick)
    code, display = PROBLEMS[pick % len(PROBLEMS)]
    chart.add(
        "Condition",
        "other-illness",
        clinicalStatus=clinical_status(),
        verificationStatus=verification(),
        category=category("problem-list-item"),
        code=concept(ICD10CM, code, display),
        onsetDateTime="2017-05-02",
    )
    code, display = OPERATIONS[pick % len(OPERATIONS)]
    chart.add(
        "Procedure",
        "old-operation",
        status="completed",
        code=concept(SCT, code, display),
        performedDateTime="2009-08-14",
    )
    code, display = DRUGS[pick % len(DRUGS)]
    chart.add(
        "MedicationRequest",
        "other-drug",
        status="active",
        intent="order",
        medicationCodeableConcept=concept(RXNORM, code, display),
        authoredOn="2023-01-09",
    )
    role, display, illness, name = RELATIVES[pick % len(RELATIVES)]
    chart.add(
        "FamilyMemberHistory",
        "relative",
        status="completed",
        relationship=concept(f"{TERMINOLOGY}/v3-RoleCode", role, display),
        condition=[{"code": concept(SCT, illness, name)}],
    )


def _vitals(chart: Chart, pick: int) -> None:
    when = "2024-02-20T10:05:00Z"
    halves = [
        ("8480-6", "Systolic blood pressure", 118 + pick % 20),
        ("8462-4", "Diastolic blood pressure", 70 + pick % 15),
    ]
    chart.observe(
        "blood-pressure",
        concept(LOINC, "85354-9", "Blood pressure panel with all children optional"),
        category=category("vital-signs"),
        effectiveDateTime=when,
        component=[
            {"code": concept(LOINC, code, display), "valueQuantity": _measure(value, "mmHg", "mm[Hg]")}
            for code, display, value in halves
        ],
    )
    chart.observe(
        "weight",
        concept(LOINC, "29463-7", "Body weight"),
        category=category("vital-signs"),
        effectiveDateTime=when,
        valueQuantity=_measure(58 + pick % 30, "kg", "kg"),
    )


def _blood(chart: Chart, pick: int) -> None:
    results = [
        ("haemoglobin", "718-7", "Hemoglobin [Mass/volume] in Blood", _measure(12.1 + pick % 3, "g/dL", "g/dL")),
        ("creatinine", "2160-0", "Creatinine [Mass/volume] in Serum or Plasma", _measure(0.7, "mg/dL", "mg/dL")),
        (
            "platelets",
            "777-3",
            "Platelets [#/volume] in Blood by Automated count",
            _measure(180 + pick % 90, "10*3/uL", "10*3/uL"),
        ),
    ]
    for slug, code, display, value in results:
        chart.observe(
            slug,
            {"coding": [coding(LOINC, code, display)]},
            category=category("laboratory"),
            effectiveDateTime="2024-02-21T07:40:00Z",
            valueQuantity=value,
        )


def _measure(value: float, unit: str, code: str) -> Resource:
    return {"value": value, "unit": unit, "system": UCUM, "code": code}

"""What fills most of a chart and says nothing of a tumour: everyday results, vaccinations, bills, other illnesses.

Written by filling in templates: there may be tens of millions of these lines.
"""

from collections.abc import Iterator
from random import Random

_OBSERVATION = (
    b'{"resourceType":"Observation","id":"%b-r%d","meta":{"versionId":"1","lastUpdated":"%b:00Z","profile":'
    b'["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]},"status":"final","category":[{"coding":'
    b'[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"%b"}]}],"code":{"coding":[{"system":'
    b'"http://loinc.org","code":"%b","display":"%b"}],"text":"%b"},"subject":{"reference":"%b"},"effectiveDateTime":'
    b'"%b:00Z","valueQuantity":{"value":%b,"unit":"%b","system":"http://unitsofmeasure.org","code":"%b"},'
    b'"referenceRange":[{"low":{"value":%b},"high":{"value":%b}}]}'
)
_VACCINATION = (
    b'{"resourceType":"Immunization","id":"%b-v%d","status":"completed","vaccineCode":{"coding":[{"system":'
    b'"http://hl7.org/fhir/sid/cvx","code":"140","display":"Influenza, seasonal, injectable, preservative free"}]},'
    b'"patient":{"reference":"%b"},"occurrenceDateTime":"%b:00Z","primarySource":true}'
)
_CLAIM = (
    b'{"resourceType":"Claim","id":"%b-c%d","status":"active","type":{"coding":[{"system":'
    b'"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}]},"use":"claim","patient":{"reference":'
    b'"%b"},"created":"%b:00Z","insurance":[{"sequence":1,"focal":true,"coverage":{"display":"Synthetic Health"}}]}'
)
_CONDITION = (
    b'{"resourceType":"Condition","id":"%b-p%d","clinicalStatus":{"coding":[{"system":'
    b'"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"verificationStatus":{"coding":'
    b'[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]},"code":{"coding":'
    b'[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"%b","display":"%b"}]},"subject":{"reference":"%b"},'
    b'"onsetDateTime":"%b"}'
)
_ORDER = (
    b'{"resourceType":"MedicationRequest","id":"%b-m%d","status":"active","intent":"order","medicationCodeableConcept":'
    b'{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"%b","display":"%b"}]},"subject":'
    b'{"reference":"%b"},"authoredOn":"%b"}'
)

# LOINC code, name, unit, lowest and highest usual value in tenths, category
_RESULTS = (
    (b"718-7", b"Hemoglobin [Mass/volume] in Blood", b"g/dL", 120, 160, b"laboratory"),
    (b"6690-2", b"Leukocytes [#/volume] in Blood by Automated count", b"10*3/uL", 40, 110, b"laboratory"),
    (b"777-3", b"Platelets [#/volume] in Blood by Automated count", b"10*3/uL", 1500, 4000, b"laboratory"),
    (b"1742-6", b"Alanine aminotransferase [Enzymatic activity/volume] in Serum", b"U/L", 70, 400, b"laboratory"),
    (b"2345-7", b"Glucose [Mass/volume] in Serum or Plasma", b"mg/dL", 700, 1100, b"laboratory"),
    (b"2951-2", b"Sodium [Moles/volume] in Serum or Plasma", b"mmol/L", 1350, 1450, b"laboratory"),
    (b"8867-4", b"Heart rate", b"/min", 550, 1000, b"vital-signs"),
    (b"8310-5", b"Body temperature", b"Cel", 360, 375, b"vital-signs"),
)
_ILLNESSES = (
    (b"I10", b"Essential (primary) hypertension"),
    (b"E03.9", b"Hypothyroidism, unspecified"),
    (b"M54.50", b"Low back pain, unspecified"),
    (b"K21.9", b"Gastro-esophageal reflux disease without esophagitis"),
)
_DRUGS = (
    (b"314076", b"lisinopril 10 MG Oral Tablet"),
    (b"966247", b"levothyroxine sodium 0.05 MG Oral Tablet"),
    (b"197361", b"amlodipine 5 MG Oral Tablet"),
)

Line = tuple[str, bytes]  # the resource type, and the resource


def other_care(patient: bytes, about: bytes, count: int, random: Random) -> Iterator[Line]:
    """Illnesses and drugs that are read like the cancer's, and are none."""
    for number in range(count):
        when = b"20%02d-%02d-%02d" % (10 + number % 16, 1 + random.randrange(12), 1 + random.randrange(28))
        if number % 2:
            yield "MedicationRequest", _ORDER % (patient, number, *random.choice(_DRUGS), about, when)
        else:
            yield "Condition", _CONDITION % (patient, number, *random.choice(_ILLNESSES), about, when)


def everyday(patient: bytes, about: bytes, count: int, random: Random) -> Iterator[Line]:
    """Lines that no search of the service finds."""
    for number in range(count):
        draw = random.random()
        when = b"20%02d-%02d-%02dT07:%02d" % (
            10 + number % 16,
            1 + int(draw * 12),
            1 + int(draw * 28 * 28) % 28,
            int(draw * 3600) % 60,
        )
        kind = number % 12
        if kind == 10:
            yield "Immunization", _VACCINATION % (patient, number, about, when)
        elif kind == 11:
            yield "Claim", _CLAIM % (patient, number, about, when)
        else:
            code, name, unit, low, high, category = _RESULTS[int(draw * 1000) % len(_RESULTS)]
            value = b"%.1f" % ((low + draw * (high - low)) / 10)
            bounds = (b"%.1f" % (low / 10), b"%.1f" % (high / 10))
            yield (
                "Observation",
                _OBSERVATION
                % (patient, number, when, category, code, name, name, about, when, value, unit, unit, *bounds),
            )

"""A made-up chart being written: resources in the order of their importance, so that a short one keeps what matters."""

from datetime import date
from typing import Any

from cds_hooks.cohort.synth.people import Person

Resource = dict[str, Any]

SCT = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UCUM = "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"

SITES = {"left": ("80248007", "Left breast structure"), "right": ("73056007", "Right breast structure")}
_PATIENT_IN = frozenset({"FamilyMemberHistory"})


def concept(system: str, code: str, display: str = "", text: str = "") -> Resource:
    """A CodeableConcept with one coding."""
    coding = {"system": system, "code": code, **({"display": display} if display else {})}
    return {"coding": [coding], **({"text": text} if text else {})}


def quantity(value: float, unit: str, code: str) -> Resource:
    """A Quantity with its UCUM code."""
    return {"value": value, "unit": unit, "system": UCUM, "code": code}


class Sheet:
    """The resources of one person so far."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.urn = person.style == "synthea"
        self.about: Resource = {"reference": f"urn:uuid:{person.id}" if self.urn else f"Patient/{person.id}"}
        self.resources: list[Resource] = [_patient(person)]

    def add(self, kind: str, slug: str, **members: Any) -> Resource:
        """A resource about this person; a member given as None is left out."""
        resource: Resource = {"resourceType": kind, "id": f"{self.person.id}-{slug}"}
        resource["patient" if kind in _PATIENT_IN else "subject"] = self.about
        resource.update((name, value) for name, value in members.items() if value is not None)
        self.resources.append(resource)
        return resource

    def observe(self, slug: str, code: Resource, **members: Any) -> Resource:
        """A final Observation."""
        return self.add("Observation", slug, status="final", code=code, **members)

    def problem(self, slug: str, code: Resource, onset: date, **members: Any) -> Resource:
        """An entry of the problem list, active and confirmed."""
        return self.add(
            "Condition",
            slug,
            **{
                "clinicalStatus": concept(f"{HL7}/condition-clinical", "active"),
                "verificationStatus": concept(f"{HL7}/condition-ver-status", "confirmed"),
                "category": [concept(f"{HL7}/condition-category", "problem-list-item")],
                "code": code,
                "onsetDateTime": onset.isoformat(),
                **members,
            },
        )

    @staticmethod
    def refer(resource: Resource) -> Resource:
        """A relative reference to a resource of this chart."""
        return {"reference": f"{resource['resourceType']}/{resource['id']}"}


def laboratory() -> list[Resource]:
    """The category of a laboratory result."""
    return [concept(f"{HL7}/observation-category", "laboratory")]


def _patient(person: Person) -> Resource:
    resource: Resource = {
        "resourceType": "Patient",
        "id": person.id,
        "extension": _extensions(person),
        "name": [{"family": f"Synthetic{person.number}", "given": ["Person"]}],
        "gender": person.sex,
        "birthDate": person.born.isoformat(),
    }
    if person.died:
        resource["deceasedDateTime"] = person.died.isoformat()
    if not resource["extension"]:
        del resource["extension"]
    return resource


def _extensions(person: Person) -> list[Resource]:
    found = []
    for name, code in (("race", person.race), ("ethnicity", person.ethnicity)):
        if code:
            system = f"{HL7}/v3-NullFlavor" if code.isalpha() else "urn:oid:2.16.840.1.113883.6.238"
            category = {"url": "ombCategory", "valueCoding": {"system": system, "code": code}}
            found.append({"url": f"{US_CORE}{name}", "extension": [category, {"url": "text", "valueString": code}]})
    if person.race:
        found.append({"url": f"{US_CORE}birthsex", "valueCode": "F" if person.sex == "female" else "M"})
    return found

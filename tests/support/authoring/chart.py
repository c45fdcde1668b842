"""A synthetic chart under construction: ids, references in one of three styles, and the finished Bundle."""

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

References = Literal["relative", "absolute", "urn"]
Resource = dict[str, Any]

BASE = "https://ehr.example.org/fhir/R4"
SCT = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
UCUM = "http://unitsofmeasure.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"


def coding(system: str, code: str, display: str = "") -> Resource:
    return {"system": system, "code": code, **({"display": display} if display else {})}


def concept(system: str, code: str, display: str = "", text: str = "") -> Resource:
    return {"coding": [coding(system, code, display)], **({"text": text} if text else {})}


def quantity(text: str) -> Resource:
    """Text such as "9.9 mm" as a Quantity with its UCUM code; the number keeps its type."""
    number, unit = text.split(" ", 1)
    value = float(number) if "." in number else int(number)
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


@dataclass
class Chart:
    """One invented person's chart. `name` prefixes every id, so that ids never clash between stories."""

    name: str
    family: str
    given: str
    gender: str
    born: str
    references: References = "relative"
    resources: list[Resource] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.patient = self._new("Patient", "patient")
        self.patient["name"] = [{"use": "official", "family": self.family, "given": [self.given]}]
        self.patient["gender"] = self.gender
        self.patient["birthDate"] = self.born

    def identity(self, slug: str) -> str:
        """The id of a resource: a UUID where the style needs one, else readable and at most 64 characters."""
        if self.references == "urn":
            return str(uuid5(NAMESPACE_URL, f"{self.name}/{slug}"))
        return self.name if slug == "patient" else f"{self.name}-{slug}"

    def _new(self, resource_type: str, slug: str) -> Resource:
        resource: Resource = {"resourceType": resource_type, "id": self.identity(slug)}
        self.resources.append(resource)
        return resource

    def refer(self, resource: Resource) -> Resource:
        """A Reference to a resource of this chart, in the chart's style."""
        return {"reference": self.address(resource)}

    def address(self, resource: Resource) -> str:
        if self.references == "urn":
            return f"urn:uuid:{resource['id']}"
        path = f"{resource['resourceType']}/{resource['id']}"
        return f"{BASE}/{path}" if self.references == "absolute" else path

    def add(self, resource_type: str, slug: str, /, **members: Any) -> Resource:
        """A resource about this patient; a member given as None is left out."""
        resource = self._new(resource_type, slug)
        about = (
            "patient" if resource_type in {"FamilyMemberHistory", "AllergyIntolerance", "Immunization"} else "subject"
        )
        resource[about] = self.refer(self.patient)
        resource.update({name: value for name, value in members.items() if value is not None})
        return resource

    def observe(self, slug: str, code: Resource, /, **members: Any) -> Resource:
        """A final Observation."""
        return self.add("Observation", slug, **{"status": "final", "code": code, **members})

    def bundle(self) -> Resource:
        """The whole chart as a collection."""
        entries = [{"fullUrl": self._full_url(r), "resource": r} for r in self.resources]
        return {"resourceType": "Bundle", "type": "collection", "entry": entries}

    def _full_url(self, resource: Resource) -> str:
        if self.references == "urn":
            return self.address(resource)
        return f"{BASE}/{resource['resourceType']}/{resource['id']}"


def clinical_status(word: str = "active") -> Resource:
    return concept(f"{TERMINOLOGY}/condition-clinical", word)


def verification(word: str = "confirmed") -> Resource:
    return concept(f"{TERMINOLOGY}/condition-ver-status", word)


def category(word: str) -> list[Resource]:
    """An Observation category ("laboratory") or a Condition category ("problem-list-item")."""
    system = "condition-category" if word in {"problem-list-item", "encounter-diagnosis"} else "observation-category"
    return [concept(f"{TERMINOLOGY}/{system}", word)]

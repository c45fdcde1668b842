"""Which drug: a code in the resource itself, a contained Medication, or one that the search included."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cds_hooks.fhir.paths import READ
from cds_hooks.fhir.prefetch import Resource
from cds_hooks.fhir.references import Addresses, by_name
from cds_hooks.protocol import strict_json

KINDS = (
    *("MedicationRequest", "MedicationAdministration", "MedicationStatement"),
    *("MedicationOrder", "MedicationUsage"),  # of other FHIR versions
)


@dataclass(frozen=True, slots=True)
class Medicines:
    """The Medication resources of a request, wherever they stand in it."""

    found: dict[str, Resource]
    addresses: Addresses

    @classmethod
    def among(cls, resources: Iterable[Resource], addresses: Addresses) -> "Medicines":
        """Those that have a name."""
        return cls(by_name(resources, "Medication"), addresses)

    def find(self, reference: str, contained: Any) -> dict[str, Any] | None:
        """The code and ingredients of the Medication under a reference, strictly decoded; None if it is not here.

        `contained` is the decoded list of the resource that refers to it.
        """
        if reference.startswith("#"):
            candidates = contained if isinstance(contained, list) else []
            return next((c for c in candidates if isinstance(c, dict) and c.get("id") == reference[1:]), None)
        resource = self.found.get(self.addresses.resolve(reference))
        if resource is None:
            return None
        names = [name for name in READ["Medication"] if name in resource.members]
        return {name: strict_json.decode(bytes(resource.members[name]), "prefetch") for name in names}

    def concepts(self, referrer: Resource, where: str) -> list[Any]:
        """Whatever may hold the code of the drug that a medication resource is about, decoded, its shape unchecked."""
        members = referrer.members
        # `medication` is R5's: not typed as R4B, but its code is seen
        own = [strict_json.decode(bytes(members[n]), where) for n in _CONCEPTS if n in members]
        node = strict_json.decode(bytes(members["medicationReference"]), where) if _REFERENCE in members else None
        reference = node.get("reference") if isinstance(node, dict) else None
        if not isinstance(reference, str):
            return own
        contained = strict_json.decode(bytes(members["contained"]), where) if "contained" in members else None
        medication = self.find(reference, contained) or {}
        return [*own, medication.get("code"), *ingredients(medication)]


_CONCEPTS, _REFERENCE = ("medicationCodeableConcept", "medication"), "medicationReference"


def ingredients(medication: dict[str, Any]) -> list[Any]:
    """The concepts of a Medication's ingredients."""
    parts = medication.get("ingredient")
    return [p.get("itemCodeableConcept") for p in parts if isinstance(p, dict)] if isinstance(parts, list) else []

"""Whose data it is: every resource is compared with the patient in the context before anything else is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cds_hooks.errors import WrongPatient
from cds_hooks.fhir.prefetch import Remembered, Resource
from cds_hooks.fhir.references import Addresses, own_reference
from cds_hooks.protocol import strict_json


class Standing(Enum):
    """What a resource says of its subject. Ordered from the strongest statement to none."""

    OURS = "ours"
    NOT_A_PATIENT = "not a patient"  # a Group, a Device, a Location
    UNSTATED = "subject not stated"  # missing, or a reference that nothing here resolves


class Subjects:
    """Tells whose each resource is; the few different subjects of a chart are decoded once each."""

    def __init__(self, patient_id: str, addresses: Addresses) -> None:
        self._whose = _Whose(f"Patient/{patient_id}", f"urn:uuid:{patient_id}".lower(), addresses)
        self._seen: Remembered[Standing] = Remembered(self._whose.of_subject, "prefetch")

    def standing(self, resource: Resource) -> Standing:
        """Ours, not a patient's, or unstated. Raises WrongPatient if it is another patient's."""
        members = resource.members
        subject, patient = members.get("subject"), members.get("patient")
        if subject is not None and patient is None and resource.kind != "Patient":  # most of a chart
            return self._seen[bytes(subject)]
        if resource.kind == "Patient":
            return self._whose.standing(own_reference(resource) or "")
        stated = Standing.UNSTATED if subject is None else self._seen[bytes(subject)]
        if patient is None:
            return stated
        # `patient` is the subject's name in some types, and was in all of them before R4
        found = self._seen[bytes(patient)]
        return found if stated is Standing.UNSTATED else stated


@dataclass(frozen=True, slots=True)
class _Whose:
    """What a reference says of the subject, for a patient's reference and urn."""

    patient: str
    urn: str
    addresses: Addresses

    def of_subject(self, raw: bytes, where: str) -> Standing:
        found = Standing.UNSTATED
        for text in _references(strict_json.decode(raw, where)):
            standing = self.standing(text)
            found = standing if found is Standing.UNSTATED else found
        return found

    def standing(self, text: str) -> Standing:
        if text.strip().lower() == self.urn:
            return Standing.OURS
        kind, slash, _ = (reference := self.addresses.resolve(text)).partition("/")
        if reference == self.patient:
            return Standing.OURS
        if slash and kind == "Patient":
            raise WrongPatient("The prefetch holds data of another patient than the one in the context.")
        return Standing.NOT_A_PATIENT if slash and kind.isalpha() and kind[0].isupper() else Standing.UNSTATED


def _references(subject: Any) -> Iterator[str]:
    """The reference in a subject, also in one that is wrongly written as a list."""
    for node in subject if isinstance(subject, list) else [subject]:
        text = node.get("reference") if isinstance(node, dict) else None
        if isinstance(text, str):
            yield text

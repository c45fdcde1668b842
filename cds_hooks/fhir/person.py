"""The typed Patient as that of the Record."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cds_hooks.fhir import elements as read
from cds_hooks.fhir.elements import Node
from cds_hooks.fhir.record import Origin, Patient
from cds_hooks.fhir.typed import Untypeable, typed

Body = Mapping[str, Any]


def patient(body: Body, origin: Origin) -> tuple[Patient, str | None]:
    """The Patient, and why it is in part unreadable: then what could not be read is None. A day of death that cannot be
    read is still a death.
    """
    failures = []
    found: dict[str, Node] = {}
    for group in _GROUPS:
        members = {n: value for n, value in body.items() if _group_of(n) == group or n in _MODIFIERS}
        try:
            found[group] = typed("Patient", members)
            _patient(found[group], origin)
        except Untypeable as failed:
            found[group] = {}
            failures.append(str(failed))
    person = _patient({k: v for group in _GROUPS for k, v in found[group].items()}, origin)
    if "deceasedDateTime" in body and not found["deceasedDateTime"] and _says_something(body["deceasedDateTime"]):
        person = replace(person, deceased=True)
    return person, ", ".join(failures) or None


def _says_something(value: Any) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def _group_of(name: str) -> str:
    """The two ways to say that somebody died are read apart: a chart that has both, against FHIR, is still read."""
    return next((group for group in _GROUPS if name.startswith(group)), "")


_GROUPS = ("gender", "birthDate", "deceasedDateTime", "deceasedBoolean", "deceased")
_MODIFIERS = ("modifierExtension", "implicitRules")
_GENDERS = (None, "male", "female", "other", "unknown")


def _patient(members: Node, origin: Origin) -> Patient:
    gender = read.text(members, "gender")
    if gender not in _GENDERS:
        raise Untypeable("gender")
    deceased_on = read.day(members, "deceasedDateTime")
    return Patient(
        origin=origin,
        gender=gender,
        birth_date=read.day(members, "birthDate"),
        deceased=True if deceased_on else read.truth(members, "deceasedBoolean"),
        deceased_on=deceased_on,
    )

"""The typed Patient as that of the Record."""

from collections.abc import Mapping
from typing import Any

from cds_hooks.fhir import elements as read
from cds_hooks.fhir.elements import Node
from cds_hooks.fhir.record import Origin, Patient
from cds_hooks.fhir.typed import Untypeable, typed

Body = Mapping[str, Any]


def patient(body: Body, origin: Origin) -> tuple[Patient, str | None]:
    """The Patient, and why it is in part unreadable: then what could not be read is None."""
    failures = []
    found: dict[str, Node] = {}
    for group in ("gender", "birthDate", "deceased"):
        members = {name: value for name, value in body.items() if name.startswith(group) or name in _MODIFIERS}
        try:
            found[group] = typed("Patient", members)
            _patient(found[group], origin)
        except Untypeable as failed:
            found[group] = {}
            failures.append(str(failed))
    return _patient({**found["gender"], **found["birthDate"], **found["deceased"]}, origin), ", ".join(failures) or None


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

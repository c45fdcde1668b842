"""Typed members as the resources of the Record."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cds_hooks.fhir import dates, paths, status
from cds_hooks.fhir import elements as read
from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.elements import Node
from cds_hooks.fhir.medications import Medicines, ingredients
from cds_hooks.fhir.record import (
    Component,
    Concept,
    Condition,
    MedicationKind,
    MedicationUse,
    Observation,
    Origin,
    Patient,
    Procedure,
    Stage,
)
from cds_hooks.fhir.references import Addresses
from cds_hooks.fhir.typed import Untypeable, typed

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a resource is resolved against."""

    addresses: Addresses
    medicines: Medicines

    def reference(self, node: Node | None) -> str | None:
        """A Reference as "Type/id" where that can be told."""
        written = read.text(node, "reference") if node else None
        return self.addresses.resolve(written) if written else None

    def references(self, node: Node, name: str) -> tuple[str, ...]:
        """The References of a list member; those that only have a display or identifier are left out."""
        found = (self.reference(item) for item in read.children(node, name))
        return tuple(reference for reference in found if reference)


def observation(body: Body, origin: Origin, around: Surroundings) -> Observation:
    """An Observation. Two value[x] in one place are typed one by one, and both kept. Raises Untypeable."""
    variants = [_observation(typed("Observation", one), body, origin, around) for one in _one_value_each(body)]
    first = variants[0]
    components = tuple(
        replace(same[0], values=_all_values(same)) for same in zip(*(v.components for v in variants), strict=True)
    )
    return replace(first, values=_all_values(variants), components=components)


def _all_values(variants: Any) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(value for variant in variants for value in variant.values))


def _one_value_each(body: Body) -> Iterator[Body]:
    """The body with only the first value[x] of each place, then with only the second where there is one, and so on."""
    places = [body, *(c for c in _list(body.get("component")) if isinstance(c, dict))]
    most = max(len(_value_names(place)) for place in places)
    if most < 2:
        yield body
        return
    for turn in range(most):
        components = [_with_one_value(c, turn) if isinstance(c, dict) else c for c in _list(body.get("component"))]
        one = _with_one_value(body, turn)
        yield {**one, "component": components} if components else one


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _value_names(place: Body) -> list[str]:
    return sorted(name for name, value in place.items() if name.startswith("value") and value is not None)


def _with_one_value(place: Body, turn: int) -> dict[str, Any]:
    names = _value_names(place)
    dropped = set(names) - set(names[min(turn, len(names) - 1) :][:1])
    return {name: value for name, value in place.items() if name not in dropped}


def _observation(members: Node, body: Body, origin: Origin, around: Surroundings) -> Observation:
    effective = read.when(members, "effective")
    issued = None if effective else dates.written(body.get("issued"))
    site = read.child(members, "bodySite") or {}
    return Observation(
        origin=replace(origin, marks=(*origin.marks, "dated by issue")) if issued else origin,
        code=read.concept_at(members, "code") or Concept(),
        status=read.text(members, "status"),
        values=read.answers(members),
        components=tuple(_component(item) for item in read.children(members, "component")),
        interpretation=read.concepts_at(members, "interpretation"),
        data_absent_reason=read.concept_at(members, "dataAbsentReason"),
        body_site=read.concept_at(members, "bodySite"),
        laterality=read.extension_concepts(site, paths.LATERALITY),
        method=read.concept_at(members, "method"),
        focus=around.references(members, "focus"),
        specimen=around.reference(read.child(members, "specimen")),
        has_member=around.references(members, "hasMember"),
        derived_from=around.references(members, "derivedFrom"),
        effective=effective or issued,
    )


def _component(node: Node) -> Component:
    return Component(
        code=read.concept_at(node, "code") or Concept(),
        values=read.answers(node),
        interpretation=read.concepts_at(node, "interpretation"),
        data_absent_reason=read.concept_at(node, "dataAbsentReason"),
    )


def condition(body: Body, origin: Origin, around: Surroundings) -> Condition:
    """A Condition. Raises Untypeable."""
    members = typed("Condition", body)
    onset = read.when(members, "onset")
    recorded = None if onset else _recorded(members)
    return Condition(
        origin=replace(origin, marks=(*origin.marks, "dated by recording")) if recorded else origin,
        code=read.concept_at(members, "code") or Concept(),
        clinical_status=status.clinical_status_of(members),
        verification_status=status.verification_of(members),
        category=read.concepts_at(members, "category"),
        body_site=read.concepts_at(members, "bodySite"),
        laterality=_laterality(members),
        morphology=read.extension_concepts(members, paths.MORPHOLOGY),
        stage=tuple(_stage(item, around) for item in read.children(members, "stage")),
        onset=onset or recorded,
        abatement=read.when(members, "abatement"),
        occurred_following=tuple(_followed(members, around)),
    )


def _recorded(members: Node) -> DateInterval | None:
    asserted = (read.day(e, "valueDateTime") for e in read.extensions(members, paths.ASSERTED))
    return next((day for day in asserted if day), None) or read.day(members, "recordedDate")


def _stage(node: Node, around: Surroundings) -> Stage:
    return Stage(read.concept_at(node, "summary"), read.concept_at(node, "type"), around.references(node, "assessment"))


def _followed(members: Node, around: Surroundings) -> Iterator[str]:
    """What the condition followed: a reference, or the codes of a concept as "system|code"."""
    for extension in read.extensions(members, paths.FOLLOWING):
        reference = around.reference(read.child(extension, "valueReference"))
        if reference:
            yield reference
        for coding in (read.concept_at(extension, "valueCodeableConcept") or Concept()).codings:
            yield f"{coding.system or ''}|{coding.code or ''}"


def _laterality(members: Node) -> tuple[Concept, ...]:
    """Laterality qualifiers of the resource, then of its body sites."""
    places = (members, *read.children(members, "bodySite"))
    return tuple(dict.fromkeys(c for place in places for c in read.extension_concepts(place, paths.LATERALITY)))


def procedure(body: Body, origin: Origin, around: Surroundings) -> Procedure:
    """A Procedure. Raises Untypeable."""
    members = typed("Procedure", body)
    return Procedure(
        origin=origin,
        code=read.concept_at(members, "code") or Concept(),
        status=read.text(members, "status"),
        body_site=read.concepts_at(members, "bodySite"),
        laterality=_laterality(members),
        performed=read.when(members, "performed"),
        reason=read.concepts_at(members, "reasonCode"),
        reason_reference=around.references(members, "reasonReference"),
        intent=read.extension_concepts(members, paths.INTENT),
    )


def medication_use(body: Body, origin: Origin, around: Surroundings) -> MedicationUse:
    """A MedicationRequest, MedicationAdministration or MedicationStatement. Raises Untypeable."""
    kind = MedicationKind(body["resourceType"])
    members = typed(kind.value, body)
    when = read.when(members, "effective") or read.day(members, "authoredOn")
    stated = None if when else read.day(members, "dateAsserted")
    drug, unresolved = _drug(members, body, around)
    return MedicationUse(
        origin=replace(origin, marks=(*origin.marks, "dated by statement")) if stated else origin,
        kind=kind,
        drug=drug,
        status=read.text(members, "status"),
        intent=read.text(members, "intent"),
        do_not_perform=read.truth(members, "doNotPerform") or False,
        when=when or stated,
        reason=read.concepts_at(members, "reasonCode"),
        reason_reference=around.references(members, "reasonReference"),
        drug_unresolved=unresolved,
    )


def _drug(members: Node, body: Body, around: Surroundings) -> tuple[Concept, str | None]:
    """The drug, and the reference to it if it leads nowhere; the reference's display is then the drug's text."""
    if "medicationReference" not in members:
        return read.concept_at(members, "medicationCodeableConcept") or Concept(), None
    node = read.child(members, "medicationReference") or {}
    shown = Concept(text=read.text(node, "display"))
    written = read.text(node, "reference")
    if not written:
        return shown, None
    found = around.medicines.find(written, body.get("contained"))
    try:
        medication = typed("Medication", found) if found is not None else None
        concept = read.concept_at(medication, "code") or Concept() if medication is not None else None
        parts = [read.concept(part) for part in ingredients(medication or {}) if isinstance(part, dict)]
    except Untypeable:
        concept, parts = None, []
    if concept is None:
        return shown, around.addresses.resolve(written)
    codings = (*concept.codings, *(c for part in parts for c in part.codings))
    return Concept(tuple(dict.fromkeys(codings)), concept.text or shown.text), None


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


Reader = Callable[[Body, Origin, Surroundings], Observation | Condition | Procedure | MedicationUse]
READERS: Mapping[str, Reader] = {
    "Observation": observation,
    "Condition": condition,
    "Procedure": procedure,
    "MedicationRequest": medication_use,
    "MedicationAdministration": medication_use,
    "MedicationStatement": medication_use,
}

"""Typed Observations, Conditions and Procedures as those of the Record."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from cds_hooks.fhir import dates, paths, status
from cds_hooks.fhir import elements as read
from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.elements import Node
from cds_hooks.fhir.record import Component, Concept, Condition, Observation, Origin, Procedure, Stage
from cds_hooks.fhir.surroundings import Surroundings
from cds_hooks.fhir.typed import typed

Body = Mapping[str, Any]
BY_ISSUE = "dated by issue"


def observation(body: Body, origin: Origin, around: Surroundings) -> Observation:
    """An Observation. Two value[x] in one place are typed one by one, and both kept. Raises Untypeable."""
    variants = [_observation(typed("Observation", one), body, origin, around) for one in _one_value_each(body)]
    first = variants[0]
    if len(variants) == 1:
        return first
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
        origin=origin.marked(BY_ISSUE) if issued else origin,
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
        specimen=around.specimen(read.child(members, "specimen"), origin),
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
    members = typed("Condition", _with_recorded_date(body))
    onset = read.when(members, "onset")
    recorded = _recorded(members)
    return Condition(
        origin=origin.marked("dated by recording") if recorded and not onset else origin,
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
        recorded=recorded,
    )


def _recorded(members: Node) -> DateInterval | None:
    asserted = (read.day(e, "valueDateTime") for e in read.extensions(members, paths.ASSERTED))
    return next((day for day in asserted if day), None) or read.day(members, "recordedDate")


def _with_recorded_date(body: Body) -> Body:
    """With recordedDate under its own name, also where it has that of STU3 or DSTU2."""
    named = (body.get(name) for name in ("recordedDate", "assertedDate", "dateRecorded"))
    return {**body, "recordedDate": next((day for day in named if day), None)}


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
    """Laterality qualifiers of the resource, then of its body sites, then beside the codes of both."""
    sites = read.children(members, "bodySite")
    found = [c for place in (members, *sites) for c in read.extension_concepts(place, paths.LATERALITY)]
    found += [c for place in (members.get("code"), *sites) for c in read.beside_codes(place, paths.LATERALITY)]
    return tuple(dict.fromkeys(found))


def procedure(body: Body, origin: Origin, around: Surroundings) -> Procedure:
    """A Procedure. Raises Untypeable."""
    members = typed("Procedure", body)
    started, ended = read.ends(members, "performed")
    return Procedure(
        origin=origin,
        code=read.concept_at(members, "code") or Concept(),
        status=read.text(members, "status"),
        status_reason=read.one_or_more_concepts(members, "statusReason"),
        body_site=read.concepts_at(members, "bodySite"),
        laterality=_laterality(members),
        performed=read.when(members, "performed"),
        reason=read.concepts_at(members, "reasonCode"),
        reason_reference=around.references(members, "reasonReference"),
        intent=read.extension_concepts(members, paths.INTENT),
        started=started,
        ended=ended,
    )

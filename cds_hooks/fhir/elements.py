"""FHIR elements as our own values, from members that have been typed.

Typing with fhir.resources lets some shapes pass that are not FHIR (an object as a string of JSON, "yes" for true);
what is not of the JSON type that FHIR asks for raises Untypeable here.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from cds_hooks.fhir import dates
from cds_hooks.fhir.codes import canonical_system, normalise_code
from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.paths import extension_url
from cds_hooks.fhir.record import Answer, Coding, Concept, Quantity, Range, Ratio
from cds_hooks.fhir.typed import Untypeable

Node = Mapping[str, Any]

_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?")
_TRUTH = {True: True, False: False, "true": True, "false": False}


def text(node: Node, name: str) -> str | None:
    """A string member; None if it is missing or blank."""
    value = node.get(name)
    if value is not None and not isinstance(value, str):
        raise Untypeable(name)
    return value.strip() or None if value else None


def child(node: Node, name: str) -> Node | None:
    """An object member; None if it is missing."""
    value = node.get(name)
    if value is not None and not isinstance(value, dict):
        raise Untypeable(name)
    return value


def children(node: Node, name: str) -> tuple[Node, ...]:
    """The objects of a list member."""
    value = node.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Untypeable(name)
    return tuple(value)


def number(node: Node, name: str) -> Decimal | None:
    """A number member, also one that is written as a string."""
    value = node.get(name)
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | Decimal)):
        raise Untypeable(name)
    return None if value is None else Decimal(value)


def truth(node: Node, name: str) -> bool | None:
    """A boolean member, also one that is written as a string."""
    value = node.get(name)
    if value is None:
        return None
    if not isinstance(value, bool | str) or value not in _TRUTH:
        raise Untypeable(name)
    return _TRUTH[value]


def day(node: Node, name: str) -> DateInterval | None:
    """A date, dateTime or instant member."""
    value = node.get(name)
    found = dates.written(value)
    if value is not None and found is None:
        raise Untypeable(name)
    return found


def when(node: Node, name: str) -> DateInterval | None:
    """The dates of `name`[x]: its dateTime, instant or Period; None for other kinds (an age, a text)."""
    return day(node, f"{name}DateTime") or day(node, f"{name}Instant") or span(node, f"{name}Period")


def span(node: Node, name: str) -> DateInterval | None:
    """A Period member."""
    found = child(node, name)
    if found is None:
        return None
    if any(found.get(end) is not None and dates.written(found[end]) is None for end in ("start", "end")):
        raise Untypeable(name)
    return dates.period(found.get("start"), found.get("end"))


def ends(node: Node, name: str) -> tuple[DateInterval | None, DateInterval | None]:
    """The first and the last day of `name`[x] by themselves; a dateTime is both, a missing end of a Period None."""
    found = day(node, f"{name}DateTime") or day(node, f"{name}Instant")
    span = child(node, f"{name}Period")
    if found is None and span is not None:
        return day(span, "start"), day(span, "end")
    return found, found


def coding(node: Node) -> Coding:
    """A Coding with canonical system and normalised code; one without a code keeps None and so matches nothing."""
    system, code = canonical_system(text(node, "system")), text(node, "code")
    return Coding(system, normalise_code(system, code) if code else None, text(node, "display"))


def concept(node: Node) -> Concept:
    """A CodeableConcept."""
    return Concept(tuple(coding(item) for item in children(node, "coding")), text(node, "text"))


def concept_at(node: Node, name: str) -> Concept | None:
    """A CodeableConcept member; None if it is missing."""
    found = child(node, name)
    return None if found is None else concept(found)


def concepts_at(node: Node, name: str) -> tuple[Concept, ...]:
    """The CodeableConcepts of a list member."""
    return tuple(concept(item) for item in children(node, name))


def one_or_more_concepts(node: Node, name: str) -> tuple[Concept, ...]:
    """The CodeableConcepts of a member that is one object in some resource types and a list in others."""
    return (concept(node[name]),) if isinstance(node.get(name), dict) else concepts_at(node, name)


def coding_concepts(node: Node, name: str) -> tuple[Concept, ...]:
    """The Codings of a member, one object or a list, each as a concept."""
    found = (node[name],) if isinstance(node.get(name), dict) else children(node, name)
    return tuple(Concept((coding(item),)) for item in found)


def quantity(node: Node) -> Quantity:
    """A Quantity as written."""
    return Quantity(
        number(node, "value"), text(node, "unit"), text(node, "system"), text(node, "code"), text(node, "comparator")
    )


def extensions(node: Node, urls: frozenset[str]) -> tuple[Node, ...]:
    """The element's extensions that have one of the urls."""
    return tuple(e for e in children(node, "extension") if extension_url(e) in urls)


def extension_concepts(node: Node, urls: frozenset[str]) -> tuple[Concept, ...]:
    """The CodeableConcepts and Codings in the element's extensions that have one of the urls."""
    if "extension" not in node:  # most have none
        return ()
    found = extensions(node, urls)
    concepts = (concept_at(e, "valueCodeableConcept") for e in found)
    codings = (concept for e in found for concept in coding_concepts(e, "valueCoding"))
    return tuple(c for c in (*concepts, *codings) if c is not None)


def beside_codes(concept: Any, urls: frozenset[str]) -> tuple[Concept, ...]:
    """The same in the extensions of a concept's codings; what is badly written there says nothing."""
    codings = concept.get("coding") if isinstance(concept, dict) else None
    found: list[Concept] = []
    for item in codings if isinstance(codings, list) else ():
        with suppress(Untypeable):
            found += extension_concepts(item, urls) if isinstance(item, dict) else ()
    return tuple(found)


def _quantity_at(node: Node, name: str) -> Quantity | None:
    found = child(node, name)
    return None if found is None else quantity(found)


def _range(node: Node) -> Range:
    return Range(_quantity_at(node, "low"), _quantity_at(node, "high"))


def _ratio(node: Node) -> Ratio:
    nothing = Quantity(None)
    return Ratio(_quantity_at(node, "numerator") or nothing, _quantity_at(node, "denominator") or nothing)


_OBJECT_ANSWERS: Mapping[str, Callable[[Node], Answer]] = {
    "valueCodeableConcept": concept,
    "valueQuantity": quantity,
    "valueRange": _range,
    "valueRatio": _ratio,
}
_PLAIN_ANSWERS: Mapping[str, Callable[[Node, str], Answer | None]] = {
    "valueString": text,
    "valueInteger": number,
    "valueBoolean": truth,
}


def answers(node: Node) -> tuple[Answer, ...]:
    """All value[x] of an Observation or component, in the order of their names. Raises Untypeable for a kind of
    value that is not an Answer: it may say something, and we would not know.
    """
    found: list[Answer | None] = []
    for name in sorted(name for name in node if name.startswith("value")):
        if name in _OBJECT_ANSWERS:
            value = child(node, name)
            found.append(None if value is None else _OBJECT_ANSWERS[name](value))
        elif name in _PLAIN_ANSWERS:
            found.append(_PLAIN_ANSWERS[name](node, name))
        elif node[name] is not None:
            raise Untypeable(name)
    return tuple(answer for answer in found if answer is not None)

"""Sifting: which resources of a chart can matter, judged on raw JSON by code, before anything is typed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Raw

from cds_hooks.fhir.codes import canonical_system, normalise_code
from cds_hooks.fhir.medications import KINDS, Medicines
from cds_hooks.fhir.prefetch import Remembered, Resource
from cds_hooks.fhir.record import Coding
from cds_hooks.protocol import strict_json


@dataclass(frozen=True, slots=True)
class Sieve:
    """For each resource type, the normalised codes (any system: the system is compared later, by the readers) and
    code prefixes that a reader looks for. A type with `everything` is kept whole; a type not named is dropped.
    """

    codes: Mapping[str, frozenset[str]]
    prefixes: Mapping[str, tuple[str, ...]]
    everything: frozenset[str]

    def names(self, kind: str) -> bool:
        """Whether any reader looks for this resource type."""
        return kind in self.codes or kind in self.prefixes or kind in self.everything

    def wants(self, kind: str, codings: Iterable[Coding]) -> bool:
        """Whether a reader looks for one of these codes in this resource type."""
        codes, prefixes = self.codes.get(kind, frozenset()), self.prefixes.get(kind, ())
        found = [coding.code or "" for coding in codings]
        return any(code in codes or code.startswith(prefixes) for code in found)


_COMPONENTS = msgspec.json.Decoder(list[dict[str, Raw]])
_ENCODE = msgspec.json.Encoder().encode


class Sifter:
    """Applies a sieve; each different question of a chart is decoded (strictly) and judged once."""

    def __init__(self, sieve: Sieve, medicines: Medicines) -> None:
        self._sieve = sieve
        self._medicines = medicines
        self._wanted: Remembered[bool] = Remembered(self._wants_question, "prefetch")

    def keeps(self, resource: Resource, where: str) -> bool:
        """Whether a reader may need it. A diagnosis, operation or drug without a code of any system is kept.

        Raises NotJson for a duplicate key in what is looked at, also if the resource is not kept.
        """
        kind, members = resource.kind, resource.members
        if kind in self._sieve.everything:
            return True
        if kind == "Observation":
            if "code" in members and self._wanted[bytes(members["code"])]:
                return True
            component = members.get("component")
            return component is not None and any(self._wanted[raw] for raw in _questions(bytes(component), where))
        if not self._sieve.names(kind):
            return False
        codings = self.codings(resource, where)
        return not any(coding.system for coding in codings) or self._sieve.wants(kind, codings)

    def codings(self, resource: Resource, where: str) -> tuple[Coding, ...]:
        """All that can be seen of the resource's codes, however badly the rest is written."""
        members = resource.members
        if resource.kind in KINDS:
            nodes = self._medicines.concepts(resource, where)
        else:
            raws = [bytes(members["code"])] if "code" in members else []
            raws += _questions(bytes(members["component"]), where) if "component" in members else []
            nodes = [strict_json.decode(raw, where) for raw in raws]
        seen = {coding for node in nodes for coding in visible_codings(node)}
        return tuple(sorted(seen, key=lambda c: (c.system or "", c.code or "")))

    def _wants_question(self, raw: bytes, where: str) -> bool:
        return self._sieve.wants("Observation", visible_codings(strict_json.decode(raw, where)))


def _questions(raw: bytes, where: str) -> list[bytes]:
    """The raw codes of the components, decoded strictly only if the quick way may have lost a duplicate key."""
    try:
        components = _COMPONENTS.decode(raw)
    except msgspec.ValidationError:  # no list of objects: typing will say so
        return [raw]
    if len(_ENCODE(components)) != len(raw):
        strict_json.decode(raw, where)
    return [bytes(component["code"]) for component in components if "code" in component]


def visible_codings(node: Any) -> Iterator[Coding]:
    """Every code in a concept, or in what should have been one."""
    if isinstance(node, str):
        yield Coding(None, node.strip())
    elif isinstance(node, list):
        for item in node:
            yield from visible_codings(item)
    elif isinstance(node, dict):
        code, system = node.get("code"), node.get("system")
        system = canonical_system(system) if isinstance(system, str) else None
        if isinstance(code, str | int) and not isinstance(code, bool):
            yield Coding(system, normalise_code(system, str(code)))
        # `code` holds the concept in a component, `concept` in R5
        for name in ("coding", "concept", *(("code",) if isinstance(code, dict | list) else ())):
            yield from visible_codings(node.get(name))

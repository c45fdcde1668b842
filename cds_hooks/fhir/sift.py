"""Sifting: which resources of a chart can matter, judged on raw JSON by code, before anything is typed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from cds_hooks.fhir.codes import canonical_system, normalise_code
from cds_hooks.fhir.medications import KINDS, Medicines
from cds_hooks.fhir.prefetch import Remembered, Resource
from cds_hooks.fhir.record import Coding
from cds_hooks.fhir.versions import RENAMED
from cds_hooks.protocol import strict_json


@dataclass(frozen=True, slots=True)
class Sieve:
    """For each resource type, the normalised codes (any system: the system is compared later, by the readers) and
    code prefixes that a reader looks for, and beginnings of words, in lower case, which its display or text may hold. A
    type with `everything` is kept whole; a type not named is dropped.
    """

    codes: Mapping[str, frozenset[str]]
    prefixes: Mapping[str, tuple[str, ...]]
    everything: frozenset[str]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def names(self, kind: str) -> bool:
        """Whether any reader looks for this resource type."""
        return kind in self.codes or kind in self.prefixes or kind in self.everything

    def wants(self, kind: str, codes: Iterable[str]) -> bool:
        """Whether a reader looks for one of these codes in this resource type."""
        wanted, prefixes = self.codes.get(kind, frozenset()), self.prefixes.get(kind, ())
        return any(code in wanted or code.startswith(prefixes) for code in codes)


# The members that hold the codes of other types than those that have them in `code`, under the names of all versions.
_CODED: Mapping[str, tuple[str, ...]] = {
    "DiagnosticReport": ("code", "category"),
    "DocumentReference": ("type", "category"),
    "ImagingStudy": ("modality", "modalityList", "procedureCode", "procedure"),
    "Encounter": ("class", "type", "serviceType", "reasonCode", "reason", "hospitalization", "admission"),
}
_CONCLUSIONS = ("conclusionCode", "codedDiagnosis")
_PARTS = msgspec.json.Decoder(list[dict[str, Raw]])
_ENCODE = msgspec.json.Encoder().encode


class _Coding(Struct, gc=False, forbid_unknown_fields=True, omit_defaults=True, rename="camel"):
    system: str | UnsetType = UNSET
    version: str | UnsetType = UNSET
    code: str | UnsetType = UNSET
    display: str | UnsetType = UNSET
    user_selected: bool | UnsetType = UNSET


class _Concept(Struct, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    coding: list[_Coding] | UnsetType = UNSET
    text: str | UnsetType = UNSET


_CONCEPT = msgspec.json.Decoder(_Concept)


class Sifter:
    """Applies a sieve; each different question of a chart is decoded (strictly) and judged once."""

    def __init__(self, sieve: Sieve, medicines: Medicines) -> None:
        self._sieve = sieve
        self._medicines = medicines
        # nothing here may refer back to the Sifter: a circle would keep the whole body until garbage is collected
        self._wanted: Remembered[bool] = Remembered(partial(_wants_question, sieve), "prefetch")
        self._seen: Remembered[tuple[Coding, ...]] = Remembered(_codings_anywhere, "prefetch")
        self._told = {kind: Remembered(partial(_tell, sieve, kind, self._seen), "prefetch") for kind in _CODED}

    def keeps(self, resource: Resource, where: str) -> bool:
        """Whether a reader may need it. What has no code of any system is kept, unless it is an Observation; what of
        another FHIR version has another type's name is judged as that type.

        Raises NotJson for a duplicate key in what is looked at, also if the resource is not kept.
        """
        kind = resource.kind
        if kind in self._sieve.everything:
            return True
        if kind == "Observation":
            return self._keeps_observation(resource.members, where)
        kind = RENAMED.get(kind, kind)
        if kind in self._sieve.everything or not self._sieve.names(kind):
            return kind in self._sieve.everything
        if kind in _CODED:
            return self._keeps_by_members(resource, where)
        codings = self.codings(resource, where)
        return _has_no_system(codings) or self._sieve.wants(kind, _codes(codings)) or self._says(resource, where)

    def _keeps_observation(self, members: Mapping[str, Raw], where: str) -> bool:
        code, component = members.get("code"), members.get("component")
        if code is not None and self._wanted[bytes(code)]:
            return True
        return component is not None and any(self._wanted[raw] for raw in _parts(bytes(component), where, "code"))

    def codings(self, resource: Resource, where: str) -> tuple[Coding, ...]:
        """All that can be seen of the resource's codes, however badly the rest is written."""
        members = resource.members
        if resource.kind in KINDS:
            nodes = self._medicines.concepts(resource, where)
            seen = {coding for node in nodes for coding in visible_codings(node)}
        elif resource.kind in _CODED:
            seen = {coding for raw in _coded(resource, where) for coding in self._seen[raw]}
        else:
            raws = [bytes(members["code"])] if "code" in members else []
            raws += _parts(bytes(members["component"]), where, "code") if "component" in members else []
            nodes = [strict_json.decode(raw, where) for raw in raws]
            seen = {coding for node in nodes for coding in visible_codings(node)}
        return tuple(sorted(seen, key=lambda c: (c.system or "", c.code or "")))

    def _says(self, resource: Resource, where: str) -> bool:
        """Whether the code of the resource holds a word that a reader looks for."""
        words = self._sieve.words.get(resource.kind, ())
        if not words or "code" not in resource.members:
            return False
        raw = bytes(resource.members["code"])
        text = (_ENCODE(strict_json.decode(raw, where)) if b"\\u" in raw else raw).decode().lower()
        return any(word in text for word in words)

    def _keeps_by_members(self, resource: Resource, where: str) -> bool:
        told = self._told[resource.kind]
        uncoded = True
        for raw in _coded(resource, where):
            wanted, without_system = told[raw]
            if wanted:
                return True
            uncoded = uncoded and without_system
        return uncoded or (resource.kind == "DiagnosticReport" and self._concludes(resource))

    def _concludes(self, report: Resource) -> bool:
        """Whether a report concludes with a diagnosis that would be kept as a Condition."""
        raws = (bytes(report.members[name]) for name in _CONCLUSIONS if name in report.members)
        found = _codes(coding for raw in raws for coding in self._seen[raw])
        return bool(found) and ("Condition" in self._sieve.everything or self._sieve.wants("Condition", found))


def _wants_question(sieve: Sieve, raw: bytes, where: str) -> bool:
    return sieve.wants("Observation", codes_of(raw, where))


def _tell(sieve: Sieve, kind: str, seen: Mapping[bytes, tuple[Coding, ...]], raw: bytes, _: str) -> tuple[bool, bool]:
    """Whether a member of this resource type is wanted, and whether it has no code of any system."""
    codings = seen[raw]
    return sieve.wants(kind, _codes(codings)), _has_no_system(codings)


def _coded(resource: Resource, where: str) -> Iterator[bytes]:
    """The raw members that hold the codes of a resource of another type than those that have them in `code`."""
    members = resource.members
    for name in _CODED[resource.kind]:
        if name in members:
            yield bytes(members[name])
    if resource.kind == "ImagingStudy" and "series" in members:
        yield from _parts(bytes(members["series"]), where, "modality", "bodySite")


def _has_no_system(codings: Iterable[Coding]) -> bool:
    return not any(coding.system for coding in codings)


def _codes(codings: Iterable[Coding]) -> list[str]:
    return [coding.code or "" for coding in codings]


def _parts(raw: bytes, where: str, *names: str) -> list[bytes]:
    """Members of the objects in a list, decoded strictly only if the quick way may have lost a duplicate key."""
    try:
        parts = _PARTS.decode(raw)
        if len(_ENCODE(parts)) != len(raw):
            raw = msgspec.json.format(raw, indent=-1)
            parts = _PARTS.decode(raw)
    except msgspec.ValidationError:  # no list of objects: typing will say so
        return [raw]
    if len(_ENCODE(parts)) != len(raw):
        strict_json.decode(raw, where)
    return [bytes(part[name]) for part in parts for name in names if name in part]


def codes_of(raw: bytes, where: str) -> list[str]:
    """Every code in a concept; decoded strictly unless it is a plain one of which the quick way loses nothing."""
    try:
        concept = _CONCEPT.decode(raw)
    except msgspec.DecodeError:
        concept = None
    if concept is None or not (
        len(written := _ENCODE(concept)) == len(raw) or len(written) == len(msgspec.json.format(raw, indent=-1))
    ):
        return _codes(visible_codings(strict_json.decode(raw, where)))
    return [normalise_code(each.system or None, each.code) for each in concept.coding or () if each.code is not UNSET]


def _codings_anywhere(raw: bytes, where: str) -> tuple[Coding, ...]:
    return tuple(_at_any_depth(strict_json.decode(raw, where)))


def _at_any_depth(node: Any) -> Iterator[Coding]:
    if isinstance(node, dict) and isinstance(node.get("code"), str | int):
        yield from visible_codings(node)
    elif isinstance(node, str):
        return
    for item in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _at_any_depth(item)


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

"""One line of an export: whose it is, and which searches of the service would find it.

A line of a resource type that no reader needs is counted and not looked into. Every other is decoded once, in C, as far
as the two questions need; its other members are only checked to be JSON. What no search would find is not looked at
again. Nothing is judged here that `fhir.read` judges.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from cds_hooks.errors import NotAHookRequest, NotJson, TooLarge
from cds_hooks.fhir.bundle import answers, searched
from cds_hooks.fhir.medications import KINDS
from cds_hooks.fhir.opening import split_members
from cds_hooks.fhir.prefetch import PrefetchKey, Resource
from cds_hooks.fhir.references import restful
from cds_hooks.fhir.versions import RENAMED
from cds_hooks.protocol import strict_json

NOT_JSON = "not JSON in UTF-8"
NOT_A_RESOURCE = "not a FHIR resource: no resourceType"
NO_PATIENT = "no patient: no id, or no reference to a Patient"
NOT_A_PATIENT = "its subject is not a patient"
TOO_LONG = "longer than the service accepts"
DAMAGED = "the compressed file is damaged or cut here: nothing after this line could be read"

_SHARED = "Medication"
_BEGINNING = b'{"resourceType":"'
_AFTER, _FAR = len(_BEGINNING), len(_BEGINNING) + 64  # where the name of a type stands
_URN = "urn:uuid:"
_MOST_REMEMBERED = 50_000


class _Reference(Struct, gc=False):
    reference: str | None = None


class _Line(Struct, gc=False, rename="camel"):
    """What is looked at. The raw members are those that a search may ask for."""

    resource_type: str = ""
    id: str | None = None
    subject: _Reference | None = None
    patient: _Reference | None = None
    medication_reference: _Reference | None = None
    code: Raw | UnsetType = UNSET
    category: Raw | UnsetType = UNSET
    type: Raw | UnsetType = UNSET
    status: Raw | UnsetType = UNSET
    intent: Raw | UnsetType = UNSET
    clinical_status: Raw | UnsetType = UNSET


_ATTRIBUTES = {"clinicalStatus": "clinical_status"}
_DECODE = msgspec.json.Decoder(_Line).decode


@dataclass(frozen=True, slots=True)
class Ours:
    """A line of a patient's chart. `found_by` has a set of bits for each knowledge: bit n is its nth prefetch key.
    `medication` is the reference of the drug, "" if there is none to look for elsewhere.
    """

    patient: str
    found_by: tuple[int, ...]
    medication: str = ""


@dataclass(frozen=True, slots=True)
class Shared:
    """A line that belongs to no patient (a Medication), with the names that references may use."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that cannot be used, with the reason."""

    why: str


Scanned = Ours | Shared | Bad | None


class Scanner:
    """Scans lines for the prefetch keys of one or more knowledge folders; counts the resource types that it met."""

    def __init__(self, keys: tuple[tuple[PrefetchKey, ...], ...], longest: int) -> None:
        self.kinds: dict[str, int] = {}
        self._keys = keys
        self._longest = longest
        self._asked = _members_asked(keys)
        self._unneeded = _Unneeded((*self._asked, _SHARED))
        self._remembered: dict[tuple[Any, ...], tuple[int, ...]] = {}

    def scan(self, line: bytes | None) -> Scanned:
        """What one line is; None if no reader needs it (or it is blank). None as line is one that was too long."""
        if line is None:
            return Bad(TOO_LONG)
        if line.startswith(_BEGINNING) and (kind := self._unneeded[line[_AFTER : line.find(b'"', _AFTER, _FAR)]]):
            self._count(kind)
            return None
        try:
            head: _Line | Bad = _DECODE(line)
        except (msgspec.DecodeError, RecursionError):
            head = _head_of_odd(line)
        if isinstance(head, Bad):
            return head if line.strip() else None
        return self._judged(head, line)

    def _judged(self, head: _Line, line: bytes) -> Scanned:
        kind = head.resource_type
        if not kind:
            return Bad(NOT_A_RESOURCE)
        self._count(kind)
        if kind == _SHARED:
            return self._shared(head, line)
        asked = self._asked.get(kind)
        return None if asked is None else self._ours(head, asked, line)

    def _count(self, kind: str) -> None:
        self.kinds[kind] = self.kinds.get(kind, 0) + 1

    def _ours(self, head: _Line, asked: tuple[str, ...], line: bytes) -> Scanned:
        try:
            found_by = self._found_by(head, asked)
            if not any(found_by):
                return None
            strict_json.check_text(line, self._longest)
        except NotJson:
            return Bad(NOT_JSON)
        except TooLarge:
            return Bad(TOO_LONG)
        patient = _patient(head)
        if not patient:
            return Bad(NO_PATIENT if patient is None else NOT_A_PATIENT)
        return Ours(patient, found_by, _medication(head))

    def _found_by(self, head: _Line, asked: tuple[str, ...]) -> tuple[int, ...]:
        """Which searches find it; equal questions, of which there are few, are answered once."""
        values = [getattr(head, name) for name in asked]
        question = (head.resource_type, *[None if value is UNSET else bytes(value) for value in values])
        found = self._remembered.get(question)
        if found is None:
            told = {name: value for name, value in zip(asked, values, strict=True) if value is not UNSET}
            found = self._search(head.resource_type, told)
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[question] = found
        return found

    def _search(self, kind: str, members: Mapping[str, Raw]) -> tuple[int, ...]:
        resource = Resource(kind, {_fhir_name(name): value for name, value in members.items()})
        return tuple(sum(1 << n for n, key in enumerate(keys) if answers(resource, key)) for keys in self._keys)

    def _shared(self, head: _Line, line: bytes) -> Scanned:
        try:
            strict_json.check_text(line, self._longest)
        except (NotJson, TooLarge):
            return Bad(NOT_JSON)
        return Shared((f"{_SHARED}/{head.id}", f"{_URN}{head.id.lower()}")) if head.id else None


class _Unneeded(dict[bytes, str]):
    """Which resource type a line that begins with it has, if no reader needs that type; else ""."""

    def __init__(self, needed: Iterable[str]) -> None:
        super().__init__()
        self._needed = frozenset(needed)

    def __missing__(self, raw: bytes) -> str:
        kind = raw.decode() if raw.isalpha() and raw.isascii() else ""
        found = "" if kind in self._needed else kind
        if len(self) < _MOST_REMEMBERED:
            self[raw] = found
        return found


def _members_asked(keys: tuple[tuple[PrefetchKey, ...], ...]) -> dict[str, tuple[str, ...]]:
    """For each resource type that is searched for, the attributes of a `_Line` that decide which search finds it."""
    found: dict[str, set[str]] = {}
    older = {new: old for old, new in RENAMED.items()}
    for key in (key for each in keys for key in each):
        names = {_ATTRIBUTES.get(name, name) for name, _ in searched(key)}
        for kind in (key.resource_type, older.get(key.resource_type)):
            if kind:
                found.setdefault(kind, set()).update(names)
    return {kind: tuple(sorted(names)) for kind, names in found.items()}


def _fhir_name(attribute: str) -> str:
    return next((name for name, own in _ATTRIBUTES.items() if own == attribute), attribute)


def _patient(head: _Line) -> str | None:
    """The patient's id; None if none is stated; "" if it is said to be something else's. As `fhir.subjects` judges."""
    if head.resource_type == "Patient":
        return head.id or None
    stated = [node.reference for node in (head.subject, head.patient) if node is not None and node.reference]
    for text in stated:
        if text.startswith("Patient/") and "/" not in text[8:]:
            return text[8:]
        if text[: len(_URN)].lower() == _URN:
            return text[len(_URN) :].strip().lower()
        if (reference := restful(text)) is not None:
            kind, _, own_id = reference.partition("/")
            return own_id if kind == "Patient" else ""
    return None


def _medication(head: _Line) -> str:
    node = head.medication_reference
    text = node.reference if node is not None and head.resource_type in KINDS else None
    return name_of(text) if text and not text.startswith("#") else ""


def name_of(reference: str) -> str:
    """A reference in the form in which `Shared` names are written."""
    return restful(reference) or reference.strip().lower()


def _head_of_odd(line: bytes) -> _Line | Bad:
    """A line with a member of an unusual shape (a subject in a list, a number as id), read the slow way."""
    try:
        members = split_members(line, "")
        known = {name: strict_json.decode(bytes(members[name])) for name in _READ if name in members}
    except NotAHookRequest:
        return Bad(NOT_A_RESOURCE)
    except NotJson:
        return Bad(NOT_JSON)
    kind, own_id = known.get("resourceType"), known.get("id")
    head = _Line(kind if isinstance(kind, str) else "", own_id if isinstance(own_id, str) else None)
    head.subject, head.patient = _first_reference(known.get("subject")), _first_reference(known.get("patient"))
    head.medication_reference = _first_reference(known.get("medicationReference"))
    for name in _RAW:
        if name in members:
            setattr(head, _ATTRIBUTES.get(name, name), members[name])
    return head


_READ = ("resourceType", "id", "subject", "patient", "medicationReference")
_RAW = ("code", "category", "type", "status", "intent", "clinicalStatus")


def _first_reference(node: Any) -> _Reference | None:
    for item in node if isinstance(node, list) else [node]:
        text = item.get("reference") if isinstance(item, dict) else None
        if isinstance(text, str):
            return _Reference(text)
    return None

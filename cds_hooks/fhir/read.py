"""From the prefetch to the Record: open each key, check whose data it is, sift, settle copies, judge status, type.

What is read does not depend on the order or repetition of resources. Nothing that a reader could need is dropped in
silence: it is in the Record, unreadable with the reason, or left out with the reason.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from cds_hooks.errors import RequiredDataMissing, WrongPatient
from cds_hooks.fhir.copies import Document, anonymous_reference, newest_of_each
from cds_hooks.fhir.medications import Medicines
from cds_hooks.fhir.prefetch import Opened, PrefetchKey, Resource, open_key
from cds_hooks.fhir.record import (
    Condition,
    KeyState,
    LeftOut,
    MedicationUse,
    Observation,
    Origin,
    Patient,
    Procedure,
    Record,
    Unreadable,
)
from cds_hooks.fhir.references import Addresses, own_reference
from cds_hooks.fhir.resources import READERS, Surroundings, patient
from cds_hooks.fhir.sift import Sieve, Sifter
from cds_hooks.fhir.status import judge_status
from cds_hooks.fhir.subjects import Standing, Subjects
from cds_hooks.fhir.typed import Untypeable
from cds_hooks.protocol import strict_json

_ENCODE = msgspec.json.Encoder().encode
_NO_ID = msgspec.Raw(b"")
_OBTAINED = (KeyState.COMPLETE, KeyState.PARTIAL)


def read_record(
    prefetch: Mapping[str, bytes | None], keys: tuple[PrefetchKey, ...], sieve: Sieve, patient_id: str
) -> Record:
    """All that the chart holds for the readers behind `sieve`.

    `prefetch` maps keys to raw JSON (None for null); keys that were not announced are ignored. Raises WrongPatient,
    RequiredDataMissing, NotAHookRequest (a key holds another resource type) and NotJson.
    """
    opened = tuple(open_key(key, prefetch) for key in keys)
    _require(opened)
    return _Reading(opened, sieve, patient_id).record()


def _require(opened: Iterable[Opened]) -> None:
    for key, state in ((o.key, o.state) for o in opened):
        unobtained = state in (KeyState.ABSENT, KeyState.FAILED) or (key.is_read and state not in _OBTAINED)
        if key.required and unobtained:
            text = f"Without the prefetch key {key.name} ({key.resource_type}) nothing can be said."
            raise RequiredDataMissing(text, f"prefetch.{key.name}")


@dataclass(slots=True)
class _Found:
    """What has been read so far."""

    resources: list[Observation | Condition | Procedure | MedicationUse] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    left_out: set[LeftOut] = field(default_factory=set)


class _Reading:
    """One request's resources on their way into the Record."""

    def __init__(self, opened: tuple[Opened, ...], sieve: Sieve, patient_id: str) -> None:
        everything = [resource for o in opened for resource in (*o.matches, *o.included)]
        addresses = Addresses(everything)
        self._opened = opened
        self._subjects = Subjects(patient_id, addresses)
        self._surroundings = Surroundings(addresses, Medicines.among(everything, addresses))
        self._sifter = Sifter(sieve, self._surroundings.medicines)
        self._found = _Found()

    def record(self) -> Record:
        """Read everything."""
        for opened in self._opened:  # what came along is checked like the rest
            deque(self._standings(opened, opened.included), maxlen=0)
        documents, older = newest_of_each(self._sifted())
        self._found.left_out.update(older)
        people = [document for document in documents if document.resource.kind == "Patient"]
        for document in documents:
            if document.resource.kind in READERS:
                self._read(document)
        found = self._found
        subject = self._patient(people)  # before `found` is taken apart: the patient may be unreadable
        return Record(
            patient=subject,
            conditions=tuple(r for r in found.resources if isinstance(r, Condition)),
            observations=tuple(r for r in found.resources if isinstance(r, Observation)),
            procedures=tuple(r for r in found.resources if isinstance(r, Procedure)),
            medications=tuple(r for r in found.resources if isinstance(r, MedicationUse)),
            states={o.key.name: o.state for o in self._opened},
            unreadable=tuple(sorted(set(found.unreadable), key=lambda u: (u.reference, u.why))),
            left_out=tuple(sorted(found.left_out, key=lambda o: (o.reference, o.why))),
        )

    def _standings(self, opened: Opened, resources: Iterable[Resource]) -> Iterator[tuple[Resource, Standing]]:
        try:
            for resource in resources:
                yield resource, self._subjects.standing(resource)
        except WrongPatient as wrong:
            raise WrongPatient(wrong.text, f"prefetch.{opened.key.name}") from None

    def _sifted(self) -> Iterator[Document]:
        """What sifting keeps, and what shares its name with something kept: a newer copy may have another code."""
        dropped: list[tuple[int, list[Resource]]] = []
        names: set[tuple[str, bytes]] = set()
        for rank, opened in enumerate(self._opened):
            where, wanted, not_kept = f"prefetch.{opened.key.name}", opened.key.resource_type, []
            keeps = self._sifter.keeps
            for resource, standing in self._standings(opened, opened.matches):
                if resource.kind != wanted:
                    self._set_aside(opened, resource)
                elif wanted == "Patient" or keeps(resource, where):
                    names.add(_name(resource))
                    yield from self._kept(self._document(resource, rank, standing), standing)
                else:
                    not_kept.append(resource)
            dropped.append((rank, not_kept))
        ids = {own_id for _, own_id in names if own_id}
        for rank, resources in dropped:
            for resource in resources:
                if ids and bytes(resource.members.get("id", _NO_ID)) in ids and _name(resource) in names:
                    yield self._document(resource, rank, Standing.OURS, wanted=False)

    def _set_aside(self, opened: Opened, resource: Resource) -> None:
        """One line for each type that a key was not asked to bring: there may be thousands."""
        if resource.kind:
            why = "not the resource type asked for"
            self._found.left_out.add(LeftOut(f"{opened.key.name}: {resource.kind}", why))

    def _kept(self, document: Document, standing: Standing) -> Iterator[Document]:
        if standing is Standing.NOT_A_PATIENT:
            self._found.left_out.add(LeftOut(document.reference, "its subject is not a patient"))
        else:
            yield document

    def _document(self, resource: Resource, rank: int, standing: Standing, wanted: bool = True) -> Document:
        key = self._opened[rank].key
        body = strict_json.decode(_ENCODE(resource.members), f"prefetch.{key.name}")
        return Document(
            reference=own_reference(resource) or anonymous_reference(resource.kind, body),
            key=key,
            rank=rank,
            body=body,
            resource=resource,
            marks=("subject not stated",) if standing is Standing.UNSTATED else (),
            wanted=wanted,
        )

    def _read(self, document: Document) -> None:
        kind = document.resource.kind
        judgement = judge_status(kind, document.body)
        if judgement.left_out:
            self._found.left_out.add(LeftOut(document.reference, judgement.left_out))
            return
        if judgement.unreadable:
            self._unreadable(document, judgement.unreadable)
            return
        origin = _origin(document, judgement.marks)
        try:
            self._found.resources.append(READERS[kind](document.body, origin, self._surroundings))
        except Untypeable as failed:
            self._unreadable(document, f"not valid FHIR: {failed}")

    def _unreadable(self, document: Document, why: str) -> None:
        codes = self._sifter.codings(document.resource, f"prefetch.{document.key.name}")
        self._found.unreadable.append(
            Unreadable(document.reference, document.resource.kind, document.key.name, codes, why)
        )

    def _patient(self, people: list[Document]) -> Patient:
        if not people:
            raise RequiredDataMissing("There is no Patient in the prefetch.", "prefetch")
        document = min(people, key=lambda person: (person.marks, person.reference))  # one that states its id first
        found, why = patient(document.body, _origin(document, ()))
        if why:
            self._found.unreadable.append(
                Unreadable(document.reference, "Patient", document.key.name, (), f"not valid FHIR: {why}")
            )
        return found


def _origin(document: Document, marks: tuple[str, ...]) -> Origin:
    return Origin(document.reference, document.key.name, document.last_updated, (*marks, *document.marks))


def _name(resource: Resource) -> tuple[str, bytes]:
    return resource.kind, bytes(resource.members.get("id", _NO_ID))

"""From the prefetch to the Record: open each key, check whose data it is, sift, settle copies, judge status, type.

What is read does not depend on the order or repetition of resources. Nothing that a reader could need is dropped in
silence: it is in the Record, unreadable with the reason, or left out with the reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from cds_hooks.errors import RequiredDataMissing
from cds_hooks.fhir.copies import Document, anonymous_reference, content_of, newest_of_each
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
    left_out: list[LeftOut] = field(default_factory=list)


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
        self._check_included()
        documents, older = newest_of_each(self._sifted())
        self._found.left_out += older
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
            left_out=tuple(sorted(set(found.left_out), key=lambda o: (o.reference, o.why))),
        )

    def _check_included(self) -> None:
        for opened in self._opened:
            for resource in opened.included:
                self._subjects.standing(resource, f"prefetch.{opened.key.name}")

    def _sifted(self) -> Iterator[Document]:
        """What sifting keeps, and what shares its name with something kept: a newer copy may have another code."""
        dropped: list[tuple[int, Resource]] = []
        names: set[tuple[str, bytes]] = set()
        for rank, opened in enumerate(self._opened):
            where = f"prefetch.{opened.key.name}"
            for resource, standing in self._of_type(opened):
                if resource.kind == "Patient" or self._sifter.keeps(resource, where):
                    names.add(_name(resource))
                    document = self._document(resource, rank, standing)
                    if standing is Standing.NOT_A_PATIENT:
                        self._found.left_out.append(LeftOut(document.reference, "its subject is not a patient"))
                    else:
                        yield document
                else:
                    dropped.append((rank, resource))
        for rank, resource in dropped:
            if _name(resource) in names and "id" in resource.members:
                yield self._document(resource, rank, Standing.OURS, wanted=False)

    def _of_type(self, opened: Opened) -> Iterator[tuple[Resource, Standing]]:
        """The matches that are of the type asked for; each is compared with the patient, of whatever type it is."""
        where, others = f"prefetch.{opened.key.name}", set()
        for resource in opened.matches:
            standing = self._subjects.standing(resource, where)
            if resource.kind == opened.key.resource_type:
                yield resource, standing
            elif resource.kind:
                others.add(resource.kind)
        for kind in others:
            self._found.left_out.append(LeftOut(f"{opened.key.name}: {kind}", "not the resource type asked for"))

    def _document(self, resource: Resource, rank: int, standing: Standing, wanted: bool = True) -> Document:
        key = self._opened[rank].key
        body = strict_json.decode(_ENCODE(resource.members), f"prefetch.{key.name}")
        content = content_of(body)
        return Document(
            reference=own_reference(resource) or anonymous_reference(resource.kind, content),
            key=key,
            rank=rank,
            body=body,
            resource=resource,
            content=content,
            marks=("subject not stated",) if standing is Standing.UNSTATED else (),
            wanted=wanted,
        )

    def _read(self, document: Document) -> None:
        kind = document.resource.kind
        judgement = judge_status(kind, document.body)
        if judgement.left_out:
            self._found.left_out.append(LeftOut(document.reference, judgement.left_out))
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
    raw = resource.members.get("id")
    return resource.kind, b"" if raw is None else bytes(raw)

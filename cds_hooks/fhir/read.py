"""From the prefetch to the Record: open each key, check whose data it is, sift, settle copies, judge status, type.

What is read does not depend on the order or repetition of resources. Nothing that a reader could need is dropped in
silence: it is in the Record, unreadable with the reason, or left out with the reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import msgspec
from msgspec import Raw

from cds_hooks.errors import RequiredDataMissing, WrongPatient
from cds_hooks.fhir.copies import Document, anonymous_reference, newest_of_each
from cds_hooks.fhir.gathering import Gathering
from cds_hooks.fhir.medications import Medicines
from cds_hooks.fhir.opening import count
from cds_hooks.fhir.passing import Passing
from cds_hooks.fhir.person import patient
from cds_hooks.fhir.prefetch import Opened, PrefetchKey, Resource, Room, open_key
from cds_hooks.fhir.readers import READERS
from cds_hooks.fhir.record import KeyState, LeftOut, Patient, Record, Unreadable
from cds_hooks.fhir.references import Addresses, own_reference
from cds_hooks.fhir.sift import Sieve, Sifter
from cds_hooks.fhir.specimens import Specimens
from cds_hooks.fhir.subjects import Standing, Subjects
from cds_hooks.fhir.surroundings import Surroundings
from cds_hooks.fhir.used import REFERRED_TO, Used
from cds_hooks.fhir.versions import RENAMED
from cds_hooks.protocol import strict_json

_ENCODE = msgspec.json.Encoder().encode
_OBJECTS_OF_AN_ENTRY = 50  # more than any resource that is read here has on the average
_NO_ID = Raw(b"")
_OBTAINED = (KeyState.COMPLETE, KeyState.PARTIAL)


@dataclass(frozen=True, slots=True)
class Reading:
    """The Record, and what it was read from."""

    record: Record
    used: Used


def read_record(
    prefetch: Mapping[str, bytes | Raw | None], keys: tuple[PrefetchKey, ...], sieve: Sieve, patient_id: str
) -> Record:
    """All that the chart holds for the readers behind `sieve`.

    `prefetch` maps keys to raw JSON (None for null); keys that were not announced are ignored. Raises WrongPatient,
    RequiredDataMissing, NotAHookRequest (a key holds another resource type) and NotJson.
    """
    return read_prefetch(prefetch, keys, sieve, patient_id).record


def read_prefetch(
    prefetch: Mapping[str, bytes | Raw | None],
    keys: tuple[PrefetchKey, ...],
    sieve: Sieve,
    patient_id: str,
    most_entries: int | None = None,
) -> Reading:
    """As `read_record`, with what it was read from. Raises TooLarge if all keys together have more than `most_entries`
    entries.
    """
    if most_entries is not None:
        Room(most_entries).take(-(-_objects(prefetch) // _OBJECTS_OF_AN_ENTRY))
    passing, room = Passing(sieve, patient_id), Room(most_entries)
    opened = tuple(open_key(key, prefetch, passing.of(key.resource_type), room) for key in keys)
    _require(opened)
    return _Reading(opened, sieve, patient_id).reading()


def _objects(prefetch: Mapping[str, bytes | Raw | None]) -> int:
    """At least as many as there are JSON objects, told before anything is made of them."""
    return sum(count(raw, b"{") for raw in prefetch.values() if raw is not None)


def read_again(used: Used, sieve: Sieve, patient_id: str) -> Record:
    """The Record that was read from what was used; what it left out for its type alone is not named again."""
    return _Reading(used.opened, sieve, patient_id, used.addresses).reading().record


def _require(opened: Iterable[Opened]) -> None:
    for key, state in ((o.key, o.state) for o in opened):
        unobtained = state in (KeyState.ABSENT, KeyState.FAILED) or (key.is_read and state not in _OBTAINED)
        if key.required and unobtained:
            text = f"Without the prefetch key {key.name} ({key.resource_type}) nothing can be said."
            raise RequiredDataMissing(text, f"prefetch.{key.name}")


class _Everything:
    """All resources of a request, opened anew whenever they are gone through: few charts ask for that."""

    def __init__(self, opened: tuple[Opened, ...]) -> None:
        self._opened = opened

    def __iter__(self) -> Iterator[Resource]:
        return (resource for opened in self._opened for resource in opened.everything)


class _Reading:
    """One request's resources on their way into the Record."""

    def __init__(
        self, opened: tuple[Opened, ...], sieve: Sieve, patient_id: str, known: Mapping[str, str] | None = None
    ) -> None:
        addresses = Addresses(_Everything(opened), known)
        self._opened = opened
        self._addresses = addresses
        self._retained: list[list[Resource]] = [[] for _ in opened]
        self._subjects = Subjects(patient_id, addresses)
        looked_at = [resource for o in opened for resource in (*o.matches, *o.included)]
        surroundings = Surroundings(addresses, Medicines.among(looked_at, addresses))
        self._sifter = Sifter(sieve, surroundings.medicines)
        self._found = Gathering(surroundings, Specimens(opened), self._sifter)

    def reading(self) -> Reading:
        """Read everything."""
        for opened in self._opened:  # what came along is checked like the rest
            with _another_patient_at(f"prefetch.{opened.key.name}"):
                for resource in opened.included:
                    self._subjects.standing(resource)
        documents, older = newest_of_each(self._sifted())
        self._found.left_out.update(older)
        people = [document for document in documents if document.resource.kind == "Patient"]
        for document in documents:
            if document.resource.kind != "Patient":
                self._found.read(document)
        record = self._found.record(self._patient(people), {o.key.name: o.state for o in self._opened})
        return Reading(record, Used(tuple(map(self._used, self._opened, self._retained)), self._addresses.found))

    def _used(self, opened: Opened, kept: list[Resource]) -> Opened:
        referred = (resource for resource in opened.matches if resource.kind in REFERRED_TO)
        included = (resource for resource in opened.included if resource.kind in REFERRED_TO)
        return replace(opened, matches=(*kept, *referred), included=tuple(included), passed=())

    def _sifted(self) -> Iterator[Document]:
        """What sifting keeps, and what shares its name with something kept: a newer copy may have another code."""
        dropped: list[list[tuple[float, Resource]]] = [[] for _ in self._opened]
        for rank in range(len(self._opened)):
            yield from self._wanted(rank, dropped[rank])
        names = {_name(resource) for kept in self._retained for resource in kept}
        ids = {own_id for _, own_id in names if own_id}
        for rank, opened in enumerate(self._opened):
            copies = [(place, each) for place, each in dropped[rank] if bytes(each.members.get("id", _NO_ID)) in ids]
            copies += [(each.before - 0.5, each.resource) for each in opened.passed if each.own_id in ids]
            for _, resource in sorted(copies, key=lambda copy: copy[0]):
                if _name(resource) in names:
                    self._retained[rank].append(resource)
                    yield self._document(resource, rank, Standing.OURS, wanted=False)

    def _wanted(self, rank: int, dropped: list[tuple[float, Resource]]) -> Iterator[Document]:
        """What a reader may need of a key; what none does is added to `dropped`, with its place among the matches."""
        opened, retained = self._opened[rank], self._retained[rank]
        where, wanted = f"prefetch.{opened.key.name}", opened.key.resource_type
        standing_of, keeps = self._subjects.standing, self._sifter.keeps
        with _another_patient_at(where):
            for place, resource in enumerate(opened.matches):
                standing = standing_of(resource)
                if resource.kind != wanted and RENAMED.get(resource.kind) != wanted:
                    self._set_aside(opened, resource)
                elif wanted == "Patient" or (wanted in READERS and keeps(resource, where)):
                    retained.append(resource)
                    yield from self._kept(self._document(resource, rank, standing), standing)
                else:
                    dropped.append((place, resource))

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

    def _patient(self, people: list[Document]) -> Patient:
        if not people:
            raise RequiredDataMissing("There is no Patient in the prefetch.", "prefetch")
        document = min(people, key=lambda person: (person.marks, person.reference))  # one that states its id first
        found, why = patient(document.body, document.origin())
        if why:
            broken = Unreadable(document.reference, "Patient", document.key.name, (), f"not valid FHIR: {why}")
            self._found.unreadable.append(broken)
        return found


@contextmanager
def _another_patient_at(where: str) -> Iterator[None]:
    """Says where data of another patient were found."""
    try:
        yield
    except WrongPatient as wrong:
        raise WrongPatient(wrong.text, where) from None


def _name(resource: Resource) -> tuple[str, bytes]:
    return resource.kind, bytes(resource.members.get("id", _NO_ID))

"""Documents read one by one into what the Record holds: judged by status, told from other versions, typed."""

from collections.abc import Mapping
from typing import TypeVar

from cds_hooks.fhir.copies import Document
from cds_hooks.fhir.readers import READERS, Found
from cds_hooks.fhir.record import (
    Condition,
    DiagnosticReport,
    DocumentReference,
    Encounter,
    ImagingStudy,
    KeyState,
    LeftOut,
    MedicationUse,
    Observation,
    Patient,
    Procedure,
    Record,
    Unreadable,
    Unsupported,
)
from cds_hooks.fhir.sift import Sifter
from cds_hooks.fhir.specimens import Specimens, dated
from cds_hooks.fhir.status import NOT_DONE, judge_status
from cds_hooks.fhir.surroundings import Surroundings
from cds_hooks.fhir.typed import Untypeable
from cds_hooks.fhir.versions import foreign

_Kind = TypeVar("_Kind")


class Gathering:
    """What has been read so far."""

    def __init__(self, surroundings: Surroundings, specimens: Specimens, sifter: Sifter) -> None:
        self._surroundings = surroundings
        self._specimens = specimens
        self._sifter = sifter
        self._found: list[Found] = []
        self._not_done: list[Procedure | MedicationUse] = []
        self._foreign: set[tuple[str, str]] = set()
        self.unreadable: list[Unreadable] = []
        self.left_out: set[LeftOut] = set()

    def read(self, document: Document) -> None:
        """Read one resource: into the Record, among the unreadable with the reason, or left out with the reason."""
        kind = document.resource.kind
        judgement = judge_status(kind, document.body)
        version = foreign(kind, document.body)
        if judgement.left_out:
            self.left_out.add(LeftOut(document.reference, judgement.left_out))
            if judgement.left_out in NOT_DONE and not version:
                self._keep_as_not_done(document)
        elif version:
            self._foreign.add((version[0], kind))
            self._give_up(document, f"FHIR {version[0]}: {version[1]}", version[0])
        elif judgement.unreadable:
            self._give_up(document, judgement.unreadable)
        else:
            self._type(document, judgement.marks)

    def record(self, patient: Patient, states: Mapping[str, KeyState]) -> Record:
        """The Record of all that was read."""
        specimens, spoilt = self._specimens.found()
        reports = self._of(DiagnosticReport)
        return Record(
            patient=patient,
            conditions=self._of(Condition),
            observations=tuple(dated(self._of(Observation), specimens, reports)),
            procedures=self._of(Procedure),
            medications=self._of(MedicationUse),
            reports=reports,
            documents=self._of(DocumentReference),
            imaging=self._of(ImagingStudy),
            encounters=self._of(Encounter),
            specimens=specimens,
            not_done=tuple(self._not_done),
            states=states,
            unreadable=tuple(sorted({*self.unreadable, *spoilt}, key=lambda u: (u.reference, u.why))),
            left_out=tuple(sorted(self.left_out, key=lambda o: (o.reference, o.why))),
            unsupported=self._unsupported(),
        )

    def _type(self, document: Document, marks: tuple[str, ...]) -> None:
        try:
            resource = READERS[document.resource.kind](document.body, document.origin(marks), self._surroundings)
        except Untypeable as failed:
            self._give_up(document, f"not valid FHIR: {failed}")
            return
        self._found.append(resource)
        if isinstance(resource, Observation | DiagnosticReport):
            self._specimens.note(resource, document.body.get("contained"))

    def _keep_as_not_done(self, document: Document) -> None:
        try:
            resource = READERS[document.resource.kind](document.body, document.origin(), self._surroundings)
        except Untypeable:  # that it was not done is said in any case
            return
        if isinstance(resource, Procedure | MedicationUse):
            self._not_done.append(resource)

    def _give_up(self, document: Document, why: str, version: str = "") -> None:
        key = document.key.name
        codes = self._sifter.codings(document.resource, f"prefetch.{key}")
        self.unreadable.append(Unreadable(document.reference, document.resource.kind, key, codes, why, version))

    def _of(self, kind: type[_Kind]) -> tuple[_Kind, ...]:
        return tuple(resource for resource in self._found if isinstance(resource, kind))

    def _unsupported(self) -> tuple[Unsupported, ...]:
        """The other versions met, and what came in their shape."""
        versions = sorted({version for version, _ in self._foreign})
        return tuple(Unsupported(v, tuple(sorted(kind for w, kind in self._foreign if w == v))) for v in versions)

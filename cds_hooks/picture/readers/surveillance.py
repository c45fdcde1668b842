"""Surveillance done: how long ago the last examination of each kind and the last visits were.

Only what was done counts: an order, a plan or a visit to come is none, and an examination up to the day of the
diagnosis led to it. What only may count (no side named, no date, status not told, perhaps before the diagnosis) can
make the last examination more recent, never prove one: it takes away the lower bound and leaves the upper.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import Concept, DiagnosticReport, Encounter, ImagingStudy, Procedure
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.diagnosis import TUMOUR, names_the_breast, sides_in
from cds_hooks.picture.elapsed import first_of, months_since
from cds_hooks.picture.episodes import Tumours
from cds_hooks.picture.fact import NOT_RECORDED, Evidence, Fact, Interval, Known, SetAside, Unknown, Why
from cds_hooks.picture.finding import day

# By FHIR resource: the statuses under which the examination or visit took place, and those under which it did not.
_TOOK_PLACE = {
    Procedure: frozenset({"completed"}),
    DiagnosticReport: frozenset({"final", "amended", "corrected", "appended", "preliminary", "partial"}),
    ImagingStudy: frozenset({"available"}),
    Encounter: frozenset({"finished", "in-progress", "onleave"}),
}
_DID_NOT = frozenset({"not-done", "preparation", "stopped", "aborted", "planned", "cancelled", "entered-in-error"})
_HISTORY = "history"
NO_SIDE = "names no side"
_NOT_TOLD = "whether it was done is not told"
_UNDATED = "undated"
_PERHAPS_BEFORE = "perhaps before the diagnosis"


@dataclass(frozen=True, slots=True)
class Exam:
    """One examination or visit on record; `doubts` say why it only may count, `not_one` why it does not."""

    reference: str
    when: DateInterval | None
    sides: frozenset[str] = frozenset()
    doubts: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    not_one: str = ""

    @property
    def evidence(self) -> Evidence:
        """The resource behind it."""
        return Evidence(self.reference, day(self.when), tuple(sorted({*self.marks, *self.doubts})))


def read(chart: Chart, tumours: Tumours) -> dict[str, Fact]:
    """The facts mammogram_left, mammogram_right and months_since_* (months from the last one to today)."""
    sought = _Sought(chart, tumours)
    mammograms = tuple(sought.examined("mammograms", "mammogram"))
    return {
        "mammogram_left": sought.since_of_side(mammograms, "left"),
        "mammogram_right": sought.since_of_side(mammograms, "right"),
        "months_since_breast_mri": sought.since(sought.examined("breast_mri", "breast_mri")),
        "months_since_dxa": sought.since(sought.examined("dxa_scans", "dxa")),
        "months_since_echocardiogram": sought.since(sought.examined("echocardiograms", "echocardiogram")),
        "months_since_gynaecological_review": sought.since(sought.reviewed()),
        "months_since_oncology_visit": sought.since(sought.visited()),
    }


class _Sought:
    """The record as one day and one patient's diagnoses see it."""

    def __init__(self, chart: Chart, tumours: Tumours) -> None:
        self._chart, self._record, self._vocabulary, self._today = chart, chart.record, chart.vocabulary, chart.today
        self._tumours = tumours.tumours

    def examined(self, list_name: str, kind: str) -> Iterator[Exam]:
        """Examinations of one kind, wherever they are recorded."""
        codes = self._vocabulary.codelists[list_name]
        for procedure in self._chart.procedures(list_name):
            if codes.meanings_of(procedure.code):
                sites = (*procedure.body_site, *procedure.laterality)
                yield self._exam(procedure, procedure.performed, (procedure.code,), sites, list_name)
        for report in self._record.reports:
            if codes.meanings_of(report.code):
                yield self._exam(report, report.effective, (report.code,), (), list_name)
        for study in self._record.imaging:
            if codes.of_any(study.procedure) or self._modality(study) == kind:
                told = not study.procedure or codes.of_any(study.procedure)
                exam = self._exam(
                    study, study.started, study.procedure, (*study.body_site, *study.laterality), list_name
                )
                yield exam if told else _doubted(exam, "its procedure is another one")

    def reviewed(self) -> Iterator[Exam]:
        """Gynaecological examinations and visits."""
        yield from self.examined("gynaecological_reviews", "review")
        codes = self._vocabulary.codelists["gynaecological_reviews"]
        for visit in self._record.encounters:
            if codes.of_any(_about(visit)):
                yield self._visit(visit)

    def visited(self) -> Iterator[Exam]:
        """Visits to oncology, or for follow-up of breast cancer wherever they were."""
        codes = self._vocabulary.codelists["oncology_visits"]
        breast = self._vocabulary.codelists["breast_cancer_conditions"]
        for visit in self._record.encounters:
            if codes.of_any(_about(visit)) or breast.of_any(visit.reason) & (TUMOUR | {_HISTORY}):
                yield self._visit(visit)

    def since(self, exams: Iterable[Exam]) -> Fact:
        """Months since the last of these, whatever the side."""
        return self._last(exams, "")

    def since_of_side(self, exams: Iterable[Exam], side: str) -> Fact:
        """Months since the last of these on one side; one that names no side only may have been of it."""
        of_side = (e if e.sides else _doubted(e, NO_SIDE) for e in exams if not e.sides or side in e.sides)
        return self._last(of_side, side)

    def _diagnosed(self, side: str) -> tuple[DateInterval | None, ...]:
        """When the tumour of this side was found; without one, the first of all. Empty: there is no tumour."""
        here = [t for t in self._tumours if side and t.side in (side, "")]
        return tuple(t.diagnosed for t in here or self._tumours)

    def _modality(self, study: ImagingStudy) -> str:
        kinds = self._vocabulary.codelists["imaging_modalities"].of_any(study.modality)
        if "breast_mri" in kinds and not names_the_breast(study.body_site, self._vocabulary):
            return ""
        return min(kinds, default="")

    def _exam(
        self,
        resource: Procedure | DiagnosticReport | ImagingStudy,
        when: DateInterval | None,
        named: Sequence[Concept],
        sites: Sequence[Concept],
        list_name: str,
    ) -> Exam:
        codes = self._vocabulary.codelists[list_name]
        words = frozenset(word for concept in named for word in codes.words_of(concept))
        by_code = words & {"left", "right"} or sides_in(named, self._vocabulary)
        by_site = sides_in(sites, self._vocabulary)
        exam = self._done(resource, when, by_code & by_site if by_code and by_site else by_code | by_site)
        return exam if exam.sides or not by_code else _doubted(exam, "its code and its site name different sides")

    def _visit(self, visit: Encounter) -> Exam:
        exam = self._done(visit, visit.period, frozenset())
        classes = self._vocabulary.codelists["encounter_classes"]
        away = visit.klass is not None and classes.meaning(visit.klass)
        return Exam(exam.reference, exam.when, not_one="an emergency or a pre-admission") if away else exam

    def _done(
        self,
        resource: Procedure | DiagnosticReport | ImagingStudy | Encounter,
        when: DateInterval | None,
        sides: frozenset[str],
    ) -> Exam:
        reference, marks = resource.origin.reference, resource.origin.marks
        if resource.status in _DID_NOT:
            return Exam(reference, when, not_one="not done")
        if when and when.earliest and when.earliest > self._today:
            return Exam(reference, when, not_one="dated in the future")
        doubts = () if resource.status in _TOOK_PLACE[type(resource)] else (_NOT_TOLD,)
        return Exam(reference, when, sides, doubts, marks)

    def _last(self, exams: Iterable[Exam], side: str) -> Fact:
        every = set(exams)
        if not every:
            return NOT_RECORDED
        diagnosed_on = self._diagnosed(side)
        judged = [_against(e, diagnosed_on) for e in sorted(every, key=repr)]
        aside = {SetAside(e.reference, e.not_one) for e in judged if e.not_one}
        counted = [(e, self._ago(e)) for e in judged if not e.not_one]
        if not counted:
            return Unknown(Why.NOT_RECORDED, (), tuple(sorted(aside)))
        sure = [ago.high for exam, ago in counted if not exam.doubts and ago.high is not None]
        high = min(sure) if sure else None
        low = min(ago.low or Decimal(0) for _, ago in counted)
        last = [exam for exam, ago in counted if high is None or ago.low is None or ago.low <= high]
        aside |= {SetAside(e.reference, "an older one") for e, _ in counted if e not in last}
        evidence = tuple(sorted({e.evidence for e in last}))
        if high is None and not low:
            return Unknown(Why.EQUIVOCAL, evidence, tuple(sorted(aside)))
        bounded = Why.EQUIVOCAL if any(e.doubts for e in last) else None
        return Known(Interval(low, high), evidence, tuple(sorted(aside)), bounded)

    def _ago(self, exam: Exam) -> Interval:
        return months_since(exam.when, self._today) if exam.when else Interval(Decimal(0), None)


def _about(visit: Encounter) -> tuple[Concept, ...]:
    return (*visit.type, *((visit.service_type,) if visit.service_type else ()), *visit.reason)


def _against(exam: Exam, diagnosed_on: tuple[DateInterval | None, ...]) -> Exam:
    """The exam beside the first diagnosis: one up to that day led to it or came before it."""
    if exam.not_one or not diagnosed_on:
        return exam
    if exam.when is None:
        return _doubted(exam, _UNDATED)
    found = first_of(diagnosed_on)
    if found and found.earliest and exam.when.latest and exam.when.latest <= found.earliest:
        return Exam(exam.reference, exam.when, not_one="not after the diagnosis")
    after = found and found.latest and exam.when.earliest and exam.when.earliest > found.latest
    return exam if after else _doubted(exam, _PERHAPS_BEFORE)


def _doubted(exam: Exam, why: str) -> Exam:
    return Exam(exam.reference, exam.when, exam.sides, (*exam.doubts, why), exam.marks, exam.not_one)

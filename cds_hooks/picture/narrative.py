"""Pathology that is on file as text: in which report. Nothing is read out of its words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from cds_hooks.fhir.dates import DateInterval, may_overlap
from cds_hooks.fhir.record import Concept, Origin, Record
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.diagnosis import names_the_breast, sides_in
from cds_hooks.picture.fact import Evidence, Fact, Unknown, Why
from cds_hooks.picture.finding import day
from cds_hooks.picture.reported import sites_of
from cds_hooks.picture.view import View
from cds_hooks.picture.vocabulary import Vocabulary

AS_TEXT = "text, not read"
PERHAPS_ANOTHER = "may be about another cancer on record"
# The facts that a pathology report tells of a tumour.
TOLD_BY_PATHOLOGY = frozenset(
    {
        "histology",
        "tumour_size",
        "grade",
        "er",
        "pr",
        "hormone_receptor",
        "her2",
        "positive_nodes",
        "vascular_invasion",
        "ki67",
        "multifocal",
        "t_category",
        "n_category",
    }
)


@dataclass(frozen=True, slots=True)
class _Text:
    """A pathology report or document with text. `organ` is "breast" if its code names it; `sites` are where its
    specimens came from, as far as coded; `concluded` says that it has a coded conclusion.
    """

    origin: Origin
    when: DateInterval | None
    organ: frozenset[str]
    sites: tuple[Concept, ...] = ()
    concluded: bool = False

    def is_of_the_breast(self, vocabulary: Vocabulary) -> bool:
        """True if a code says so."""
        return "breast" in self.organ or names_the_breast(self.sites, vocabulary)

    def may_be_about(self, side: str, vocabulary: Vocabulary) -> bool:
        """False if codes say that it is about the other breast, or about another organ."""
        sides = sides_in(self.sites, vocabulary)
        if side and sides:
            return side in sides
        codes = [coding for site in self.sites for coding in site.codings]
        return not codes or bool(sides) or self.is_of_the_breast(vocabulary)

    def evidence(self, *marks: str) -> Evidence:
        """The report, to be pointed to."""
        return Evidence(self.origin.reference, day(self.when), tuple(sorted({AS_TEXT, *self.origin.marks, *marks})))


def told_in_text(facts: Mapping[str, Fact], view: View) -> dict[str, Fact]:
    """The facts; those of pathology that are coded nowhere point to the reports that may hold them as text."""
    reports = texts_about(view)
    return {**facts, **{name: _pointed(facts[name], reports) for name in TOLD_BY_PATHOLOGY}} if reports else {**facts}


def texts_about(view: View) -> tuple[Evidence, ...]:
    """The pathology reports and documents with text that may be about this tumour as it was diagnosed."""
    span = _span(view.tumour.diagnosed, view.vocabulary)
    another = view.chart.other_cancer
    found = set()
    for text in _texts(view.record, view.vocabulary):
        if may_overlap(text.when, span) and text.may_be_about(view.tumour.side, view.vocabulary):
            unsure = another and not text.is_of_the_breast(view.vocabulary)
            found.add(text.evidence(*((PERHAPS_ANOTHER,) if unsure else ())))
    return tuple(sorted(found))


def breast_texts(chart: Chart) -> tuple[Evidence, ...]:
    """The pathology reports that codes place in the breast and that say what they found in words alone, but for those
    of the time of a benign diagnosis, which explains them.
    """
    vocabulary, lists = chart.vocabulary, chart.vocabulary.codelists
    benign = [
        _span(c.onset, vocabulary)
        for c in chart.conditions("benign_breast_findings", "breast_cancer_conditions")
        if lists["benign_breast_findings"].meanings_of(c.code)
        or "not_cancer" in lists["breast_cancer_conditions"].meanings_of(c.code)
    ]
    texts = [t for t in _texts(chart.record, vocabulary) if t.is_of_the_breast(vocabulary) and not t.concluded]
    return tuple(sorted({t.evidence() for t in texts if not any(may_overlap(t.when, span) for span in benign)}))


def _pointed(fact: Fact, reports: tuple[Evidence, ...]) -> Fact:
    if not isinstance(fact, Unknown) or fact.why is not Why.NOT_RECORDED:
        return fact
    return Unknown(Why.TEXT_ONLY, tuple(sorted({*fact.evidence, *reports})), fact.set_aside, fact.notes)


def _texts(record: Record, vocabulary: Vocabulary) -> Iterator[_Text]:
    codes = vocabulary.codelists["pathology_reports"]
    for report in record.reports:
        organ = codes.meanings_of(report.code)
        if organ and (report.has_text or report.has_attachment):
            sites = sites_of(report, record)
            yield _Text(report.origin, report.effective, organ, sites, any(c.codings for c in report.conclusion_codes))
    for document in record.documents:
        if organ := codes.meanings_of(document.type):
            yield _Text(document.origin, document.date, organ)


def _span(day_of: DateInterval | None, vocabulary: Vocabulary) -> DateInterval | None:
    """The time around a diagnosis in which its reports are written; None (any time) if it is not dated."""
    if day_of is None:
        return None
    days = timedelta(days=int(vocabulary.numbers["report_from_diagnosis_days"]))
    earliest = day_of.earliest - days if day_of.earliest and day_of.earliest.year > 1 else None
    latest = day_of.latest + days if day_of.latest and day_of.latest.year < 9999 else None
    return DateInterval(earliest, latest)

"""Inherited variants: which genes carry a pathogenic one, which were tested without finding one.

Germline and somatic results are kept apart by the genomic source class; where it is not stated, a result counts as
germline only for a question about carriers, or if blood or saliva was examined for these genes. That a gene was
studied is no result; a variant of uncertain significance and a benign one are not pathogenic.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cds_hooks.fhir.record import Answer, Concept, Observation, Record
from cds_hooks.picture.answers import Slot, as_text, contradicted, word_in
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.diagnosis import is_unconfirmed
from cds_hooks.picture.fact import NOT_RECORDED, Evidence, Fact, Known, SetAside, Unknown, Why
from cds_hooks.picture.finding import day
from cds_hooks.picture.vocabulary import CodeList, Vocabulary

GENES = ("brca1", "brca2", "palb2", "tp53")
_PATHOGENIC, _NOTHING, _UNSURE, _NO_RESULT = "pathogenic", "nothing pathogenic", "unsure", "no result"
_FOUND = {"positive": "positive", "negative": "negative"}
_SIGNIFICANCE = {"pathogenic": _PATHOGENIC, "uncertain": _NOTHING, "benign": _NOTHING}
_SOMATIC = "somatic"
_NOT_STATED = "germline or somatic not stated"


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One result for one gene ("" where none is named): what was found, and the resource."""

    gene: str
    outcome: str
    evidence: Evidence
    note: str = ""


def read(chart: Chart) -> dict[str, Fact]:
    """The facts germline_pathogenic, germline_negative (lists of genes) and germline_tested."""
    found = sorted({*_observed(chart), *_coded(chart)})
    if not found:
        return dict.fromkeys(("germline_pathogenic", "germline_negative", "germline_tested"), NOT_RECORDED)
    aside = tuple(sorted({SetAside(r.evidence.reference, r.note) for r in found if r.outcome == _NO_RESULT}))
    results = [r for r in found if r.outcome != _NO_RESULT]
    positive = {r.gene for r in results if r.outcome == _PATHOGENIC and r.gene}
    negative = {r.gene for r in results if r.outcome == _NOTHING and r.gene} - positive
    open_genes = {r.gene for r in results if r.outcome == _UNSURE}
    return {
        "germline_pathogenic": _pathogenic(results, positive, negative - open_genes, aside),
        "germline_negative": _listed(results, negative - open_genes, _NOTHING, aside),
        "germline_tested": _tested(results, aside),
    }


def _pathogenic(results: list[Result], positive: set[str], negative: set[str], aside: tuple[SetAside, ...]) -> Fact:
    """The genes with a pathogenic variant: a floor, unless there is a result for every gene."""
    complete = positive | negative == set(GENES)
    if not positive and complete:
        return Known((), _evidence(results, _NOTHING), aside)
    if not positive:
        unsure = [r for r in results if r.outcome in (_UNSURE, _PATHOGENIC)]
        notes = tuple(dict.fromkeys(r.note for r in unsure if r.note))
        evidence = tuple(sorted({r.evidence for r in results}))
        return Unknown(Why.EQUIVOCAL if unsure else Why.NOT_RECORDED, evidence, aside, notes)
    both = sorted({r.gene for r in results if r.outcome == _NOTHING} & positive)
    notes = tuple(f"another result for {gene.upper()} found nothing pathogenic" for gene in both)
    bounded = None if complete else Why.NOT_RECORDED
    return Known(tuple(sorted(positive)), _evidence(results, _PATHOGENIC), aside, bounded, notes)


def _listed(results: list[Result], genes: set[str], outcome: str, aside: tuple[SetAside, ...]) -> Fact:
    if not genes:
        return Unknown(Why.NOT_RECORDED, set_aside=aside)
    evidence = tuple(sorted({r.evidence for r in results if r.outcome == outcome and r.gene in genes}))
    return Known(tuple(sorted(genes)), evidence, aside, None if genes == set(GENES) else Why.NOT_RECORDED)


def _tested(results: list[Result], aside: tuple[SetAside, ...]) -> Fact:
    sure = [r for r in results if r.note != _NOT_STATED]
    if sure:
        return Known("yes", tuple(sorted({r.evidence for r in sure})), aside)
    return Unknown(Why.EQUIVOCAL if results else Why.NOT_RECORDED, tuple(sorted({r.evidence for r in results})), aside)


def _evidence(results: list[Result], outcome: str) -> tuple[Evidence, ...]:
    return tuple(sorted({r.evidence for r in results if r.outcome == outcome}))


def _coded(chart: Chart) -> Iterator[Result]:
    """A carrier state or an inherited susceptibility coded as a diagnosis."""
    answers = chart.vocabulary.codelists["germline_answers"]
    for condition in chart.conditions("germline_answers"):
        for meaning in sorted(answers.meanings_of(condition.code)):
            gene, outcome = _told(meaning)
            marks = condition.origin.marks
            if is_unconfirmed(condition):
                outcome = _UNSURE
            evidence = Evidence(condition.origin.reference, day(condition.onset), marks)
            yield Result(gene, outcome if gene else _UNSURE, evidence, "" if gene else "no gene is named")


def _observed(chart: Chart) -> Iterator[Result]:
    record, vocabulary = chart.record, chart.vocabulary
    interpreted = _interpretations(chart)
    for slot in chart.slots("germline_questions"):
        if slot.meaning == "implication":
            continue
        observation = slot.seen.observation
        significance = _parts(observation, "significance", vocabulary) or interpreted.get(
            observation.origin.reference, frozenset()
        )
        for gene, outcome, note in _results(slot, significance, record, vocabulary):
            marks = tuple(sorted(observation.origin.marks))
            evidence = Evidence(observation.origin.reference, day(observation.effective), marks)
            yield Result(gene, outcome, evidence, note)


def _results(
    slot: Slot, significance: frozenset[str], record: Record, vocabulary: Vocabulary
) -> Iterator[tuple[str, str, str]]:
    observation = slot.seen.observation
    named = {gene for gene in slot.meaning.split() if gene in GENES} or _genes(observation, vocabulary)
    source = _source(slot, record, vocabulary)
    answered = _named_answers(slot, vocabulary)
    if slot.contradicts:
        yield "", _NO_RESULT, "conflicting coding"
    elif slot.meaning == "region":
        yield "", _NO_RESULT, "a region studied is no result"
    elif source == _SOMATIC:
        yield "", _NO_RESULT, "somatic, not germline"
    elif answered:
        for gene, outcome in answered:
            yield gene, outcome if gene else _UNSURE, "" if gene else "no gene is named"
    else:
        outcome, note = _outcome(slot, significance, vocabulary)
        for gene in sorted(named):
            if outcome in (_PATHOGENIC, _NOTHING, _UNSURE) and not source:
                yield gene, _UNSURE, _NOT_STATED
            else:
                yield gene, outcome, note


def _outcome(slot: Slot, significance: frozenset[str], vocabulary: Vocabulary) -> tuple[str, str]:
    """What was found in the gene that is asked about."""
    found = word_in(slot, (vocabulary.codelists["generic_answers"],), {**_FOUND, "none": "negative"})
    if found == "negative":
        return _NOTHING, ""
    outcomes = {_SIGNIFICANCE[s] for s in significance if s in _SIGNIFICANCE}
    if len(outcomes) > 1:
        return _UNSURE, "its clinical significance is recorded in two ways"
    if outcomes:
        return outcomes.pop(), ""
    if found == "positive" and slot.meaning != "variant":
        return _PATHOGENIC, ""
    if found is None or found is Why.NOT_RECORDED or "tested" in slot.meaning.split():
        return _NO_RESULT, "what was tested for is no result" if found is Why.NOT_UNDERSTOOD else "no result"
    return _UNSURE, "a variant whose clinical significance is not recorded"


def _source(slot: Slot, record: Record, vocabulary: Vocabulary) -> str:
    """Whether it is "germline" or "somatic", or "" where nothing says which."""
    said = _parts(slot.seen.observation, "source", vocabulary)
    if said:
        return next(iter(said)) if len(said) == 1 else ""
    if "carrier" in slot.meaning.split():
        return "germline"
    specimen = record.specimen_of(slot.seen.observation)
    of_the_body = vocabulary.codelists["germline_specimens"].meanings_of(specimen.type if specimen else None)
    return "germline" if of_the_body and slot.meaning != "variant" else ""


def _named_answers(slot: Slot, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Answers that name their gene ("BRCA1 gene mutation positive"): they are about what the patient carries."""
    answers = vocabulary.codelists["germline_answers"]
    meanings = {m for value in slot.values if isinstance(value, Concept) for m in answers.meanings_of(value)}
    return [_told(meaning) for meaning in sorted(meanings)]


def _told(meaning: str) -> tuple[str, str]:
    gene, outcome = meaning.split()
    return ("" if gene == "unnamed" else gene), (_PATHOGENIC if outcome == "positive" else _NOTHING)


def _genes(observation: Observation, vocabulary: Vocabulary) -> set[str]:
    parts, genes = vocabulary.codelists["genomic_parts"], vocabulary.codelists["genes"]
    values = [v for p in observation.components if "gene" in parts.meanings_of(p.code) for v in p.values]
    return {m for value in values for m in _meanings(value, genes)}


def _parts(observation: Observation, part: str, vocabulary: Vocabulary) -> frozenset[str]:
    """What the components say of one part of a variant: its source class or its clinical significance."""
    parts, answers = vocabulary.codelists["genomic_parts"], vocabulary.codelists["genomic_part_answers"]
    told = [p for p in observation.components if part in parts.meanings_of(p.code)]
    sure = [p for p in told if not contradicted(p.code, vocabulary)]
    values = [v for p in sure for v in p.values]
    if part == "significance" and part in parts.meanings_of(observation.code):
        values += observation.values
    return frozenset(m for value in values for m in _meanings(value, answers))


def _meanings(value: Answer, codes: CodeList) -> frozenset[str]:
    """What a code, its display or a text means in the list."""
    concept = value if isinstance(value, Concept) else Concept(text=as_text(value))
    texts: Iterable[str | None] = (*(c.display for c in concept.codings), concept.text)
    by_text = {codes.said(t) for t in texts if t}
    return frozenset({*codes.meanings_of(concept), *(m for m in by_text if m is not None)})


def _interpretations(chart: Chart) -> dict[str, frozenset[str]]:
    """Clinical significance told in an Observation of its own, by the variant that it is derived from."""
    told: dict[str, frozenset[str]] = {}
    with_parts = {slot.seen.observation.origin.reference for slot in chart.slots("genomic_parts")}
    for observation in (o for o in chart.observations if o.origin.reference in with_parts):
        significance = _parts(observation, "significance", chart.vocabulary)
        for reference in observation.derived_from if significance else ():
            told[reference] = told.get(reference, frozenset()) | significance
    return told

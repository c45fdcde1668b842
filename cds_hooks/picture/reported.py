"""Diagnoses that stand in a report alone: its coded conclusions, as the Conditions that they would be.

Only codes count; the words of a conclusion are not read. A pathology report that is final makes a diagnosis, one that
is not makes an unconfirmed one. Any other report (imaging, a letter) makes no tumour; it only raises a doubt of distant
spread.
"""

from collections.abc import Iterator
from dataclasses import replace

from cds_hooks.fhir.record import Concept, Condition, DiagnosticReport, LeftOut, Record, Specimen
from cds_hooks.picture.diagnosis import BY_RECORDING, TUMOUR, breast_meanings, sides_in
from cds_hooks.picture.vocabulary import Vocabulary

BOTH_BREASTS = "specimens of both breasts, the report does not say which"
NOT_PATHOLOGY = "a diagnosis coded in a report that is not of pathology"
_FINAL = frozenset({"final", "amended", "corrected", "appended"})
# Lists of what a Condition's code can say; a conclusion with none of these codes says nothing here.
_SAID = (
    "breast_cancer_conditions",
    "breast_histology_conditions",
    "metastasis_conditions",
    "local_extension_conditions",
    "receptor_status_conditions",
)
# What is only tested on a tumour, so that the specimen that it was tested on is the tumour's.
_TESTED_ON_TUMOURS = ("er_questions", "pr_questions", "her2_questions")


def with_reported(record: Record, vocabulary: Vocabulary) -> Record:
    """The record with the diagnoses of its reports among the Conditions, each under the report's reference."""
    found: list[Condition] = []
    aside: list[LeftOut] = []
    for report in record.reports:
        if vocabulary.codelists["pathology_reports"].meanings_of(report.code):
            found += _of_pathology(report, record, vocabulary)
        elif doubts := [*_of_others(report, vocabulary)]:
            found += doubts
        elif vocabulary.codelists["breast_cancer_conditions"].of_any(report.conclusion_codes) & TUMOUR:
            aside.append(LeftOut(report.origin.reference, NOT_PATHOLOGY))
    if not found and not aside:
        return record
    return replace(record, conditions=(*record.conditions, *found), left_out=(*record.left_out, *aside))


def sites_of(report: DiagnosticReport, record: Record) -> tuple[Concept, ...]:
    """Where the report's specimens came from, as far as that is coded."""
    return tuple(site for specimen in _specimens(report, record) for site in site_of(specimen))


def site_of(specimen: Specimen) -> tuple[Concept, ...]:
    """Where a specimen came from: its site, its laterality, and its kind, whose code may name both."""
    return (*(concept for concept in (specimen.body_site, specimen.type) if concept), *specimen.laterality)


def _of_pathology(report: DiagnosticReport, record: Record, vocabulary: Vocabulary) -> Iterator[Condition]:
    by_diagnosis = any(c.onset and breast_meanings(c, vocabulary) for c in record.conditions)
    origin = report.origin if by_diagnosis else report.origin.marked(BY_RECORDING)
    for concept in report.conclusion_codes:
        if any(vocabulary.codelists[name].meanings_of(concept) for name in _SAID):
            sites = _sites(report, concept, record, vocabulary)
            yield Condition(
                origin=origin if sites is not None else origin.marked(BOTH_BREASTS),
                code=concept,
                verification_status=None if report.status in _FINAL else "provisional",
                body_site=sites or (),
                onset=report.effective,
            )


def _of_others(report: DiagnosticReport, vocabulary: Vocabulary) -> Iterator[Condition]:
    for concept in report.conclusion_codes:
        if vocabulary.codelists["metastasis_conditions"].meanings_of(concept):
            origin = report.origin.marked(NOT_PATHOLOGY)
            yield Condition(origin=origin, code=concept, verification_status="unconfirmed", onset=report.effective)


def _sites(
    report: DiagnosticReport, diagnosis: Concept, record: Record, vocabulary: Vocabulary
) -> tuple[Concept, ...] | None:
    """Where the diagnosis was made, or None where it cannot be told. With specimens of both breasts it can only if the
    report also concludes with something else, and the tests that are made on tumours alone were made on one side.
    """
    sites = sites_of(report, record)
    if len(sides_in(sites, vocabulary)) < 2:
        return sites
    tested = tuple(
        site
        for specimen in _specimens(report, record)
        if _was_tested(specimen, record, vocabulary)
        for site in site_of(specimen)
    )
    others = [c for c in report.conclusion_codes if not _is_tumour(c, vocabulary)]
    tumours = [c for c in report.conclusion_codes if _is_tumour(c, vocabulary)]
    settled = len(sides_in(tested, vocabulary)) == 1 and others and tumours == [diagnosis]
    return tested if settled else None


def _is_tumour(concept: Concept, vocabulary: Vocabulary) -> bool:
    return bool(vocabulary.codelists["breast_cancer_conditions"].meanings_of(concept) & TUMOUR)


def _was_tested(specimen: Specimen, record: Record, vocabulary: Vocabulary) -> bool:
    lists = [vocabulary.codelists[name] for name in _TESTED_ON_TUMOURS]
    made_of_it = [o for o in record.observations if o.specimen == specimen.origin.reference]
    return any(codes.meanings_of(o.code) for o in made_of_it for codes in lists)


def _specimens(report: DiagnosticReport, record: Record) -> tuple[Specimen, ...]:
    return tuple(s for s in record.specimens if s.origin.reference in report.specimens)

"""A breast cancer that only results of pathology tell: no diagnosis is on file, and a histologic type is, or tests are
that are made on breast cancers alone.

A final result under a question for the histologic type of a breast tumour, or of any tumour whose site is the breast,
makes the diagnosis that it names, under its own reference. Without one, oestrogen receptors tested in a breast cancer
together with another such test make an unconfirmed diagnosis. Beside any diagnosis of a breast tumour nothing does.
"""

from dataclasses import replace

from cds_hooks.fhir.record import Coding, Concept, Condition, Observation, Record
from cds_hooks.picture.diagnosis import BY_RECORDING, breast_meanings, names_the_breast
from cds_hooks.picture.reported import site_of
from cds_hooks.picture.vocabulary import TEXT_SYSTEM, Vocabulary

ONLY_IN_TISSUE = "diagnosed in pathology alone"
_FINAL = frozenset({"final", "amended", "corrected"})
_IN_SITU = frozenset({"ductal_in_situ", "lobular_in_situ"})
_NO_TYPE = frozenset({"unknown", "equivocal", "paget"})


def with_found_in_tissue(record: Record, vocabulary: Vocabulary) -> Record:
    """The record with the diagnoses of its histology among the Conditions, where there is no other."""
    if any(breast_meanings(condition, vocabulary) for condition in record.conditions):
        return record
    found = tuple(c for o in record.observations if (c := _diagnosis(o, record, vocabulary)) is not None)
    found = found or _supposed(record, vocabulary)
    return replace(record, conditions=(*record.conditions, *found)) if found else record


def _diagnosis(observation: Observation, record: Record, vocabulary: Vocabulary) -> Condition | None:
    asked = vocabulary.codelists["histology_questions"].meanings_of(observation.code)
    if not asked or not _is_result(observation):
        return None
    site = _site(observation, record)
    if "histology_of_breast" not in asked and not names_the_breast(site, vocabulary):
        return None
    answers = (value for value in observation.values if isinstance(value, Concept))
    types = vocabulary.codelists["histology_answers"].of_any(answers) - _NO_TYPE
    if not types:
        return None
    kind = "invasive" if types - _IN_SITU - {"not_carcinoma"} else "in_situ" if types & _IN_SITU else "not_carcinoma"
    return _condition(observation, kind, site)


def _supposed(record: Record, vocabulary: Vocabulary) -> tuple[Condition, ...]:
    tests = vocabulary.codelists["breast_cancer_tests"]
    made = [(o, tests.meanings_of(o.code)) for o in record.observations if _is_result(o)]
    kinds = {meaning for _, meanings in made for meaning in meanings}
    if "er" not in kinds or len(kinds) == 1:
        return ()
    tested = [o for o, meanings in made if "er" in meanings]
    found = [_condition(o, "malignant", _site(o, record)) for o in tested]
    return tuple(replace(condition, verification_status="unconfirmed") for condition in found)


def _is_result(observation: Observation) -> bool:
    answered = observation.values or observation.interpretation or observation.components
    return observation.status in _FINAL and bool(answered) and observation.data_absent_reason is None


def _condition(observation: Observation, kind: str, site: tuple[Concept, ...]) -> Condition:
    return Condition(
        origin=observation.origin.marked(ONLY_IN_TISSUE).marked(BY_RECORDING),
        code=Concept((Coding(TEXT_SYSTEM, f"named {kind}"),)),
        body_site=site,
        onset=observation.effective,
    )


def _site(observation: Observation, record: Record) -> tuple[Concept, ...]:
    if observation.body_site:
        return (observation.body_site, *observation.laterality)
    specimen = record.specimen_of(observation)
    return (*observation.laterality, *(site_of(specimen) if specimen else ()))

"""What one Condition says: whether it is a breast tumour, of what kind, and on which side."""

import re
from collections.abc import Iterable

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import Concept, Condition
from cds_hooks.picture.answers import contradicted
from cds_hooks.picture.elapsed import first_of
from cds_hooks.picture.finding import Finding
from cds_hooks.picture.vocabulary import Vocabulary

# Meanings in breast_cancer_conditions that make a tumour episode, and those that forbid one whatever else is coded.
TUMOUR = frozenset({"malignant", "invasive", "recurrent", "in_situ", "not_carcinoma"})
NO_TUMOUR = frozenset({"family_history", "history", "suspected", "to_breast"})
BY_RECORDING = "dated by recording"  # the mark of Conditions whose date is only the latest that it can have been
NAMED_IN_TEXT = "breast only named in text"
UNCONFIRMED = frozenset({"provisional", "differential", "unconfirmed"})
_WORD = re.compile(r"[^\W\d_]+")


def breast_meanings(condition: Condition, vocabulary: Vocabulary) -> frozenset[str]:
    """The meanings that make this Condition a breast tumour; empty if it is none."""
    meanings = vocabulary.codelists["breast_cancer_conditions"].meanings_of(condition.code)
    if meanings & NO_TUMOUR or contradicted(condition.code, vocabulary):
        return frozenset()
    if "cancer_if_breast_is_named" in meanings and not meanings & TUMOUR:
        return frozenset({"malignant"}) if _breast_is_meant(condition, vocabulary) else frozenset()
    return meanings & TUMOUR


def marks_of(condition: Condition, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Weaknesses of the diagnosis to show."""
    meanings = vocabulary.codelists["breast_cancer_conditions"].meanings_of(condition.code)
    named = "cancer_if_breast_is_named" in meanings and not meanings & TUMOUR
    unconfirmed = (condition.verification_status,) if is_unconfirmed(condition) else ()
    return (*condition.origin.marks, *((NAMED_IN_TEXT,) if named else ()), *(u for u in unconfirmed if u))


def is_unconfirmed(condition: Condition) -> bool:
    """True for a diagnosis that is only supposed; a missing verificationStatus is no doubt."""
    return condition.verification_status in UNCONFIRMED


def is_other_cancer(condition: Condition, vocabulary: Vocabulary) -> bool:
    """True if the Condition is a primary cancer of another organ."""
    if breast_meanings(condition, vocabulary) or not vocabulary.codelists["other_cancer_conditions"].meanings_of(
        condition.code
    ):
        return False
    return not vocabulary.codelists["breast_cancer_conditions"].meanings_of(condition.code) & (TUMOUR | NO_TUMOUR)


def sides_in(concepts: Iterable[Concept], vocabulary: Vocabulary) -> frozenset[str]:
    """The sides ("left", "right") that codes name; text is never asked."""
    words = _laterality_words(concepts, vocabulary)
    if "both" in words:
        return frozenset({"left", "right"})
    return words & {"left", "right"}


def names_the_breast(concepts: Iterable[Concept], vocabulary: Vocabulary) -> bool:
    """True if a site code is of the breast."""
    return "breast" in _laterality_words(concepts, vocabulary)


def sides_of(condition: Condition, vocabulary: Vocabulary) -> frozenset[str] | None:
    """The sides of a diagnosis, empty if none is coded; None if its code and its site contradict each other."""
    by_code = sides_in((condition.code,), vocabulary)
    by_site = sides_in((*condition.laterality, *condition.body_site), vocabulary)
    if by_code and by_site:
        return by_code & by_site or None
    return by_code or by_site


def dated_by_recording(condition: Condition) -> bool:
    """True if its date is the day when it was written down, by which it must have begun."""
    return BY_RECORDING in condition.origin.marks


def first_diagnosed(conditions: Iterable[Condition]) -> DateInterval | None:
    """When a tumour was diagnosed: its first onset. A day of recording is only the latest that it can have been."""
    dated = [(c.onset, dated_by_recording(c)) for c in conditions if c.onset]
    recorded = [onset.latest for onset, by_recording in dated if by_recording and onset.latest]
    first = first_of(tuple(onset for onset, by_recording in dated if not by_recording))
    if first is not None and (first.earliest is None or all(first.earliest <= day_ for day_ in recorded)):
        return first
    latest = [*recorded, *([first.latest] if first and first.latest else [])]
    return DateInterval(None, min(latest)) if latest else None


def _laterality_words(concepts: Iterable[Concept], vocabulary: Vocabulary) -> frozenset[str]:
    meanings = vocabulary.codelists["laterality"].of_any(concepts)
    return frozenset(word for meaning in meanings for word in meaning.split())


def _breast_is_meant(condition: Condition, vocabulary: Vocabulary) -> bool:
    """A cancer code without an organ, whose text or site says breast (diagnoses without any code: see `named`)."""
    organs = vocabulary.codelists["cancer_organ_words"]
    texts = [coding.display for coding in condition.code.codings] + [condition.code.text]
    words = (w.lower() for text in texts if text for w in _WORD.findall(text))
    meant = {organs.said(word) for word in words} - {None}
    if meant:
        return meant == {"breast"}
    return names_the_breast(condition.body_site, vocabulary)


def of_condition(condition: Condition, value: str, vocabulary: Vocabulary, rank: int = 0) -> Finding:
    """What a diagnosis says for a fact."""
    return Finding(
        value,
        condition.origin.reference,
        condition.onset,
        rank=rank,
        kind="diagnosis",
        marks=marks_of(condition, vocabulary),
    )

"""Diagnoses that only words tell: no code of theirs is in our lists, and yet they say "Breast cancer, left".

A text counts only if every word of it is understood; the diagnosis then gets the code that its words amount to, and a
mark that says so. One that names a cancer of the breast among words that are not understood makes no tumour, and is no
silence either (`named_unclearly`). A cancer of another organ needs no more than its two words: it only makes unsure.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from cds_hooks.fhir.record import Coding, Condition, Record
from cds_hooks.picture.diagnosis import NAMED_IN_TEXT, breast_meanings, names_the_breast, sides_in
from cds_hooks.picture.fact import Evidence
from cds_hooks.picture.finding import day
from cds_hooks.picture.vocabulary import TEXT_SYSTEM, Vocabulary, plain

# Lists of which a single code makes the words beside it needless.
_CODED = frozenset(
    {"breast_cancer_conditions", "other_cancer_conditions", "metastasis_conditions", "receptor_status_conditions"}
)
# What words can make of a tumour of the breast, the most telling first.
_KINDS = ("not_carcinoma", "invasive", "in_situ", "malignant")
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Said:
    """What the words of one text mean, and whether there is one that is not known."""

    meanings: frozenset[str]
    understood: bool

    @property
    def kind(self) -> str:
        """The kind of cancer, or nothing."""
        return next((kind for kind in _KINDS if kind in self.meanings), "")


def with_named(record: Record, vocabulary: Vocabulary) -> Record:
    """The record in which diagnoses told by words alone have the code that their words amount to."""
    conditions = tuple(_coded(condition, vocabulary) for condition in record.conditions)
    return record if conditions == record.conditions else replace(record, conditions=conditions)


def named_unclearly(record: Record, vocabulary: Vocabulary) -> tuple[Evidence, ...]:
    """The diagnoses that name a cancer of the breast among words that are not understood."""
    found = set()
    for condition in record.conditions:
        told = list(_told(condition, vocabulary))
        if any(_is_of_the_breast(said) for said in told) and not breast_meanings(condition, vocabulary):
            found.add(Evidence(condition.origin.reference, day(condition.onset), (NAMED_IN_TEXT,)))
    return tuple(sorted(found))


def _coded(condition: Condition, vocabulary: Vocabulary) -> Condition:
    told = list(_told(condition, vocabulary))
    of_breast = [said for said in told if _is_of_the_breast(said)]
    understood = [said for said in of_breast if said.understood]
    if understood:
        kinds = {said.kind for said in understood}
        words = [f"named {next(kind for kind in _KINDS if kind in kinds)}"]
        if not sides_in((condition.code, *condition.body_site, *condition.laterality), vocabulary):
            words += _sides(understood)
        return _with_codes(condition, words)
    if not of_breast and any(_is_of_another_organ(said) for said in told):
        return _with_codes(condition, ["named other_cancer"])
    return condition


def _with_codes(condition: Condition, words: Iterable[str]) -> Condition:
    codings = (*condition.code.codings, *(Coding(TEXT_SYSTEM, word) for word in words))
    return replace(
        condition, code=replace(condition.code, codings=codings), origin=condition.origin.marked(NAMED_IN_TEXT)
    )


def _sides(told: Iterable[_Said]) -> list[str]:
    """The side, if the texts agree on it."""
    named = {word for said in told for word in said.meanings & {"left", "right", "both"}}
    return [f"named {word}" for word in named] if len(named) == 1 else []


def _told(condition: Condition, vocabulary: Vocabulary) -> Iterator[_Said]:
    """What each text says; nothing where a code tells, or where one of the texts takes it back."""
    if vocabulary.lists_naming(condition.code) & _CODED:
        return
    texts = dict.fromkeys([*(coding.display for coding in condition.code.codings), condition.code.text])
    said = [_read(text, vocabulary) for text in texts if text]
    if any("denied" in each.meanings for each in said):
        return
    placed = names_the_breast((condition.code, *condition.body_site), vocabulary)
    for each in said:
        unplaced = each.kind and not each.meanings & {"breast", "other"}
        yield replace(each, meanings=each.meanings | {"breast"}) if placed and unplaced else each


def _is_of_the_breast(said: _Said) -> bool:
    return bool(said.kind) and "breast" in said.meanings


def _is_of_another_organ(said: _Said) -> bool:
    if not said.kind or said.meanings & {"breast", "secondary"}:
        return False
    return "other" in said.meanings or said.kind == "not_carcinoma"


def _read(text: str, vocabulary: Vocabulary) -> _Said:
    """The meanings of a text's words, and of pairs of them; what holds a digit (a code, a date, "pT2") is passed over.

    Of a breast, another organ beside it is not understood: one of them is where the cancer went. The skin of the breast
    is not the breast.
    """
    words = vocabulary.codelists["diagnosis_words"]
    tokens = [token for token in _TOKEN.findall(text.lower()) if not any(c.isdigit() for c in token)]
    meanings, understood, at = set[str](), True, 0
    while at < len(tokens):
        pair = words.meanings.get((TEXT_SYSTEM, plain(" ".join(tokens[at : at + 2])))) if at + 1 < len(tokens) else None
        meaning = pair or _of_word(tokens[at], vocabulary)
        meanings |= set(meaning.split())
        understood &= bool(meaning)
        at += 2 if pair else 1
    meanings -= {"breast"} if "skin" in meanings else set()
    strange = "secondary" in meanings or {"breast", "other"} <= meanings
    return _Said(frozenset(meanings), understood and not strange)


def _of_word(token: str, vocabulary: Vocabulary) -> str:
    known = vocabulary.codelists["diagnosis_words"].said(token)
    organ = vocabulary.codelists["cancer_organ_words"].said(token)
    return known or (organ if organ in ("breast", "other") else None) or ""

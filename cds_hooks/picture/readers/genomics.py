"""Ki-67, the multigene assays, and whether the tumour has several foci.

A Ki-67 under a code of another marker is never read: the code and its words contradict each other there.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from cds_hooks.fhir.record import Concept, Observation
from cds_hooks.picture.answers import Slot, contradicted, number_in, word_in
from cds_hooks.picture.chart import texts_asked
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.fact import Fact, Interval, Why
from cds_hooks.picture.finding import Finding, Seen
from cds_hooks.picture.order import in_fixed_order
from cds_hooks.picture.view import View
from cds_hooks.picture.vocabulary import CodeList

_RISK = {"low": "low", "high": "high"}
_YES_NO = {"yes": "yes", "no": "no", "positive": "yes", "negative": "no"}
# UICC: "(m)" or the number of foci in brackets after a T category stands for several tumours of one breast.
_SEVERAL = re.compile(r"T[0-4][a-d]?(?:mi)?\((?:m|[2-9]|[1-9]\d)\)")


def read(view: View) -> dict[str, Fact]:
    """The facts ki67 (%), oncotype_score, mammaprint and multifocal."""
    return {
        "ki67": _measured(view, "ki67", "%"),
        "oncotype_score": _measured(view, "oncotype_score", "score"),
        "mammaprint": read_mammaprint(view),
        "multifocal": read_multifocal(view),
    }


def read_mammaprint(view: View) -> Fact:
    """The class of the 70-gene assay as reported; an index without a class is not turned into one."""
    answers = (view.codes("mammaprint_answers"), view.codes("generic_answers"))
    found = []
    for slot in _named(view, "mammaprint_questions"):
        answer = Why.CONFLICTING if slot.contradicts else word_in(slot, answers, _RISK)
        if answer is not None:
            found.append(slot.refused() if slot.contradicts else slot.found(answer))
    return settle("mammaprint", found, How.LATEST, view.vocabulary)


def read_multifocal(view: View) -> Fact:
    """Several foci, said by a pathologist or by the suffix of a T category; silence says nothing."""
    found = [f for slot in view.asked("focality_questions") if (f := _focality(slot, view)) is not None]
    found += [slot.found("yes", kind="T category") for slot in view.asked("t_questions") if _says_several(slot)]
    return settle("multifocal", found, How.WORST, view.vocabulary)


def _measured(view: View, fact_id: str, unit: str) -> Fact:
    """A number as reported; an interpretation beside it ("H") is a remark on the number and never read."""
    numbers = view.vocabulary.numbers
    least, most = numbers[f"{fact_id}_lowest"], numbers[f"{fact_id}_highest"]
    found = []
    for slot in _named(view, f"{fact_id.removesuffix('_score')}_questions"):
        number = number_in(slot, unit)
        if slot.contradicts:
            found.append(slot.refused())
        elif isinstance(number, Interval) and not _within(number, Interval(least, most)):
            found.append(slot.found(Why.NOT_UNDERSTOOD, marks=("value not believable",)))
        elif number is not None:
            found.append(slot.found(number))
    return settle(fact_id, found, How.LATEST, view.vocabulary)


def _within(number: Interval, allowed: Interval) -> bool:
    bounds = [b for b in (number.low, number.high) if b is not None]
    least, most = allowed.low, allowed.high
    return bool(bounds) and least is not None and most is not None and all(least <= b <= most for b in bounds)


def _focality(slot: Slot, view: View) -> Finding | None:
    if slot.contradicts:
        return slot.refused("focality")
    if slot.meaning == "count":
        return _from_count(slot)
    answer = word_in(slot, (view.codes("focality_answers"), view.codes("generic_answers")), _YES_NO)
    return None if answer is None else slot.found(answer, kind="focality")


def _from_count(slot: Slot) -> Finding | None:
    """One focus is one tumour, more are several; none is no count of foci."""
    foci = number_in(slot, "count")
    if not isinstance(foci, Interval):
        return None if foci is None else slot.found(foci, kind="number of foci")
    word = "yes" if foci.low is not None and foci.low > 1 else "no" if foci.exact == 1 else Why.NOT_UNDERSTOOD
    return slot.found(word, kind="number of foci")


def _says_several(slot: Slot) -> bool:
    texts = (text for value in slot.values for text in _texts_of(value))
    return not slot.contradicts and any(_SEVERAL.search("".join(text.split())) for text in texts)


def _texts_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Concept):
        yield from (text for c in value.codings for text in (c.code, c.display) if text)
        yield from (value.text,) if value.text else ()


def _named(view: View, name: str) -> tuple[Slot, ...]:
    """The places where an assay is asked for: by code, or by its whole name, for few charts have a code for it."""
    coded, worded = view.asked(name), view.chart.asked_in_words(name)
    if not coded and not worded:
        return ()
    known = [slot.seen for slot in coded]
    by_name = [
        _slot(seen, meaning, view)
        for at in worded
        if (seen := view.placed[at]) is not None and seen not in known
        for meaning in _meant(seen.observation.code, view.codes(name))
    ]
    return in_fixed_order((*coded, *by_name), lambda slot: slot.seen.observation.origin.reference)


def _meant(asked: Concept, codes: CodeList) -> list[str]:
    return sorted({m for text in texts_asked(asked) if (m := codes.said(text)) is not None})


def _slot(seen: Seen, meaning: str, view: View) -> Slot:
    said: Observation = seen.observation
    wrong = contradicted(said.code, view.vocabulary)
    marked = replace(seen, marks=(*seen.marks, "named in text"))
    return Slot(meaning, marked, said.code, said.values, said.interpretation, said.data_absent_reason, wrong)

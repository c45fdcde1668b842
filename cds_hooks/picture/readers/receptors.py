"""Oestrogen receptor, progesterone receptor, HER2.

Sources: ASCO/CAP 2020 (ER, PR: 1 % or more is positive, 1 to 10 % low positive) and 2018/2023 (HER2); the limits are
numbers of the vocabulary.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from cds_hooks.fhir.record import Concept
from cds_hooks.picture.answers import Slot, number_in, scored, word_in
from cds_hooks.picture.bounds import WORSE
from cds_hooks.picture.choose import WORSE_ON_RECORD, How, settle
from cds_hooks.picture.diagnosis import marks_of, sides_in
from cds_hooks.picture.fact import Fact, Interval, Known, SetAside, Unknown, Why, with_note
from cds_hooks.picture.finding import Finding
from cds_hooks.picture.phrases import percent_in
from cds_hooks.picture.view import View

_STATUS = {"positive": "positive", "negative": "negative"}
_IHC = {
    **_STATUS,
    "ihc_0": "negative",
    "ihc_1": "negative",
    "ihc_2": "ihc_2",
    "ihc_3": "ihc_3",
}
_OBSERVED, _CODED_DIAGNOSIS = 0, 1


def read(view: View) -> dict[str, Fact]:
    """The facts er, pr and her2 (hormone_receptor follows from the first two: see `hormone_receptor`)."""
    return {"er": read_receptor(view, "er"), "pr": read_receptor(view, "pr"), "her2": read_her2(view)}


def read_receptor(view: View, receptor: str) -> Fact:
    """One hormone receptor: the latest tissue result, else the status coded as a diagnosis."""
    answers = (view.codes(f"{receptor}_answers"), view.codes("generic_answers"))
    found: list[Finding] = []
    for slot in view.asked(f"{receptor}_questions"):
        if slot.contradicts:
            found.append(slot.refused())
            continue
        answer = word_in(slot, answers, _STATUS)
        percent = _percent(slot, answer)
        if isinstance(percent, Interval):
            found.append(_from_percent(slot, percent, view.vocabulary.numbers))
        if isinstance(answer, str) or (answer is not None and not isinstance(percent, Interval)):
            missing = slot.meaning == "percent" and percent is Why.UNIT_MISSING
            found.append(slot.found(Why.UNIT_MISSING if missing else answer))
    found += _coded(view, receptor)
    return settle(receptor, found, How.LATEST, view.vocabulary)


def _percent(slot: Slot, answer: str | Why | None) -> Interval | Why | None:
    """The share of stained cells in percent; it may stand beside a word that is understood ("Positive (95 %)")."""
    percent = number_in(slot, "%")
    if isinstance(percent, Interval) or not isinstance(answer, str):
        return percent
    texts = [v.text if isinstance(v, Concept) else v for v in slot.values]
    beside = [part for text in texts if isinstance(text, str) and (part := percent_in(text))]
    return number_in(replace(slot, values=tuple(beside)), "%") if beside else percent


def _from_percent(slot: Slot, percent: Interval, numbers: Mapping[str, Decimal]) -> Finding:
    positive_from, low_to = numbers["receptor_positive_from_percent"], numbers["receptor_low_positive_to_percent"]
    if percent.low is not None and percent.low >= positive_from:
        low = percent.high is not None and percent.high <= low_to
        return slot.found("positive", kind="percent", marks=("low positive",) if low else ())
    below = percent.high is not None and (
        percent.high < positive_from or (percent.high_open and percent.high == positive_from)
    )
    return slot.found("negative" if below else Why.EQUIVOCAL, kind="percent")


def _coded(view: View, receptor: str) -> list[Finding]:
    """Statuses coded as a diagnosis (Z17, "HER2 negative carcinoma"); they yield to what was observed in tissue."""
    codes = view.codes("receptor_status_conditions")
    findings: list[Finding] = []
    for condition in view.chart.conditions("receptor_status_conditions"):
        words = {w for meaning in codes.meanings_of(condition.code) for w in meaning.split()}
        said = sorted(w.removeprefix(f"{receptor}_") for w in words if w.startswith(f"{receptor}_"))
        if not said:
            continue
        sides = sides_in((condition.code, *condition.laterality, *condition.body_site), view.vocabulary)
        if sides and view.tumour.side and view.tumour.side not in sides:
            continue
        sure = not view.others or bool(sides) or condition in view.tumour.conditions
        marks = marks_of(condition, view.vocabulary)
        diagnosis = Finding(None, condition.origin.reference, condition.onset, rank=_CODED_DIAGNOSIS, kind="diagnosis")
        findings += [replace(diagnosis, value=word, marks=marks, attributed=sure) for word in said]
    return findings


def hormone_receptor(view: View, er: Fact, pr: Fact) -> Fact:
    """Positive if either receptor is; negative only if both are; else what a diagnosis code says of both together."""
    together = settle("hormone_receptor", _coded(view, "hr"), How.LATEST, view.vocabulary)
    known = [f for f in (er, pr) if isinstance(f, Known)]
    positive = [f for f in known if f.value == "positive"]
    if positive:
        return _from(positive, "positive")
    if len(known) == 2:
        return _from(known, "negative")
    unknown = [f for f in (er, pr) if isinstance(f, Unknown)]
    if isinstance(together, Known) and all(f.why is Why.NOT_RECORDED for f in unknown):
        return together if together.value == "positive" or not known else _from([*known, together], "negative")
    evidence = tuple(sorted({e for f in (er, pr) for e in f.evidence}))
    notes = tuple(dict.fromkeys(n for f in (er, pr) for n in f.notes))
    return Unknown(_why_unsure(unknown), evidence, notes=notes)


def _why_unsure(unknown: list[Unknown]) -> Why:
    reasons = [f.why for f in unknown if f.why is not Why.NOT_RECORDED]
    return reasons[0] if reasons else Why.NOT_RECORDED


def _from(facts: list[Known], word: str) -> Known:
    evidence = tuple(sorted({e for f in facts for e in f.evidence}))
    aside = tuple(sorted({s for f in facts for s in f.set_aside}))
    return Known(word, evidence, aside, notes=tuple(dict.fromkeys(n for f in facts for n in f.notes)))


def read_her2(view: View) -> Fact:
    """HER2 of the tumour: overall interpretation, IHC and ISH weighed against each other (serum never)."""
    slots = view.asked("her2_questions")
    if not slots:
        return settle("her2", _coded(view, "her2"), How.LATEST, view.vocabulary)
    kinds: dict[str, list[Finding]] = {"overall": [], "ihc": [], "ish": []}
    specific = [s.seen.observation for s in slots if s.meaning in ("ihc", "ish")]
    for slot in slots:
        if slot.meaning in kinds and not (slot.meaning == "overall" and slot.seen.observation in specific):
            finding = _her2_finding(slot, view)
            if finding is not None:
                kinds[slot.meaning].append(finding)
    kinds["ish"] += _from_counts(slots, view)
    facts = {kind: settle("her2", found, How.LATEST, view.vocabulary) for kind, found in kinds.items()}
    fact = _weighed(facts)
    if isinstance(fact, Unknown) and fact.why is Why.NOT_RECORDED and not fact.evidence:
        return settle("her2", _coded(view, "her2"), How.LATEST, view.vocabulary)
    said_worse = any(f.attributed and f.value in WORSE["her2"] for f in _coded(view, "her2"))
    return (
        with_note(fact, WORSE_ON_RECORD)
        if said_worse and isinstance(fact, Known) and fact.value == "negative"
        else fact
    )


def _her2_finding(slot: Slot, view: View) -> Finding | None:
    kind = slot.meaning if slot.meaning == "overall" else slot.meaning.upper()
    if slot.contradicts:
        return slot.refused(kind)
    wanted = _IHC if slot.meaning != "ish" else _STATUS
    read = scored(slot) if slot.meaning == "ihc" else slot
    answer = word_in(read, (view.codes("her2_answers"), view.codes("generic_answers")), wanted)
    return None if answer is None else slot.found(answer, kind=kind)


def _from_counts(slots: tuple[Slot, ...], view: View) -> list[Finding]:
    """ISH told as numbers. Ratio and copies together are an interpretation; either alone is none."""
    ratios = [(s, n) for s in slots if s.meaning == "ratio" and (n := _plain_number(s)) is not None]
    copies = [(s, n) for s in slots if s.meaning == "copies" and (n := _plain_number(s)) is not None]
    found = []
    for slot, ratio in ratios:
        beside = [n for s, n in copies if _one_test(s, slot)]
        word = _amplified(ratio, beside[0], view.vocabulary.numbers) if len(beside) == 1 else Why.NOT_UNDERSTOOD
        found.append(slot.found(word, rank=1, kind="ISH numbers"))
    return found + [s.found(Why.NOT_UNDERSTOOD, rank=1, kind="ISH numbers") for s, _ in copies]


def _plain_number(slot: Slot) -> Decimal | None:
    number = number_in(slot, "count")
    return number.exact if isinstance(number, Interval) else None


def _one_test(one: Slot, other: Slot) -> bool:
    mine, theirs = one.seen.observation, other.seen.observation
    return mine is theirs or mine == theirs or (mine.effective is not None and mine.effective == theirs.effective)


def _amplified(ratio: Decimal, copies: Decimal, numbers: Mapping[str, Decimal]) -> str | Why:
    """Both limits reached is amplified, neither is not; one without the other needs a pathologist."""
    reached = {ratio >= numbers["her2_ratio_from"], copies >= numbers["her2_copies_from"]}
    return Why.EQUIVOCAL if len(reached) > 1 else "positive" if True in reached else "negative"


def _weighed(facts: Mapping[str, Fact]) -> Fact:
    """One answer out of the three kinds. A positive ISH governs over IHC; nothing negative overrides 3+."""
    words = {kind: f.value if isinstance(f, Known) else None for kind, f in facts.items()}
    overall, ihc, ish = words["overall"], words["ihc"], words["ish"]
    conflict = _her2_conflict(overall, ihc, ish)
    if conflict or any(
        isinstance(f, Unknown) and f.why is Why.CONFLICTING and _own_conflict(f) for f in facts.values()
    ):
        return _her2_unknown(facts, Why.CONFLICTING, (conflict or "results disagree",))
    if "positive" in (overall, ish) or "ihc_3" in (overall, ihc) or (ihc == "positive" and ish is None):
        return _her2_known(facts, "positive")
    if overall == "negative" or ish == "negative":
        return _her2_known(facts, "negative")
    if ihc == "negative" and overall is None and not _unsettled(facts):
        return _her2_known(facts, "negative")
    if "ihc_2" in (overall, ihc):
        return _her2_unknown(facts, Why.EQUIVOCAL, ("IHC 2+ needs in situ hybridisation",))
    reasons = [f.why for f in facts.values() if isinstance(f, Unknown)]
    telling = [
        w for w in (Why.CONFLICTING, Why.EQUIVOCAL, Why.AFTER_SYSTEMIC_THERAPY, Why.NOT_UNDERSTOOD) if w in reasons
    ]
    return _her2_unknown(facts, telling[0] if telling else Why.NOT_RECORDED, ())


def _unsettled(facts: Mapping[str, Fact]) -> bool:
    """True if the overall interpretation or ISH is itself equivocal: a low IHC score does not settle that."""
    beside = (facts["overall"], facts["ish"])
    return any(isinstance(f, Unknown) and f.why is Why.EQUIVOCAL for f in beside)


def _own_conflict(fact: Unknown) -> bool:
    """True for results that disagree, not for a code that was not believed."""
    return bool(fact.notes) or not all("conflicting coding" in e.marks for e in fact.evidence)


def _her2_conflict(overall: object, ihc: object, ish: object) -> str:
    strong = {"ihc_3", "positive"}
    if (ihc in strong or overall == "ihc_3") and ish == "negative":
        return "IHC is positive and ISH negative"
    if overall == "negative" and (ish == "positive" or ihc in strong):
        return "the overall interpretation is negative and a test positive"
    if overall == "positive" and ish == "negative":
        return "the overall interpretation is positive and ISH negative"
    return ""


def _her2_known(facts: Mapping[str, Fact], word: str) -> Known:
    agreeing = [f for f in facts.values() if isinstance(f, Known) and _reduced(f.value) == word]
    others = [f for f in facts.values() if f not in agreeing]
    evidence = tuple(sorted({e for f in agreeing for e in f.evidence}))
    aside = {s for f in facts.values() for s in f.set_aside}
    aside |= {
        SetAside(e.reference, "does not settle HER2" if isinstance(f, Unknown) else "another test governs")
        for f in others
        for e in f.evidence
    }
    # IHC 2+ asks for ISH and says nothing against what it found
    against = tuple(
        f"another test says {_reduced(f.value)}" for f in others if isinstance(f, Known) and f.value != "ihc_2"
    )
    notes = dict.fromkeys((*against, *(n for f in agreeing for n in f.notes)))
    return Known(word, evidence, tuple(sorted(aside)), notes=tuple(notes))


def _reduced(value: object) -> str:
    return "positive" if value == "ihc_3" else str(value)


def _her2_unknown(facts: Mapping[str, Fact], why: Why, notes: tuple[str, ...]) -> Unknown:
    evidence = tuple(sorted({e for f in facts.values() for e in f.evidence}))
    aside = tuple(sorted({s for f in facts.values() for s in f.set_aside}))
    more = tuple(dict.fromkeys((*notes, *(n for f in facts.values() for n in f.notes))))
    return Unknown(why, evidence, aside, more)

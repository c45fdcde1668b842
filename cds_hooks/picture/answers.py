"""What an Observation asks and answers: the question by code, the answer by code, word or number, never by prose."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from cds_hooks.fhir.quantities import UnitRefused, in_unit
from cds_hooks.fhir.record import Answer, Coding, Component, Concept, Observation, Quantity, Range
from cds_hooks.picture.fact import Interval, Value, Why
from cds_hooks.picture.finding import CONFLICTING_CODING, Finding, Seen
from cds_hooks.picture.phrases import is_percent, parts_of, quantity_in
from cds_hooks.picture.vocabulary import CONTRADICTING_WORDS, CodeList, Vocabulary

_FINAL = frozenset({"final", "amended", "corrected", "appended"})
# Answers that two codings (or two values) of one result may give together, with the more exact one of them.
_SAID_TWICE: Mapping[frozenset[str | Why], str] = {
    frozenset({"positive", "ihc_3"}): "ihc_3",
    frozenset({Why.EQUIVOCAL, "ihc_2"}): "ihc_2",
}
_PLAIN = "plain"  # the meaning of words that add nothing to an answer
_UNSETTLED: Mapping[str, Why] = {"equivocal": Why.EQUIVOCAL, "unknown": Why.NOT_RECORDED}


@dataclass(frozen=True, slots=True)
class Slot:
    """A place where an answer can stand: an Observation or one of its components, and what is asked there."""

    meaning: str
    seen: Seen
    code: Concept
    values: tuple[Answer, ...]
    interpretation: tuple[Concept, ...]
    data_absent_reason: Concept | None
    contradicts: bool

    def as_seen(self, seen: Seen) -> "Slot":
        """The same place, as a tumour sees the Observation."""
        if seen is self.seen:
            return self
        absent = self.data_absent_reason
        return Slot(self.meaning, seen, self.code, self.values, self.interpretation, absent, self.contradicts)

    def found(self, value: Value | Why, rank: int = 0, kind: str = "", marks: Iterable[str] = ()) -> Finding:
        """What this slot says for a fact; a Why in place of a value is a result that gives none."""
        observation = self.seen.observation
        return Finding(
            value=None if isinstance(value, Why) else value,
            reference=observation.origin.reference,
            when=observation.effective,
            why=value if isinstance(value, Why) else None,
            rank=rank,
            kind=kind,
            marks=(*observation.origin.marks, *self.seen.marks, *marks),
            attributed=self.seen.attributed,
            after_therapy=self.seen.after_therapy,
            surgical=self.seen.surgical,
            final=observation.status in _FINAL,
        )

    def refused(self, kind: str = "") -> Finding:
        """The finding of a slot whose code and text contradict each other, or a value and the reason for none."""
        return self.found(Why.CONFLICTING, kind=kind, marks=(CONFLICTING_CODING,))


def slots_at(place: Observation | Component, seen: Seen, questions: CodeList, vocabulary: Vocabulary) -> Iterator[Slot]:
    """The questions of the list that are asked at this place of an Observation."""
    meanings = questions.meanings_of(place.code)
    wrong = bool(meanings) and (contradicted(place.code, vocabulary) or _answered_and_absent(place))
    for meaning in sorted(meanings):
        yield Slot(meaning, seen, place.code, place.values, place.interpretation, place.data_absent_reason, wrong)


def _answered_and_absent(place: Observation | Component) -> bool:
    """True for a value beside the reason why there is none: FHIR allows one of them."""
    return bool(place.values) and place.data_absent_reason is not None


def contradicted(concept: Concept, vocabulary: Vocabulary) -> bool:
    """True if a display or the text beside a code says something that this code cannot mean (known misuse)."""
    forbidden = vocabulary.codelists[CONTRADICTING_WORDS]
    for coding in concept.codings:
        words = forbidden.meaning(coding)
        if words is not None:
            said = f"{coding.display or ''} {concept.text or ''}".lower()
            if vocabulary.contradicting[words].search(said):
                return True
    return False


def word_in(slot: Slot, lists: Sequence[CodeList], wanted: Mapping[str, str]) -> str | Why | None:
    """The answer as one word of `wanted` (meaning -> word), why there is none, or None if nothing stands there.

    The value wins; the interpretation speaks only where no value stands.
    """
    concepts = [v if isinstance(v, Concept) else Concept(text=as_text(v)) for v in slot.values]
    outcomes = {o for o in (_outcome(c, lists, wanted) for c in concepts) if o is not None}
    if not outcomes and slot.values:
        return Why.NOT_UNDERSTOOD
    if not outcomes:
        outcomes = {o for o in (_outcome(c, lists, wanted) for c in slot.interpretation) if o is not None}
    if not outcomes:
        return Why.NOT_RECORDED if slot.data_absent_reason else None
    return _agreed(outcomes)


def number_in(slot: Slot, unit: str) -> Interval | Why | None:
    """The answer as a number in the unit, why there is none, or None if nothing stands there."""
    outcomes = {_measured(v, unit) for v in slot.values if not isinstance(v, (Concept, bool))}
    numbers = {o for o in outcomes if isinstance(o, Interval)}
    if len(numbers) == 1:
        return numbers.pop()
    if numbers:
        return Why.CONFLICTING
    if outcomes:
        return Why.UNIT_MISSING if Why.UNIT_MISSING in outcomes else Why.NOT_UNDERSTOOD
    return Why.NOT_RECORDED if slot.data_absent_reason or slot.values else None


def as_text(value: Answer) -> str | None:
    """A string, or a number without a unit, as the words of a code list are written."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Quantity):
        return (
            None
            if value.unit or value.code or value.comparator or value.value is None
            else f"{value.value.normalize():f}"
        )
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value if isinstance(value, str) else None


def scored(slot: Slot) -> Slot:
    """The slot with its whole-number scores ("3 {score}") as the plain numbers that code lists know."""
    score = number_in(slot, "score")
    exact = score.exact if isinstance(score, Interval) else None
    plain = exact is not None and exact == exact.to_integral_value() and slot.values
    return replace(slot, values=(exact,)) if plain and exact is not None and len(slot.values) == 1 else slot


def _outcome(concept: Concept, lists: Sequence[CodeList], wanted: Mapping[str, str]) -> str | Why | None:
    heard = {_word(meaning, wanted) for coding in concept.codings if (meaning := _meaning(coding, lists)) is not None}
    for text in {concept.text, *(coding.display for coding in concept.codings)}:
        if text:
            heard |= _said(text, lists, wanted)
    return _agreed(heard) if heard else None


def _said(text: str, lists: Sequence[CodeList], wanted: Mapping[str, str]) -> set[str | Why]:
    """What a text says as a whole, else what its parts say, if every one of them is understood."""
    whole = _meaning_of_text(text, lists)
    if whole is not None:
        return {_word(whole, wanted)}
    heard: set[str | Why] = set()
    for part in parts_of(text):
        meaning = _meaning_of_text(part, lists)
        if meaning is None and not is_percent(part):
            return set()
        if meaning not in (None, _PLAIN):
            heard.add(_word(meaning, wanted))
    return heard


def _agreed(heard: set[str | Why]) -> str | Why:
    if len(heard) == 1:
        return next(iter(heard))
    return _SAID_TWICE.get(frozenset(heard), Why.CONFLICTING)


def _word(meaning: str, wanted: Mapping[str, str]) -> str | Why:
    return wanted.get(meaning) or _UNSETTLED.get(meaning, Why.NOT_UNDERSTOOD)


def _meaning(coding: Coding, lists: Sequence[CodeList]) -> str | None:
    """What a code means in the first of several lists that has it."""
    for each in lists:
        if (meaning := each.meaning(coding)) is not None:
            return meaning
    return None


def _meaning_of_text(text: str, lists: Sequence[CodeList]) -> str | None:
    for each in lists:
        if (meaning := each.said(text)) is not None:
            return meaning
    return None


def _measured(value: Answer, unit: str) -> Interval | Why:
    quantity = quantity_in(value) if isinstance(value, str) else value
    if isinstance(quantity, Range):
        return _ranged(quantity, unit)
    if isinstance(quantity, Decimal):
        quantity = Quantity(value=quantity)
    if not isinstance(quantity, Quantity) or quantity.value is None:
        return Why.NOT_UNDERSTOOD
    try:
        bounds = in_unit(quantity, unit)
    except UnitRefused:
        return Why.NOT_UNDERSTOOD if quantity.unit or quantity.code else Why.UNIT_MISSING
    return Interval(bounds.low, bounds.high, bounds.low_open, bounds.high_open)


def _ranged(value: Range, unit: str) -> Interval | Why:
    low = _measured(value.low, unit) if value.low else Interval(None, None)
    high = _measured(value.high, unit) if value.high else Interval(None, None)
    if not isinstance(low, Interval):
        return low
    if not isinstance(high, Interval):
        return high
    return Interval(low.low, high.high, low.low_open, high.high_open)

"""Facts in words: as the value of a placeholder, and as a reason with its date."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from cds_hooks.picture.fact import Evidence, Fact, Interval, Known
from cds_hooks.picture.vocabulary import FactDefinition
from cds_hooks.reasoning.considerations import Due
from cds_hooks.reasoning.verdict import Because
from cds_hooks.writing.escape import escape, shown_date
from cds_hooks.writing.values import interval, why_words
from cds_hooks.writing.wording import Wording, ids

Facts = Mapping[str, Fact]
Definitions = Mapping[str, FactDefinition]

_ISO_DATE = re.compile(r"\d{4}(-\d\d){0,2}", re.ASCII)
_ELAPSED = frozenset({"years", "months"})  # no chart dates a day so well that a second decimal would mean anything
_ONE_DECIMAL = Decimal("0.1")
_WHOLE_FROM = Decimal(10)
_NOT_A_NAME = re.compile(r"\W+", re.ASCII)


def value_words(wording: Wording, definition: FactDefinition, fact: Known) -> str:
    """A value without its unit: "2", "4.9 to 5", "breast conserving", "brca1, palb2"."""
    if isinstance(fact.value, Interval):
        return interval(wording, _shortened(fact.value, definition.unit or ""))
    words = (fact.value,) if isinstance(fact.value, str) else fact.value
    return ", ".join(_word(wording, definition.id, word) for word in words) or wording.say("value.silent")


class Placeholders(dict[str, str]):
    """What a template of a consideration may ask for: every known fact, and the dates of what is due. Words are made
    when they are asked for, because a template asks for few. Raises KeyError for what is not known.
    """

    def __init__(self, wording: Wording, definitions: Definitions, facts: Facts, due: Due | None) -> None:
        super().__init__()
        self._wording, self._definitions, self._facts = wording, definitions, facts
        if due is not None and isinstance(fact := facts.get(due.fact), Known) and due.fact in definitions:
            last, undated = latest(fact.evidence), wording.say("value.undated")
            since = due_since(last, due.every_months)
            self.update(last_done=shown_date(last) or undated, due_since=since or undated)

    def __missing__(self, name: str) -> str:
        fact = self._facts.get(name)
        if not isinstance(fact, Known) or name not in self._definitions:
            raise KeyError(name)
        words = self[name] = value_words(self._wording, self._definitions[name], fact)
        return words


def reasons(
    wording: Wording, definitions: Definitions, facts: Facts, because: Iterable[Because], dated: bool
) -> tuple[str, ...]:
    """The known facts that settled a verdict, each once: "no recurrence", "node count 2 (2024-05-01)". `dated` is for
    the reader of a card, who is spared what goes without saying: sex, that nothing of a kind is on file, and months
    since a date that stands there already.
    """
    said, shown = [], set[str]()
    for fact_id in dict.fromkeys(reason.fact for reason in because):
        fact, definition = facts.get(fact_id), definitions.get(fact_id)
        if not isinstance(fact, Known) or definition is None:
            continue
        marks = ", ".join(evidence_marks(wording, fact)) if dated else ""
        if dated and (_goes_without_saying(wording, fact_id, fact) or (definition.unit == "months" and marks in shown)):
            continue
        words = _reason(wording, definition, fact)
        said.append(wording.say("because.marked", words=words, marks=marks) if marks else words)
        shown.add(marks)
    return tuple(said)


def _goes_without_saying(wording: Wording, fact_id: str, fact: Known) -> bool:
    return fact_id in ids(wording.say("because.left_out")) or (fact.value == "no" and not fact.evidence)


def evidence_marks(wording: Wording, fact: Known) -> list[str]:
    """The latest date of the proof, its weaknesses, and why the value is only a bound."""
    last, why = latest(fact.evidence), why_words(wording, fact)
    weak = dict.fromkeys(mark for proof in fact.evidence for mark in proof.marks)
    return [*([shown_date(last)] if last else []), *(escape(mark) for mark in weak), *([why] if why else [])]


def latest(evidence: tuple[Evidence, ...]) -> str:
    """The latest date, as the chart writes it; "" where none is dated."""
    return max((proof.date for proof in evidence), default="")


def due_since(last: str, every_months: int) -> str:
    """The month (YYYY-MM) in which the next was due; a year alone counts as its last month, so that nothing is called
    due too early. "" for what is no date.
    """
    if not _ISO_DATE.fullmatch(last):
        return ""
    year, month = int(last[:4]), int(last[5:7] or 12)
    years, months = divmod(year * 12 + month - 1 + every_months, 12)
    return f"{years:04}-{months + 1:02}"


def _reason(wording: Wording, definition: FactDefinition, fact: Known) -> str:
    name = wording.short(definition.id)
    if fact.value in ("yes", "no"):
        return wording.say(f"because.{fact.value}", fact=name)
    value, unit = value_words(wording, definition, fact), _unit(wording, definition)
    told = unit in name.split()  # "years since diagnosis 2", not "2 years"
    return wording.say("because.value", fact=name, value=f"{value} {unit}" if unit and not told else value)


def unit_key(unit: str) -> str:
    """The key under which the wording may have words for a unit; without them it is not said."""
    return f"unit.{_NOT_A_NAME.sub('_', unit)}"


def _unit(wording: Wording, definition: FactDefinition) -> str:
    key = unit_key(definition.unit or "")
    return wording.say(key) if wording.has(key) else ""


def _word(wording: Wording, fact_id: str, word: str) -> str:
    key = f"value.{fact_id}.{word}"
    return wording.say(key) if wording.has(key) else word.replace("_", " ")


def _shortened(value: Interval, unit: str) -> Interval:
    """Cut, not rounded: 4.96 years are not yet five. From ten on, months are whole ones; below, a tenth of a month, by
    which a day is put into months, is no span worth telling.
    """
    if unit not in _ELAPSED:
        return value
    whole = unit == "months" and value.low is not None and value.low >= _WHOLE_FROM
    step = Decimal(1) if whole else _ONE_DECIMAL
    low, high = (None if bound is None else bound - bound % step for bound in (value.low, value.high))
    if unit == "months" and low is not None and high is not None and high - low <= _ONE_DECIMAL:
        high = low
    return Interval(low, high, value.low_open, value.high_open)

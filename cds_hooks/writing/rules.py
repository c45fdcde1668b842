"""Conditions as English: what a rule asks, for a reader who does not read code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cds_hooks.picture.vocabulary import FactDefinition
from cds_hooks.reasoning.conditions import AllOf, AnyOf, AtLeast, Condition, ListTest, NoneOf, NumberTest, WordTest
from cds_hooks.reasoning.tiers import FactorRow, Tier

Facts = Mapping[str, FactDefinition]

_PREPOSITIONS = frozenset({"of", "on", "to", "since", "with", "without", "that", "in", "from", "before"})
_NO_UNIT = frozenset({"count", "Nottingham grade", "standard deviations"})


@dataclass(frozen=True, slots=True)
class Rules:
    """Speaks of conditions on these facts; `wording` may hold better words for one ("rule.recurrence.yes")."""

    facts: Facts
    wording: Mapping[str, str]

    def in_english(self, condition: Condition) -> str:  # noqa: PLR0911 (one flat match)
        """The condition as a clause: "tumour grade is at least 3 and (HER2 is positive or age is below 35 years)"."""
        match condition:
            case NumberTest():
                return _number(condition, self.facts[condition.fact])
            case WordTest():
                return self._word(condition)
            case ListTest(fact, any_of):
                title = self.facts[fact].title
                return f"{title} {_verb(title, 'includes', 'include')} {_or(self._words_of(fact, any_of))}"
            case AllOf(of):
                return " and ".join(self._bracketed(part) for part in of)
            case AnyOf(of):
                return " or ".join(self._bracketed(part) for part in of)
            case AtLeast(n, of):
                return f"at least {n} of these hold: " + "; ".join(self._bracketed(part) for part in of)
            case NoneOf(of):
                return "none of these holds: " + "; ".join(self._bracketed(part) for part in of)

    def column(self, row: FactorRow, tier: Tier) -> str:
        """What a column of the tier table asks, without the fact that its row names already; "" without a column."""
        if tier not in row.columns:
            return ""
        words, title = self.in_english(row.columns[tier]), self.facts[row.facts[0]].title
        alone = len(row.facts) == 1 and row.title in title
        return words.removeprefix(f"{title} is ").removeprefix(f"{title} are ") if alone else words

    def clauses(self, condition: Condition) -> tuple[str, ...]:
        """What must hold at the same time, a clause each."""
        parts = condition.of if isinstance(condition, AllOf) else (condition,)
        return tuple(self.in_english(part) for part in parts)

    def outline(self, condition: Condition, indent: str = "") -> tuple[str, ...]:
        """What must hold at the same time as a list in Markdown, a line each; alternatives and parts nested below."""
        parts = condition.of if isinstance(condition, AllOf) else (condition,)
        return tuple(line for part in parts for line in self._outlined(part, indent))

    def _outlined(self, part: Condition, indent: str) -> tuple[str, ...]:
        if _is_flat(part):
            return (f"{indent}- {self.in_english(part)}",)
        match part:
            case AllOf():
                return (f"{indent}- all of these:", *self.outline(part, f"{indent}  "))
            case AnyOf(of):
                head = "one of these:"
            case AtLeast(n, of):
                head = f"at least {n} of these:"
            case NoneOf(of):
                head = "none of these:"
        nested = (line for each in of for line in self._outlined(each, f"{indent}  "))
        return (f"{indent}- {head}", *nested)

    def _words_of(self, fact: str, words: Sequence[str]) -> list[str]:
        return [self.wording.get(f"value.{fact}.{word}", word.replace("_", " ")) for word in words]

    def given(self, given: Mapping[str, Any]) -> str:
        """The facts of an example: "HER2: positive; positive lymph nodes: 2"; what is not named is not known."""
        told = [f"{self.facts[id_].title}: {_value(value)}" for id_, value in given.items()]
        return "; ".join(told) or "nothing known"

    def _bracketed(self, condition: Condition) -> str:
        words = self.in_english(condition)
        return words if isinstance(condition, NumberTest | WordTest | ListTest) else f"({words})"

    def _word(self, test: WordTest) -> str:
        fact = self.facts[test.fact]
        said = [self.wording.get(f"rule.{test.fact}.{word}", "") for word in test.one_of]
        if all(said):
            return _or(said)
        match tuple(sorted(test.one_of)):
            case ("no", "yes"):
                return f"{fact.title} {_verb(fact.title, 'is', 'are')} recorded, as present or as absent"
            case ("yes",):
                return f"{fact.title} {_verb(fact.title, 'is', 'are')} on record"
            case ("no",) if fact.if_absent == "no":
                return f"no {fact.title} is on record"
            case ("no",):
                return f"{fact.title} {_verb(fact.title, 'is', 'are')} known to be absent"
            case _:
                return f"{fact.title} {_verb(fact.title, 'is', 'are')} {_or(self._words_of(test.fact, test.one_of))}"


def _number(test: NumberTest, fact: FactDefinition) -> str:
    said = {"at least": test.at_least, "above": test.above, "at most": test.at_most, "below": test.below}
    bounds = [f"{name} {bound:f}" for name, bound in said.items() if bound is not None]
    title = fact.title
    known = fact.unit is None or fact.unit in _NO_UNIT or fact.unit in title.split()
    return f"{title} {_verb(title, 'is', 'are')} {' and '.join(bounds)}" + ("" if known else f" {fact.unit}")


def _verb(title: str, one: str, many: str) -> str:
    """Titles are noun phrases: the noun stands before the first preposition, or last."""
    words = title.split()
    end = next((index for index, word in enumerate(words) if index and word in _PREPOSITIONS), len(words))
    noun = words[end - 1]
    return many if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) else one


def _or(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def _is_flat(condition: Condition) -> bool:
    """True for a test, and for alternatives that are tests alone: these read well on one line."""
    if isinstance(condition, NumberTest | WordTest | ListTest):
        return True
    alternatives = condition.of if isinstance(condition, AnyOf | NoneOf) else ()
    return bool(alternatives) and all(isinstance(each, NumberTest | WordTest | ListTest) for each in alternatives)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_value(each) for each in value) or "none"
    return f"{value:f}" if isinstance(value, Decimal) else str(value).replace("_", " ")

"""The factors of a tumour on the tier card: what each is, since when, and to which tier it raises the whole."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from cds_hooks.picture.fact import Known
from cds_hooks.reasoning.tiers import FactorResult, Tier
from cds_hooks.writing.facts_said import evidence_marks
from cds_hooks.writing.tumour import Tumour
from cds_hooks.writing.values import factor_value
from cds_hooks.writing.wording import Wording, capital


def factors(wording: Wording, tumour: Tumour) -> Iterator[str]:
    """A list, for the panel of an EHR is often too narrow for a table: first what raises the tier or perhaps does, the
    most adverse first, then the rest in one line. What is not known at all is named among the missing, not here.
    """
    shown = [(result, tumour.shown(result.row.key)) for result in tumour.tier.factors]
    known = [_factor(wording, tumour, result, fact) for result, fact in shown if isinstance(fact, Known)]
    for factor in sorted((each for each in known if each.raises), key=lambda each: each.order):
        key = "factor.drives" if factor.result.row.key in tumour.tier.drivers else "factor.raises"
        yield wording.say(key, said=_said(wording, factor), tier=tier_cell(wording, factor.result))
    if rest := [each for each in known if not each.raises]:
        yield wording.say("factor.rest", factors="; ".join(_in_line(wording, rest)))


def _said(wording: Wording, factor: "_Factor") -> str:
    value = factor.value
    if factor.marks:
        value = wording.say("value.marked", value=value, marks=factor.marks)
    return wording.say("factor.value", factor=capital(factor.result.row.title), value=value)


def _in_line(wording: Wording, rest: Iterable["_Factor"]) -> Iterator[str]:
    """Neighbours of the same date say it once."""
    for marks, group in groupby(rest, key=lambda each: each.marks):
        said = ", ".join(f"{each.result.row.title} {each.value}" for each in group)
        yield wording.say("value.marked", value=said, marks=marks) if marks else said


@dataclass(frozen=True, slots=True)
class _Factor:
    """A factor whose fact is known: its value in words, and its `marks`: the date and the weaknesses of the proof."""

    result: FactorResult
    value: str
    marks: str

    @property
    def raises(self) -> bool:
        """True if it raises the tier, or perhaps does."""
        return (self.result.at_most or Tier.LOW) is not Tier.LOW

    @property
    def order(self) -> tuple[int, int]:
        """The most adverse first."""
        return -(self.result.at_least or Tier.LOW), -(self.result.at_most or Tier.LOW)


def _factor(wording: Wording, tumour: Tumour, result: FactorResult, fact: Known) -> _Factor:
    return _Factor(result, _value(wording, tumour, result.row.key, fact), ", ".join(evidence_marks(wording, fact)))


def _value(wording: Wording, tumour: Tumour, key: str, fact: Known) -> str:
    if key == "local_extension" and not fact.evidence:
        return wording.say("value.silent")
    if key == "hormone_receptors":
        return _receptors(wording, tumour, fact)
    return factor_value(wording, key, fact)


def _receptors(wording: Wording, tumour: Tumour, joint: Known) -> str:
    known = {name: fact for name in ("er", "pr") if isinstance(fact := tumour.fact(name), Known)}
    if not known:
        return factor_value(wording, "hormone_receptors", joint)
    unknown = wording.say("value.receptor_unknown")
    words = {name: factor_value(wording, "hormone_receptors", fact) for name, fact in known.items()}
    return wording.say("value.hormone_receptors.detail", **{"er": unknown, "pr": unknown, **words})


def tier_cell(wording: Wording, result: FactorResult) -> str:
    """To which tier a factor raises the whole: never the word of the lowest tier, which no factor alone can claim."""
    least, most = result.at_least or Tier.LOW, result.at_most or Tier.LOW
    if most is Tier.LOW:
        return wording.say("table.no_effect")
    if least is most:
        return wording.tier(least)
    if least is Tier.LOW:
        return wording.say("table.perhaps", tier=wording.tier(most))
    return wording.say("table.perhaps_more", tier=wording.tier(least), more=wording.tier(most))

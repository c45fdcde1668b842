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
    known = [_Factor(wording, tumour, result, fact) for result, fact in shown if isinstance(fact, Known)]
    for factor in sorted((each for each in known if each.raises), key=lambda each: each.order):
        key = "factor.drives" if factor.result.row.key in tumour.tier.drivers else "factor.raises"
        yield wording.say(key, said=factor.said, tier=tier_cell(wording, factor.result))
    if rest := [each for each in known if not each.raises]:
        yield wording.say("factor.rest", factors="; ".join(_in_line(wording, rest)))


def _in_line(wording: Wording, rest: Iterable["_Factor"]) -> Iterator[str]:
    """Neighbours of the same date say it once."""
    for marks, group in groupby(rest, key=lambda each: each.marks):
        said = ", ".join(f"{each.result.row.title} {each.value}" for each in group)
        yield wording.say("value.marked", value=said, marks=marks) if marks else said


@dataclass(frozen=True, slots=True)
class _Factor:
    """A factor of a tumour whose fact is known."""

    wording: Wording
    tumour: Tumour
    result: FactorResult
    fact: Known

    @property
    def raises(self) -> bool:
        """True if it raises the tier, or perhaps does."""
        return (self.result.at_most or Tier.LOW) is not Tier.LOW

    @property
    def order(self) -> tuple[int, int]:
        """The most adverse first."""
        return -(self.result.at_least or Tier.LOW), -(self.result.at_most or Tier.LOW)

    @property
    def value(self) -> str:
        """The value alone."""
        key = self.result.row.key
        if key == "local_extension" and not self.fact.evidence:
            return self.wording.say("value.silent")
        if key == "hormone_receptors":
            return _receptors(self.wording, self.tumour, self.fact)
        return factor_value(self.wording, key, self.fact)

    @property
    def marks(self) -> str:
        """Its date and its weaknesses."""
        return ", ".join(evidence_marks(self.wording, self.fact))

    @property
    def said(self) -> str:
        """The factor with its value and its marks."""
        value = self.value
        if self.marks:
            value = self.wording.say("value.marked", value=value, marks=self.marks)
        return self.wording.say("factor.value", factor=capital(self.result.row.title), value=value)


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

"""A consultation laid out for a page: what was seen, what it came to, and why. Pure values; a template lays them out.

Chart text appears nowhere in it but for references of resources, which templates escape.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cds_hooks.consult import Consultation
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.picture.fact import Evidence, Fact, Known, SetAside, Unknown
from cds_hooks.reasoning.tiers import FactorResult, FactorRow, Tier, TierWithheld
from cds_hooks.writing.compose import wording_of
from cds_hooks.writing.considered import Spoken
from cds_hooks.writing.facts_said import Facts, value_words
from cds_hooks.writing.rules import Rules
from cds_hooks.writing.telling_considered import ToldConsideration, told_consideration
from cds_hooks.writing.tumour import Tumour, tumours
from cds_hooks.writing.values import drivers, factor_value, why_words
from cds_hooks.writing.wording import Wording, capital

_SILENT = "value.silent"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the tier table: the tier of its column, what it asks, and whether the patient's value is in it
    ("lit"), may be ("could"), or is not ("").
    """

    tier: str
    asks: str
    state: str


@dataclass(frozen=True, slots=True)
class ToldFact:
    """A fact in words: `value` is "" if it is not known, `why` then says why, or why it is only a bound."""

    title: str
    value: str
    why: str
    notes: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    set_aside: tuple[SetAside, ...]


@dataclass(frozen=True, slots=True)
class ToldFactor:
    """One row of the tier table for one tumour; `others` are further facts of it (ER and PR)."""

    fact: ToldFact
    cells: tuple[Cell, ...]
    drives: bool
    others: tuple[ToldFact, ...] = ()


@dataclass(frozen=True, slots=True)
class ToldTumour:
    """A tumour with its tier. `conditions` are references; `could_change` are the missing facts that could still move
    the tier, `without_effect` those that could not; `in_doubt` keep LOW from being said; `also` is what else is known.
    """

    heading: str
    tier: str
    at_least: str
    at_most: str
    factors: tuple[ToldFactor, ...]
    drivers: tuple[str, ...]
    could_change: tuple[str, ...]
    without_effect: tuple[str, ...]
    in_doubt: tuple[str, ...]
    conditions: tuple[str, ...]
    also: tuple[ToldFact, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """All of it. `withheld` says why a tumour, or the patient, has no tier; `unknown` are the patient's facts that are
    not known, by reason; `limits` are what every reader of a tier must know.
    """

    tumours: tuple[ToldTumour, ...]
    withheld: tuple[tuple[str, str], ...]
    considerations: tuple[ToldConsideration, ...]
    patient: tuple[ToldFact, ...]
    unknown: tuple[tuple[str, tuple[str, ...]], ...]
    set_aside: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]


def told(consultation: Consultation, knowledge: Knowledge) -> Told:
    """What there is to tell of this consultation, in the words of the knowledge that it rests on."""
    teller = _Teller(wording_of(knowledge), consultation, knowledge)
    spoken = Spoken(teller.wording, knowledge, consultation)
    return Told(
        tumours=tuple(teller.tumour(each) for each in tumours(consultation)),
        withheld=tuple(teller.withheld(each) for each in consultation.withheld),
        considerations=tuple(told_consideration(spoken, one) for one in consultation.considerations),
        patient=tuple(teller.known(consultation.picture.patient)),
        unknown=teller.unknown(),
        set_aside=tuple(consultation.picture.set_aside),
        limits=_limits(knowledge),
    )


def _limits(knowledge: Knowledge) -> tuple[str, ...]:
    tiers = knowledge.tiers
    return (*tiers.limits, *(limit for row in tiers.rows for limit in row.limits))


@dataclass(frozen=True, slots=True)
class _Teller:
    wording: Wording
    consultation: Consultation
    knowledge: Knowledge

    def tumour(self, tumour: Tumour) -> ToldTumour:
        tier, wording = tumour.tier, self.wording
        episode = self.consultation.picture.episodes[tier.episode]
        shown = {fact for result in tier.factors for fact in result.row.facts}
        rest = {id_: fact for id_, fact in episode.facts.items() if id_ not in shown}
        return ToldTumour(
            heading=capital(wording.say(f"side.heading.{tumour.side or 'none'}")),
            tier=wording.range(tier.at_least, tier.at_most),
            at_least=tier.at_least.name.lower(),
            at_most=tier.at_most.name.lower(),
            factors=tuple(self._factor(tumour, result) for result in tier.factors),
            drivers=drivers(wording, tumour),
            could_change=tuple(wording.short(fact) for fact in tier.could_change),
            without_effect=tuple(wording.short(fact) for fact in tier.missing if fact not in tier.could_change),
            in_doubt=tuple(wording.short(fact) for fact in tier.low_withheld if fact not in tier.could_change),
            conditions=tuple(episode.conditions),
            also=tuple(self.known(rest)),
        )

    def withheld(self, withheld: TierWithheld) -> tuple[str, str]:
        why = self.wording.say(f"withheld.{withheld.because}")
        if withheld.episode is None:
            return "", why
        side = self.consultation.picture.episodes[withheld.episode].side
        return capital(self.wording.say(f"side.heading.{side or 'none'}")), why

    def known(self, facts: Facts) -> Iterator[ToldFact]:
        for id_, fact in facts.items():
            if isinstance(fact, Known) and id_ in self.knowledge.vocabulary.facts:
                yield self._fact(self._title(id_), self._said(id_, fact), fact)

    def unknown(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        found: dict[str, list[str]] = {}
        for id_, fact in self.consultation.picture.patient.items():
            if isinstance(fact, Unknown):
                found.setdefault(why_words(self.wording, fact) or fact.why.value, []).append(self._title(id_))
        return tuple((why, tuple(titles)) for why, titles in sorted(found.items()))

    def _factor(self, tumour: Tumour, result: FactorResult) -> ToldFactor:
        fact = tumour.shown(result.row.key)
        return ToldFactor(
            fact=self._fact(capital(result.row.title), self._factor_value(result.row.key, fact), fact),
            cells=tuple(self._cell(result, tier) for tier in Tier),
            drives=result.row.key in tumour.tier.drivers,
            others=tuple(self._receptors(tumour, result.row)),
        )

    def _receptors(self, tumour: Tumour, row: FactorRow) -> Iterator[ToldFact]:
        if row.key == "hormone_receptors":
            for name in ("er", "pr"):
                fact = tumour.fact(name)
                yield self._fact(self.wording.short(name), self._factor_value(row.key, fact), fact)

    def _cell(self, result: FactorResult, tier: Tier) -> Cell:
        rules = Rules(self.knowledge.vocabulary.facts, self.knowledge.wording)
        return Cell(tier.name.lower(), rules.column(result.row, tier), _state(result, tier))

    def _factor_value(self, factor: str, fact: Fact) -> str:
        if not isinstance(fact, Known):
            return ""
        silent = factor == "local_extension" and not fact.evidence
        return self.wording.say(_SILENT) if silent else factor_value(self.wording, factor, fact)

    def _fact(self, title: str, value: str, fact: Fact) -> ToldFact:
        why = why_words(self.wording, fact) or ""
        return ToldFact(title, value, why, fact.notes, fact.evidence, fact.set_aside)

    def _title(self, id_: str) -> str:
        definition = self.knowledge.vocabulary.facts.get(id_)
        return capital(definition.title if definition else id_)

    def _said(self, id_: str, fact: Known) -> str:
        definition = self.knowledge.vocabulary.facts[id_]
        return value_words(self.wording, definition, fact)


def _state(result: FactorResult, tier: Tier) -> str:
    if result.at_least is None or result.at_most is None or not result.at_least <= tier <= result.at_most:
        return ""
    return "lit" if result.at_least is result.at_most else "could"

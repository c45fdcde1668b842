"""A consideration laid out for a page: its verdict for this patient, why, and the evidence behind it."""

from dataclasses import dataclass

from cds_hooks.reasoning.considerations import Citation, Considered
from cds_hooks.writing.considered import Spoken


@dataclass(frozen=True, slots=True)
class ToldCitation:
    """What a source says, where, how it was seen; `url` is "" where there is none."""

    label: str
    url: str
    says: str
    where: str
    seen: str


@dataclass(frozen=True, slots=True)
class ToldConsideration:
    """`outcome` is applies, cannot_tell or does_not_apply; `against` are the reasons why it is not shown although its
    own rule may hold: the gate, a caution, a suspicion that takes its place, an override.
    """

    id: str
    version: int
    status: str
    title: str
    side: str
    outcome: str
    shown: bool
    sentence: str
    why: str
    because: tuple[str, ...]
    missing: tuple[str, ...]
    against: tuple[str, ...]
    cautions: tuple[str, ...]
    to_confirm: tuple[str, ...]
    limits: tuple[str, ...]
    citations: tuple[ToldCitation, ...]


def told_consideration(spoken: Spoken, one: Considered) -> ToldConsideration:
    """One consideration for this patient or tumour."""
    consideration, wording, episode = one.consideration, spoken.wording, spoken.episode(one)
    return ToldConsideration(
        id=consideration.id,
        version=consideration.version,
        status=consideration.status.value,
        title=consideration.title,
        side="" if episode is None else wording.say(f"side.{episode.side or 'none'}"),
        outcome=one.outcome.value,
        shown=one.shown,
        sentence=spoken.sentence(one) if one.shown else "",
        why=consideration.why,
        because=spoken.because(one, dated=False),
        missing=tuple(wording.short(fact) for fact in one.missing),
        against=tuple(_against(spoken, one)),
        cautions=tuple(caution.say for caution in one.warnings),
        to_confirm=tuple(dict.fromkeys(caution.confirm for caution in one.to_confirm)),
        limits=consideration.limits,
        citations=tuple(_citation(spoken, cited) for cited in consideration.citations),
    )


def _against(spoken: Spoken, one: Considered) -> list[str]:
    said = []
    if one.withheld:
        said.append(spoken.wording.say(f"withheld.{one.withheld}"))
    if one.suppressed:
        said.append(one.suppressed.say)
    if one.silenced:
        said.append(one.silenced)
    return said


def _citation(spoken: Spoken, cited: Citation) -> ToldCitation:
    source = spoken.knowledge.sources[cited.source]
    return ToldCitation(source.label, source.url or "", cited.says, cited.where, cited.seen)

"""Considerations on cards: each one block of the detail, one entry of the extension, and its part of the summary."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cds_hooks.consult import Consultation
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.picture.episode import Episode
from cds_hooks.picture.fact import Fact, Unknown, Why
from cds_hooks.reasoning.considerations import Citation, Considered
from cds_hooks.writing.facts_said import Facts, placeholders_filled, reasons
from cds_hooks.writing.values import why_words
from cds_hooks.writing.wording import Wording, capital

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is needed to speak of considerations: the words, the knowledge and the patient."""

    wording: Wording
    knowledge: Knowledge
    consultation: Consultation

    def episode(self, one: Considered) -> Episode | None:
        """The tumour that it is about, None for the patient."""
        return None if one.episode is None else self.consultation.picture.episodes[one.episode]

    def facts(self, one: Considered) -> Facts:
        """The facts that it was judged on."""
        episode, picture = self.episode(one), self.consultation.picture
        return picture.patient if episode is None else picture.facts_of(episode)

    def sentence(self, one: Considered) -> str:
        """The summary of one consideration."""
        due = one.consideration.due
        if due is not None and one.none_found:
            return due.none_found
        return self.filled(one, one.consideration.card.summary)

    def filled(self, one: Considered, template: str) -> str:
        """A template of the consideration with the facts of this patient."""
        definitions, due = self.knowledge.vocabulary.facts, one.consideration.due
        return template.format_map(placeholders_filled(self.wording, definitions, self.facts(one), due))

    def because(self, one: Considered, dated: bool) -> tuple[str, ...]:
        """The facts that settled it, in words."""
        definitions = self.knowledge.vocabulary.facts
        return reasons(self.wording, definitions, self.facts(one), one.because, dated)


def block(spoken: Spoken, one: Considered) -> str:
    """What is proposed, why for this patient, what speaks against it, the evidence and its limits."""
    body = spoken.sentence(one) if one.none_found else spoken.filled(one, one.consideration.card.detail)
    return "\n\n".join([_heading(spoken, one), body.strip(), "\n".join(_points(spoken, one))])


def missing_line(spoken: Spoken, asking: Sequence[Considered]) -> str | None:
    """What is not known and would settle a consideration; None if nothing is asked for."""
    wanted: dict[str, list[str]] = {}
    for one in asking:
        facts = [_missing(spoken, spoken.facts(one), fact) for fact in one.missing]
        wanted.setdefault(", ".join(facts), []).append(one.consideration.title)
    wording = spoken.wording
    asked = [wording.say("asks.one", facts=facts, titles=", ".join(_once(t))) for facts, t in wanted.items()]
    return wording.say("asks.line", asks="; ".join(asked)) if asked else None


def living_line(spoken: Spoken, living: Sequence[Considered]) -> str | None:
    """The quiet line for the time after treatment; None if nothing makes one timely."""
    said = _once(spoken.sentence(one) for one in living)
    return spoken.wording.say("living.line", lines=" ".join(said)) if said else None


def entries(spoken: Spoken, considered: Iterable[Considered]) -> list[Json]:
    """The members of `considerations` in the extension `org.recurrence-cds.card`."""
    return [_entry(spoken, one) for one in considered]


def _entry(spoken: Spoken, one: Considered) -> Json:
    because = [f"{_side(spoken, one)}{words}" for words in spoken.because(one, dated=False)]
    said = {"because": because, "missing": list(one.missing)}
    found = {"id": one.consideration.id, "verdict": one.outcome.value}
    return {**found, **{key: value for key, value in said.items() if value}}


def _side(spoken: Spoken, one: Considered) -> str:
    """Which tumour is meant, where there are several."""
    episode = spoken.episode(one)
    if episode is None or len(spoken.consultation.picture.episodes) == 1:
        return ""
    return spoken.wording.say(f"side.{episode.side or 'none'}") + ": "


def _heading(spoken: Spoken, one: Considered) -> str:
    episode, title = spoken.episode(one), one.consideration.title
    if episode is None:
        return spoken.wording.say("block.heading", title=title)
    side = spoken.wording.say(f"side.heading.{episode.side or 'none'}")
    return spoken.wording.say("block.heading_of_tumour", title=title, side=side)


def _points(spoken: Spoken, one: Considered) -> Iterator[str]:
    wording = spoken.wording
    if because := spoken.because(one, dated=True):
        yield wording.say("block.because", facts=capital("; ".join(because)))
    yield from (wording.say("block.caution", say=caution.say) for caution in one.warnings)
    yield from (wording.say("block.confirm", confirm=caution.confirm) for caution in one.to_confirm)
    yield wording.say("block.why", why=one.consideration.why)
    cited = "; ".join(_citation(spoken, citation) for citation in one.consideration.citations)
    yield wording.say("block.evidence", citations=cited)
    yield wording.say("block.limits", limits=" ".join(one.consideration.limits))


def _citation(spoken: Spoken, cited: Citation) -> str:
    """A statement that was only recalled is not repeated: its numbers were read nowhere."""
    label = spoken.knowledge.sources[cited.source].label
    if cited.seen == "recalled":
        return spoken.wording.say("citation.recalled", label=label)
    return spoken.wording.say("citation.read", label=label, says=cited.says.rstrip("."), where=cited.where)


def _missing(spoken: Spoken, facts: Facts, fact_id: str) -> str:
    fact: Fact = facts.get(fact_id, Unknown(Why.NOT_RECORDED))
    why = why_words(spoken.wording, fact) or spoken.wording.say("why.bounded")
    return spoken.wording.say("detail.facts_why", facts=spoken.wording.short(fact_id), why=why)


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))

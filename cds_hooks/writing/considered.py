"""Considerations on cards: each one block of the detail, one entry of the extension, and its part of the summary."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cds_hooks.consult import Consultation
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.picture.episode import Episode
from cds_hooks.picture.fact import Fact, Unknown, Why
from cds_hooks.reasoning.considerations import Citation, Considered
from cds_hooks.reasoning.ranking import Plan
from cds_hooks.writing.facts_said import Facts, Placeholders, reasons
from cds_hooks.writing.values import why_words
from cds_hooks.writing.wording import Wording, capital

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is needed to speak of considerations: the words, the knowledge and the patient."""

    wording: Wording
    knowledge: Knowledge
    consultation: Consultation
    _of_tumours: tuple[Facts, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        picture = self.consultation.picture
        object.__setattr__(self, "_of_tumours", tuple(picture.facts_of(episode) for episode in picture.episodes))

    def episode(self, one: Considered) -> Episode | None:
        """The tumour that it is about, None for the patient."""
        return None if one.episode is None else self.consultation.picture.episodes[one.episode]

    def facts(self, one: Considered) -> Facts:
        """The facts that it was judged on."""
        return self.consultation.picture.patient if one.episode is None else self._of_tumours[one.episode]

    def sentence(self, one: Considered) -> str:
        """The summary of one consideration."""
        due = one.consideration.due
        if due is not None and one.none_found:
            return self.filled(one, due.none_found)
        return self.filled(one, one.consideration.card.summary)

    def filled(self, one: Considered, template: str) -> str:
        """A template of the consideration with the facts of this patient, and the breast that is meant by its side."""
        definitions, due = self.knowledge.vocabulary.facts, one.consideration.due
        filled = Placeholders(self.wording, definitions, self.facts(one), due)
        filled.update(self._breasts(one))
        return template.format_map(filled)

    def body(self, one: Considered, above: str) -> str:
        """What a block says: its sentence, unless that stands `above` it as the summary of the card, and its detail."""
        sentence = capital(self.sentence(one))
        if one.none_found:
            return _full_stop(sentence)
        detail = self.filled(one, one.consideration.card.detail).strip()
        return detail if above.startswith(sentence) else f"{_full_stop(sentence)} {detail}"

    def _breasts(self, one: Considered) -> dict[str, str]:
        episode = self.episode(one)
        side = episode.side if episode else ""
        other = {"left": "right", "right": "left"}.get(side, "none")
        named = {"breast": f"breast.{side or 'none'}", "other_breast": f"breast.other.{other}"}
        return {placeholder: self.wording.say(key) for placeholder, key in named.items()}

    def because(self, one: Considered, dated: bool) -> tuple[str, ...]:
        """The facts that settled it, in words."""
        definitions, due = self.knowledge.vocabulary.facts, one.consideration.due
        told = {due.fact} if dated and due is not None else set()  # its date is said already
        because = tuple(reason for reason in one.because if reason.fact not in told)
        return reasons(self.wording, definitions, self.facts(one), because, dated)


def block(spoken: Spoken, one: Considered, above: str = "") -> str:
    """What is proposed, what speaks against it or is to be confirmed, why for this patient, on what evidence, and the
    first limit. `above` is the summary of the card. Who has two seconds reads no more; quotations, reasons and further
    limits are in the guide and among the source attributes, which the card links to.
    """
    return "\n\n".join([_heading(spoken, one), spoken.body(one, above), "\n".join(_points(spoken, one))])


def lines(spoken: Spoken, hosted: Plan) -> Iterator[str]:
    """The lines that stand on a card beside its own blocks: what is not known and would settle a consideration, what
    need not be done, and what is timely in the time after treatment; none where there is nothing to say.
    """
    if hosted.asking:
        yield spoken.wording.say("asks.line", asks="; ".join(_asked(spoken, hosted.asking)))
    for key, said in (("restraint.line", hosted.restraints), ("living.line", hosted.living)):
        if said:
            yield spoken.wording.say(key, lines=" ".join(_once(_full_stop(spoken.sentence(one)) for one in said)))


def _asked(spoken: Spoken, asking: Sequence[Considered]) -> Iterator[str]:
    wanted: dict[str, list[str]] = {}
    for one in asking:
        facts = [_missing(spoken, spoken.facts(one), fact) for fact in one.missing]
        wanted.setdefault(", ".join(facts), []).append(one.consideration.title)
    for names, titles in wanted.items():
        yield spoken.wording.say("asks.one", facts=names, titles=", ".join(_once(titles)))


def _full_stop(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


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
    if episode is None or len(spoken.consultation.picture.episodes) == 1:
        return spoken.wording.say("block.heading", title=title)
    side = spoken.wording.say(f"side.heading.{episode.side or 'none'}")
    return spoken.wording.say("block.heading_of_tumour", title=title, side=side)


def _points(spoken: Spoken, one: Considered) -> Iterator[str]:
    wording = spoken.wording
    yield from (wording.say("block.caution", say=caution.say) for caution in one.warnings)
    if one.to_confirm:
        asked = _once(caution.confirm for caution in one.to_confirm)
        yield wording.say("block.confirm", confirm="; ".join(asked))
    if because := spoken.because(one, dated=True):
        yield wording.say("block.because", facts=capital("; ".join(because)))
    cited = _once(_citation(spoken, citation) for citation in one.consideration.citations)
    yield wording.say("block.evidence", citations="; ".join(cited))
    if not one.none_found:  # that it may be recorded elsewhere is said already
        yield from (wording.say("block.limits", limits=limit) for limit in one.consideration.limits[:1])


def _citation(spoken: Spoken, cited: Citation) -> str:
    """The source by its short name: what was read of it that the card needs stands in the text above."""
    short = spoken.knowledge.sources[cited.source].short
    return spoken.wording.say("citation.recalled" if cited.seen == "recalled" else "citation.read", label=short)


def _missing(spoken: Spoken, facts: Facts, fact_id: str) -> str:
    fact: Fact = facts.get(fact_id, Unknown(Why.NOT_RECORDED))
    why = why_words(spoken.wording, fact) or spoken.wording.say("why.bounded")
    return spoken.wording.say("detail.facts_why", facts=spoken.wording.short(fact_id), why=why)


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))

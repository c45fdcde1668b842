"""From a consultation to the cards of the answer. Pure: the same inputs give the same bytes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from cds_hooks.consult import Consultation
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.reasoning.consider import recurred, recurrence_suspected
from cds_hooks.reasoning.considerations import APPLIES, CardKind, Considered, Order, Status
from cds_hooks.reasoning.ranking import Plan, PlannedCard, plan
from cds_hooks.writing.assessment import assessment
from cds_hooks.writing.considered import Spoken, block, entries, lines
from cds_hooks.writing.detail import closing, detail
from cds_hooks.writing.orders import side_of, suggestion
from cds_hooks.writing.summary import fitting, summary, with_more
from cds_hooks.writing.tumour import Tumour, tumours
from cds_hooks.writing.unread import is_worth_a_card, unread_because, unread_detail, unread_summary
from cds_hooks.writing.values import drivers
from cds_hooks.writing.wording import Wording, capital

ASSESSMENT = "org.recurrence-cds.assessment"
CARD = "org.recurrence-cds.card"
_SPEAK_FOR_THEMSELVES = frozenset({CardKind.TIER, CardKind.UNSUPPORTED_DATA})


@dataclass(frozen=True, slots=True)
class Pages:
    """Where readers find more: the address of this service, and the word that opens the explanation of this decision,
    None where there is none.
    """

    base_url: str
    explanation: str | None = None


def compose(
    consultation: Consultation, knowledge: Knowledge, decision_id: str, data_until: date, pages: Pages | None = None
) -> tuple[dict[str, Any], ...]:
    """The cards, ready for JSON: at most three, in the order of their claim; none when there is nothing to say.

    `decision_id` is a UUID; a card's uuid is uuid5(decision_id, card id). `data_until` is the day of the consultation.
    `pages` is where readers reach this service; without it no card links to a page of it.
    Raises KnowledgeBroken where the wording does not serve, which the checks at start exclude.
    """
    if consultation.nothing_approved:
        return ()
    found = () if recurrence_suspected(consultation.considerations) else _still_at_risk(consultation)
    desk = _Desk(Spoken(wording_of(knowledge), knowledge, consultation), found, UUID(decision_id), data_until, pages)
    beside = {CardKind.TIER: bool(found), CardKind.UNSUPPORTED_DATA: is_worth_a_card(consultation, found)}
    planned = plan(consultation.considerations, frozenset(kind for kind, there in beside.items() if there))
    return tuple(desk.card(card, planned.lines_on(index)) for index, card in enumerate(planned.cards))


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every card of one answer is written with; `found` are the tumours that have a tier to show."""

    spoken: Spoken
    found: tuple[Tumour, ...]
    decision: UUID
    today: date
    pages: Pages | None

    def card(self, planned: PlannedCard, hosted: Plan) -> dict[str, Any]:
        """One card; `hosted` holds what stands on it beside its own."""
        summed_up = self._summary(planned)
        return {
            "uuid": str(uuid5(self.decision, planned.kind.value)),
            "summary": summed_up,
            "detail": "\n\n".join(self._blocks(planned, hosted, summed_up)),
            "indicator": _indicator(planned.items),
            "source": _source(self.spoken, planned),
            **self._suggestions(planned.items),
            **self._links(planned),
            "overrideReasons": _override_reasons(self.spoken),
            "extension": {**self._assessment(planned), CARD: self._about(planned, hosted)},
        }

    def _summary(self, planned: PlannedCard) -> str:
        wording, more = self.spoken.wording, len(planned.items) + len(_own(planned.merged))
        if planned.kind is CardKind.TIER:
            return summary(wording, self.found, more)
        if planned.kind is CardKind.UNSUPPORTED_DATA:
            return unread_summary(wording, self.spoken.consultation, more)
        first = planned.items[0]
        texts = (self.spoken.sentence(first), first.consideration.title)
        return fitting(with_more(wording, capital(text), more - 1) for text in texts)

    def _blocks(self, planned: PlannedCard, hosted: Plan, above: str) -> Iterator[str]:
        spoken, own = self.spoken, _own((planned.kind, *planned.merged))
        if CardKind.TIER in own:
            summed_up = planned.kind is CardKind.TIER
            yield from detail(spoken.wording, spoken.knowledge, spoken.consultation, self.found, said=summed_up)
        yield from (block(spoken, one, above) for one in planned.items)
        if CardKind.UNSUPPORTED_DATA in own:
            yield from unread_detail(spoken.wording, spoken.consultation)
        yield from lines(spoken, hosted)
        said = (*planned.items, *hosted.living, *hosted.restraints, *hosted.asking)
        approved = all(one.consideration.status is Status.APPROVED for one in said)
        approved = approved and spoken.knowledge.foundation_approved
        yield closing(spoken.wording, rule=CardKind.TIER in own, approved=approved, data_until=self.today)

    def _suggestions(self, items: Iterable[Considered]) -> dict[str, Any]:
        patient = self.spoken.consultation.patient
        offered: dict[tuple[str, str], dict[str, Any]] = {}
        for one in items:
            for order in one.consideration.suggestions if one.outcome is APPLIES else ():
                episode = self.spoken.episode(one)
                # two tumours ask for one blood test, but for two mammograms
                key = (f"{one.consideration.id}/{order.id}", side_of(order, episode))
                offered.setdefault(key, suggestion(order, self._order_id(one, order), patient, episode, self.today))
        return {"suggestions": list(offered.values()), "selectionBehavior": "any"} if offered else {}

    def _links(self, planned: PlannedCard) -> dict[str, Any]:
        if self.pages is None:
            return {}
        knowledge = self.spoken.knowledge
        sources = f"/cds-services/{knowledge.service.id}/source-attributes?version={knowledge.fingerprint}"
        paths = {"attributes.link": f"{sources}#{planned.kind.value}"}
        if self.pages.explanation is not None:
            paths = {"explanation.link": f"/explanation/{self.pages.explanation}", **paths}
        say, base_url = self.spoken.wording.say, self.pages.base_url
        links = [{"label": say(key), "url": base_url + path, "type": "absolute"} for key, path in paths.items()]
        return {"links": links}

    def _order_id(self, one: Considered, order: Order) -> str:
        return str(uuid5(self.decision, f"{one.consideration.id}/{one.episode}/{order.id}"))

    def _assessment(self, planned: PlannedCard) -> dict[str, Any]:
        if CardKind.TIER not in (planned.kind, *planned.merged):
            return {}
        return {ASSESSMENT: assessment(self.found, self.spoken.consultation.knowledge, str(self.decision))}

    def _about(self, planned: PlannedCard, hosted: Plan) -> dict[str, Any]:
        """The extension `org.recurrence-cds.card`: every consideration that the card speaks of, or asks for."""
        own = [self._entry(kind) for kind in _own((planned.kind, *planned.merged))]
        version = int(self.spoken.wording.say(f"card.{planned.kind.value}.version"))
        said = entries(self.spoken, (*planned.items, *hosted.asking, *hosted.living, *hosted.restraints))
        return {"id": planned.kind.value, "version": version, "considerations": [*own, *said]}

    def _entry(self, kind: CardKind) -> dict[str, Any]:
        """A card that speaks for itself, as the one consideration that it is."""
        wording, consultation = self.spoken.wording, self.spoken.consultation
        said = (
            _of_tier(wording, self.found)
            if kind is CardKind.TIER
            else {"because": unread_because(wording, consultation)}
        )
        return {"id": kind.value, "verdict": "applies", **{key: value for key, value in said.items() if value}}


def _still_at_risk(consultation: Consultation) -> tuple[Tumour, ...]:
    """The tumours with a tier that have not come back: the card about a recurrence stands in place of its tier."""
    back = recurred(consultation.considerations)
    return tuple(tumour for tumour in tumours(consultation) if tumour.tier.episode not in back)


def wording_of(knowledge: Knowledge) -> Wording:
    """The words of the knowledge, with the facts' titles for those that have no short name."""
    return Wording(knowledge.wording, knowledge.titles)


def _own(kinds: Iterable[CardKind]) -> tuple[CardKind, ...]:
    """Those of the kinds that have something to say beside considerations."""
    return tuple(kind for kind in kinds if kind in _SPEAK_FOR_THEMSELVES)


def _indicator(items: Iterable[Considered]) -> str:
    """A warning only for what applies: for safety, or for an examination that is due since a recorded one."""
    warns = any(one.outcome is APPLIES and one.consideration.card.indicator == "warning" for one in items)
    return "warning" if warns else "info"


def _source(spoken: Spoken, planned: PlannedCard) -> dict[str, Any]:
    """Whose guidance it is, and the topic by which an EHR locks an overridden card out: those of the consideration if
    the card shows one alone.
    """
    wording, system, kind = spoken.wording, spoken.wording.say("topic.system"), planned.kind.value
    if len(planned.items) == 1 and not _own((planned.kind, *planned.merged)):
        alone = planned.items[0].consideration
        source = spoken.knowledge.sources[alone.citations[0].source]
        topic = {"code": alone.card.topic, "system": system, "display": alone.title}
        return {"label": source.label, **({"url": source.url} if source.url else {}), "topic": topic}
    topic = {
        "code": wording.say(f"topic.{kind}.code"),
        "system": system,
        "display": wording.say(f"topic.{kind}.display"),
    }
    label = {CardKind.TIER: "source.label", CardKind.UNSUPPORTED_DATA: "source.unsupported_data.label"}
    return {"label": wording.say(label.get(planned.kind, "source.considerations.label")), "topic": topic}


def _override_reasons(spoken: Spoken) -> list[dict[str, str]]:
    system, reasons = spoken.wording.say("override.system"), spoken.knowledge.override_reasons
    return [{"code": code, "system": system, "display": display} for code, display in reasons.items()]


def _of_tier(wording: Wording, found: tuple[Tumour, ...]) -> dict[str, list[str]]:
    return {
        "because": list(dict.fromkeys(words for tumour in found for words in _because(wording, tumour, len(found)))),
        "missing": list(dict.fromkeys(fact for tumour in found for fact in tumour.tier.could_change)),
    }


def _because(wording: Wording, tumour: Tumour, count: int) -> tuple[str, ...]:
    words = drivers(wording, tumour)
    if count == 1:
        return words
    side = wording.say(f"side.{tumour.side or 'none'}")
    return tuple(f"{side}: {driver}" for driver in words)

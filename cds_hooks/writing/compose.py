"""From a consultation to the cards of the answer. Pure: the same inputs give the same bytes."""

from datetime import date
from typing import Any
from uuid import UUID, uuid5

from cds_hooks.consult import Consultation
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.writing.assessment import assessment
from cds_hooks.writing.detail import detail
from cds_hooks.writing.summary import summary
from cds_hooks.writing.tumour import Tumour, tumours
from cds_hooks.writing.unread import UNSUPPORTED, is_worth_a_card, unread_because, unread_detail, unread_summary
from cds_hooks.writing.values import drivers
from cds_hooks.writing.wording import Wording

ASSESSMENT = "org.recurrence-cds.assessment"
CARD = "org.recurrence-cds.card"
TIER = "tier"


def compose(
    consultation: Consultation, knowledge: Knowledge, decision_id: str, data_until: date
) -> tuple[dict[str, Any], ...]:
    """The cards, ready for JSON: the tier card when any tumour has a tier, then what of the chart is not read.

    `decision_id` is a UUID; a card's uuid is uuid5(decision_id, card id). Raises KnowledgeBroken where the wording
    does not serve, which the checks at start exclude.
    """
    found = tumours(consultation)
    wording = wording_of(knowledge)
    cards = []
    if found:
        assessed = assessment(found, consultation.knowledge, decision_id)
        texts = summary(wording, found), detail(wording, knowledge, consultation, found, data_until)
        about = _considered(wording, TIER, _of_tier(wording, found))
        cards.append(_card(wording, decision_id, texts, {ASSESSMENT: assessed, CARD: about}))
    if is_worth_a_card(consultation, found):
        texts = unread_summary(wording, consultation), unread_detail(wording, knowledge, consultation, data_until)
        about = _considered(wording, UNSUPPORTED, {"because": unread_because(wording, consultation)})
        cards.append(_card(wording, decision_id, texts, {CARD: about}))
    return tuple(cards)


def wording_of(knowledge: Knowledge) -> Wording:
    """The words of the knowledge, with the facts' titles for those that have no short name."""
    titles = {fact.id: fact.title for fact in knowledge.vocabulary.facts.values()}
    return Wording(knowledge.wording, titles)


def _card(wording: Wording, decision_id: str, texts: tuple[str, str], extension: dict[str, Any]) -> dict[str, Any]:
    """One card for information; `texts` are its summary and its detail."""
    card_id = extension[CARD]["id"]
    return {
        "uuid": str(uuid5(UUID(decision_id), card_id)),
        "summary": texts[0],
        "detail": texts[1],
        "indicator": "info",
        "source": _source(wording, card_id),
        "overrideReasons": _override_reasons(wording),
        "extension": extension,
    }


def _source(wording: Wording, card_id: str) -> dict[str, Any]:
    topic = {
        "code": wording.say(f"topic.{card_id}.code"),
        "system": wording.say("topic.system"),
        "display": wording.say(f"topic.{card_id}.display"),
    }
    label = "source.label" if card_id == TIER else f"source.{card_id}.label"
    return {"label": wording.say(label), "topic": topic}


def _override_reasons(wording: Wording) -> list[dict[str, str]]:
    system = wording.say("override.system")
    reasons = wording.family("override.reason.")
    return [{"code": code, "system": system, "display": display} for code, display in reasons.items()]


def _considered(wording: Wording, card_id: str, said: dict[str, list[str]]) -> dict[str, Any]:
    """The extension `org.recurrence-cds.card` of a card that speaks for one consideration, which is itself."""
    consideration = {"id": card_id, "verdict": "applies", **{key: value for key, value in said.items() if value}}
    version = int(wording.say(f"card.{card_id}.version"))
    return {"id": card_id, "version": version, "considerations": [consideration]}


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

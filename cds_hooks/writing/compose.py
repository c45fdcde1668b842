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
from cds_hooks.writing.values import drivers
from cds_hooks.writing.wording import Wording

ASSESSMENT = "org.recurrence-cds.assessment"
CARD = "org.recurrence-cds.card"
TIER = "tier"


def compose(
    consultation: Consultation, knowledge: Knowledge, decision_id: str, data_until: date
) -> tuple[dict[str, Any], ...]:
    """The cards, ready for JSON: the tier card when any tumour has a tier, else none.

    `decision_id` is a UUID; a card's uuid is uuid5(decision_id, card id). Raises KnowledgeBroken where the wording
    does not serve, which the checks at start exclude.
    """
    found = tumours(consultation)
    if not found:
        return ()
    wording = wording_of(knowledge)
    card = {
        "uuid": str(uuid5(UUID(decision_id), TIER)),
        "summary": summary(wording, found),
        "detail": detail(wording, knowledge, consultation, found, data_until),
        "indicator": "info",
        "source": _source(wording),
        "overrideReasons": _override_reasons(wording),
        "extension": {
            ASSESSMENT: assessment(found, consultation.knowledge, decision_id),
            CARD: _about(wording, found),
        },
    }
    return (card,)


def wording_of(knowledge: Knowledge) -> Wording:
    """The words of the knowledge, with the facts' titles for those that have no short name."""
    titles = {fact.id: fact.title for fact in knowledge.vocabulary.facts.values()}
    return Wording(knowledge.wording, titles)


def _source(wording: Wording) -> dict[str, Any]:
    topic = {
        "code": wording.say("topic.tier.code"),
        "system": wording.say("topic.system"),
        "display": wording.say("topic.tier.display"),
    }
    return {"label": wording.say("source.label"), "topic": topic}


def _override_reasons(wording: Wording) -> list[dict[str, str]]:
    system = wording.say("override.system")
    reasons = wording.family("override.reason.")
    return [{"code": code, "system": system, "display": display} for code, display in reasons.items()]


def _about(wording: Wording, found: tuple[Tumour, ...]) -> dict[str, Any]:
    """The extension `org.recurrence-cds.card`: the tier card speaks for one consideration, the tier itself."""
    said = {
        "because": list(dict.fromkeys(words for tumour in found for words in _because(wording, tumour, len(found)))),
        "missing": list(dict.fromkeys(fact for tumour in found for fact in tumour.tier.could_change)),
    }
    consideration = {"id": TIER, "verdict": "applies", **{key: value for key, value in said.items() if value}}
    return {"id": TIER, "version": int(wording.say("card.tier.version")), "considerations": [consideration]}


def _because(wording: Wording, tumour: Tumour, count: int) -> tuple[str, ...]:
    words = drivers(wording, tumour)
    if count == 1:
        return words
    side = wording.say(f"side.{tumour.side or 'none'}")
    return tuple(f"{side}: {driver}" for driver in words)

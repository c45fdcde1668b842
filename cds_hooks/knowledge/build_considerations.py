"""From the checked file of a consideration to the value that is judged and shown."""

from cds_hooks.knowledge.build import Entry, Facts, caution, condition
from cds_hooks.picture.vocabulary import Scope
from cds_hooks.reasoning.considerations import (
    CardKind,
    CardText,
    Citation,
    Consideration,
    Due,
    Order,
    Status,
)

_MIDDLE_RANK = 50


def consideration(entry: Entry, facts: Facts) -> Consideration:
    """One file of `considerations/`."""
    return Consideration(
        id=entry["id"],
        version=entry["version"],
        status=Status(entry["status"]),
        title=entry["title"],
        why=entry["why"],
        scope=Scope(entry.get("scope", Scope.EPISODE)),
        gate=entry["gate"],
        when=condition(entry["when"], facts),
        due=_due(entry["due"]) if "due" in entry else None,
        cautions=tuple(caution(each, facts) for each in entry.get("cautions", ())),
        ask_for=tuple(entry.get("ask_for", ())),
        card=_card(entry["card"]),
        suggestions=tuple(_order(order) for order in entry.get("suggestions", ())),
        limits=tuple(entry["limits"]),
        citations=tuple(Citation(**cited) for cited in entry["citations"]),
    )


def _due(entry: Entry) -> Due:
    return Due(entry["fact"], entry["every_months"], entry["none_found"])


def _card(entry: Entry) -> CardText:
    return CardText(
        kind=CardKind(entry["kind"]),
        indicator=entry["indicator"],
        topic=entry["topic"],
        summary=entry["summary"],
        detail=entry["detail"],
        rank=entry.get("rank", _MIDDLE_RANK),
    )


def _order(entry: Entry) -> Order:
    return Order(
        id=entry["id"],
        label=entry["label"],
        system=entry["code"]["system"],
        code=entry["code"]["code"],
        display=entry["code"]["display"],
        within_days=entry["within_days"],
        body_side=entry.get("body_side"),
    )

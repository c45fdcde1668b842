"""A consideration written out by hand, for the tests of reasoning and of the cards."""

from dataclasses import replace
from typing import Any

from cds_hooks.picture.vocabulary import Scope
from cds_hooks.reasoning.conditions import AllOf, Condition
from cds_hooks.reasoning.considerations import CardKind, CardText, Consideration, Status
from tests.reasoning.tables import SIGNS, bounds, is_

WHEN = AllOf((is_("hormone_receptor", "positive", among=SIGNS), bounds("positive_nodes", at_least="1", whole=True)))


def text(kind: CardKind) -> CardText:
    return CardText(kind, "info", "topic", "summary", "detail", 50)


def idea(kind: CardKind = CardKind.TREATMENT, when: Condition = WHEN, **changes: Any) -> Consideration:
    plain = Consideration(
        id=kind.value,
        version=1,
        status=Status.DRAFT,
        title="title",
        why="why",
        scope=Scope.EPISODE,
        gate="adjuvant",
        when=when,
        due=None,
        cautions=(),
        ask_for=(),
        card=text(kind),
        suggestions=(),
        limits=(),
        citations=(),
    )
    return replace(plain, **changes)

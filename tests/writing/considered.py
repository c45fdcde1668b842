"""Considerations made up for the tests of their cards, beside the tier of a real chart."""

from dataclasses import replace
from typing import Any

from msgspec import structs

from cds_hooks.consult import Consultation
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.picture.episode import Episode, Picture
from cds_hooks.picture.vocabulary import Scope
from cds_hooks.reasoning.considerations import (
    CardKind,
    CardText,
    Caution,
    Citation,
    Consideration,
    Considered,
    Due,
    Effect,
    Order,
    Outcome,
    Status,
)
from cds_hooks.reasoning.stratify import stratify
from cds_hooks.reasoning.verdict import Because, Truth
from cds_hooks.writing.compose import compose
from tests.reasoning.tables import is_
from tests.writing.made_up import DAY, DECISION, SILENT, knowledge

ABOUT = "org.recurrence-cds.card"
ASSESSMENT = "org.recurrence-cds.assessment"
SCAN = Order("scan", "Order a scan", "http://snomed.info/sct", "71651007", "Mammography", 30, "same")
CLOTS = Caution(Effect.WARN, is_("clots", "yes"), "Clots on record.", "no history of clots")
READ = Citation("apt", "It helped in 5.5 % of women.", "abstract", "abstract")
RECALLED = Citation("tailorx", "It helped in 7.5 % of women.", "results", "recalled")


def idea(kind: CardKind = CardKind.TREATMENT, id_: str = "talk", **changes: Any) -> Consideration:
    card = CardText(
        kind, "info", "theDrug", "Discuss the drug ({positive_nodes} nodes)", "With {positive_nodes} nodes.", 50
    )
    plain = Consideration(
        id=id_,
        version=1,
        status=Status.DRAFT,
        title="The drug",
        why="It helps.",
        scope=Scope.EPISODE,
        gate="adjuvant_treatment",
        when=is_("positive_nodes", "yes"),
        due=None,
        cautions=(),
        ask_for=(),
        card=card,
        suggestions=(),
        limits=("In women alone.",),
        citations=(READ,),
    )
    return replace(plain, **changes)


def applies(consideration: Consideration | None = None, *facts: str, **changes: Any) -> Considered:
    """It applies, because of these facts."""
    because = tuple(Because(fact, "", Truth.YES) for fact in facts or ("positive_nodes",))
    return structs.replace(Considered(consideration or idea(), 0, Outcome.APPLIES, because), **changes)


def due(last: str = "mammogram_same_breast", **changes: Any) -> Consideration:
    """A mammogram each year."""
    text = CardText(
        CardKind.SURVEILLANCE, "warning", "scan", "Due since {due_since}, last {last_done}", "Last {last_done}.", 50
    )
    plain = idea(
        CardKind.SURVEILLANCE, "scan", card=text, due=Due(last, 12, "None found; confirm"), suggestions=(SCAN,)
    )
    return replace(plain, **changes)


def cards(
    *considered: Considered, episodes: tuple[Episode, ...], known: Knowledge | None = None
) -> list[dict[str, Any]]:
    """The cards of these considerations beside the tiers of these tumours."""
    used = known or knowledge()
    picture = Picture(dict(SILENT), episodes)
    tiers, withheld = stratify(picture, used.tiers, used.gates)
    consultation = Consultation(picture, tiers, withheld, used.fingerprint, considered, "Patient/p1")
    return list(compose(consultation, used, DECISION, DAY))


def about(card: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = card["extension"][ABOUT]
    return found

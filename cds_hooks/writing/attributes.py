"""Source attributes of the cards: the thirteen of an evidence-based decision support intervention (45 CFR
170.315(b)(11)(iv)(A)), the thirty-one of what foretells or classifies risk ((iv)(B)), and what a professional needs to
review a card's basis independently (FDA, criterion 4).

Every value is a text: what it is, "not available: reason", or "not used".
"""

from collections.abc import Iterable, Iterator
from typing import Any

from cds_hooks.knowledge.approvals import NOTHING_APPROVED, approval_state
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.reasoning.conditions import Condition, facts_in
from cds_hooks.reasoning.considerations import CardKind, Citation, Consideration, Status
from cds_hooks.reasoning.ranking import ORDER
from cds_hooks.writing.guide_parts import SEEN, Told, told
from cds_hooks.writing.predictive_attributes import NOT_USED, personal, predictive_attributes

_NO_EVIDENCE = "not available: this card states what was not read and rests on no clinical evidence"
# On the card of the first stands what is filed under the second. Living after is a line on any card.
_HOSTED = {CardKind.SURVEILLANCE: (CardKind.RESTRAINT, CardKind.LIVING_AFTER)}

Json = dict[str, Any]


def source_attributes(knowledge: Knowledge) -> Json:
    """All cards with their version, source attributes and basis, ready for JSON."""
    return {
        "service": knowledge.service.id,
        "title": knowledge.service.title,
        "knowledge": knowledge.fingerprint,
        "approval": _approval(knowledge),
        "intervention": knowledge.wording["attributes.intervention"],
        "cards": [_card(told(knowledge), kind) for kind in ORDER],
    }


def _approval(knowledge: Knowledge) -> str:
    if knowledge.approved:
        return "approved by a clinician"
    state = approval_state(knowledge)
    return "draft: no clinician has approved it" if state == NOTHING_APPROVED else f"in part: {state}"


def _card(tells: Told, kind: CardKind) -> Json:
    wording = tells.knowledge.wording
    own = tuple(one for one in tells.knowledge.considerations if one.card.kind in (kind, *_HOSTED.get(kind, ())))
    facts = tuple(dict.fromkeys(_facts(tells.knowledge, kind, own)))
    return {
        "card": kind.value,
        "version": int(wording[f"card.{kind.value}.version"]),
        "title": wording[f"topic.{kind.value}.display"],
        "considerations": [
            {"id": one.id, "version": one.version, "status": one.status.value, "title": one.title} for one in own
        ],
        "source_attributes": _attributes(tells, kind, own, facts),
        "predictive_interventions": [
            predictive_attributes(tells, one) for one in tells.knowledge.background.predictive if one.card is kind
        ],
        "basis": _basis(tells, kind, own, facts),
    }


def _attributes(tells: Told, kind: CardKind, own: tuple[Consideration, ...], facts: tuple[str, ...]) -> Json:
    wording = tells.knowledge.wording
    return {
        "bibliographic_citation": _once(_bibliography(tells, kind, own)) or [_NO_EVIDENCE],
        "developer": wording["attributes.developer"],
        "funding_source": wording["attributes.funding"],
        "release_and_revision_dates": wording["attributes.released"],
        **personal(tells, facts),
    }


def _basis(tells: Told, kind: CardKind, own: tuple[Consideration, ...], facts: tuple[str, ...]) -> Json:
    """The four parts of FDA's criterion 4, (a) to (d)."""
    knowledge, wording = tells.knowledge, tells.knowledge.wording
    titles = [knowledge.vocabulary.facts[fact].title for fact in facts]
    return {
        "purpose": {
            "intended_use": wording[f"attributes.use.{kind.value}"],
            "intended_user": wording["attributes.user"],
            "intended_population": _population(knowledge, kind, own),
            "role_in_decisions": wording["attributes.role"],
        },
        "inputs": {
            "how_obtained": wording["attributes.inputs"],
            "facts_tested": titles or [NOT_USED],
            "relevance": wording["attributes.relevance"],
            "data_quality": wording["attributes.quality"],
        },
        "logic_and_validation": {
            "logic": [wording["attributes.logic"], *_logic(tells, kind, own)],
            "populations_studied": wording["attributes.populations_studied"],
            "validation": wording["attributes.validation"],
        },
        "knowns_and_unknowns": {
            "missing_data": wording["attributes.missing"],
            "limits": _once(_limits(knowledge, kind, own)),
        },
    }


def _facts(knowledge: Knowledge, kind: CardKind, own: tuple[Consideration, ...]) -> Iterator[str]:
    """The facts that the rules of a card test, those of their gates among them."""
    if kind is CardKind.TIER:
        yield from (fact for row in knowledge.tiers.rows for fact in row.facts)
        yield from knowledge.tiers.low_requires_facts
        yield from _asked_by(knowledge, knowledge.tiers.gate)
    for one in own:
        asked: list[Condition] = [one.asked, *(caution.when for caution in one.cautions)]
        yield from (fact for condition in asked for fact in facts_in(condition))
        yield from _asked_by(knowledge, one.gate)


def _asked_by(knowledge: Knowledge, gate_id: str) -> Iterator[str]:
    gate = knowledge.gates[gate_id]
    asked = [*(one.require for one in gate.requirements), *(caution.when for caution in gate.cautions)]
    yield from (fact for condition in asked for fact in facts_in(condition))


def _bibliography(tells: Told, kind: CardKind, own: tuple[Consideration, ...]) -> Iterator[str]:
    behind = tells.knowledge.background
    if kind is CardKind.TIER:
        yield from (_reference(tells, each) for cited in behind.tier_citations.values() for each in cited)
        yield from (_reference(tells, limit.cite) for limits in behind.tier_limits.values() for limit in limits)
    yield from (_reference(tells, each) for one in own for each in one.citations)


def _reference(tells: Told, cited: Citation) -> str:
    source = tells.knowledge.sources[cited.source]
    return f"{source.label}{f' <{source.url}>' if source.url else ''} ({SEEN[cited.seen]})"


def _population(knowledge: Knowledge, kind: CardKind, own: tuple[Consideration, ...]) -> list[str]:
    gates = [knowledge.tiers.gate] if kind is CardKind.TIER else [one.gate for one in own]
    fixed = knowledge.wording.get(f"attributes.population.{kind.value}")
    return _once([*([fixed] if fixed else []), *(knowledge.background.gates[gate] for gate in gates)])


def _logic(tells: Told, kind: CardKind, own: tuple[Consideration, ...]) -> Iterator[str]:
    if kind is CardKind.TIER:
        yield tells.knowledge.wording["detail.rule"]
        for row in tells.knowledge.tiers.rows:
            columns = (f"{tier.name.lower()} if {tells.rules.in_english(c)}" for tier, c in row.columns.items())
            yield f"{row.title}: {'; '.join(columns)}"
    for one in own:
        if one.status is not Status.RETIRED:
            yield f"{one.title} (version {one.version}): said when {', and '.join(tells.rules.clauses(one.asked))}"


def _limits(knowledge: Knowledge, kind: CardKind, own: tuple[Consideration, ...]) -> Iterator[str]:
    if kind is CardKind.TIER:
        yield from (
            limit for limits in (knowledge.tiers.limits, *(r.limits for r in knowledge.tiers.rows)) for limit in limits
        )
    fixed = knowledge.wording.get(f"attributes.limits.{kind.value}")
    if fixed:
        yield fixed
    yield from (limit for one in own for limit in one.limits)


def _once(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))

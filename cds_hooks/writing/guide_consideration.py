"""The part of the clinician's guide on one consideration."""

from collections.abc import Iterator

from cds_hooks.knowledge.background import Review
from cds_hooks.knowledge.library import Part
from cds_hooks.reasoning.considerations import Caution, Consideration, Due, Effect, Order, Status
from cds_hooks.writing.guide_parts import Told, bullets, cell, evidence, examples, filled_in, sentence, slug

EFFECTS = {Effect.WARN: "then a warning stands beside it", Effect.SUPPRESS: "then it is not said"}


def gate_heading(id_: str) -> str:
    """The heading under which a gate is told."""
    return f"Gate: {id_.replace('_', ' ')}"


def consideration_section(told: Told, one: Consideration) -> Iterator[str]:
    """All that there is to know of a consideration; a block of Markdown each."""
    behind = told.knowledge.background
    yield f"{review_line(one, behind.reviews[one.id])} · `{one.id}`"
    yield cell(one.why)
    yield from _rule(told, one)
    gate = gate_heading(one.gate)
    yield f"**Asked of** those who pass the [{gate.lower()}](#{slug(gate)}): {cell(behind.gates[one.gate])}"
    if one.due is not None:
        yield f"**Due** {_due(told, one.due)}"
    if cautions := (*one.cautions, *told.knowledge.gates[one.gate].cautions):
        yield "**Cautions**"
        yield bullets(_caution(told, caution) for caution in cautions)
    yield f"**On the card** ({one.card.indicator}): {filled_in(told, one.card.summary)}"
    yield f"> {filled_in(told, one.card.detail)}"
    if one.suggestions:
        yield f"**Order offered as a proposal:** {'; '.join(_order(order) for order in one.suggestions)}."
    if one.ask_for:
        titles = [told.knowledge.vocabulary.facts[fact].title for fact in one.ask_for]
        yield f"**Asked for if nothing else is missing:** {cell(', '.join(titles))}."
    yield "**Limits**, the first of which stands on the card"
    yield bullets(cell(limit) for limit in one.limits)
    yield "**Evidence**"
    yield evidence(told, one.citations)
    yield "**Examples**"
    yield examples(told, behind.examples[one.id])


def review_line(one: Consideration | Part, review: Review) -> str:
    """Version and review state: "Version 1 · draft: no clinician has approved it"."""
    if one.status is Status.APPROVED:
        role = f" ({review.role})" if review.role else ""
        state = f"approved by {review.reviewer}{role} on {review.approved_on}, next review {review.due}"
    elif one.status is Status.RETIRED:
        state = "retired: it is never said"
    else:
        state = "draft: no clinician has approved it"
    return f"Version {one.version} · {cell(state)}"


def _rule(told: Told, one: Consideration) -> Iterator[str]:
    lines = told.rules.outline(one.when)
    if len(lines) == 1:
        yield f"**Said when** {cell(lines[0].removeprefix('- '))}."
        return
    yield "**Said when** all of these hold:"
    yield "\n".join(line.replace("|", "\\|").replace("<", "\\<") for line in lines)


def _due(told: Told, due: Due) -> str:
    title = told.knowledge.vocabulary.facts[due.fact].title
    none_found = filled_in(told, sentence(due.none_found))
    return f"every {due.every_months} months ({cell(title)}). Where the chart holds none, the card says: “{none_found}”"


def _caution(told: Told, caution: Caution) -> str:
    when = cell(told.rules.in_english(caution.when))
    say, confirm = cell(sentence(caution.say)), cell(caution.confirm)
    return f"If {when}, {EFFECTS[caution.effect]}: {say} Where it cannot be told, the card says “Confirm: {confirm}”."


def _order(order: Order) -> str:
    side = {"same": ", same side", "other": ", other side"}.get(order.body_side or "", "")
    return f"{cell(order.display)} (`{order.system}` `{order.code}`{side}), within {order.within_days} days"

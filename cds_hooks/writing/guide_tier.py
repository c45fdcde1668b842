"""The part of the clinician's guide on the risk tier at diagnosis."""

from collections.abc import Iterator

from cds_hooks.reasoning.tiers import FactorRow, Tier
from cds_hooks.writing.guide_parts import SEEN, Told, bullets, cell, evidence, examples, sentence, table
from cds_hooks.writing.wording import capital


def tier_section(told: Told) -> Iterator[str]:
    """The table, what LOW needs beside it, limits, evidence and examples; a block of Markdown each."""
    tiers, behind = told.knowledge.tiers, told.knowledge.background
    yield (
        "A factor's tier is the lowest column that holds; the most adverse factor decides. What is not known is "
        "completed in every way that matters, and the tier is then said as a range."
    )
    head = ("Factor", *(tier.name.capitalize() for tier in Tier))
    yield table(head, [(cell(capital(row.title)), *_columns(told, row)) for row in tiers.rows])
    yield "**LOW also needs each of these to be certain:**"
    needs = zip(tiers.low_requires, behind.low_requires, strict=True)
    yield bullets(f"{sentence(told.rules.in_english(asked))} {cell(why)}" for asked, why in needs)
    yield "**Limits**"
    yield bullets(_limits(told))
    yield "**Evidence**"
    yield evidence(told, [cited for row in tiers.rows for cited in behind.tier_citations[row.key]])
    yield "**Examples**"
    yield examples(told, behind.examples["tier"])


def _columns(told: Told, row: FactorRow) -> Iterator[str]:
    for tier in Tier:
        yield cell(told.rules.column(row, tier)) or "–"


def _limits(told: Told) -> Iterator[str]:
    for key in ("", *(row.key for row in told.knowledge.tiers.rows)):
        for limit in told.knowledge.background.tier_limits[key]:
            cited = limit.cite
            yield f"{cell(limit.say)} {told.cited(cited)}: {cell(cited.says)} ({cell(cited.where)}; {SEEN[cited.seen]})"

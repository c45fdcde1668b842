"""Answers made up for the comparison."""

from dataclasses import replace
from typing import Any

from cds_hooks.impact.answers import Answer, Shown
from cds_hooks.impact.comparison import Change

TIER = Shown("tier", "info", "High recurrence risk", (("tier", "applies"),), (), "words")
SCAN = Shown("surveillance", "info", "Scan due", (("scan", "applies"),), ("sct|1",), "words")
BEFORE = Answer(("left: high",), (TIER, SCAN))


def changed(before: Answer = BEFORE, **to: Any) -> Change:
    """One patient, whose answer becomes another."""
    return Change("p1", before, replace(before, **to))


def scan(**to: Any) -> Change:
    """The second card becomes another."""
    return changed(cards=(TIER, replace(SCAN, **to)))

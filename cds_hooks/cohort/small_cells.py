"""Small cells: a slice of a few people could tell who they are, so their counts are not shown.

The threshold is the one that the US Centers for Medicare & Medicaid Services use for their data: no cell of 1 to 10,
and none from which such a cell could be reckoned back.
"""

from collections.abc import Sequence

from cds_hooks.cohort.figures import Slice

SMALLEST_SHOWN = 11
HIDDEN = f"<{SMALLEST_SHOWN}"


def is_small(count: int) -> bool:
    """Whether a count is withheld; that there is nobody may be said."""
    return 0 < count < SMALLEST_SHOWN


def hidden_slices(slices: Sequence[Slice]) -> frozenset[str]:
    """The slices that are withheld: the small ones, and where there is only one, the next smallest, because the total
    would give it away.
    """
    small = [one.name for one in slices if is_small(one.patients)]
    if len(small) == 1 and len(slices) > 1:
        others = [one for one in slices if one.name not in small]
        small.append(min(others, key=lambda one: (one.patients, one.name)).name)
    return frozenset(small)


def share(part: int, whole: int) -> str:
    """A percentage, or that it is withheld; a part that leaves fewer than the threshold over is withheld too."""
    if whole == 0:
        return "–"
    return HIDDEN if is_small(part) or is_small(whole - part) else f"{100 * part / whole:.0f} %"

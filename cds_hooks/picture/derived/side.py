"""Examinations of each breast, seen from a tumour: those of its own breast, and those of the other."""

from collections.abc import Mapping

from cds_hooks.picture.fact import Fact, Unknown, Why

_OTHER = {"left": "right", "right": "left"}


def read_mammograms(side: str, patient: Mapping[str, Fact]) -> dict[str, Fact]:
    """The facts mammogram_same_breast and mammogram_other_breast (months since the last) of a tumour of this side.

    Where the tumour has no side, they are known only as far as both breasts have the same answer.
    """
    left, right = patient["mammogram_left"], patient["mammogram_right"]
    if side not in _OTHER:
        either = left if left == right else Unknown(Why.EQUIVOCAL, (*left.evidence, *right.evidence))
        return {"mammogram_same_breast": either, "mammogram_other_breast": either}
    return {
        "mammogram_same_breast": patient[f"mammogram_{side}"],
        "mammogram_other_breast": patient[f"mammogram_{_OTHER[side]}"],
    }

"""The two breasts: examinations of a tumour's own breast and of the other, and whether each has its own cancer."""

from collections.abc import Mapping

from cds_hooks.picture.fact import Fact, Known, Unknown, Why

_OTHER = {"left": "right", "right": "left"}
_CARCINOMA = frozenset({"invasive", "in_situ"})


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


def read_both_breasts(tumours: Mapping[str, Fact]) -> Fact:
    """The fact both_breasts_affected. `tumours` maps the side of each tumour to its fact `invasive`.

    Yes where each breast certainly has a carcinoma; never no, for one of elsewhere may not be on file.
    """
    here = [tumours[side] for side in _OTHER if side in tumours]
    if len(here) == len(_OTHER) and all(isinstance(fact, Known) and fact.value in _CARCINOMA for fact in here):
        return Known("yes", tuple(sorted({evidence for fact in here for evidence in fact.evidence})))
    return Unknown(Why.NOT_RECORDED)

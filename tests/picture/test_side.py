"""The two breasts: mammograms seen from a tumour, and whether each breast has its own cancer."""

from decimal import Decimal

import pytest

from cds_hooks.picture.derived.side import read_both_breasts, read_mammograms
from cds_hooks.picture.fact import Evidence, Fact, Interval, Known, Unknown, Why

NONE = Unknown(Why.NOT_RECORDED)
LEFT = Known(Interval.exactly(Decimal(14)), (Evidence("Procedure/left", "2025-01"),))
RIGHT = Known(Interval.exactly(Decimal(3)), (Evidence("Procedure/right", "2025-12"),))


@pytest.mark.parametrize(
    ("side", "left", "right", "same", "other"),
    [
        ("left", LEFT, RIGHT, LEFT, RIGHT),
        ("right", LEFT, RIGHT, RIGHT, LEFT),
        ("right", LEFT, NONE, NONE, LEFT),
        ("", LEFT, LEFT, LEFT, LEFT),
        ("", NONE, NONE, NONE, NONE),
    ],
)
def test_a_tumour_sees_its_own_breast_and_the_other(
    side: str, left: Fact, right: Fact, same: Fact, other: Fact
) -> None:
    found = read_mammograms(side, {"mammogram_left": left, "mammogram_right": right})
    assert found == {"mammogram_same_breast": same, "mammogram_other_breast": other}


def test_a_tumour_without_a_side_does_not_choose_between_breasts() -> None:
    found = read_mammograms("", {"mammogram_left": LEFT, "mammogram_right": NONE})
    assert found["mammogram_same_breast"] == Unknown(Why.EQUIVOCAL, LEFT.evidence)


INVASIVE = Known("invasive", (Evidence("Condition/a", "2020-01"),))
IN_SITU = Known("in_situ", (Evidence("Condition/b", "2025-01"),))


def test_a_carcinoma_in_each_breast_is_cancer_of_both() -> None:
    found = read_both_breasts({"left": INVASIVE, "right": IN_SITU})
    assert found == Known("yes", (*INVASIVE.evidence, *IN_SITU.evidence))


@pytest.mark.parametrize(
    "tumours",
    [
        {},
        {"left": INVASIVE},
        {"": INVASIVE},
        {"left": INVASIVE, "right": NONE},
        {"left": INVASIVE, "right": Known("not_carcinoma")},
    ],
)
def test_anything_else_tells_nothing_of_the_other_breast(tumours: dict[str, Fact]) -> None:
    assert read_both_breasts(tumours) == Unknown(Why.NOT_RECORDED)

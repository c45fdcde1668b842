"""How far an answer changed, and how many patients that touches."""

import pytest

from cds_hooks.impact.answers import Answer
from cds_hooks.impact.comparison import Change, Degree, Totals, by_consideration, totals
from tests.impact.made_up import SCAN, TIER, changed, scan

SILENT = Answer(("patient: none (deceased)",), silence="deceased")
REFUSED = Answer(refused="Send a Patient.")


@pytest.mark.parametrize(
    ("change", "tier", "cards", "degree"),
    [
        (changed(), False, False, Degree.NOTHING),
        (changed(tiers=("left: moderate",)), True, False, Degree.TIER),
        (changed(tiers=("left: moderate",), cards=(TIER,)), True, True, Degree.TIER),
        (changed(cards=(TIER,)), False, True, Degree.CARDS),
        (changed(cards=(SCAN, TIER)), False, True, Degree.CARDS),
        (scan(indicator="warning"), False, True, Degree.CARDS),
        (scan(considerations=(("scan", "cannot_tell"),)), False, True, Degree.CARDS),
        (scan(orders=("sct|2",)), False, True, Degree.CARDS),
        (scan(words="other words", summary="Scan is due"), False, False, Degree.WORDS),
        (changed(SILENT, silence="nothing_to_say"), False, False, Degree.NOTHING),
        (changed(REFUSED), False, False, Degree.NOTHING),
        (changed(REFUSED, refused=""), False, True, Degree.CARDS),
    ],
)
def test_how_far_an_answer_changed(change: Change, tier: bool, cards: bool, degree: Degree) -> None:
    assert (change.tier_changed, change.cards_changed, change.degree) == (tier, cards, degree)


def test_what_comes_and_goes_is_told_with_its_verdict() -> None:
    change = scan(considerations=(("scan", "cannot_tell"), ("talk", "applies")))
    assert change.appears == (("scan", "cannot_tell"), ("talk", "applies"))
    assert change.disappears == (("scan", "applies"),)


def test_every_patient_is_counted_once_in_the_sum() -> None:
    both = changed(tiers=("left: low",), cards=(TIER,))
    found = totals([changed(), both, changed(cards=(TIER,)), scan(words="other"), changed(REFUSED)])
    assert found == Totals(patients=5, touched=2, tier=1, cards=2, words=1, unread=1)
    assert found.unchanged == 1


def test_considerations_are_counted_over_all_patients() -> None:
    gone, new = changed(cards=(TIER,)), scan(considerations=(("scan", "applies"), ("talk", "applies")))
    assert by_consideration([gone, gone, new]) == (("scan", "applies", 0, 2), ("talk", "applies", 1, 0))

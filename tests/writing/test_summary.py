"""The summary: what an oncologist reads in two seconds."""

import re
from decimal import Decimal
from typing import Any

import pytest

from cds_hooks.picture.episode import Episode
from cds_hooks.picture.fact import Interval, Known, Unknown, Why
from tests.writing.made_up import LOW, NOTHING, PROOF, TRIPLE_NEGATIVE, UNKNOWN, card, tumour

HR_NEGATIVE: dict[str, Any] = {**UNKNOWN, "er": "negative", "pr": "negative", "hormone_receptor": "negative"}
AT_LEAST_32 = Known(Interval(Decimal(32), None), PROOF, (), Why.AFTER_SYSTEMIC_THERAPY)

SAYS = [
    (tumour(TRIPLE_NEGATIVE, positive_nodes=4), "High recurrence risk at diagnosis: triple negative, 4 nodes positive"),
    (
        tumour(tumour_size=22, grade=2, positive_nodes=1),
        "Moderate recurrence risk at diagnosis: 1 node positive, tumour 22 mm, grade 2",
    ),
    (tumour(), "Low recurrence risk at diagnosis: all factors known, none raises it"),
    (
        tumour(vascular_invasion=NOTHING),
        "Recurrence risk at diagnosis not settled: between low and high; missing vascular invasion",
    ),
    (
        tumour(tumour_size=22, her2=Unknown(Why.EQUIVOCAL)),
        "Recurrence risk at diagnosis not settled: between moderate and high (tumour 22 mm); missing HER2",
    ),
    (
        tumour(grade=Known(Interval(Decimal(2), Decimal(3)), PROOF)),
        "Recurrence risk at diagnosis not settled: between moderate and high (grade 2 to 3); missing grade",
    ),
    (
        tumour(UNKNOWN, grade=3, positive_nodes=Known(Interval(Decimal(1), None), PROOF)),
        "High recurrence risk at diagnosis: grade 3",
    ),
    (tumour(UNKNOWN, positive_nodes=6), "High recurrence risk at diagnosis: 6 nodes positive"),
    (
        tumour(HR_NEGATIVE),
        "High recurrence risk at diagnosis: hormone receptors negative (HER2 not known, same tier either way)",
    ),
    (
        tumour({**HR_NEGATIVE, "her2": "positive"}),
        "High recurrence risk at diagnosis: HER2 positive",
    ),
    (
        tumour(tumour_size=AT_LEAST_32),
        "Recurrence risk at diagnosis not settled: between moderate and high (tumour at least 32 mm); missing size",
    ),
    (
        tumour(systemic_therapy_first="yes"),
        "Recurrence risk at diagnosis not settled: between low and high; in doubt: systemic therapy before surgery",
    ),
]


@pytest.mark.parametrize(("episode", "said"), SAYS, ids=[said[:60] for _, said in SAYS])
def test_the_summary_says(episode: Episode, said: str) -> None:
    assert card(episode)["summary"] == said


def test_two_tumours_stand_in_one_summary_by_side() -> None:
    shown = card(tumour(tumour_size=61), tumour(side="left", vascular_invasion=NOTHING))
    assert shown["summary"] == (
        "Recurrence risk at diagnosis: right high (tumour 61 mm); left between low and high (missing vascular invasion)"
    )


def test_many_tumours_are_summed_up_by_the_worst() -> None:
    shown = card(*[tumour(UNKNOWN, side="")] * 7, tumour(grade=3))
    assert shown["summary"] == "Recurrence risk at diagnosis, 8 tumours; the worst: high"


def test_what_does_not_fit_is_counted() -> None:
    shown = card(tumour(UNKNOWN, tumour_size=22))
    assert shown["summary"] == (
        "Recurrence risk at diagnosis not settled: between moderate and high (tumour 22 mm); "
        "missing grade, hormone receptors, HER2 and 2 more"
    )


NUMBERS = [("9.90", "9.9 mm"), ("10", "10 mm"), ("9.999", "9.99 mm"), ("123456789", "1.2E+8 mm")]


@pytest.mark.parametrize(("written", "read"), NUMBERS)
def test_a_number_is_cut_and_never_rounded_across_a_limit(written: str, read: str) -> None:
    assert re.search(rf"size:? {re.escape(read)}[ ,]", card(tumour(tumour_size=Decimal(written)))["detail"])


BOUNDS = [
    (Interval(Decimal(50), None, low_open=True), "over 50 mm"),
    (Interval(Decimal(50), None), "at least 50 mm"),
    (Interval(None, Decimal(20)), "up to 20 mm"),
    (Interval(None, Decimal(20), high_open=True), "under 20 mm"),
    (Interval(Decimal(20), Decimal(50), low_open=True), "over 20 to 50 mm"),
    (Interval(Decimal(5), Decimal(10), high_open=True), "5 to under 10 mm"),
]


@pytest.mark.parametrize(("bounds", "read"), BOUNDS)
def test_bounds_are_said_as_bounds(bounds: Interval, read: str) -> None:
    assert re.search(rf"size:? {re.escape(read)}[ ,]", card(tumour(tumour_size=Known(bounds, PROOF)))["detail"])


def test_at_least_one_node_is_one_node() -> None:
    shown = card(tumour(positive_nodes=Known(Interval(Decimal(1), None), PROOF)))
    assert "(at least 1 node positive)" in shown["summary"]


def test_a_count_of_zero_is_a_number_and_not_silence() -> None:
    assert ", lymph nodes 0, " in card(tumour(LOW))["detail"]

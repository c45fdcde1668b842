"""The policy of which result governs, apart from any reader."""

from decimal import Decimal

import pytest

from cds_hooks.picture.bounds import is_worse, most_telling, opened
from cds_hooks.picture.choose import How, largest_of, settle
from cds_hooks.picture.fact import Fact, Interval, Known, Unknown, Why
from cds_hooks.picture.finding import Finding
from tests.picture.charts import value, vocabulary


def between(low: int | None, high: int | None, low_open: bool = False) -> Interval:
    return Interval(None if low is None else Decimal(low), None if high is None else Decimal(high), low_open)


@pytest.mark.parametrize(
    ("fact_id", "known", "expected"),
    [
        ("tumour_size", between(8, 8), (8, None)),
        ("tumour_size", between(None, 8), "incomplete_page"),
        ("tumour_size", between(0, 8, low_open=True), (0, None)),
        ("grade", between(1, 1), "incomplete_page"),
        ("grade", between(2, 2), (2, 3)),
        ("grade", between(3, 3), 3),
        ("age", between(50, 50), 50),
        ("her2", "ihc_3", "ihc_3"),
        ("her2", "positive", "positive"),
        ("her2", "negative", "incomplete_page"),
        ("histology", "ductal", "ductal"),
        ("invasive", "in_situ", "incomplete_page"),
    ],
)
def test_bounds_instead_of_loss(fact_id: str, known: Interval | str, expected: object) -> None:
    assert value(opened(fact_id, Known(known), Why.INCOMPLETE_PAGE, vocabulary())) == expected


def test_what_is_unknown_stays_unknown_for_its_own_reason() -> None:
    assert opened("er", Unknown(Why.EQUIVOCAL), Why.UNREADABLE, vocabulary()) == Unknown(Why.EQUIVOCAL)


@pytest.mark.parametrize(
    ("value_", "fact", "worse"),
    [
        (between(9, 9), Known(between(8, 8)), True),
        (between(8, 8), Known(between(8, 8)), False),
        (between(1, None), Known(between(8, 8)), True),
        (between(60, 60), Known(between(8, None)), False),
        (between(1, 1), Unknown(Why.EQUIVOCAL), True),
        ("positive", Known("negative"), True),
        ("negative", Known("positive"), False),
        ("positive", Known("positive"), False),
    ],
)
def test_a_result_is_worse_if_it_could_be(value_: Interval | str, fact: Fact, worse: bool) -> None:
    fact_id = "tumour_size" if isinstance(value_, Interval) else "her2"
    assert is_worse(fact_id, value_, fact) is worse


@pytest.mark.parametrize(
    ("intervals", "largest"),
    [
        ([between(8, 8), between(14, 14)], between(14, 14)),
        ([between(8, 8), between(None, 20)], between(8, 20)),
        ([between(20, 50, True), between(20, 20)], between(20, 50, True)),
        ([between(8, None), between(60, 60)], between(60, None)),
    ],
)
def test_the_largest_of_several_bounds(intervals: list[Interval], largest: Interval) -> None:
    assert largest_of(intervals) == largest


def test_of_several_reasons_the_most_telling_is_shown() -> None:
    assert most_telling([Why.NOT_RECORDED, Why.CONFLICTING, Why.NOT_UNDERSTOOD]) is Why.CONFLICTING
    assert most_telling([]) is Why.NOT_RECORDED


def test_nothing_found_is_not_recorded() -> None:
    assert settle("er", [], How.LATEST, vocabulary()) == Unknown(Why.NOT_RECORDED)


def test_an_equivocal_finding_beside_one_that_reassures_leaves_it_open() -> None:
    found = [Finding("no", "Observation/1"), Finding(None, "Observation/2", why=Why.EQUIVOCAL)]
    assert value(settle("vascular_invasion", found, How.WORST, vocabulary())) == "equivocal"


def test_an_unusable_unattributed_result_is_set_aside() -> None:
    loose = Finding(None, "Observation/2", why=Why.NOT_UNDERSTOOD, attributed=False)
    fact = settle("er", [Finding("positive", "Observation/1"), loose], How.LATEST, vocabulary())
    assert value(fact) == "positive"
    assert [(a.reference, a.why) for a in fact.set_aside] == [("Observation/2", "not understood")]

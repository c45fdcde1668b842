"""The formulas, against values that were worked out elsewhere."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.audit.measures.statistics import p_chart, percentile, u_chart, wilson
from cds_hooks.audit.measures.watch import stopped


@pytest.mark.parametrize(
    ("hits", "of", "least", "most"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe, Stat Med 1998;17:857-72, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_interval_as_newcombe_published_it(hits: int, of: int, least: float, most: float) -> None:
    found = wilson(hits, of)
    assert found is not None
    assert (round(found.least, 4), round(found.most, 4)) == (least, most)


def test_nothing_is_known_of_nothing() -> None:
    assert wilson(0, 0) is None
    assert percentile([], 50) is None
    assert p_chart([("2026-01-01", 0, 0)]).centre is None


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_its_share_and_stays_a_share(pair: tuple[int, int]) -> None:
    found = wilson(*pair)
    assert found is not None
    assert 0 <= found.least <= found.share + 1e-12
    assert found.share - 1e-12 <= found.most <= 1


def test_limits_of_shares_are_three_standard_deviations_for_so_many() -> None:
    chart = p_chart([("a", 10, 100), ("b", 10, 100), ("c", 40, 100), ("d", 0, 0)])
    assert chart.centre == 0.2
    spread = 3 * math.sqrt(0.2 * 0.8 / 100)
    assert chart.points[0].upper == pytest.approx(0.2 + spread)
    assert chart.points[0].lower == pytest.approx(0.2 - spread)
    assert [point.day for point in chart.signals] == ["c"]
    assert chart.points[3].rate is None


def test_limits_of_counts_are_of_poisson() -> None:
    chart = u_chart([("a", 50, 100), ("b", 150, 100)])
    assert chart.points[0].upper == pytest.approx(1 + 3 * math.sqrt(1 / 100))
    assert [point.day for point in chart.signals] == ["a", "b"]


def test_what_has_stopped_is_what_was_frequent() -> None:
    frequent = p_chart([*((f"{day:02}", 50, 100) for day in range(20)), ("21", 0, 100)])
    rare = p_chart([*((f"{day:02}", day % 2, 100) for day in range(20)), ("21", 0, 100)])
    assert stopped({"frequent": frequent, "rare": rare}) == ("frequent",)

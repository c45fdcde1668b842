"""Malfunctions that are put in are found on their first day, and a stable service raises few alarms."""

import random
from collections.abc import Iterator

import pytest

from cds_hooks.audit.measures.statistics import ControlChart, p_chart
from cds_hooks.audit.measures.watch import stopped

SEEDS, DAYS, ANSWERS = range(20), 60, 120
Day = tuple[str, int, int]


def days(chance: random.Random, rate: float, first: int, count: int) -> Iterator[Day]:
    for day in range(first, first + count):
        answers = chance.randrange(ANSWERS - 40, ANSWERS + 40)
        yield f"{day:03}", sum(chance.random() < rate for _ in range(answers)), answers


def with_change(seed: int, before: float, after: float) -> ControlChart:
    chance = random.Random(seed)  # noqa: S311 (no secret)
    return p_chart([*days(chance, before, 0, DAYS), *days(chance, after, DAYS, 1)])


@pytest.mark.parametrize(
    ("what", "before", "after"),
    [
        ("a rule is off", 0.3, 0.0),
        ("a rule fires for everybody", 0.05, 1.0),
        ("a code is retired", 0.9, 0.0),
        ("a new code comes", 0.0, 0.9),
        ("a unit is switched", 1.0, 0.0),
        ("a feed stops: a fact is missing", 0.1, 1.0),
        ("half of the sites are lost", 0.4, 0.2),
        ("the service is slow", 0.01, 0.3),
    ],
)
def test_a_malfunction_is_found_on_its_first_day(what: str, before: float, after: float) -> None:
    found = sum(with_change(seed, before, after).points[-1].out for seed in SEEDS)
    assert found >= 0.95 * len(SEEDS), what


def test_a_rule_that_stops_is_named() -> None:
    assert all(stopped({"rule": with_change(seed, 0.3, 0.0)}) == ("rule",) for seed in SEEDS)


def test_a_stable_service_raises_few_alarms() -> None:
    charts = [with_change(seed, 0.3, 0.3) for seed in SEEDS]
    assert sum(len(chart.signals) for chart in charts) <= 0.01 * len(SEEDS) * DAYS
    assert not any(stopped({"rule": chart}) for chart in charts)

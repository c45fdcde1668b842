from datetime import UTC, date, datetime

import pytest

from cds_hooks.fhir.dates import DateInterval, before, may_overlap, moment, order_key, period, written


def days(first: str | None, last: str | None) -> DateInterval:
    return DateInterval(*(date.fromisoformat(d) if d else None for d in (first, last)))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", "2019-01-01", "2019-12-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2019-12", "2019-12-01", "2019-12-31"),
        ("2019-05-06", "2019-05-06", "2019-05-06"),
        ("2019-05-06T23:30:00-08:00", "2019-05-06", "2019-05-06"),
        ("2019-05-06T00:30:00.123+14:00", "2019-05-06", "2019-05-06"),
        ("2019-05-06 10:00", "2019-05-06", "2019-05-06"),
    ],
)
def test_a_partial_date_is_all_the_days_it_can_mean(text: str, first: str, last: str) -> None:
    assert written(text) == days(first, last)


@pytest.mark.parametrize(
    "text", ["", "19", "2019-13", "2019-02-30", "06.05.2019", "2019-05-06x", "20190506", "0000", None, 2019, ["2019"]]
)
def test_what_is_no_date_means_no_day(text: object) -> None:
    assert written(text) is None


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2019", "2020-02", "2019-01-01", "2020-02-29"),
        ("2019-03-04", None, "2019-03-04", None),
        (None, "2019", None, "2019-12-31"),
    ],
)
def test_a_period_runs_from_the_first_day_to_the_last(
    start: str | None, end: str | None, first: str | None, last: str | None
) -> None:
    assert period(start, end) == days(first, last)


def test_a_period_without_ends_is_no_date() -> None:
    assert period(None, None) is None


@pytest.mark.parametrize(
    ("one", "other", "surely"),
    [
        ("2018", "2019", True),
        ("2019", "2019-05", False),
        ("2019-05", "2019-06-01", True),
        ("2019-06-01", "2019-05", False),
        ("2019-05-06", "2019-05-06", False),
    ],
)
def test_before_means_surely_before(one: str, other: str, surely: bool) -> None:
    assert before(written(one), written(other)) is surely


@pytest.mark.parametrize("open_end", [None, days(None, None)])
def test_an_unknown_date_is_before_nothing_and_may_be_any_day(open_end: DateInterval | None) -> None:
    known = written("2019")
    assert not before(open_end, known)
    assert not before(known, open_end)
    assert may_overlap(open_end, known)


def test_dates_apart_do_not_overlap() -> None:
    assert not may_overlap(written("2018"), written("2019"))
    assert may_overlap(written("2019"), written("2019-12-31"))


def test_partial_and_full_dates_sort_together_with_the_undated_first() -> None:
    texts = ["2020-01-05", None, "2019", "2020", "2019-03"]
    assert sorted(texts, key=lambda text: order_key(written(text))) == [None, "2019-03", "2019", "2020-01-05", "2020"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-01-01T01:00:00+02:00", datetime(2019, 12, 31, 23, tzinfo=UTC)),
        ("2020-01-01T01:00:00", datetime(2020, 1, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_instants_compare_in_one_zone(text: object, expected: datetime | None) -> None:
    assert moment(text) == expected

"""The group of the CTS5: unrounded, and only of the women for whom it was made."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from cds_hooks.fhir.record import Patient
from cds_hooks.picture.derived.cts5 import group, node_group, read, score
from tests.picture.charts import (
    concept,
    condition,
    known,
    mm,
    number,
    observation,
    origin,
    picture,
    procedure,
    value,
    when,
)
from tests.picture.courses import ANASTROZOLE, stated
from tests.picture.prognosis import FIVE_YEARS_ON, NUMBERS, OUTSIDE, between, given

BELOW, MIDDLE, ABOVE = "below_5_percent", "5_to_10_percent", "above_10_percent"


def cts5(**changed: Any) -> Any:
    return value(read(given(FIVE_YEARS_ON, **changed), NUMBERS))


def of(size: str, grade: str, nodes: str, age: str) -> Decimal:
    return score(Decimal(size), Decimal(grade), Decimal(nodes), Decimal(age), NUMBERS)


@pytest.mark.parametrize(
    ("size", "grade", "nodes", "age", "expected"),
    [
        ("15", "2", "0", "60", "2.904720"),
        ("30", "3", "10", "70", "5.906540"),
        ("10", "1", "1", "55", "2.552320"),
    ],
)
def test_the_score_is_that_of_the_formula(size: str, grade: str, nodes: str, age: str, expected: str) -> None:
    assert of(size, grade, nodes, age) == Decimal(expected)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("3.1299", BELOW),
        ("3.13", MIDDLE),
        ("3.1301", MIDDLE),
        ("3.8599", MIDDLE),
        ("3.86", MIDDLE),
        ("3.8601", ABOVE),
        ("3.864", ABOVE),
        ("3.126", BELOW),
    ],
)
def test_the_group_is_that_of_the_unrounded_score(found: str, expected: str) -> None:
    assert group(Decimal(found), NUMBERS) == expected


@pytest.mark.parametrize(("nodes", "expected"), [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (9, 3), (10, 4), (40, 4)])
def test_nodes_count_in_five_groups(nodes: int, expected: int) -> None:
    assert node_group(Decimal(nodes), NUMBERS) == expected


def test_a_size_above_thirty_millimetres_counts_as_thirty() -> None:
    assert of("30", "2", "0", "60") == of("31", "2", "0", "60") == of("80", "2", "0", "60")
    assert of("29", "2", "0", "60") < of("30", "2", "0", "60")


def test_the_score_rises_with_size_grade_nodes_and_age() -> None:
    columns = {"size": range(1, 31), "grade": (1, 2, 3), "nodes": (0, 1, 2, 4, 10), "age": range(45, 91, 5)}
    base = {"size": 15, "grade": 2, "nodes": 0, "age": 60}
    for name, values in columns.items():
        rising = [of(**{key: str(n) for key, n in {**base, name: each}.items()}) for each in values]
        assert all(low < high for low, high in pairwise(rising)), name


@pytest.mark.parametrize(
    "changed",
    [
        *OUTSIDE,
        {"er": "negative"},
        {"sex": "male"},
        {"menopausal_status": "premenopausal"},
        {"endocrine_years": "4.49"},
    ],
    ids=lambda given: next(iter(given)),
)
def test_nothing_is_said_of_those_for_whom_it_was_not_made(changed: dict[str, str]) -> None:
    assert cts5(**changed) == "outside_population"


@pytest.mark.parametrize("name", sorted(set(FIVE_YEARS_ON) - {"endocrine_status", "years_since_diagnosis"}))
def test_what_is_not_known_leaves_the_group_open(name: str) -> None:
    assert cts5(**{name: None}) == "not_recorded"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"endocrine_years": "4.5"}, BELOW),
        ({"endocrine_years": between("4.4", "4.6")}, "equivocal"),
        ({"tumour_size": between("5", "15")}, BELOW),
        ({"tumour_size": between("15", "30")}, "equivocal"),
        ({"positive_nodes": between("4", None), "grade": "3"}, ABOVE),
        ({"positive_nodes": between("1", None)}, "equivocal"),
        ({"tumour_size": between("25", None), "grade": "3", "positive_nodes": "4"}, ABOVE),
        ({"diagnosis_age": between("60", None), "positive_nodes": "10"}, "equivocal"),
        ({"diagnosis_age": between("60", "61")}, BELOW),
    ],
)
def test_bounds_give_a_group_only_where_every_number_inside_gives_it(changed: dict[str, Any], expected: str) -> None:
    assert cts5(**changed) == expected


def test_a_score_close_to_a_cut_off_says_so() -> None:
    near = known(read(given(FIVE_YEARS_ON, tumour_size="18.83"), NUMBERS))
    assert abs(of("18.83", "2", "0", "60") - Decimal("3.13")) < Decimal("0.01")
    assert near.notes == ("the CTS5 lies within 0.01 of a cut-off",)
    assert known(read(given(FIVE_YEARS_ON), NUMBERS)).notes == ()


def charted(menopause_on: str, born: str = "1966-05-05") -> Any:
    """Diagnosed on 10 January 2019 at 52, five years of anastrozole since; postmenopausal since the day given."""
    patient = Patient(origin("Patient", "p"), "female", when(born))
    resources = [
        condition(on="2019-01-10"),
        condition("sct 76498008", on=menopause_on),
        observation("loinc 33728-7", mm("15"), on="2019-02-01"),
        observation("loinc 44648-4", "loinc LA27824-4", on="2019-02-01"),
        observation("loinc 21893-3", number("0"), on="2019-02-01"),
        observation("loinc 85337-4", "sct 10828004", on="2019-02-01"),
        procedure("sct 392021009", "2019-01-28", body_site=(concept("sct 80248007"),)),
        stated(ANASTROZOLE, "2019-04-01", "2024-04-02", status="completed"),
    ]
    (episode,) = picture(*resources, patient=patient).episodes
    return value(episode.facts["cts5_group"])


def test_a_chart_of_five_years_of_therapy_has_its_group() -> None:
    assert charted("2018-06-01") == BELOW
    assert charted("2019-02-09") == BELOW


def test_a_menopause_written_down_after_the_diagnosis_is_not_one_before_it() -> None:
    assert charted("2019-02-10") == "equivocal"
    assert charted("2022-05-01") == "equivocal"


def test_an_age_of_certain_menopause_counts_only_if_reached_at_diagnosis() -> None:
    assert charted("2022-05-01", born="1958-05-05") == BELOW
    assert charted("2022-05-01", born="1960-05-05") == "equivocal"

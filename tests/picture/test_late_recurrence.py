"""Distant recurrence in years 5 to 20, as published, and of nobody else."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from cds_hooks.picture.derived.late_recurrence import read
from tests.picture.charts import concept, condition, facts, mm, number, observation, procedure, value
from tests.picture.courses import TAMOXIFEN, stated
from tests.picture.prognosis import FIVE_YEARS_ON, NUMBERS, OUTSIDE, between, given

TABLE = {"t1": (13, 20, 34), "t2": (19, 26, 41)}
USED = sorted(set(FIVE_YEARS_ON) - {"menopausal_status", "diagnosis_age", "grade"})


def late(**changed: Any) -> Any:
    return value(read(given(FIVE_YEARS_ON, **changed), NUMBERS))


@pytest.mark.parametrize(
    ("size", "nodes", "expected"),
    [
        ("0.1", "0", 13),
        ("20", "0", 13),
        ("20.1", "0", 19),
        ("50", "0", 19),
        ("20", "1", 20),
        ("20", "3", 20),
        ("20", "4", 34),
        ("20", "9", 34),
        ("20.1", "1", 26),
        ("50", "3", 26),
        ("50", "4", 41),
        ("50", "9", 41),
        ("50.1", "0", "outside_population"),
        ("20", "10", "outside_population"),
    ],
)
def test_the_figure_is_that_of_its_cell(size: str, nodes: str, expected: Any) -> None:
    assert late(tumour_size=size, positive_nodes=nodes) == expected


def test_larger_tumours_and_more_nodes_come_back_more_often() -> None:
    rows = [[NUMBERS[f"late_recurrence_{t}_{n}_percent"] for n in ("n0", "n1", "n2")] for t in ("t1", "t2")]
    assert rows == [list(map(Decimal, row)) for row in TABLE.values()]
    assert all(low < high for row in rows for low, high in pairwise(row))
    assert all(small < large for small, large in zip(*rows, strict=True))


@pytest.mark.parametrize(
    "changed",
    [
        *OUTSIDE,
        {"er": "negative"},
        {"sex": "male"},
        {"endocrine_status": "on"},
        {"endocrine_status": "declined"},
        {"endocrine_years": "4.49"},
        {"endocrine_years": "5.51"},
        {"years_since_diagnosis": "4.99"},
        {"years_since_diagnosis": "20.1"},
        {"positive_nodes": between("10", None)},
    ],
    ids=lambda given: next(iter(given)),
)
def test_nothing_is_said_of_those_who_were_not_studied(changed: dict[str, Any]) -> None:
    assert late(**changed) == "outside_population"


@pytest.mark.parametrize("name", USED)
def test_what_is_not_known_leaves_the_figure_open(name: str) -> None:
    assert late(**{name: None}) == "not_recorded"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"endocrine_years": "4.5"}, 13),
        ({"endocrine_years": "5.5"}, 13),
        ({"years_since_diagnosis": "5"}, 13),
        ({"years_since_diagnosis": "20"}, 13),
        ({"years_since_diagnosis": between("4.9", "5.9")}, "equivocal"),
        ({"endocrine_status": "stopped"}, 13),
        ({"positive_nodes": between("1", "3")}, 20),
        ({"positive_nodes": between("0", "1")}, "equivocal"),
        ({"positive_nodes": between("4", "9")}, 34),
        ({"positive_nodes": between("4", None)}, "equivocal"),
        ({"tumour_size": between("20", "50", low_open=True)}, 19),
        ({"tumour_size": between("20", "50")}, "equivocal"),
        ({"tumour_size": between("0", "20", low_open=True)}, 13),
        ({"tumour_size": between("10", None)}, "equivocal"),
    ],
)
def test_bounds_give_a_figure_only_inside_one_cell(changed: dict[str, Any], expected: Any) -> None:
    assert late(**changed) == expected


@pytest.mark.parametrize(
    ("status", "until", "expected"),
    [
        ("completed", "2024-04-02", 13),
        ("active", None, "outside_population"),
        ("stopped", "2021-04-02", "outside_population"),
    ],
)
def test_a_chart_tells_it_only_once_five_years_of_therapy_have_ended(
    status: str, until: str | None, expected: Any
) -> None:
    therapy = stated(TAMOXIFEN, "2019-04-01", until, status=status, asserted="2025-06-01")
    found: list[Any] = [
        procedure("sct 392021009", "2019-01-28", body_site=(concept("sct 80248007"),)),
        observation("loinc 33728-7", mm("15"), on="2019-02-01"),
        observation("loinc 21893-3", number("0"), on="2019-02-01"),
        observation("loinc 85337-4", "sct 10828004", on="2019-02-01"),
    ]
    assert value(facts(condition(on="2019-01-10"), *found, therapy)["late_distant_recurrence"]) == expected

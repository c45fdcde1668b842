"""The Nottingham Prognostic Index and its group."""

from decimal import Decimal
from itertools import pairwise, product
from typing import Any

import pytest

from cds_hooks.picture.derived.npi import fiftieths, read
from cds_hooks.picture.fact import Fact, Unknown, Why
from tests.picture.charts import concept, facts, mm, number, observation, procedure, value
from tests.picture.prognosis import NUMBERS, OUTSIDE, PRIMARY, between, given

ORDER = ("excellent", "good", "moderate_1", "moderate_2", "poor")
SIZE, GRADE, NODES = "loinc 33728-7", "loinc 44648-4", "loinc 21893-3"
GRADE_2 = "loinc LA27824-4"


def npi(**changed: Any) -> tuple[Any, Any]:
    found = read(given(PRIMARY, **changed), NUMBERS)
    return value(found["npi"]), value(found["npi_group"])


@pytest.mark.parametrize(
    ("size", "grade", "nodes", "index", "group"),
    [
        ("20", "1", "0", 2.4, "excellent"),
        ("20.1", "1", "0", 2.402, "good"),
        ("70", "1", "0", 3.4, "good"),
        ("20", "2", "0", 3.4, "good"),
        ("20.1", "2", "0", 3.402, "moderate_1"),
        ("20", "2", "1", 4.4, "moderate_1"),
        ("20", "2", "3", 4.4, "moderate_1"),
        ("20.1", "2", "3", 4.402, "moderate_2"),
        ("20", "2", "4", 5.4, "moderate_2"),
        ("20", "3", "3", 5.4, "moderate_2"),
        ("20.1", "3", "3", 5.402, "poor"),
        ("22", "3", "10", 6.44, "poor"),
        ("10", "1", "0", 2.2, "excellent"),
    ],
)
def test_the_index_and_its_group_at_every_cut_off(size: str, grade: str, nodes: str, index: float, group: str) -> None:
    assert npi(tumour_size=size, grade=grade, positive_nodes=nodes) == (index, group)


@pytest.mark.parametrize("changed", OUTSIDE, ids=lambda given: next(iter(given)))
def test_nothing_is_said_outside_operable_untreated_primary_cancer(changed: dict[str, str]) -> None:
    assert npi(**changed) == ("outside_population", "outside_population")


@pytest.mark.parametrize("name", sorted(PRIMARY))
def test_what_is_not_known_leaves_the_index_open(name: str) -> None:
    assert npi(**{name: None}) == ("not_recorded", "not_recorded")


@pytest.mark.parametrize(
    ("changed", "index", "group"),
    [
        ({"positive_nodes": between("1", "3")}, 4.3, "moderate_1"),
        ({"positive_nodes": between("4", None)}, 5.3, "moderate_2"),
        ({"tumour_size": between("12", "19")}, "equivocal", "good"),
        ({"tumour_size": between("12", "21")}, "equivocal", "equivocal"),
        ({"tumour_size": between("12", None)}, "equivocal", "equivocal"),
        ({"tumour_size": between(None, "12")}, "equivocal", "equivocal"),
        ({"tumour_size": between("25", None), "grade": "3", "positive_nodes": "5"}, "equivocal", "poor"),
        ({"positive_nodes": between("0", "1")}, "equivocal", "equivocal"),
        ({"grade": between("2", "3"), "positive_nodes": "4", "tumour_size": "25"}, "equivocal", "poor"),
    ],
)
def test_bounds_give_a_group_only_where_every_number_inside_gives_it(
    changed: dict[str, Fact], index: Any, group: Any
) -> None:
    assert npi(**changed) == (index, group)


def test_the_index_rises_with_size_grade_and_nodes() -> None:
    sizes, grades, nodes = (list(map(Decimal, (*row,))) for row in ((1, 20, 21, 50), (1, 2, 3), (0, 1, 3, 4, 9)))
    for low, high in pairwise(sizes):
        assert all(fiftieths(low, g, n, NUMBERS) < fiftieths(high, g, n, NUMBERS) for g, n in product(grades, nodes))
    for low, high in pairwise(grades):
        assert all(fiftieths(s, low, n, NUMBERS) < fiftieths(s, high, n, NUMBERS) for s, n in product(sizes, nodes))
    for low, high in pairwise(nodes):
        assert all(fiftieths(s, g, low, NUMBERS) <= fiftieths(s, g, high, NUMBERS) for s, g in product(sizes, grades))


def chart(*size: Any, **more: Any) -> Any:
    return facts(*size, observation(GRADE, GRADE_2), observation(NODES, number("0")), **more)


def test_a_chart_with_size_grade_and_nodes_of_pathology_has_its_index() -> None:
    found = chart(observation(SIZE, mm("22")))
    assert (value(found["npi"]), value(found["npi_group"])) == (3.44, "moderate_1")
    assert len(found["npi"].evidence) == 3


def test_a_size_by_imaging_alone_gives_no_index() -> None:
    imaged = observation(SIZE, mm("22"), method=concept("sct 16310003"))
    assert isinstance(chart(imaged)["npi"], Unknown)
    assert chart(imaged)["npi"].why is Why.CLINICAL_ONLY


def test_a_treated_tumour_has_no_index() -> None:
    drug_before = [procedure("sct 367336001", "2024-01-20"), procedure("sct 392021009", "2024-06-20")]
    assert value(chart(observation(SIZE, mm("22")), *drug_before)["npi"]) == "outside_population"

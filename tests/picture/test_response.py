"""What systemic therapy before surgery left."""

from typing import Any

import pytest

from tests.picture.charts import concept, facts, observation, value

T, N, CLINICAL_T = "loinc 21899-0", "loinc 21900-6", "loinc 21905-5"


def left(*categories: tuple[str, str]) -> Any:
    return value(facts(*(observation(code, f"ajcc {said}") for code, said in categories))["residual_disease"])


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        ([(T, "ypT0"), (N, "ypN0")], "none"),
        ([(T, "ypTis"), (N, "ypN0")], "none"),
        ([(T, "ypT1c"), (N, "ypN0")], "invasive"),
        ([(T, "ypT0"), (N, "ypN1a")], "invasive"),
        ([(T, "ypT0"), (N, "ypN1mi")], "invasive"),
        ([(T, "ypT2")], "invasive"),
        ([(T, "ypT0")], "equivocal"),
        ([(N, "ypN0")], "equivocal"),
        ([(T, "ypTX"), (N, "ypN0")], "equivocal"),
        ([(T, "pT0"), (N, "pN0")], "not_recorded"),
        ([(T, "pT1c"), (N, "pN0")], "not_recorded"),
        ([(CLINICAL_T, "ycT0"), (N, "ypN0")], "equivocal"),
        ([], "not_recorded"),
    ],
)
def test_none_is_left_only_where_breast_and_nodes_are_both_free(categories: list[Any], expected: str) -> None:
    assert left(*categories) == expected


def test_isolated_tumour_cells_leave_it_open() -> None:
    nodes = observation(N, concept("ajcc ypN0", display="ypN0(i+)"))
    assert value(facts(observation(T, "ajcc ypT0"), nodes)["residual_disease"]) == "equivocal"


def test_a_rest_in_a_result_of_the_other_side_is_not_of_this_tumour() -> None:
    other = observation(T, "ajcc ypT2", body_site=concept("sct 73056007"))
    assert value(facts(other)["residual_disease"]) == "not_recorded"


def nodes(*said: str) -> Any:
    return value(facts(*(observation(N, f"ajcc {each}") for each in said))["nodes_after_therapy"])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["ypN0"], "none"),
        (["ypN1a"], "positive"),
        (["ypN1mi"], "positive"),
        (["ypN0", "ypN2a"], "positive"),
        (["ypNX"], "equivocal"),
        (["ypN0", "ypNX"], "equivocal"),
        (["pN1a"], "not_recorded"),
        ([], "not_recorded"),
    ],
)
def test_nodes_after_therapy_are_those_of_pathology_with_a_y(said: list[str], expected: str) -> None:
    assert nodes(*said) == expected


def test_isolated_tumour_cells_in_the_nodes_leave_them_open() -> None:
    cells = observation(N, concept("ajcc ypN0", display="ypN0(i+)"))
    assert value(facts(cells)["nodes_after_therapy"]) == "equivocal"

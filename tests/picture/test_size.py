"""The size of the tumour."""

from decimal import Decimal
from typing import Any

import pytest

from cds_hooks.fhir.record import Quantity, Range
from tests.picture.charts import component, concept, facts, known, mm, number, observation, value

INVASIVE, LESION, PANEL = "loinc 44635-1", "loinc 33728-7", "loinc 21889-1"
EXCISED, IMAGED = "sct 371479009", "sct 396361002"
PT2, CT3 = "sct 1229852009", "sct 1228938002"


def size(*observations: Any) -> Any:
    return value(facts(*observations)["tumour_size"])


@pytest.mark.parametrize(
    ("answer", "millimetres"),
    [
        (mm("12"), 12),
        (mm("1.2", "cm"), 12),
        (Quantity(Decimal("1.2"), "centimeters", "http://unitsofmeasure.org", "cm"), 12),
        ("1.2 cm", 12),
        ("1,2 cm", 12),
        ("0.4 x 1.2 cm", 12),
        ("12x8x5 mm", 12),
        ("1.2cm x 0.8cm x 0.5 cm", 12),
        ("10-20 mm", (10, 20)),
        (mm("12000", "um"), 12),
        (mm("10", "mm", "<"), (None, 10)),
        (mm("50", "mm", ">"), (50, None)),
        ("> 5 cm", (50, None)),
        (Range(mm("10"), mm("20")), (10, 20)),
    ],
)
def test_a_size_is_read_in_millimetres(answer: Any, millimetres: Any) -> None:
    assert size(observation(LESION, answer)) == millimetres


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (number("12"), "unit_missing"),
        (Decimal(12), "unit_missing"),
        ("12", "unit_missing"),
        (mm("12", "kg"), "not_understood"),
        (mm("201"), "not_understood"),
        (mm("0"), "not_understood"),
        (mm("-3"), "not_understood"),
        ("about the size of a walnut", "not_understood"),
        ("0.4 cm x 12 mm", "not_understood"),
        ("3 cm (DCIS)", "not_understood"),
        ("1.2 cm and 0.8 cm", "not_understood"),
        (concept("sct 261665006"), "not_recorded"),
    ],
)
def test_what_is_no_size_is_unknown_with_its_reason(answer: Any, why: str) -> None:
    assert size(observation(LESION, answer)) == why


def test_a_size_in_a_component_of_the_panel_is_read() -> None:
    parts = (component(LESION, mm("2.5", "cm")), component("loinc 33729-5", mm("40")))
    assert size(observation(PANEL, components=parts)) == 25


def test_a_panel_without_a_size_says_nothing() -> None:
    assert size(observation(PANEL, components=(component("loinc 33729-5", mm("40")),))) == "not_recorded"


@pytest.mark.parametrize("other", ["loinc 44629-4", "loinc 85317-6", "loinc 85351-5", "loinc 33729-5", "loinc 44636-9"])
def test_other_lengths_are_never_the_size(other: str) -> None:
    assert size(observation(other, mm("8"))) == "not_recorded"


def test_the_largest_dimension_of_a_nodal_deposit_is_no_tumour_size() -> None:
    assert size(observation("loinc 85351-5", components=(component(LESION, mm("3")),))) == "not_recorded"


@pytest.mark.parametrize(
    ("better", "lesser"),
    [
        (observation(INVASIVE, mm("18")), observation(LESION, mm("22"))),
        (observation(LESION, mm("18")), observation(PANEL, mm("22"))),
        (observation(PANEL, mm("18")), observation(EXCISED, mm("22"))),
        (observation(EXCISED, mm("18")), observation(IMAGED, mm("22"))),
        (observation(EXCISED, mm("18")), observation(LESION, mm("22"), method=concept("sct 241615005"))),
        (observation(IMAGED, mm("18")), observation("loinc 21899-0", PT2)),
        (observation("sct 384630000", mm("18")), observation(LESION, mm("22"))),
    ],
)
def test_the_better_kind_of_size_governs_and_the_other_is_kept_aside(better: Any, lesser: Any) -> None:
    fact = known(facts(better, lesser)["tumour_size"])
    assert value(fact) == 18
    assert [aside.reference for aside in fact.set_aside] == [lesser.origin.reference]


def test_of_several_foci_the_largest_is_the_size() -> None:
    assert size(observation(INVASIVE, mm("8")), observation(INVASIVE, mm("14"))) == 14


def test_a_focus_known_only_as_a_bound_can_still_be_the_largest() -> None:
    assert size(observation(INVASIVE, mm("8")), observation(INVASIVE, mm("5", "mm", ">"))) == (8, None)


def test_two_values_that_disagree_in_one_observation_are_in_conflict() -> None:
    assert size(observation(LESION, mm("8"), "60 mm")) == "conflicting"


def test_two_values_that_agree_are_one() -> None:
    assert size(observation(LESION, mm("8"), "0.8 cm")) == 8


@pytest.mark.parametrize(
    ("category", "bounds"),
    [
        ("pT1mi", (None, 1)),
        ("pT1a", (1, 5)),
        ("pT1b", (5, 10)),
        ("pT1c", (10, 20)),
        ("pT1", (None, 20)),
        ("cT2", (20, 50)),
        ("pT3", (50, None)),
        ("pT4b", "not_recorded"),
        ("pTX", "not_recorded"),
        ("pT0", "not_recorded"),
    ],
)
def test_a_t_category_bounds_the_size(category: str, bounds: Any) -> None:
    assert size(observation("loinc 21899-0", f"ajcc {category}")) == bounds


def test_an_inferred_size_says_so() -> None:
    evidence = known(facts(observation("loinc 21899-0", "ajcc pT2"))["tumour_size"]).evidence
    assert "inferred from T category" in evidence[0].marks


def test_exactly_one_centimetre_is_within_t1b() -> None:
    interval: Any = known(facts(observation("loinc 21899-0", "ajcc pT1b"))["tumour_size"]).value
    assert (interval.high, interval.high_open, interval.low_open) == (10, False, True)


def test_a_size_that_contradicts_the_t_category_governs_and_says_so() -> None:
    fact = known(facts(observation(LESION, mm("25")), observation("sct 399504009", CT3))["tumour_size"])
    assert (value(fact), fact.notes) == (25, ("contradicts recorded cT3",))


@pytest.mark.parametrize(
    ("size", "category", "below"),
    [("8", PT2, "yes"), ("20", PT2, "no"), ("25", PT2, "no"), ("60", PT2, "no"), ("25", CT3, "yes")],
)
def test_a_t_category_that_says_larger_is_held_against_the_size(size: str, category: str, below: str) -> None:
    question = "sct 399504009" if category == CT3 else "loinc 21899-0"
    found = facts(observation(LESION, mm(size)), observation(question, category))
    assert value(found["size_below_t_category"]) == below


def test_a_size_within_its_t_category_contradicts_nothing() -> None:
    fact = known(facts(observation(LESION, mm("25")), observation("loinc 21899-0", PT2))["tumour_size"])
    assert fact.notes == ()


def test_a_size_code_with_the_text_of_another_question_is_not_used() -> None:
    misused = concept(PANEL, display="Cancer disease status")
    assert size(observation(misused, mm("8"))) == "conflicting"

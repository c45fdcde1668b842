from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.fhir.quantities import Bounds, Refusal, UnitRefused, in_unit
from cds_hooks.fhir.record import Quantity

UCUM = "http://unitsofmeasure.org"


def exactly(number: str) -> Bounds:
    return Bounds(Decimal(number), Decimal(number))


@pytest.mark.parametrize(
    ("unit", "code", "millimetres"),
    [
        ("mm", "mm", "2"),
        ("cm", "cm", "20"),
        (None, "m", "2000"),
        ("centimeters", "cm", "20"),
        ("Centimetre", None, "20"),
        ("millimeter", None, "2"),
        ("mm.", None, "2"),
        ("MM", None, "2"),
        (" cm ", None, "20"),
        ("largest diameter", "cm", "20"),
        (None, "cm{largest}", "20"),
    ],
)
def test_a_length_is_read_from_code_or_words(unit: str | None, code: str | None, millimetres: str) -> None:
    assert in_unit(Quantity(Decimal(2), unit, UCUM if code else None, code), "mm") == exactly(millimetres)


@pytest.mark.parametrize(
    ("quantity", "asked", "why"),
    [
        (Quantity(Decimal(2)), "mm", Refusal.UNIT_MISSING),
        (Quantity(Decimal(2)), "%", Refusal.UNIT_MISSING),
        (Quantity(None, "mm"), "mm", Refusal.VALUE_MISSING),
        (Quantity(Decimal(2), "inch"), "mm", Refusal.UNIT_NOT_UNDERSTOOD),
        (Quantity(Decimal(2), "Mm"), "mm", Refusal.UNIT_NOT_UNDERSTOOD),
        (Quantity(Decimal(2), "cm", UCUM, "[in_i]"), "mm", Refusal.UNIT_NOT_UNDERSTOOD),
        (Quantity(Decimal(2), "cm", UCUM, "CM"), "mm", Refusal.UNIT_NOT_UNDERSTOOD),
        (Quantity(Decimal(2), None, UCUM, "cm{largest"), "mm", Refusal.UNIT_NOT_UNDERSTOOD),
        (Quantity(Decimal(2), None, "urn:local", "17"), "mm", Refusal.UNIT_NOT_UNDERSTOOD),
        (Quantity(Decimal(2), "mm", UCUM, "cm"), "mm", Refusal.UNITS_CONTRADICT),
        (Quantity(Decimal(2), "%", UCUM, "1"), "count", Refusal.UNITS_CONTRADICT),
        (Quantity(Decimal(2), "%"), "mm", Refusal.OTHER_KIND),
        (Quantity(Decimal(2), None, UCUM, "1"), "mm", Refusal.OTHER_KIND),
        (Quantity(Decimal(2), "mm", UCUM, "mm"), "count", Refusal.OTHER_KIND),
        (Quantity(Decimal(2), "mm", comparator="~"), "mm", Refusal.COMPARATOR_NOT_UNDERSTOOD),
        (Quantity(Decimal(2), "mm", comparator="ad"), "mm", Refusal.COMPARATOR_NOT_UNDERSTOOD),
    ],
)
def test_a_quantity_without_a_sure_unit_is_refused(quantity: Quantity, asked: str, why: Refusal) -> None:
    with pytest.raises(UnitRefused) as refused:
        in_unit(quantity, asked)
    assert refused.value.why is why


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        (None, None),
        (None, "{count}"),
        (None, "1"),
        ("#", "#"),
        (None, "{#}"),
        ("{nodes}", None),
        ("nodes", "1"),
        ("Count", "{Count}"),
    ],
)
def test_a_count_needs_no_unit(unit: str | None, code: str | None) -> None:
    assert in_unit(Quantity(Decimal("3.0"), unit, UCUM if code else None, code), "count") == exactly("3")


@pytest.mark.parametrize(("unit", "code"), [("%", "%"), ("percent", None), (None, "%{positive}")])
def test_a_percentage_is_read_from_code_or_words(unit: str | None, code: str | None) -> None:
    assert in_unit(Quantity(Decimal(90), unit, UCUM if code else None, code), "%") == exactly("90")


def test_words_speak_where_the_code_is_of_another_system() -> None:
    assert in_unit(Quantity(Decimal(2), "cm", "urn:local", "17"), "mm") == exactly("20")


@pytest.mark.parametrize(
    ("comparator", "bounds"),
    [
        ("<", Bounds(None, Decimal(20), high_open=True)),
        ("<=", Bounds(None, Decimal(20))),
        (">", Bounds(Decimal(20), None, low_open=True)),
        (">=", Bounds(Decimal(20), None)),
    ],
)
def test_a_comparator_makes_a_bound_of_the_number(comparator: str, bounds: Bounds) -> None:
    assert in_unit(Quantity(Decimal(2), "cm", comparator=comparator), "mm") == bounds


def test_asking_for_an_unknown_unit_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        in_unit(Quantity(Decimal(2), "cm"), "inch")


@given(st.decimals(min_value=0, max_value=1000, places=3), st.sampled_from([None, "<", ">="]))
def test_centimetres_and_millimetres_say_the_same(size: Decimal, comparator: str | None) -> None:
    in_cm = Quantity(size, "cm", UCUM, "cm", comparator)
    in_mm = Quantity(size * 10, "mm", UCUM, "mm", comparator)
    assert in_unit(in_cm, "mm") == in_unit(in_mm, "mm")
    assert in_unit(in_cm, "cm") == in_unit(in_mm, "cm")


@pytest.mark.parametrize(
    ("unit", "code", "asked", "number"),
    [
        ("ms", "ms", "ms", "2"),
        (None, "s", "ms", "2000"),
        ("msec", None, "ms", "2"),
        ("kg/m2", "kg/m2", "kg/m2", "2"),
        ("kg/m²", None, "kg/m2", "2"),
        ("mL/min", "mL/min", "mL/min", "2"),
        ("mL/min/{1.73_m2}", None, "mL/min/1.73m2", "2"),
        ("mL/min", "mL/min/{1.73_m2}", "mL/min/1.73m2", "2"),
        ("ml/min/1.73 m2", None, "mL/min/1.73m2", "2"),
        (None, None, "score", "2"),
        ("T-score", None, "score", "2"),
        ("Recurrence score", "1", "score", "2"),
        (None, "{ScoreOf}", "score", "2"),
        ("years", "a", "years", "2"),
        (None, "1", "years", "2"),
    ],
)
def test_times_rates_and_scores_are_read_from_code_or_words(
    unit: str | None, code: str | None, asked: str, number: str
) -> None:
    assert in_unit(Quantity(Decimal(2), unit, UCUM if code else None, code), asked) == exactly(number)


@pytest.mark.parametrize(
    ("unit", "asked"),
    [("mL/min", "mL/min/1.73m2"), ("mL/min/1.73m2", "mL/min"), ("%", "score"), ("kg", "kg/m2"), ("years", "count")],
)
def test_a_rate_of_another_kind_or_a_score_with_a_unit_is_refused(unit: str, asked: str) -> None:
    with pytest.raises(UnitRefused):
        in_unit(Quantity(Decimal(2), unit), asked)

"""The tier of a tumour: settled where what is known settles it, an honest range where it does not."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cds_hooks.picture.fact import Fact, Known
from cds_hooks.reasoning.gates import Gate, Requirement
from cds_hooks.reasoning.stratify import stratify
from cds_hooks.reasoning.tiers import FactorResult, Tier, TierTable, TierWithheld
from tests.reasoning.tables import (
    ALIVE,
    ALL_LOW,
    GATES,
    NOTHING,
    TABLE,
    UNKNOWN,
    between,
    bounds,
    chart,
    is_,
    number,
    row,
    tier_of,
)

LOW, MODERATE, HIGH = Tier.LOW, Tier.MODERATE, Tier.HIGH
NEGATIVE = {"hormone_receptor": Known("negative")}


def without(*facts: str) -> dict[str, Fact]:
    return {id_: fact for id_, fact in ALL_LOW.items() if id_ not in facts}


def bounds_of(facts: Mapping[str, Fact], table: TierTable = TABLE) -> tuple[Tier, Tier]:
    tier = tier_of(facts, table)
    return tier.at_least, tier.at_most


def result(facts: Mapping[str, Fact], key: str) -> FactorResult:
    return next(found for found in tier_of(facts).factors if found.row.key == key)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, LOW),
        ({"tumour_size": number("10")}, MODERATE),
        ({"tumour_size": number("50")}, MODERATE),
        ({"tumour_size": number("50.1")}, HIGH),
        ({"grade": number("2")}, MODERATE),
        ({"grade": number("3")}, HIGH),
        ({"positive_nodes": number("1")}, MODERATE),
        ({"positive_nodes": number("3")}, MODERATE),
        ({"positive_nodes": number("4")}, HIGH),
        ({"her2": Known("positive")}, HIGH),
        (NEGATIVE, HIGH),
        ({**NEGATIVE, "her2": Known("positive")}, HIGH),
        ({"vascular_invasion": Known("yes")}, HIGH),
        ({"local_extension": Known("yes")}, HIGH),
        ({"tumour_size": between("0", "5")}, LOW),
    ],
)
def test_the_highest_factor_decides(changed: dict[str, Fact], expected: Tier) -> None:
    assert bounds_of({**ALL_LOW, **changed}) == (expected, expected)


@pytest.mark.parametrize("absent", ["tumour_size", "grade", "hormone_receptor", "positive_nodes", "vascular_invasion"])
def test_all_low_but_one_unknown_lies_between_low_and_high(absent: str) -> None:
    tier = tier_of({**ALL_LOW, absent: UNKNOWN})
    assert (tier.at_least, tier.at_most) == (LOW, HIGH)
    assert tier.missing == tier.could_change == (absent,)


def test_six_positive_nodes_and_nothing_else_is_high() -> None:
    tier = tier_of({**NOTHING, "positive_nodes": number("6")})
    assert (tier.at_least, tier.at_most, tier.drivers) == (HIGH, HIGH, ("nodes",))
    assert tier.missing == ("tumour_size", "grade", "hormone_receptor", "her2", "vascular_invasion")
    assert tier.could_change == ()


def test_receptor_negative_with_her2_unknown_is_high_whatever_her2_is() -> None:
    tier = tier_of({**without("her2"), **NEGATIVE})
    assert (tier.at_least, tier.at_most) == (HIGH, HIGH)
    assert (tier.missing, tier.could_change) == (("her2",), ())
    assert tier.drivers == ("hormone_receptors", "her2")


def test_a_row_that_may_leave_the_tier_to_the_others_holds_nothing_up_by_itself() -> None:
    found = result({**without("her2"), **NEGATIVE}, "hormone_receptors")
    assert (found.at_least, found.at_most, found.missing) == (LOW, HIGH, ("her2",))


def test_receptor_negative_and_her2_positive_is_driven_by_her2_alone() -> None:
    facts = {**ALL_LOW, **NEGATIVE, "her2": Known("positive")}
    assert tier_of(facts).drivers == ("her2",)
    found = result(facts, "hormone_receptors")
    assert (found.at_least, found.at_most, found.missing) == (None, None, ())


def test_receptor_positive_settles_its_row_though_her2_is_unknown() -> None:
    assert result(without("her2"), "hormone_receptors").missing == ()
    assert result(without("her2"), "her2").missing == ("her2",)


def test_bounds_that_settle_their_row_are_not_missing() -> None:
    tier = tier_of({**ALL_LOW, "positive_nodes": between("4", None)})
    assert (tier.at_least, tier.at_most, tier.missing) == (HIGH, HIGH, ())


def test_bounds_that_leave_their_row_open_are_missing() -> None:
    tier = tier_of({**ALL_LOW, "positive_nodes": between("1", None)})
    assert (tier.at_least, tier.at_most) == (MODERATE, HIGH)
    assert (tier.drivers, tier.missing) == (("nodes",), ("positive_nodes",))


def test_what_only_lower_tiers_could_turn_on_cannot_change_the_tier() -> None:
    facts = {**ALL_LOW, "grade": number("2"), "tumour_size": between("0", "20")}
    tier = tier_of(facts)
    assert (tier.at_least, tier.at_most) == (MODERATE, MODERATE)
    assert (tier.missing, tier.could_change) == (("tumour_size",), ())


def test_nothing_drives_a_low_tier() -> None:
    assert tier_of(ALL_LOW).drivers == ()


def test_every_factor_that_reaches_the_tier_alone_is_a_driver() -> None:
    facts = {**ALL_LOW, "grade": number("3"), "vascular_invasion": Known("yes")}
    assert tier_of(facts).drivers == ("grade", "vascular_invasion")


def test_a_factor_that_reaches_the_tier_alone_spares_naming_those_that_only_may() -> None:
    facts = {**without("her2"), **NEGATIVE, "positive_nodes": number("6")}
    assert tier_of(facts).drivers == ("nodes",)


@pytest.mark.parametrize("size", [number("5"), between("0", "20")])
def test_what_low_requires_but_cannot_be_told_opens_the_range_to_high(size: Known) -> None:
    tier = tier_of({**ALL_LOW, "tumour_size": size, "metastatic": UNKNOWN})
    assert (tier.at_least, tier.at_most) == (LOW, HIGH)
    assert "metastatic" in tier.could_change
    assert tier.low_withheld == ("metastatic",)


def test_a_recurrence_on_file_is_never_low() -> None:
    tier = tier_of({**ALL_LOW, "recurrence": Known("yes")})
    assert (tier.at_least, tier.at_most) == (LOW, HIGH)
    assert (tier.missing, tier.low_withheld) == ((), ("recurrence",))


def test_what_low_requires_does_not_touch_another_tier() -> None:
    tier = tier_of({**ALL_LOW, "grade": number("2"), "recurrence": UNKNOWN})
    assert (tier.at_least, tier.at_most) == (MODERATE, MODERATE)
    assert (tier.missing, tier.could_change, tier.low_withheld) == (("recurrence",), (), ())


def test_a_row_without_a_column_that_holds_is_not_known_to_be_low() -> None:
    odd = is_("odd", "no", among=("no", "yes", "very"))
    table = replace(TABLE, rows=(*TABLE.rows, row("odd", odd, None, replace(odd, one_of=("very",)))))
    assert bounds_of({**ALL_LOW, "odd": Known("yes")}, table) == (LOW, HIGH)
    assert bounds_of({**ALL_LOW, "odd": Known("no")}, table) == (LOW, LOW)
    assert tier_of({**ALL_LOW, "odd": UNKNOWN, "grade": number("3")}, table).could_change == ()


def test_a_low_reached_only_by_joined_rows_is_still_completed_together() -> None:
    rows = (
        row("first", None, is_("a", "yes"), is_("b", "yes")),
        row("second", None, is_("a", "no"), is_("b", "yes")),
        row("third", None, is_("b", "no"), bounds("b_number", above="1")),
    )
    tier = tier_of({**ALL_LOW, "b_number": number("0")}, replace(TABLE, rows=rows))
    assert (tier.at_least, tier.at_most) == (MODERATE, HIGH)
    assert tier.drivers == ("first", "second", "third")


def test_a_fact_of_another_kind_than_its_test_is_missing_and_never_low() -> None:
    tier = tier_of({**ALL_LOW, "her2": Known("equivocal")})
    assert (tier.at_least, tier.at_most, tier.missing) == (LOW, HIGH, ("her2",))


@pytest.mark.parametrize("reason", ["deceased", "hospice"])
def test_a_patient_whom_a_gate_stops_has_no_tier_at_all(reason: str) -> None:
    picture = chart(ALL_LOW, patient={**ALIVE, reason: Known("yes")})
    assert stratify(picture, TABLE, GATES) == ((), (TierWithheld(None, reason),))


def test_a_chart_without_a_tumour_has_no_tier() -> None:
    assert stratify(chart(), TABLE, GATES) == ((), (TierWithheld(None, "no_breast_cancer"),))


def test_one_tumour_may_have_a_tier_and_the_other_none() -> None:
    tiers, withheld = stratify(chart({**ALL_LOW, "metastatic": Known("yes")}, ALL_LOW), TABLE, GATES)
    assert [tier.episode for tier in tiers] == [1]
    assert withheld == (TierWithheld(0, "metastatic"),)


def test_a_gate_that_cannot_be_told_lets_through_and_is_named() -> None:
    picture = chart(ALL_LOW, patient={"deceased": Known("no"), "hospice": UNKNOWN})
    ((tier,), withheld) = stratify(picture, TABLE, GATES)
    assert (tier.at_least, tier.at_most, withheld) == (LOW, LOW, ())
    assert (tier.missing, tier.could_change) == (("hospice",), ())


def test_the_table_names_its_gate() -> None:
    shut = Gate("shut", patient=(), episode=(Requirement(is_("recurrence", "yes"), "shut"),))
    table, gates = replace(TABLE, gate="shut"), {**GATES, "shut": shut}
    assert stratify(chart(ALL_LOW), table, gates) == ((), (TierWithheld(0, "shut"),))

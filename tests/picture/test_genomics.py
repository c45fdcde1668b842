"""Ki-67, the multigene assays, several foci."""

from decimal import Decimal
from typing import Any

import pytest

from cds_hooks.fhir.record import Coding, Concept, KeyState, Quantity
from tests.picture.charts import component, concept, drug, facts, known, mm, number, observation, procedure, value

KI67, KI67_TISSUE, ONCOTYPE = "loinc 85330-9", "loinc 29593-1", "gtr 509910"
HIGH = concept("interpretation H")


def fact(name: str, *resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)[name])


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (mm("25", "%"), 25),
        ("25 %", 25),
        (mm("20", "%", ">="), (20, None)),
        (number("25"), "unit_missing"),
        (mm("25", "mm"), "not_understood"),
        (mm("125", "%"), "not_understood"),
        ("high", "not_understood"),
        (concept("sct 261665006"), "not_recorded"),
    ],
)
def test_ki67_is_a_percentage(answer: Any, expected: Any) -> None:
    assert fact("ki67", observation(KI67, answer)) == expected
    assert fact("ki67", observation(KI67_TISSUE, answer)) == expected


@pytest.mark.parametrize("code", ["loinc 85319-2", "loinc 85337-4"])
def test_ki67_under_the_code_of_another_marker_is_neither_ki67_nor_that_marker(code: str) -> None:
    seen = facts(observation(concept(code, display="Ki-67"), mm("25", "%")))
    assert value(seen["ki67"]) == "not_recorded"
    assert value(seen["her2" if code == "loinc 85319-2" else "er"]) in ("conflicting", "not_recorded")


@pytest.mark.parametrize("display", ["Estrogen receptor", "HER2", "Progesterone receptor"])
def test_a_ki67_code_displayed_as_another_marker_is_not_used(display: str) -> None:
    assert fact("ki67", observation(concept(KI67, display=display), mm("80", "%"))) == "conflicting"


def test_the_latest_ki67_governs_and_the_other_is_shown() -> None:
    older, newer = observation(KI67, mm("10", "%"), on="2024-01-01"), observation(KI67, mm("30", "%"), on="2024-06-01")
    found = known(facts(older, newer)["ki67"])
    assert (value(found), found.set_aside[0].reference) == (30, older.origin.reference)


def test_ki67_after_systemic_therapy_or_on_an_incomplete_page_is_only_a_floor() -> None:
    chemotherapy, operation = drug("rxnorm 224905", "2024-01-20"), procedure("sct 392021009", "2024-02-20")
    late = observation(KI67, mm("15", "%"), on="2024-02-21")
    assert fact("ki67", chemotherapy, operation, late) == (15, 100)
    assert fact("ki67", late, states={"obsGenomic": KeyState.PARTIAL}) == (15, 100)
    assert fact("ki67", states={"obsGenomic": KeyState.ABSENT}) == "not_loaded"


@pytest.mark.parametrize(
    "answer",
    [
        Quantity(Decimal(47), "Recurrence score", "http://unitsofmeasure.org", "{ScoreOf}"),
        Quantity(Decimal(47), "Recurrence score", "http://unitsofmeasure.org", "1"),
        Quantity(Decimal(47), "Score"),
        Quantity(Decimal(47)),
        Decimal(47),
        "47",
    ],
)
def test_the_recurrence_score_is_read_in_every_spelling_of_its_unit(answer: Any) -> None:
    assert fact("oncotype_score", observation(ONCOTYPE, answer, interpretation=(HIGH,))) == 47


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (mm("47", "%"), "not_understood"),
        (mm("47", "mm"), "not_understood"),
        (number("147"), "not_understood"),
        (number("-1"), "not_understood"),
    ],
)
def test_what_is_no_score_is_unknown(answer: Any, expected: str) -> None:
    assert fact("oncotype_score", observation(ONCOTYPE, answer)) == expected


def test_an_interpretation_without_a_score_is_neither_a_score_nor_a_receptor() -> None:
    seen = facts(observation(ONCOTYPE, interpretation=(HIGH,)))
    assert [value(seen[name]) for name in ("oncotype_score", "er", "pr", "her2")] == ["not_recorded"] * 4


def test_an_assay_may_be_named_in_words() -> None:
    named = Concept((Coding("urn:some:lab", "molecular-1", "Oncotype Score"),))
    found = known(facts(observation(named, number("12")))["oncotype_score"])
    assert (value(found), found.evidence[0].marks) == (12, ("named in text",))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Low Risk", "low"),
        ("High Risk", "high"),
        ("ultralow", "low"),
        (number("0.3"), "not_understood"),
        ("risk of recurrence", "not_understood"),
    ],
)
def test_the_70_gene_class_is_taken_as_reported(answer: Any, expected: str) -> None:
    named = Concept((Coding("urn:some:lab", "mammaprint", "Mammaprint Score"),))
    assert fact("mammaprint", observation(named, answer)) == expected


def test_a_low_class_is_not_believed_while_results_may_be_unseen() -> None:
    named = Concept((), "MammaPrint")
    states = {"obsGenomic": KeyState.PARTIAL}
    assert fact("mammaprint", observation(named, "low risk"), states=states) == "incomplete_page"
    assert fact("mammaprint", observation(named, "high risk"), states=states) == "high"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (observation("sct 396199003", "sct 399506006"), "yes"),
        (observation("sct 396199003", "sct 399389000"), "no"),
        (observation("loinc 21889-1", components=(component("sct 443748007", number("3")),)), "yes"),
        (observation("sct 443748007", number("1")), "no"),
        (observation("sct 443748007", number("0")), "not_understood"),
        (observation("loinc 21899-0", "ajcc pT2(m)"), "yes"),
        (observation("loinc 21899-0", "pT1c (3)"), "yes"),
        (observation("loinc 21899-0", "ajcc pT2"), "not_recorded"),
        (observation("loinc 21899-0", "ajcc pTis(DCIS)"), "not_recorded"),
    ],
)
def test_several_foci_are_said_by_a_pathologist_or_by_the_t_category(seen: Any, expected: str) -> None:
    assert fact("multifocal", seen) == expected


def test_several_foci_seen_once_stay_seen() -> None:
    several, single = observation("sct 396199003", "multifocal"), observation("sct 396199003", "unifocal")
    assert fact("multifocal", several, single) == "yes"

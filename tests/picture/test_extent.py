"""Vessel invasion and local extension."""

from typing import Any

import pytest

from tests.picture.charts import concept, condition, facts, known, observation, value

VESSELS, LYMPHATIC, VENOUS, ANY = "loinc 59544-7", "loinc 33739-4", "loinc 33740-2", "sct 370052007"
PRESENT, ABSENT = "sct 52101004", "sct 2667000"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({VESSELS: PRESENT}, "yes"),
        ({VESSELS: ABSENT}, "no"),
        ({VESSELS: "sct 260413007"}, "no"),
        ({VESSELS: False}, "no"),
        ({VESSELS: "Not identified"}, "no"),
        ({VESSELS: "L1"}, "yes"),
        ({VESSELS: "uicc L0"}, "no"),
        ({VESSELS: "sct 82334004"}, "equivocal"),
        ({VESSELS: "sct 261665006"}, "not_recorded"),
        ({VESSELS: "focal"}, "not_understood"),
        ({LYMPHATIC: ABSENT, VENOUS: ABSENT}, "no"),
        ({LYMPHATIC: ABSENT, VENOUS: PRESENT}, "yes"),
        ({LYMPHATIC: PRESENT}, "yes"),
        ({LYMPHATIC: ABSENT}, "not_recorded"),
        ({VENOUS: ABSENT}, "not_recorded"),
        ({LYMPHATIC: ABSENT, VENOUS: "sct 261665006"}, "not_recorded"),
        ({ANY: ABSENT}, "no"),
        ({"loinc 92837-4": ABSENT}, "not_recorded"),
        ({"sct 371513001": PRESENT}, "not_recorded"),
    ],
)
def test_vessel_invasion_is_present_anywhere_or_absent_in_both_kinds(answers: dict[str, Any], expected: str) -> None:
    seen = [observation(code, answer) for code, answer in answers.items()]
    assert value(facts(*seen)["vascular_invasion"]) == expected


def test_vessel_invasion_seen_in_any_specimen_is_present_and_the_other_is_shown() -> None:
    biopsy, later = observation(VESSELS, PRESENT, on="2024-02-01"), observation(VESSELS, ABSENT, on="2024-06-01")
    fact = known(facts(biopsy, later)["vascular_invasion"])
    assert value(fact) == "yes"
    assert fact.notes == (f"{later.origin.reference} says otherwise",)


def test_a_vessel_code_displayed_as_perineural_is_not_used() -> None:
    assert value(facts(observation(concept(VESSELS, display="Perineural invasion"), ABSENT))["vascular_invasion"]) == (
        "conflicting"
    )


def extension(*resources: Any) -> Any:
    return value(facts(*resources)["local_extension"])


@pytest.mark.parametrize(
    ("category", "expected"),
    [("pT4", "yes"), ("pT4a", "yes"), ("cT4b", "yes"), ("cT4d", "yes"), ("pT1c", "no"), ("cT3", "no"), ("pTX", "no")],
)
def test_t4_proves_local_extension_and_nothing_recorded_counts_as_none(category: str, expected: str) -> None:
    assert extension(observation("loinc 21899-0", f"ajcc {category}")) == expected


@pytest.mark.parametrize("code", ["sct 254840009", "icd C50.A2"])
def test_inflammatory_cancer_is_local_extension(code: str) -> None:
    assert extension(condition(), condition(code)) == "yes"


def test_inflammatory_morphology_is_local_extension() -> None:
    assert extension(condition(morphology=(concept("icdo 8530/3"),))) == "yes"
    assert extension(observation("loinc 44638-5", "icdo 8530/3")) == "yes"


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("loinc 85322-6", "sct 78904004", "yes"),
        ("loinc 85322-6", "sct 39937001", "yes"),
        ("loinc 85298-8", "sct 39937001", "no"),
        ("sct 396645007", "sct 372288004", "not_understood"),
    ],
)
def test_an_invaded_structure_counts_and_one_in_the_specimen_does_not(
    question: str, answer: str, expected: str
) -> None:
    assert extension(observation(question, answer)) == expected


def test_a_t4_beside_a_lower_category_is_local_extension() -> None:
    assert extension(observation("loinc 21905-5", "ajcc cT4b"), observation("loinc 21899-0", "ajcc pT2")) == "yes"


def test_a_t_category_that_is_not_understood_is_not_silence() -> None:
    assert extension(observation("loinc 21899-0", "into the skin")) == "not_understood"


def test_an_unanswered_vessel_question_is_not_recorded() -> None:
    assert value(facts(observation(VESSELS))["vascular_invasion"]) == "not_recorded"

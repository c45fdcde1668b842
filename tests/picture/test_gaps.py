"""What could not be loaded or read never lowers anything."""

from typing import Any

import pytest

from cds_hooks.fhir.record import Coding, KeyState, Patient, Unreadable
from cds_hooks.picture.see import READS
from tests.picture.charts import (
    coding,
    condition,
    facts,
    mm,
    number,
    observation,
    origin,
    picture,
    value,
    vocabulary,
    when,
)

SIZE, NODES, ER, HER2, GRADE, VESSELS = (
    "loinc 33728-7",
    "loinc 21893-3",
    "loinc 85337-4",
    "loinc 48676-1",
    "loinc 44648-4",
    "loinc 59544-7",
)
POSITIVE, NEGATIVE = "sct 10828004", "sct 260385009"
# Too young for her age to answer anything.
WOMAN_OF_FIFTY = Patient(origin("Patient", "p"), "female", when("1975-05-05"))
LOST = [(KeyState.ABSENT, "not_loaded"), (KeyState.FAILED, "not_loaded"), (KeyState.PARTIAL, "incomplete_page")]
FOUND = [
    ("tumour_size", observation(SIZE, mm("8")), (8, None)),
    ("tumour_size", observation(SIZE, mm("60")), (60, None)),
    ("positive_nodes", observation(NODES, number("0")), None),
    ("positive_nodes", observation(NODES, number("6")), (6, None)),
    ("grade", observation(GRADE, "loinc LA27823-6"), None),
    ("grade", observation(GRADE, "loinc LA27825-1"), 3),
    ("er", observation(ER, POSITIVE), None),
    ("er", observation(ER, NEGATIVE), "negative"),
    ("hormone_receptor", observation(ER, POSITIVE), None),
    ("her2", observation(HER2, NEGATIVE), None),
    ("her2", observation(HER2, POSITIVE), "positive"),
    ("vascular_invasion", observation(VESSELS, NEGATIVE), None),
    ("vascular_invasion", observation(VESSELS, POSITIVE), "yes"),
]


def test_every_fact_of_the_vocabulary_is_read_and_no_other() -> None:
    assert frozenset(vocabulary().facts) == READS
    seen = picture(condition())
    assert {*seen.patient, *seen.episodes[0].facts} == READS


# What a diagnosis gives by itself, so that it is found even here; its bounds are tested with the timeline.
BY_THE_DIAGNOSIS = frozenset({"years_since_diagnosis", "diagnosis_age", "years_since_primary_treatment"})


@pytest.mark.parametrize(("state", "why"), LOST)
@pytest.mark.parametrize("fact", sorted(READS - BY_THE_DIAGNOSIS - {"age", "sex", "invasive", "deceased"}))
def test_a_fact_that_was_not_found_where_data_are_missing_says_so(fact: str, state: KeyState, why: str) -> None:
    states = dict.fromkeys(vocabulary().facts[fact].read_from, state)
    seen = picture(condition(), states=states, patient=WOMAN_OF_FIFTY)
    found = seen.facts_of(seen.episodes[0])[fact]
    assert value(found) == ("not_loaded" if fact == "systemic_therapy_first" else why)


@pytest.mark.parametrize(("state", "why"), LOST)
@pytest.mark.parametrize(("fact", "seen", "floor"), FOUND)
def test_what_was_found_beside_missing_data_is_only_a_floor(
    fact: str, seen: Any, floor: Any, state: KeyState, why: str
) -> None:
    states = dict.fromkeys(vocabulary().facts[fact].read_from[:1], state)
    assert value(facts(seen, states=states)[fact]) == (why if floor is None else floor)


@pytest.mark.parametrize(("fact", "seen", "floor"), FOUND)
def test_an_unreadable_resource_of_the_same_question_leaves_a_floor(fact: str, seen: Any, floor: Any) -> None:
    lost = Unreadable("Observation/lost", "Observation", "obsTumour", seen.code.codings, "broken")
    found = facts(seen, unreadable=(lost,))[fact]
    assert value(found) == ("unreadable" if floor is None else floor)


def test_an_unreadable_resource_is_named() -> None:
    lost = Unreadable("Observation/lost", "Observation", "obsTumour", (coding(SIZE),), "broken")
    assert facts(unreadable=(lost,))["tumour_size"].evidence[0].reference == "Observation/lost"


def test_an_unreadable_resource_of_another_question_changes_nothing() -> None:
    lost = Unreadable("Observation/lost", "Observation", "obsTumour", (coding("loinc 2339-0"),), "broken")
    assert value(facts(observation(SIZE, mm("8")), unreadable=(lost,))["tumour_size"]) == 8


def test_an_unreadable_resource_without_any_code_concerns_every_fact_of_its_key() -> None:
    lost = Unreadable("Observation/lost", "Observation", "obsTumour", (), "broken")
    found = facts(observation(SIZE, mm("8")), observation(ER, POSITIVE), unreadable=(lost,))
    assert (value(found["tumour_size"]), value(found["grade"]), value(found["er"])) == (
        (8, None),
        "unreadable",
        "positive",
    )


@pytest.mark.parametrize("codes", [(), (Coding(None, "x"),), (coding("rxnorm 1"),)])
def test_an_unreadable_drug_may_have_been_systemic_therapy(codes: tuple[Coding, ...]) -> None:
    lost = Unreadable("MedicationRequest/lost", "MedicationRequest", "medicationRequests", codes, "broken")
    assert value(facts(unreadable=(lost,))["systemic_therapy_first"]) == "unreadable"


def test_in_situ_on_an_incomplete_page_of_diagnoses_is_not_sure() -> None:
    states = {"conditions": KeyState.PARTIAL}
    assert value(facts(condition("icd D05.12"), states=states)["invasive"]) == "incomplete_page"
    assert value(facts(condition(), states=states)["invasive"]) == "invasive"


def test_a_key_whose_state_is_not_told_was_not_loaded() -> None:
    assert value(facts(states={"obsTumour": KeyState.ABSENT})["grade"]) == "not_loaded"


@pytest.mark.parametrize("state", [KeyState.COMPLETE, KeyState.EMPTY])
def test_an_empty_answer_is_a_complete_one(state: KeyState) -> None:
    assert value(facts(states={"obsTumour": state})["grade"]) == "not_recorded"


@pytest.mark.parametrize("fact", ["recurrence", "metastatic", "local_extension"])
def test_an_unreadable_pathology_report_is_not_silence(fact: str) -> None:
    lost = Unreadable("DiagnosticReport/1", "DiagnosticReport", "reports", (coding("loinc 22637-3"),), "broken")
    assert value(facts(unreadable=(lost,))[fact]) == "unreadable"

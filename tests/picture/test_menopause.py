"""Menopausal state and pregnancy, today (30 June 2025)."""

from typing import Any

import pytest

from cds_hooks.fhir.record import KeyState, Patient
from cds_hooks.picture.fact import Fact, Known
from tests.picture.charts import concept, condition, drug, number, observation, origin, picture, procedure, value, when

STATE, AGE_THEN = "sct 161712005", "loinc 42802-9"
PRE, POST, DURING = "sct 309606002", "sct 307429007", "sct 303111005"
PREGNANCY, FEEDING = "loinc 82810-3", "loinc 63895-7"
PREGNANT, NOT_PREGNANT = "sct 77386006", "sct 60001007"
GOSERELIN = "rxnorm 50610"


def patient(born: str | None = "1975-06-30", sex: str | None = "female") -> Patient:
    return Patient(origin("Patient", "p"), sex, when(born))


def facts(*resources: Any, of: Patient | None = None, **more: Any) -> dict[str, Fact]:
    return dict(picture(*resources, patient=of or patient(), **more).patient)


def state(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["menopausal_status"])


def pregnant(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["pregnant_or_lactating"])


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([], "not_recorded"),
        ([observation(STATE, POST)], "postmenopausal"),
        ([observation(STATE, PRE)], "premenopausal"),
        ([observation(STATE, "Postmenopausal")], "postmenopausal"),
        ([observation(STATE, DURING)], "equivocal"),
        ([observation(STATE, "sct 261665006")], "not_recorded"),
        ([condition("sct 76498008")], "postmenopausal"),
        ([condition("icd Z78.0")], "postmenopausal"),
        ([condition("sct 22636003")], "premenopausal"),
        ([condition("sct 22636003", clinical_status="resolved")], "not_recorded"),
        ([condition("icd N95.1")], "equivocal"),
        ([condition("icd N95.1"), observation(STATE, POST, on="2020-01-01")], "postmenopausal"),
        ([condition("sct 76498008", verification_status="provisional")], "equivocal"),
        ([condition("icd N91.2")], "not_recorded"),
        ([observation(AGE_THEN, number("48"))], "postmenopausal"),
        ([observation(AGE_THEN, number("51"))], "not_understood"),
        ([observation(AGE_THEN, number("0"))], "not_understood"),
    ],
)
def test_the_state_is_as_documented(seen: list[Any], expected: str) -> None:
    assert state(*seen) == expected


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("1965-06-30", "postmenopausal"),
        ("1965-07-01", "not_recorded"),
        ("1965", "not_recorded"),
        ("1964", "postmenopausal"),
        ("1990-01-01", "not_recorded"),
        (None, "not_recorded"),
    ],
)
def test_from_sixty_years_menopause_is_certain(born: str | None, expected: str) -> None:
    assert state(of=patient(born)) == expected


def test_a_state_documented_before_sixty_yields_to_the_age_and_is_noted() -> None:
    fact = facts(observation(STATE, PRE, on="2015-01-01"), of=patient("1960-01-01"))["menopausal_status"]
    assert isinstance(fact, Known)
    assert (fact.value, fact.notes) == ("postmenopausal", ("documented as premenopausal",))
    assert fact.evidence[0].marks == ("by age",)


def test_premenopausal_documented_after_sixty_settles_nothing() -> None:
    assert state(observation(STATE, PRE, on="2024-01-01"), of=patient("1960-01-01")) == "conflicting"


@pytest.mark.parametrize("seen", [procedure("sct 29827000", "2018-01-01"), condition("icd Z90.722")])
def test_without_ovaries_she_is_postmenopausal_at_any_age(seen: Any) -> None:
    assert state(seen, observation(STATE, PRE, on="2017-01-01"), of=patient("1990-01-01")) == "postmenopausal"


@pytest.mark.parametrize("seen", [procedure("sct 83152002", "2018"), condition("icd Z90.721")])
def test_one_ovary_removed_is_no_menopause(seen: Any) -> None:
    assert state(seen) == "not_recorded"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (drug(GOSERELIN, "2025-05-01"), "premenopausal"),
        (drug(concept("atc L02AE03"), "2025-05-01", "MedicationRequest"), "premenopausal"),
        (drug(GOSERELIN, "2022-05-01"), "postmenopausal"),
        (drug("rxnorm 10324", "2025-05-01"), "postmenopausal"),
    ],
)
def test_on_ovarian_suppression_a_documented_menopause_is_not_believed(given: Any, expected: str) -> None:
    assert state(given, observation(STATE, POST)) == expected


def test_suppression_proves_her_premenopausal_and_the_contradiction_is_noted() -> None:
    fact = facts(drug(GOSERELIN, "2025-05-01"), observation(STATE, POST))["menopausal_status"]
    assert isinstance(fact, Known)
    assert fact.notes == ("documented as postmenopausal",)


def test_the_latest_statement_governs_and_two_of_one_day_are_in_conflict() -> None:
    early, late = observation(STATE, PRE, on="2020-01-01"), observation(STATE, POST, on="2024-01-01")
    assert state(early, late) == "postmenopausal"
    assert state(observation(STATE, PRE), observation(STATE, POST)) == "conflicting"


def test_a_man_has_no_menopausal_state() -> None:
    assert state(observation(STATE, POST), of=patient("1950-01-01", "male")) == "not_recorded"


@pytest.mark.parametrize("key", ["conditions", "obsHost"])
def test_a_documented_menopause_is_not_believed_while_statements_may_be_unseen(key: str) -> None:
    states = {key: KeyState.PARTIAL}
    assert state(observation(STATE, POST), states=states) == "incomplete_page"
    assert state(observation(STATE, PRE), states=states) == "premenopausal"
    assert state(of=patient("1950-01-01"), states=states) == "postmenopausal"


def test_lost_drug_records_do_not_take_a_documented_state_away() -> None:
    assert state(observation(STATE, POST), states={"medicationAdministrations": KeyState.ABSENT}) == "postmenopausal"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([], "not_recorded"),
        ([condition("icd Z34.90", on="2025-03-01")], "yes"),
        ([condition("sct 77386006", on=None)], "yes"),
        ([condition("sct 77386006", on="2025-03-01", verification_status="provisional")], "yes"),
        ([condition("sct 77386006", on="2025-03-01", clinical_status="resolved")], "not_recorded"),
        ([condition("sct 77386006", on="2024-09-03")], "yes"),
        ([condition("sct 77386006", on="2024-09-02")], "not_recorded"),
        ([observation(PREGNANCY, PREGNANT, on="2025-03-01")], "yes"),
        ([observation(PREGNANCY, PREGNANT, on="2022-03-01")], "not_recorded"),
        ([observation(PREGNANCY, "sct 146799005", on="2025-06-01")], "equivocal"),
        ([observation(FEEDING, True, on="2025-03-01")], "yes"),
        ([observation(PREGNANCY, NOT_PREGNANT, on="2025-06-01")], "not_recorded"),
        ([observation(PREGNANCY, NOT_PREGNANT, on="2025-06-01"), observation(FEEDING, False, on="2025-06-01")], "no"),
        (
            [observation(PREGNANCY, NOT_PREGNANT, on="2025-05-30"), observation(FEEDING, False, on="2025-06-01")],
            "not_recorded",
        ),
        ([observation(PREGNANCY, NOT_PREGNANT, on=None), observation(FEEDING, False, on=None)], "not_recorded"),
        ([observation(PREGNANCY, NOT_PREGNANT, on="2025-06-01"), condition("icd Z34.90", on="2025-03-01")], "yes"),
    ],
)
def test_pregnancy_and_breastfeeding_are_of_now(seen: list[Any], expected: str) -> None:
    assert pregnant(*seen) == expected


def test_men_and_women_of_sixty_are_neither() -> None:
    assert pregnant(of=patient("1990-01-01", "male")) == "no"
    assert pregnant(of=patient("1965-06-30")) == "no"
    assert pregnant(of=patient("1965-07-01")) == "not_recorded"


def test_no_is_not_believed_while_records_may_be_unseen() -> None:
    answered = [observation(PREGNANCY, NOT_PREGNANT, on="2025-06-01"), observation(FEEDING, False, on="2025-06-01")]
    assert pregnant(*answered, states={"obsHost": KeyState.PARTIAL}) == "incomplete_page"
    assert pregnant(of=patient("1990-01-01", "male"), states={"obsHost": KeyState.ABSENT}) == "no"


def test_neither_order_nor_repetition_changes_the_state() -> None:
    seen = [observation(STATE, PRE, on="2020"), observation(STATE, POST, on="2024"), drug(GOSERELIN, "2019-01-01")]
    assert facts(*seen) == facts(*reversed(seen), *seen)

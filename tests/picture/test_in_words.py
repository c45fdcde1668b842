"""Diagnoses told by words alone that caution a treatment, or say that she is pregnant or in hospice."""

from dataclasses import replace
from typing import Any

import pytest

from cds_hooks.fhir.record import Coding, Concept, Patient
from cds_hooks.picture.fact import Known
from tests.picture.charts import concept, condition, origin, picture, procedure, value, when

LOCAL = "urn:oid:1.2.3"
YOUNG = Patient(origin("Patient", "p"), "female", when("1985-05-05"))


def said(text: str) -> Any:
    return condition(Concept(text=text), "2025-05-01")


def local(text: str) -> Any:
    return condition(Concept((Coding(LOCAL, "77", text),)), "2025-05-01")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("venous_thromboembolism", "Deep vein thrombosis"),
        ("venous_thromboembolism", "DVT left leg, 2019"),
        ("venous_thromboembolism", "History of pulmonary embolism"),
        ("venous_thromboembolism", "DVT; no symptoms now"),
        ("venous_thromboembolism", "Heterozygous factor V Leiden"),
        ("venous_thromboembolism", "Z.n. TVT links"),
        ("venous_thromboembolism", "Lungenembolie 2020"),
        ("stroke", "TIA"),
        ("stroke", "Old CVA"),
        ("stroke", "Schlaganfall 2012"),
        ("heart_failure", "Congestive heart failure"),
        ("long_qt", "Long QT syndrome"),
        ("interstitial_lung_disease", "Interstitial lung disease"),
        ("autoimmune_disease", "Systemic lupus erythematosus"),
        ("hospice", "In hospice care"),
        ("pregnant_or_lactating", "Pregnancy, 12 weeks"),
    ],
)
def test_the_words_of_a_diagnosis_caution_coded_elsewhere_or_not_at_all(name: str, text: str) -> None:
    for one in (said(text), local(text)):
        assert value(picture(one, patient=YOUNG).patient[name]) == "yes"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("venous_thromboembolism", "Family history of deep vein thrombosis"),
        ("venous_thromboembolism", "DVT (mother)"),
        ("venous_thromboembolism", "DVT prophylaxis"),
        ("venous_thromboembolism", "At risk for pulmonary embolism"),
        ("venous_thromboembolism", "No history of DVT or PE"),
        ("venous_thromboembolism", "Superficial thrombophlebitis"),
        ("venous_thromboembolism", "Thrombocytopenia"),
        ("stroke", "Heat stroke"),
        ("hospice", "Hospice discussed"),
        ("hospice", "Previously in hospice"),
        ("pregnant_or_lactating", "History of pregnancy loss"),
        ("pregnant_or_lactating", "Negative pregnancy test"),
    ],
)
def test_words_that_deny_it_or_say_another_thing_do_not(name: str, text: str) -> None:
    assert value(picture(said(text), patient=YOUNG).patient[name]) != "yes"


def test_the_card_can_say_that_only_words_told_and_that_it_is_past() -> None:
    fact = picture(said("History of pulmonary embolism")).patient["venous_thromboembolism"]
    assert isinstance(fact, Known)
    assert {"said in words alone", "past"} <= set(fact.evidence[0].marks)


def test_a_code_of_the_list_speaks_for_itself() -> None:
    coded = condition(concept("icd I26.99", display="Pulmonary embolism"))
    fact = picture(coded).patient["venous_thromboembolism"]
    assert isinstance(fact, Known)
    assert "said in words alone" not in fact.evidence[0].marks


def test_a_procedure_may_tell_hospice_in_words() -> None:
    done = replace(procedure("sct 305336008", "2025-05-01"), code=Concept(text="Admission to hospice"))
    assert value(picture(done).patient["hospice"]) == "yes"


@pytest.mark.parametrize(
    "code",
    ["icd D68.51", "icd D68.61", "icd9 453.40", "icd9 415.19", "icd9 V12.51", "icd9 289.81", "sct 234467004"],
)
def test_thrombophilia_and_older_codes_count_as_clots(code: str) -> None:
    assert value(picture(condition(code)).patient["venous_thromboembolism"]) == "yes"


@pytest.mark.parametrize("code", ["icd9 434.91", "icd9 436", "icd9 438.9"])
def test_older_codes_of_a_stroke(code: str) -> None:
    assert value(picture(condition(code)).patient["stroke"]) == "yes"


@pytest.mark.parametrize("code", ["icd D68.0", "icd9 451.0", "icd9 453.6"])
def test_what_stands_beside_them_in_the_book_is_none(code: str) -> None:
    assert value(picture(condition(code)).patient["venous_thromboembolism"]) == "not_recorded"

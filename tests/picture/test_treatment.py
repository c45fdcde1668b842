"""Systemic therapy before surgery, and what it does to everything measured after."""

from dataclasses import replace
from typing import Any

import pytest

from cds_hooks.fhir.record import Concept, KeyState
from tests.picture.charts import concept, condition, drug, facts, known, mm, number, observation, procedure, value

CHEMO, LUMPECTOMY, BIOPSY = "sct 367336001", "sct 392021009", "sct 122548005"
PACLITAXEL = "rxnorm 56946"
FIRST = (procedure(CHEMO, "2024-02-01"), procedure(LUMPECTOMY, "2024-06-01"))


def first(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["systemic_therapy_first"])


@pytest.mark.parametrize(
    ("therapy", "operation", "expected"),
    [
        (procedure(CHEMO, "2024-02-01"), procedure(LUMPECTOMY, "2024-06-01"), "yes"),
        (drug(PACLITAXEL, "2024-02-01"), procedure(LUMPECTOMY, "2024-06-01"), "yes"),
        (drug(PACLITAXEL, "2024-02-01", "MedicationRequest"), procedure(LUMPECTOMY, "2024-06-01"), "yes"),
        (drug("rxnorm 84857", "2024-02-01"), procedure(LUMPECTOMY, "2024-06-01"), "yes"),
        (drug(concept(text="Paclitaxel 80 mg/m2"), "2024-02-01"), procedure(LUMPECTOMY, "2024-06-01"), "yes"),
        (procedure(CHEMO, "2024-08-01"), procedure(LUMPECTOMY, "2024-06-01"), "no"),
        (drug("rxnorm 84857", "2024-08-01"), procedure(LUMPECTOMY, "2024-06-01"), "no"),
        (procedure(CHEMO, "2024-02-01"), procedure(BIOPSY, "2024-06-01"), "equivocal"),
        (procedure(CHEMO, None), procedure(LUMPECTOMY, "2024-06-01"), "equivocal"),
        (procedure(CHEMO, "2024-02-01"), procedure(LUMPECTOMY, None), "equivocal"),
        (procedure(CHEMO, "2024-02-01"), procedure(LUMPECTOMY, "2024-06-01", status="not-done"), "equivocal"),
        (procedure(CHEMO, "2024"), procedure(LUMPECTOMY, "2024-06-01"), "yes"),
        (
            procedure(CHEMO, "2024-08-01", intent=(concept("sct 373847000"),)),
            procedure(LUMPECTOMY, "2024-06-01"),
            "yes",
        ),
        (procedure(CHEMO, None, intent=(concept("sct 373846009"),)), procedure(LUMPECTOMY, "2024-06-01"), "no"),
        (
            procedure(CHEMO, "2024-02-01", intent=(concept("sct 373846009"),)),
            procedure(LUMPECTOMY, "2024-06-01"),
            "equivocal",
        ),
        (drug(PACLITAXEL, "2024-02-01", "MedicationRequest", intent="plan"), procedure(LUMPECTOMY, "2024-06-01"), "no"),
        (drug(PACLITAXEL, "2024-02-01", do_not_perform=True), procedure(LUMPECTOMY, "2024-06-01"), "no"),
        (drug(PACLITAXEL, "2024-02-01", status="not-done"), procedure(LUMPECTOMY, "2024-06-01"), "no"),
        (drug("rxnorm 993449", "2024-02-01"), procedure(LUMPECTOMY, "2024-06-01"), "no"),
        (drug("rxnorm 860975", "2024-02-01"), procedure(LUMPECTOMY, "2024-06-01"), "no"),
    ],
)
def test_whether_systemic_therapy_came_before_surgery(therapy: Any, operation: Any, expected: str) -> None:
    assert first(therapy, operation) == expected


def test_surgery_of_the_other_breast_is_no_surgery_of_this_tumour() -> None:
    other = procedure("sct 429400009", "2024-01-15")
    assert first(procedure(CHEMO, "2024-02-01"), other, procedure("sct 428571003", "2024-06-01")) == "yes"


def test_therapy_for_another_disease_does_not_count() -> None:
    colon = condition("sct 93761005", name="colon")
    therapy = drug(PACLITAXEL, "2024-02-01", reason_reference=(colon.origin.reference,))
    assert first(condition(), colon, therapy, procedure(LUMPECTOMY, "2024-06-01")) == "no"


@pytest.mark.parametrize(("on", "expected"), [("2024-02-01", "not_loaded"), (None, "not_loaded"), ("2024-08-01", "no")])
def test_a_drug_whose_name_could_not_be_loaded_may_have_come_first(on: str | None, expected: str) -> None:
    unnamed = drug(concept(), on, drug_unresolved="Medication/gone")
    assert first(unnamed, procedure(LUMPECTOMY, "2024-06-01")) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (concept("sct 33195004", display="Chemotherapy"), "yes"),
        (concept(text="Neoadjuvant chemotherapy, cycle 1"), "yes"),
        (concept("sct 33195004"), "no"),
    ],
)
def test_a_procedure_that_names_a_drug_treatment_in_its_text_counts(said: Any, expected: str) -> None:
    assert first(replace(procedure(CHEMO, "2024-02-01"), code=said), procedure(LUMPECTOMY, "2024-06-01")) == expected


def test_a_code_of_surgery_with_the_text_of_a_biopsy_is_no_surgery() -> None:
    biopsy = replace(procedure(LUMPECTOMY, "2024-01-15"), code=concept(LUMPECTOMY, display="Excision biopsy"))
    assert first(biopsy, procedure(CHEMO, "2024-02-01")) == "equivocal"


@pytest.mark.parametrize("category", ["ypT1c", "ycT2", "ypT0"])
def test_a_y_prefix_tells_it_without_any_treatment_record(category: str) -> None:
    assert first(observation("loinc 21899-0", f"ajcc {category}")) == "yes"


def test_staging_after_therapy_tells_it_too() -> None:
    assert first(observation("loinc 101658-3", "sct 373066001")) == "yes"


def test_pathology_before_any_therapy_shows_that_surgery_came_first() -> None:
    tamoxifen = drug("rxnorm 10324", "2024-05-01")
    assert first(tamoxifen, observation("loinc 21899-0", "ajcc pT1c", on="2024-03-01")) == "no"
    assert first(tamoxifen, observation("loinc 21899-0", "ajcc pT1c", on="2024-06-01")) == "equivocal"


@pytest.mark.parametrize("key", ["procedures", "medicationRequests", "medicationAdministrations"])
@pytest.mark.parametrize("state", [KeyState.ABSENT, KeyState.FAILED, KeyState.PARTIAL])
def test_a_treatment_record_that_could_not_be_loaded_leaves_it_unknown(key: str, state: KeyState) -> None:
    assert first(states={key: state}) == "not_loaded"
    assert first(*FIRST, states={key: state}) == "yes"


SIZE, NODES, GRADE, HER2, ER, VESSELS = (
    "loinc 33728-7",
    "loinc 21893-3",
    "loinc 44648-4",
    "loinc 48676-1",
    "loinc 85337-4",
    "loinc 59544-7",
)
POSITIVE, NEGATIVE = "sct 10828004", "sct 260385009"


@pytest.mark.parametrize(
    ("fact", "question", "answer", "expected"),
    [
        ("tumour_size", SIZE, mm("3"), (3, None)),
        ("tumour_size", SIZE, mm("60"), (60, None)),
        ("positive_nodes", NODES, number("0"), "after_systemic_therapy"),
        ("positive_nodes", NODES, number("4"), (4, None)),
        ("grade", GRADE, "loinc LA27823-6", "after_systemic_therapy"),
        ("grade", GRADE, "loinc LA27824-4", (2, 3)),
        ("grade", GRADE, "loinc LA27825-1", 3),
        ("her2", HER2, NEGATIVE, "after_systemic_therapy"),
        ("her2", HER2, POSITIVE, "positive"),
        ("her2", "loinc 85319-2", "loinc LA11843-2", "positive"),
        ("er", ER, POSITIVE, "after_systemic_therapy"),
        ("er", ER, NEGATIVE, "negative"),
        ("vascular_invasion", VESSELS, NEGATIVE, "after_systemic_therapy"),
        ("vascular_invasion", VESSELS, POSITIVE, "yes"),
    ],
)
@pytest.mark.parametrize("on", ["2024-06-02", "2024-03-01", "2024", None])
def test_what_was_measured_after_therapy_began_is_only_a_floor(
    on: str | None, fact: str, question: str, answer: Any, expected: Any
) -> None:
    assert value(facts(*FIRST, observation(question, answer, on=on))[fact]) == expected


def test_where_one_therapy_is_undated_nothing_is_certainly_from_before_it() -> None:
    undated = procedure(CHEMO, None, intent=(concept("sct 373847000"),))
    found = facts(*FIRST, undated, observation(SIZE, mm("8"), on="2024-01-20"))
    assert value(found["tumour_size"]) == (8, None)


def test_a_floor_says_why_it_is_one() -> None:
    fact = known(facts(*FIRST, observation(SIZE, mm("3"), on="2024-06-02"))["tumour_size"])
    assert fact.bounded_why is not None
    assert fact.bounded_why.value == "after_systemic_therapy"


def test_a_measurement_from_before_therapy_governs_over_the_later_one() -> None:
    before, after = observation(SIZE, mm("28"), on="2024-01-20"), observation(SIZE, mm("3"), on="2024-06-02")
    fact = known(facts(*FIRST, before, after)["tumour_size"])
    assert value(fact) == 28
    assert [aside.reference for aside in fact.set_aside] == [after.origin.reference]


def test_a_worse_measurement_after_therapy_raises_the_earlier_one() -> None:
    before, after = observation(SIZE, mm("28"), on="2024-01-20"), observation(SIZE, mm("60"), on="2024-06-02")
    assert value(facts(*FIRST, before, after)["tumour_size"]) == (60, None)


def test_a_receptor_lost_after_therapy_raises_and_one_gained_does_not_lower() -> None:
    before, after = observation(ER, POSITIVE, on="2024-01-20"), observation(ER, NEGATIVE, on="2024-06-02")
    assert value(facts(*FIRST, before, after)["er"]) == "negative"
    before, after = observation(ER, NEGATIVE, on="2024-01-20"), observation(ER, POSITIVE, on="2024-06-02")
    assert value(facts(*FIRST, before, after)["er"]) == "negative"


@pytest.mark.parametrize(
    ("category", "size", "nodes"),
    [("ypT1c ypN0", (10, None), "after_systemic_therapy"), ("ypT2 ypN2a", (20, None), (4, None))],
)
def test_y_categories_are_floors(category: str, size: Any, nodes: Any) -> None:
    t, n = category.split()
    found = facts(observation("loinc 21899-0", f"ajcc {t}"), observation("loinc 21900-6", f"ajcc {n}"))
    assert (value(found["tumour_size"]), value(found["positive_nodes"])) == (size, nodes)


def test_a_complete_response_is_not_low() -> None:
    found = facts(observation("loinc 21899-0", "ajcc ypT0"), observation(NODES, "0/3"))
    assert value(found["tumour_size"]) == "not_recorded"
    assert value(found["positive_nodes"]) == "after_systemic_therapy"
    assert value(found["local_extension"]) == "no"


def test_the_clinical_category_describes_the_time_before_therapy_whenever_it_was_written() -> None:
    staged = observation("loinc 21905-5", "ajcc cT2", on="2024-06-20")
    assert value(facts(*FIRST, staged)["tumour_size"]) == (20, 50)


def test_a_low_category_after_therapy_does_not_exclude_local_extension() -> None:
    assert (
        value(facts(*FIRST, observation("loinc 21899-0", "ajcc ypT2"))["local_extension"]) == "after_systemic_therapy"
    )


@pytest.mark.parametrize(("reason", "expected"), [("icd C34.1", "no"), ("icd C50.9", "yes"), ("icd M06.9", "yes")])
def test_a_coded_reason_excludes_only_another_cancer(reason: str, expected: str) -> None:
    therapy = drug(PACLITAXEL, "2024-02-01", reason=(concept(reason),))
    assert first(therapy, procedure(LUMPECTOMY, "2024-06-01")) == expected


def test_a_reason_that_names_this_tumour_counts() -> None:
    therapy = drug(PACLITAXEL, "2024-02-01", reason_reference=("Condition/cancer",))
    assert first(therapy, procedure(LUMPECTOMY, "2024-06-01")) == "yes"


SURGERY = procedure(LUMPECTOMY, "2024-06-01")
RESPONSE = "loinc 85323-4"


def said(text: str, on: str | None = "2024-03-01") -> Any:
    return condition(Concept(text=text), on)


@pytest.mark.parametrize(
    "hint",
    [
        procedure("cpt 96413", "2024-02-01"),
        procedure("cpt 96413", None),
        replace(procedure(CHEMO, "2024-02-01"), code=concept("icd9 99.25")),
        condition("icd Z51.11", "2024-02-01"),
        condition("icd Z92.21", "2024-07-01"),
        said("S/P neoadjuvant chemotherapy"),
        said("Neoadjuvante Therapie", None),
        said("Chemotherapy-induced neutropenia"),
        observation(RESPONSE, "RCB Klasse 1"),
        observation(RESPONSE, "negative"),
    ],
)
def test_a_hint_at_drugs_before_surgery_is_no_silence(hint: Any) -> None:
    assert first(condition(), SURGERY, hint) == "equivocal"


@pytest.mark.parametrize(
    "no_hint",
    [
        procedure("cpt 96413", "2024-08-01"),
        procedure("cpt 96413", "2024-02-01", status="not-done"),
        condition("icd Z51.11", "2024-08-01"),
        said("Chemotherapy declined"),
        said("No neoadjuvant chemotherapy"),
        observation(RESPONSE, "No known presurgical therapy"),
        observation(RESPONSE, "unknown"),
    ],
)
def test_what_came_after_surgery_or_was_not_given_is_no_hint(no_hint: Any) -> None:
    assert first(condition(), SURGERY, no_hint) == "no"


def test_treatment_on_record_explains_a_history_of_it() -> None:
    adjuvant = procedure(CHEMO, "2024-08-01")
    assert first(condition(), SURGERY, adjuvant, condition("icd Z92.21", "2024-07-01")) == "no"
    assert first(condition(), SURGERY, adjuvant, condition("icd Z51.11", "2024-02-01")) == "equivocal"
    assert first(condition(), SURGERY, adjuvant, said("neoadjuvant therapy")) == "equivocal"

"""Drugs on record, their classes, and chemotherapy."""

from dataclasses import replace
from typing import Any

import pytest

from cds_hooks.fhir.record import Coding, Concept, KeyState
from tests.picture.charts import concept, condition, drug, facts, known, picture, procedure, value
from tests.picture.courses import dose, ordered, stated

PACLITAXEL, DOXORUBICIN, METHOTREXATE, CYCLOPHOSPHAMIDE = "rxnorm 56946", "rxnorm 3639", "rxnorm 6851", "rxnorm 3002"
TAMOXIFEN, DENOSUMAB, METFORMIN, CHEMOTHERAPY = "rxnorm 10324", "rxnorm 993449", "rxnorm 6809", "sct 367336001"


def chemotherapy(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["chemotherapy"])


def drugs(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["drugs_recorded"])


def classes(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["drug_classes_recorded"])


def atc(code: str) -> Concept:
    return Concept((Coding("http://www.whocc.no/atc", code),))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (PACLITAXEL, ("paclitaxel",)),
        ("rxnorm 583214", ("paclitaxel",)),
        ("sct 387374002", ("paclitaxel",)),
        (atc("L01CD01"), ("paclitaxel",)),
        (concept(text="Taxol 80 mg/m2 weekly"), ("paclitaxel",)),
        (concept(text="Phesgo 600 mg"), ("pertuzumab", "trastuzumab")),
        (concept(text="ado-trastuzumab emtansine (Kadcyla)"), ("t_dm1",)),
        ("rxnorm 2267582", ("t_dxd",)),
        (concept(text="Trastuzumab deruxtecan"), ("t_dxd",)),
        (concept("rxnorm 224905", display="ado-trastuzumab emtansine"), ("t_dm1",)),
        (concept(text="TCHP, cycle 2"), ("carboplatin", "docetaxel", "pertuzumab", "trastuzumab")),
        (DENOSUMAB, ("denosumab",)),
        (concept(text="Zometa 4 mg"), ("zoledronic_acid",)),
        (concept(text="Anastrozol 1 mg Tabletten"), ("anastrozole",)),
        (METFORMIN, "not_recorded"),
        (concept(text="chemotherapy"), "not_recorded"),
    ],
)
def test_a_drug_is_known_by_ingredient_product_substance_class_brand_or_text(code: Any, expected: Any) -> None:
    assert drugs(dose(code, "2024-03-01")) == expected


@pytest.mark.parametrize(
    "use",
    [
        ordered(PACLITAXEL, "2024-03-01", intent="plan"),
        ordered(PACLITAXEL, "2024-03-01", intent="proposal"),
        ordered(PACLITAXEL, "2024-03-01", intent="option"),
        ordered(PACLITAXEL, "2024-03-01", "draft"),
        ordered(PACLITAXEL, "2024-03-01", "cancelled"),
        ordered(PACLITAXEL, "2025-09-01"),
        stated(PACLITAXEL, "2024-03-01", status="intended"),
        stated(PACLITAXEL, "2024-03-01", status="not-taken"),
        dose(PACLITAXEL, "2024-03-01", "not-done"),
        dose(PACLITAXEL, "2015-03-01"),
    ],
)
def test_what_was_planned_or_not_given_or_given_for_something_else_is_not_on_record(use: Any) -> None:
    assert drugs(use) == "not_recorded"
    assert chemotherapy(use) == "not_recorded"


@pytest.mark.parametrize(
    "use",
    [
        ordered(PACLITAXEL, "2024-03-01", "completed"),
        ordered(PACLITAXEL, "2024-03-01", "stopped"),
        stated(PACLITAXEL, "2024-03-01", status="completed"),
        stated(PACLITAXEL, "2024-03-01", status="stopped"),
        dose(PACLITAXEL, "2024-03-01", "stopped"),
        dose(PACLITAXEL, "2024-03-01", "in-progress"),
        drug(PACLITAXEL, None),
    ],
)
def test_what_was_given_stated_or_ordered_is_on_record(use: Any) -> None:
    assert drugs(use) == ("paclitaxel",)
    assert chemotherapy(use) == "yes"


def test_the_classes_are_those_of_the_drugs() -> None:
    uses = [dose(code, "2024-03-01") for code in (DOXORUBICIN, PACLITAXEL, TAMOXIFEN, DENOSUMAB, "rxnorm 50610")]
    expected = ("anthracycline", "bone_agent", "chemotherapy", "endocrine", "ovarian_suppression", "taxane")
    assert classes(*uses) == expected


def test_code_and_text_that_name_different_drugs_name_none() -> None:
    fact = facts(dose(concept(TAMOXIFEN, display="Letrozole 2.5 MG"), "2024-03-01"), dose(PACLITAXEL, "2024-03-01"))
    assert value(fact["drugs_recorded"]) == ("paclitaxel",)
    assert known(fact["drugs_recorded"]).bounded_why is not None
    assert value(fact["endocrine_agent"]) == "conflicting"


def test_a_drug_of_which_the_name_could_not_be_loaded_leaves_the_list_open() -> None:
    nameless = drug(concept(), "2024-03-01", drug_unresolved="Medication/gone")
    assert drugs(nameless) == "not_loaded"
    assert known(facts(nameless, dose(PACLITAXEL, "2024-03-01"))["drugs_recorded"]).bounded_why is not None


@pytest.mark.parametrize("key", ["medicationRequests", "medicationAdministrations"])
@pytest.mark.parametrize("state", [KeyState.ABSENT, KeyState.FAILED, KeyState.PARTIAL])
def test_a_list_is_a_floor_where_records_are_missing(key: str, state: KeyState) -> None:
    fact = known(facts(dose(PACLITAXEL, "2024-03-01"), states={key: state})["drugs_recorded"])
    assert value(fact) == ("paclitaxel",)
    assert fact.bounded_why is not None
    assert chemotherapy(dose(PACLITAXEL, "2024-03-01"), states={key: state}) == "yes"
    assert chemotherapy(states={key: state}) in ("not_loaded", "incomplete_page")


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([METHOTREXATE], "not_recorded"),
        ([METHOTREXATE, METHOTREXATE], "not_recorded"),
        (["rxnorm 4492"], "not_recorded"),
        ([METHOTREXATE, CYCLOPHOSPHAMIDE], "yes"),
        ([DOXORUBICIN, CYCLOPHOSPHAMIDE], "yes"),
        ([TAMOXIFEN], "not_recorded"),
        (["rxnorm 1371041"], "not_recorded"),
    ],
)
def test_drugs_of_other_diseases_too_are_chemotherapy_only_together(codes: list[str], expected: str) -> None:
    assert chemotherapy(*(dose(code, "2024-03-01") for code in codes)) == expected


def test_a_drug_of_other_diseases_too_is_chemotherapy_if_given_for_this_cancer() -> None:
    assert chemotherapy(condition(), dose(METHOTREXATE, "2024-03-01", reason=(concept("icd C50.912"),))) == "yes"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (procedure(CHEMOTHERAPY, "2024-03-01"), "yes"),
        (procedure(CHEMOTHERAPY, "2024-03-01", status="not-done"), "not_recorded"),
        (procedure(CHEMOTHERAPY, "2025-09-01"), "not_recorded"),
        (replace(procedure(CHEMOTHERAPY, "2024-03-01"), code=concept(text="Paclitaxel infusion")), "yes"),
        (procedure("sct 169413002", "2024-03-01"), "not_recorded"),
    ],
)
def test_chemotherapy_as_a_procedure_counts(resource: Any, expected: str) -> None:
    assert chemotherapy(resource) == expected


def test_chemotherapy_on_file_as_a_condition_counts_unless_it_may_be_for_another_cancer() -> None:
    assert chemotherapy(condition(), condition("icd Z92.21")) == "yes"
    assert chemotherapy(condition(), condition("icd Z92.21"), condition("icd C34.1")) == "conflicting"


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        (procedure(CHEMOTHERAPY, "2024-03-01", status="not-done"), "no"),
        (stated(PACLITAXEL, "2024-03-01", status="not-taken"), "no"),
        (stated(TAMOXIFEN, "2024-03-01", status="not-taken"), "not_recorded"),
        (dose(PACLITAXEL, "2024-03-01", "not-done"), "not_recorded"),
    ],
)
def test_chemotherapy_that_the_chart_says_was_not_given_is_no(refused: Any, expected: str) -> None:
    assert chemotherapy(not_done=(refused,)) == expected
    assert chemotherapy(dose(DOXORUBICIN, "2024-03-01"), not_done=(refused,)) == "yes"


def test_an_order_not_to_give_chemotherapy_is_no() -> None:
    assert chemotherapy(ordered(PACLITAXEL, "2024-03-01", do_not_perform=True)) == "no"


def test_a_drug_for_another_cancer_on_record_is_not_guessed() -> None:
    lung = condition("icd C34.1", name="lung")
    assert drugs(condition(), lung, dose("rxnorm 40048", "2024-03-01")) == "conflicting"
    stated_for = dose("rxnorm 40048", "2024-03-01", reason_reference=("Condition/lung",))
    assert drugs(condition(), lung, stated_for) == "not_recorded"
    assert drugs(condition(), lung, dose(TAMOXIFEN, "2024-03-01")) == ("tamoxifen",)


def test_tumours_found_together_are_treated_together() -> None:
    both = (condition(on="2024-01-10"), condition("icd C50.911", on="2024-02-01"))
    seen = picture(*both, dose(PACLITAXEL, "2024-03-01"))
    assert {value(e.facts["chemotherapy"]) for e in seen.episodes} == {"yes"}


def test_of_tumours_years_apart_the_first_has_what_was_given_before_the_second() -> None:
    both = (condition(on="2012-01-10"), condition("icd C50.911", on="2024-02-01"))
    early = {e.side: value(e.facts["chemotherapy"]) for e in picture(*both, dose(PACLITAXEL, "2012-03-01")).episodes}
    assert early == {"left": "yes", "right": "not_recorded"}
    late = {e.side: value(e.facts["chemotherapy"]) for e in picture(*both, dose(PACLITAXEL, "2024-03-01")).episodes}
    assert late == {"left": "conflicting", "right": "conflicting"}

"""What else the patient has and takes: present where recorded, never absent by silence."""

from typing import Any

import pytest

from cds_hooks.fhir.dates import period
from cds_hooks.fhir.record import Coding, Concept, KeyState, MedicationUse
from cds_hooks.picture.fact import Fact, Known, Unknown
from cds_hooks.picture.readers.comorbidities import DIAGNOSES, DRUGS
from tests.picture.charts import concept, condition, drug, picture, procedure, value

CLOT, BONES = "icd I26.99", "icd M81.0"
WARFARIN, ORDER = "rxnorm 11289", "MedicationRequest"


def fact(name: str, *resources: Any, **more: Any) -> Fact:
    return picture(*resources, **more).patient[name]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("venous_thromboembolism", CLOT),
        ("venous_thromboembolism", "icd I82.412"),
        ("venous_thromboembolism", "icd Z86.718"),
        ("venous_thromboembolism", "sct 128053003"),
        ("venous_thromboembolism", "sct 161508001"),
        ("stroke", "icd I63.9"),
        ("stroke", "icd Z86.73"),
        ("stroke", "sct 230690007"),
        ("osteoporosis", BONES),
        ("osteoporosis", "sct 64859006"),
        ("heart_failure", "icd I50.22"),
        ("heart_failure", "sct 84114007"),
        ("autoimmune_disease", "icd M05.79"),
        ("autoimmune_disease", "sct 24700007"),
        ("long_qt", "icd I45.81"),
        ("long_qt", "sct 9651007"),
        ("interstitial_lung_disease", "icd J84.10"),
        ("interstitial_lung_disease", "icd J70.4"),
        ("uterus_absent", "icd Z90.710"),
        ("uterus_absent", "sct 161800001"),
        ("anticoagulant", "icd Z79.01"),
        ("hormone_therapy", "icd Z79.890"),
    ],
)
def test_a_recorded_diagnosis_is_present(name: str, code: str) -> None:
    assert value(fact(name, condition(code))) == "yes"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("venous_thromboembolism", "icd I82.811"),
        ("venous_thromboembolism", "icd I80.01"),
        ("venous_thromboembolism", "icd Z82.49"),
        ("stroke", "icd Z82.3"),
        ("osteoporosis", "icd Z82.62"),
        ("osteoporosis", "icd M85.80"),
        ("heart_failure", "icd I51.7"),
        ("autoimmune_disease", "icd M19.90"),
        ("long_qt", "icd I45.6"),
        ("interstitial_lung_disease", "icd J44.9"),
        ("uterus_absent", "icd Z90.712"),
    ],
)
def test_a_neighbouring_code_is_not_the_disease(name: str, code: str) -> None:
    assert value(fact(name, condition(code))) == "not_recorded"


@pytest.mark.parametrize("name", [*DIAGNOSES, *DRUGS])
def test_silence_is_never_absence(name: str) -> None:
    assert value(fact(name)) == "not_recorded"
    assert value(fact(name, states={"conditions": KeyState.PARTIAL})) == "incomplete_page"


@pytest.mark.parametrize("status", ["resolved", "inactive", "remission"])
def test_a_past_clot_still_cautions_and_says_that_it_is_past(status: str) -> None:
    found = fact("venous_thromboembolism", condition(CLOT, clinical_status=status))
    assert isinstance(found, Known)
    assert found.evidence[0].marks == ("past",)


@pytest.mark.parametrize("ended", [{"clinical_status": "resolved"}, {"abatement": period("2020", "2021")}])
def test_an_osteoporosis_that_is_over_no_longer_cautions_and_is_shown(ended: dict[str, Any]) -> None:
    found = fact("osteoporosis", condition(BONES, name="bones", **ended))
    assert isinstance(found, Unknown)
    assert [aside.why for aside in found.set_aside] == ["no longer active"]


@pytest.mark.parametrize("ended", [{"clinical_status": "active"}, {}, {"abatement": period("2024", "2030")}])
def test_an_osteoporosis_without_an_end_is_active(ended: dict[str, Any]) -> None:
    assert value(fact("osteoporosis", condition(BONES, **ended))) == "yes"


def test_a_provisional_diagnosis_cautions_with_its_mark() -> None:
    supposed = condition(CLOT, verification_status="provisional")
    marked = fact("venous_thromboembolism", supposed)
    assert isinstance(marked, Known)
    assert "provisional" in marked.evidence[0].marks


def test_a_hysterectomy_counts_once_it_is_done() -> None:
    assert value(fact("uterus_absent", procedure("cpt 58571", "2015-03-01"))) == "yes"
    assert value(fact("uterus_absent", procedure("sct 236886002", "2015", status="not-done"))) == "not_recorded"
    assert value(fact("uterus_absent", procedure("sct 236886002", "2026-01-01"))) == "not_recorded"


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (drug(WARFARIN, "2019-01-01", ORDER), "yes"),
        (drug(WARFARIN, "2019-01-01", ORDER, status="on-hold"), "yes"),
        (drug(WARFARIN, "2019-01-01", ORDER, status="completed"), "not_recorded"),
        (drug(WARFARIN, "2025-03-01", ORDER, status="stopped"), "yes"),
        (drug(WARFARIN, None, ORDER, status="stopped"), "yes"),
        (drug(WARFARIN, "2025-06-01", ORDER, status="draft"), "not_recorded"),
        (drug(WARFARIN, "2025-06-01", ORDER, intent="proposal"), "not_recorded"),
        (drug(WARFARIN, "2025-06-01", ORDER, do_not_perform=True), "not_recorded"),
        (drug(WARFARIN, "2025-08-01", ORDER), "not_recorded"),
        (drug(WARFARIN, "2025-06-01"), "yes"),
        (drug(WARFARIN, "2024-06-01"), "not_recorded"),
        (drug(WARFARIN, "2024-06-01", "MedicationStatement", status="active"), "yes"),
    ],
)
def test_a_drug_counts_while_it_is_taken_or_until_lately(use: MedicationUse, expected: str) -> None:
    assert value(fact("anticoagulant", use)) == expected


@pytest.mark.parametrize(
    ("days_ago", "expected"), [("2024-12-29", "yes"), ("2024-12-28", "not_recorded")], ids=["183 days", "184 days"]
)
def test_what_has_ended_counts_for_half_a_year(days_ago: str, expected: str) -> None:
    assert value(fact("anticoagulant", drug(WARFARIN, days_ago, ORDER, status="stopped"))) == expected


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("anticoagulant", "Apixaban 5 MG Oral Tablet [Eliquis]"),
        ("cyp2d6_inhibitor", "paroxetine hydrochloride 20 mg"),
        ("cyp2d6_inhibitor", "24 HR buPROPion 150 MG Extended Release Oral Tablet"),
        ("hormone_therapy", "Estradiol 1 MG Oral Tablet"),
        ("hormone_therapy", "Levonorgestrel intrauterine system"),
        ("hormone_therapy", "etonogestrel / ethinyl estradiol vaginal ring"),
    ],
)
def test_a_drug_may_be_named_in_words(name: str, said: str) -> None:
    assert value(fact(name, drug(Concept((Coding(None, None, said),)), "2025-01-01", ORDER))) == "yes"


def test_vaginal_oestrogen_is_not_systemic_and_is_shown() -> None:
    found = fact("hormone_therapy", drug(Concept((), "estradiol 10 microgram vaginal insert"), "2025-01-01", ORDER))
    assert isinstance(found, Unknown)
    assert [aside.why for aside in found.set_aside] == ["local, not systemic"]


@pytest.mark.parametrize("said", ["citalopram 20 mg", "heparin flush", "vaginal clotrimazole"])
def test_another_drug_is_none_of_these(said: str) -> None:
    use = drug(Concept((), said), "2025-01-01", ORDER)
    assert [value(fact(name, use)) for name in DRUGS] == ["not_recorded"] * len(DRUGS)


def test_drugs_that_could_not_be_loaded_are_not_missing() -> None:
    states = {"medicationRequests": KeyState.ABSENT}
    assert value(fact("anticoagulant", states=states)) == "not_loaded"
    assert value(fact("anticoagulant", drug(WARFARIN, "2025-06-01"), states=states)) == "yes"


def test_neither_order_nor_repetition_changes_what_the_patient_has() -> None:
    seen: list[Any] = [condition(CLOT, clinical_status="resolved"), condition(concept(BONES))]
    seen.append(drug(WARFARIN, "2025-01-01", ORDER))
    one, other = picture(*seen).patient, picture(*reversed(seen), *seen).patient
    assert {n: one[n] for n in (*DIAGNOSES, *DRUGS)} == {n: other[n] for n in (*DIAGNOSES, *DRUGS)}

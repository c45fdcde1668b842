"""Signs that the disease may have come back."""

from dataclasses import replace
from typing import Any

import pytest

from cds_hooks.fhir.dates import period
from cds_hooks.fhir.record import Concept, KeyState, Quantity, Unreadable
from cds_hooks.picture.fact import Fact, Unknown
from tests.picture.charts import (
    coding,
    component,
    concept,
    condition,
    known,
    observation,
    origin,
    picture,
    procedure,
    report,
    value,
    when,
)

CANCER = condition(on="2022-01-10", name="cancer")  # of the left breast
OPERATION = procedure("sct 392021009", "2022-02-01", laterality=(concept("sct 7771000"),))
LUMP, COUGH, DYSPNOEA, HEADACHE = "sct 89164003", "sct 49727002", "sct 267036007", "sct 25064002"
LEFT_BREAST, RIGHT_BREAST = concept("sct 80248007"), concept("sct 73056007")
BIRADS = "loinc 72018-2"
NOTHING = ("not_recorded", "not_recorded", "not_recorded", "no")
NAMES = ("recurrence_signs_locoregional", "recurrence_signs_systemic", "red_flags", "suspected_recurrence")


def signs(*resources: Any, **more: Any) -> dict[str, Fact]:
    patient = picture(CANCER, OPERATION, *resources, **more).patient
    return {name: patient[name] for name in NAMES}


def said(*resources: Any, **more: Any) -> tuple[Any, ...]:
    return tuple(value(fact) for fact in signs(*resources, **more).values())


def complaint(code: str | Concept, on: str | None = "2025-05-01", **more: Any) -> Any:
    return condition(code, on=on, clinical_status=more.pop("clinical_status", "active"), **more)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (LUMP, "lump"),
        ("icd N63.20", "lump"),
        ("icd N63.0", "lump"),
        ("sct 164150006", "node"),
        ("icd R59.0", "node"),
        ("sct 54302000", "nipple_discharge"),
        ("icd N64.52", "nipple_discharge"),
        ("sct 271955004", "nipple_inversion"),
        ("icd N64.53", "nipple_inversion"),
        ("sct 87386002", "skin_change"),
        ("sct 449618007", "arm_swelling"),
        ("icd R22.32", "arm_swelling"),
        ("icd R22.2", "swelling"),
        ("sct 397144001", "suspicious_imaging"),
    ],
)
def test_a_local_sign_stands_alone(code: str, word: str) -> None:
    assert said(complaint(code)) == ((word,), "not_recorded", "not_recorded", "yes")


@pytest.mark.parametrize(
    ("code", "organ"),
    [
        ("sct 12584003", "bone"),
        (DYSPNOEA, "chest"),
        ("icd R05.9", "chest"),
        ("sct 301717006", "liver"),
        (HEADACHE, "brain"),
        ("icd R51.9", "brain"),
        ("icd R63.4", "general"),
    ],
)
def test_one_unspecific_complaint_is_listed_and_makes_no_suspicion(code: str, organ: str) -> None:
    assert said(complaint(code)) == ("not_recorded", (organ,), "not_recorded", "no")


@pytest.mark.parametrize(
    ("complaints", "suspected"),
    [
        ((COUGH, HEADACHE), "yes"),
        ((COUGH, DYSPNOEA), "yes"),
        ((COUGH, COUGH), "no"),
        ((COUGH, "icd R05.9"), "no"),
        (("sct 284523002",), "yes"),
        (("icd R05.3",), "yes"),
        (("sct 18165001",), "yes"),
        (("sct 268029009",), "yes"),
        (("sct 91175000",), "yes"),
    ],
)
def test_unspecific_complaints_count_when_persistent_or_two_of_different_kinds(
    complaints: tuple[str, ...], suspected: str
) -> None:
    assert said(*(complaint(code) for code in complaints))[3] == suspected


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("sct 71286001", "cord_compression"),
        ("icd G95.20", "cord_compression"),
        ("sct 271719001", "raised_intracranial_pressure"),
        ("icd E83.52", "hypercalcaemia"),
        ("sct 60046008", "pleural_effusion"),
        ("icd J90", "pleural_effusion"),
    ],
)
def test_a_red_flag_stands_alone(code: str, word: str) -> None:
    assert said(complaint(code)) == ("not_recorded", "not_recorded", (word,), "yes")


@pytest.mark.parametrize("code", ["icd E11.9", "sct 22298006", "icd M54.5", "icd Z80.3", "icd Z12.31", "icd E83.51"])
def test_other_diagnoses_are_no_signs(code: str) -> None:
    assert said(complaint(code)) == NOTHING


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"clinical_status": "resolved"}, "over"),
        ({"clinical_status": "inactive"}, "over"),
        ({"clinical_status": "remission"}, "over"),
        ({"abatement": when("2025-06-01")}, "over"),
        ({"verification_status": "refuted"}, "denied"),
        ({"on": "2024-12-29"}, "too long ago"),
        ({"on": "2024"}, "perhaps too long ago"),
        ({"on": "2025-08-01"}, "dated in the future"),
    ],
)
def test_a_sign_that_is_over_denied_old_or_to_come_does_not_count(more: dict[str, Any], why: str) -> None:
    found = signs(complaint(LUMP, **more))
    assert value(found["suspected_recurrence"]) == ("equivocal" if "perhaps" in why else "no")
    shown = [*(a.why for a in found["red_flags"].set_aside), *(a.why for a in found[NAMES[0]].set_aside)]
    assert "perhaps" in why or shown == [f"lump: {why}"]


@pytest.mark.parametrize("on", ["2024-12-30", "2025-06-30", "2025-03"])
def test_six_months_back_is_recent(on: str) -> None:
    assert said(complaint(LUMP, on=on))[3] == "yes"


def test_a_complaint_that_began_earlier_and_was_recorded_lately_is_recent() -> None:
    assert said(complaint(LUMP, on="2024-06-01", recorded=when("2025-05-01")))[3] == "yes"
    assert said(complaint(LUMP, on="2022-01-20", recorded=when("2025-05-01")))[3] == "no"


@pytest.mark.parametrize("status", ["active", "recurrence", "relapse", None])
def test_an_active_sign_or_one_without_a_status_counts(status: str | None) -> None:
    assert said(complaint(LUMP, clinical_status=status))[0] == ("lump",)


@pytest.mark.parametrize(
    "text", ["denies breast lump", "Family history of breast lump", "no history of breast lump", "ruled out"]
)
def test_a_sign_that_its_text_takes_back_is_none(text: str) -> None:
    assert said(complaint(concept(LUMP, text=text))) == NOTHING


@pytest.mark.parametrize(
    "chart",
    [
        [complaint(LUMP, on=None)],
        [complaint(LUMP, clinical_status="unknown")],
        [
            replace(
                complaint(LUMP), origin=origin("Condition", "c", "clinical status not understood"), clinical_status=None
            )
        ],
        [observation(LUMP, on="2025-05-01")],
        [observation(LUMP, "sct 82334004", on="2025-05-01")],
        [complaint(COUGH), complaint(HEADACHE, on=None)],
    ],
)
def test_what_may_be_a_sign_leaves_the_suspicion_unknown(chart: list[Any]) -> None:
    assert said(*chart)[3] == "equivocal"


def test_what_may_be_a_sign_takes_nothing_from_what_is_one() -> None:
    found = signs(complaint(LUMP), complaint("sct 54302000", on=None))
    assert value(found[NAMES[0]]) == ("lump",)
    assert value(found["suspected_recurrence"]) == "yes"
    assert known(found[NAMES[0]]).notes


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (True, ("lump",)),
        ("sct 52101004", ("lump",)),
        ("sct 373066001", ("lump",)),
        ("present", ("lump",)),
        (False, "not_recorded"),
        ("sct 2667000", "not_recorded"),
        ("sct 260385009", "not_recorded"),
        ("no", "not_recorded"),
        ("sct 261665006", "not_recorded"),
        (Quantity(None), "equivocal"),
    ],
)
def test_an_observed_sign_counts_only_if_its_answer_is_positive(answer: Any, word: Any) -> None:
    assert said(observation(LUMP, answer, on="2025-05-01"))[0] == word


def test_a_sign_can_be_the_answer_to_a_question_or_a_component() -> None:
    asked = observation("loinc 75325-1", "sct 267036007", "sct 49727002", on="2025-05-01")
    assert said(asked) == ("not_recorded", ("chest",), "not_recorded", "yes")
    part = observation("loinc 10193-1", components=(component(LUMP, True),), on="2025-05-01")
    assert said(part)[0] == ("lump",)


def test_a_void_observation_is_no_sign() -> None:
    assert said(observation(LUMP, True, on="2025-05-01", status="entered-in-error")) == NOTHING


@pytest.mark.parametrize(
    ("category", "word"),
    [
        ("sct 397144001", ("suspicious_imaging",)),
        ("sct 397145000", ("suspicious_imaging",)),
        ("4", ("suspicious_imaging",)),
        ("4A", ("suspicious_imaging",)),
        ("BI-RADS 5", ("suspicious_imaging",)),
        ("sct 397138000", "not_recorded"),
        ("sct 397140005", "not_recorded"),
        ("sct 397141009", "not_recorded"),
        ("sct 397143007", "not_recorded"),
        ("sct 6111000179101", "not_recorded"),
        ("6", "not_recorded"),
    ],
)
def test_only_birads_4_and_5_are_suspicious(category: str, word: Any) -> None:
    assert said(observation(BIRADS, category, on="2025-05-01"))[0] == word


def test_a_birads_category_can_be_the_conclusion_of_a_report() -> None:
    assert said(report("loinc 26347-5", "2025-05-01", "sct 397145000"))[0] == ("suspicious_imaging",)
    assert said(report("loinc 26347-5", "2025-05-01", "sct 397145000", status="cancelled")) == NOTHING
    assert said(report("loinc 26347-5", "2025-05-01", "sct 397140005")) == NOTHING


@pytest.mark.parametrize(
    ("later", "explained"),
    [
        (condition("icd D24.2", on="2025-05-20", body_site=(LEFT_BREAST,)), True),
        (condition("sct 254845004", on="2025-05-20", body_site=(LEFT_BREAST,)), True),
        (report("loinc 66110-8", "2025-05-20", "sct 254845004"), False),
        (condition("icd D24.1", on="2025-05-20", body_site=(RIGHT_BREAST,)), False),
        (condition("sct 254845004", on="2025-05-20"), False),
        (condition("sct 254845004", on="2025-04-01", body_site=(LEFT_BREAST,)), False),
        (
            condition("sct 254845004", on="2025-05-20", body_site=(LEFT_BREAST,), verification_status="provisional"),
            False,
        ),
        (observation("loinc 59847-4", "sct 254845004", on="2025-05-20", body_site=LEFT_BREAST), True),
        (observation(BIRADS, "sct 397141009", on="2025-05-20", body_site=LEFT_BREAST), False),
    ],
)
def test_a_later_benign_result_of_the_same_breast_explains_a_lump(later: Any, explained: bool) -> None:
    lump = complaint(LUMP, body_site=(LEFT_BREAST,))
    assert said(lump, later)[3] == ("no" if explained else "yes")


def test_a_later_benign_image_replaces_a_suspicious_one_of_the_same_breast() -> None:
    first = observation(BIRADS, "sct 397144001", on="2025-05-01", body_site=LEFT_BREAST)
    assert said(first, observation(BIRADS, "sct 397141009", on="2025-06-01", body_site=LEFT_BREAST)) == NOTHING
    assert said(first, observation(BIRADS, "sct 397141009", on="2025-06-01", body_site=RIGHT_BREAST))[3] == "yes"


def test_a_benign_result_of_the_breast_explains_no_node() -> None:
    benign = condition("sct 254845004", on="2025-05-20", body_site=(LEFT_BREAST,))
    assert said(complaint("sct 164150006", body_site=(LEFT_BREAST,)), benign)[0] == ("node",)


def new(*resources: Any, **more: Any) -> Any:
    """The suspicion in a chart whose cancer was found this spring."""
    cancer = condition(on="2025-03-10")
    return value(picture(cancer, *resources, **more).patient["suspected_recurrence"])


@pytest.mark.parametrize(
    ("operated", "lump", "suspected"),
    [
        ("2025-04-20", "2025-03-01", "no"),
        ("2025-04-20", "2025-04-10", "no"),
        ("2025-04-20", "2025-04-20", "no"),
        ("2025-04-20", "2025-06-01", "yes"),
        ("2025-04", "2025-04-10", "equivocal"),
        (None, "2025-06-01", "equivocal"),
    ],
)
def test_a_lump_before_the_operation_is_the_tumour_itself(operated: str | None, lump: str, suspected: str) -> None:
    assert new(procedure("sct 392021009", operated), complaint(LUMP, on=lump)) == suspected


def test_without_an_operation_on_record_the_months_after_the_diagnosis_are_primary_treatment() -> None:
    assert new(complaint(LUMP, on="2025-06-01")) == "no"
    old = picture(condition(on="2024-10-01"), complaint(LUMP, on="2025-05-01")).patient
    assert value(old["suspected_recurrence"]) == "yes"
    undated = picture(condition(on=None), complaint(LUMP)).patient
    assert value(undated["suspected_recurrence"]) == "equivocal"


REDNESS = "sct 290069002"


@pytest.mark.parametrize(
    ("irradiation", "suspected"),
    [
        (("2025-05-01", "2025-06-10", "completed"), "no"),
        (("2025-04-20", "2025-05-20", "completed"), "yes"),
        (("2025-05-01", None, "in-progress"), "equivocal"),
        (("2025-01-01", "2025-02-01", "not-done"), "yes"),
    ],
)
def test_redness_during_the_irradiation_is_its_effect(irradiation: Any, suspected: str) -> None:
    begun, ended, status = irradiation
    course = procedure("sct 108290001", None, status=status, body_site=(LEFT_BREAST,))
    course = replace(course, performed=period(begun, ended), ended=when(ended))
    surgery = procedure("sct 392021009", "2025-04-10", laterality=(concept("sct 7771000"),))
    assert new(surgery, course, complaint(REDNESS, on="2025-06-01")) == suspected


def test_irradiation_long_after_the_operation_is_for_something_else() -> None:
    late = procedure("sct 108290001", None, status="completed", body_site=(LEFT_BREAST,))
    late = replace(late, performed=period("2025-05-10", "2025-06-20"), ended=when("2025-06-20"))
    assert said(late, complaint(LUMP))[3] == "yes"


def test_an_operation_for_the_sign_itself_does_not_hide_it() -> None:
    later = procedure("sct 392021009", "2025-06-10", laterality=(concept("sct 7771000"),))
    assert said(complaint(LUMP), later)[3] == "yes"


def test_a_lump_of_a_new_tumour_of_the_other_side_is_that_tumour() -> None:
    second = condition("icd C50.911", on="2025-04-10")
    assert said(second, complaint(LUMP, body_site=(RIGHT_BREAST,)))[0] == "not_recorded"
    assert said(second, complaint(LUMP))[0] == "not_recorded"
    assert said(second, complaint(LUMP, body_site=(LEFT_BREAST,)))[0] == ("lump",)


def test_without_a_breast_tumour_there_is_nothing_to_come_back() -> None:
    assert tuple(value(picture(complaint(LUMP)).patient[name]) for name in NAMES) == NOTHING


@pytest.mark.parametrize(
    ("supposed", "index", "word"),
    [
        (complaint("icd C50.912", verification_status="provisional"), 0, ("suspected_diagnosis",)),
        (complaint("icd C79.51", verification_status="provisional"), 1, ("general",)),
    ],
)
def test_a_supposed_return_or_metastasis_is_a_suspicion(supposed: Any, index: int, word: Any) -> None:
    found = said(supposed)
    assert (found[index], found[3]) == (word, "yes")


@pytest.mark.parametrize(
    ("on", "suspected"), [("2022-02-05", "no"), ("2022-06-01", "no"), ("2025-05-01", "yes"), (None, "equivocal")]
)
def test_cancer_in_tissue_long_after_the_operation_is_a_suspicion(on: str | None, suspected: str) -> None:
    assert said(observation("loinc 59847-4", "icdo 8500/3", on=on))[3] == suspected


@pytest.mark.parametrize(("on", "suspected"), [("2025-03-01", "no"), ("2025-06-01", "yes")])
def test_cancer_in_tissue_soon_after_the_operation_is_that_of_the_operation(on: str, suspected: str) -> None:
    cancer, surgery = condition(on="2024-10-01"), procedure("sct 392021009", "2024-11-01")
    tissue = observation("loinc 59847-4", "icdo 8500/3", on=on)
    assert value(picture(cancer, surgery, tissue).patient["suspected_recurrence"]) == suspected


WORSENED, STABLE, CLEAR = "sct 271299001", "sct 359746009", "sct 281900007"


@pytest.mark.parametrize(
    ("course", "suspected"),
    [
        ([("2025-05-01", WORSENED)], "yes"),
        ([("2023-05-01", WORSENED)], "yes"),
        ([("2023-05-01", WORSENED), ("2025-05-01", STABLE)], "no"),
        ([("2023-05-01", WORSENED), ("2025-05-01", CLEAR)], "no"),
        ([("2025-05-01", WORSENED), ("2023-05-01", CLEAR)], "yes"),
        ([("2022-01-20", WORSENED)], "no"),
        ([("2025-05-01", "sct 268910001")], "no"),
        ([("2025-05-01", "sct 709137006")], "no"),
    ],
)
@pytest.mark.parametrize("question", ["loinc 97509-4", "loinc 88040-1"])
def test_the_latest_word_on_the_course_tells(question: str, course: list[tuple[str, str]], suspected: str) -> None:
    assert said(*(observation(question, status, on=on) for on, status in course))[3] == suspected


def test_a_preliminary_progression_is_marked() -> None:
    told = observation("loinc 97509-4", WORSENED, on="2025-05-01", status="preliminary")
    told = replace(told, origin=origin("Observation", "o", "preliminary"))
    assert known(signs(told)["suspected_recurrence"]).evidence[0].marks == ("progression", "preliminary")


@pytest.mark.parametrize("state", [KeyState.ABSENT, KeyState.PARTIAL])
@pytest.mark.parametrize("key", ["obsHost", "reports", "procedures"])
def test_where_signs_may_be_unseen_there_is_no_all_clear(key: str, state: KeyState) -> None:
    assert said(states={key: state})[3] in ("not_loaded", "incomplete_page")
    assert said(complaint(COUGH), states={key: state})[3] in ("not_loaded", "incomplete_page")
    found = signs(complaint(LUMP), states={key: state})
    assert (value(found[NAMES[0]]), value(found[NAMES[3]])) == (("lump",), "yes")
    assert known(found[NAMES[0]]).bounded_why is not None


def test_an_unreadable_sign_is_no_all_clear() -> None:
    lost = Unreadable("Condition/lost", "Condition", "conditions", (coding(LUMP),), "broken")
    assert said(unreadable=(lost,))[3] == "unreadable"


def test_neither_order_nor_repetition_of_signs_changes_anything() -> None:
    chart = [complaint(LUMP), complaint(COUGH), complaint(HEADACHE, on=None), observation(BIRADS, "4", on="2025-06-01")]
    chart += [CANCER, OPERATION, condition("sct 254845004", on="2025-06-02")]
    expected = picture(*chart).patient
    for turn in range(len(chart)):
        assert picture(*chart[turn:], *chart[:turn], chart[turn]).patient == expected


def test_every_sign_names_its_evidence_and_what_it_is() -> None:
    lump = complaint(LUMP)
    fact = signs(lump)["suspected_recurrence"]
    assert not isinstance(fact, Unknown)
    assert [(e.reference, e.date, e.marks) for e in fact.evidence] == [(lump.origin.reference, "2025-05-01", ("lump",))]

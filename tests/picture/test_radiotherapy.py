"""Irradiation: whether, where, and how long ago it ended."""

from dataclasses import replace
from typing import Any

import pytest

from cds_hooks.fhir.record import Concept, KeyState
from tests.picture.charts import concept, condition, facts, picture, procedure, value
from tests.picture.courses import lasting

COURSE, BREAST_BRACHYTHERAPY = "sct 1217123003", "sct 447759004"
BREAST, LEFT, RIGHT = "sct 76752008", "sct 80248007", "sct 73056007"
CHEST_WALL, AXILLA, BRAIN = "sct 78904004", "sct 68171009", "sct 12738006"


def site(*codes: str) -> tuple[Any, ...]:
    return tuple(concept(code) for code in codes)


def given(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["radiotherapy"])


def sites(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["radiotherapy_sites"])


def since(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["months_since_radiotherapy"])


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (procedure(COURSE, "2024-06-01"), "yes"),
        (procedure(COURSE, "2024-06-01", body_site=site(LEFT)), "yes"),
        (procedure(COURSE, "2024-06-01", body_site=site(CHEST_WALL)), "yes"),
        (procedure(COURSE, "2024-06-01", status="in-progress"), "yes"),
        (procedure(COURSE, "2024-06-01", status="stopped"), "yes"),
        (procedure(BREAST_BRACHYTHERAPY, "2024-06-01"), "yes"),
        (procedure(COURSE, "2024-06-01", body_site=site(RIGHT)), "not_recorded"),
        (procedure(COURSE, "2024-06-01", body_site=site(BRAIN)), "not_recorded"),
        (procedure(COURSE, "2024-06-01", status="not-done"), "not_recorded"),
        (procedure(COURSE, "2025-09-01"), "not_recorded"),
        (procedure(COURSE, "2015-06-01"), "not_recorded"),
        (procedure("sct 122548005", "2024-06-01"), "not_recorded"),
    ],
)
def test_irradiation_of_this_breast_is_known_and_of_elsewhere_is_not(resource: Any, expected: str) -> None:
    assert given(resource) == expected


def test_a_code_of_irradiation_with_the_text_of_a_drug_treatment_is_none() -> None:
    said = replace(procedure(COURSE, "2024-06-01"), code=concept("sct 33195004", display="Chemotherapy"))
    assert given(said) == "not_recorded"


def test_a_target_on_the_chest_wall_is_no_involvement_of_it() -> None:
    found = facts(procedure(COURSE, "2024-06-01", body_site=site(CHEST_WALL)))
    assert value(found["local_extension"]) == "no"


@pytest.mark.parametrize("reason", [(), (concept("sct 105480006"),)])
def test_irradiation_that_the_chart_says_was_not_done_is_no(reason: Any) -> None:
    refused = procedure(COURSE, "2024-06-01", status="not-done", status_reason=reason)
    assert given(not_done=(refused,)) == "no"
    assert given(procedure(COURSE, "2024-08-01"), not_done=(refused,)) == "yes"
    assert given(not_done=(refused,), states={"procedures": KeyState.PARTIAL}) == "incomplete_page"


def test_irradiation_of_the_other_side_that_was_not_done_says_nothing() -> None:
    refused = procedure(COURSE, "2024-06-01", status="not-done", body_site=site(RIGHT))
    assert given(not_done=(refused,)) == "not_recorded"


@pytest.mark.parametrize(("code", "expected"), [("icd Z92.3", "yes"), ("sct 143501000119107", "yes")])
def test_irradiation_on_file_as_a_condition_counts(code: str, expected: str) -> None:
    assert given(condition(), condition(code)) == expected


def test_irradiation_on_file_may_have_been_for_another_cancer() -> None:
    assert given(condition(), condition("icd Z92.3"), condition("icd C34.1")) == "conflicting"
    assert given(condition(), condition("sct 143501000119107"), condition("icd C34.1")) == "yes"


def test_irradiation_without_site_or_reason_beside_another_cancer_is_not_guessed() -> None:
    lung = condition("icd C34.1", name="lung")
    course = procedure(COURSE, "2024-06-01")
    assert given(condition(), lung, course) == "conflicting"
    assert given(condition(), lung, replace(course, reason_reference=("Condition/lung",))) == "not_recorded"
    assert given(condition(), lung, replace(course, body_site=site(BREAST))) == "yes"


def test_each_of_two_tumours_has_the_irradiation_of_its_side() -> None:
    both = (condition(), condition("icd C50.911"))
    seen = picture(*both, procedure(COURSE, "2024-06-01", body_site=site(LEFT)))
    assert {e.side: value(e.facts["radiotherapy"]) for e in seen.episodes} == {"left": "yes", "right": "not_recorded"}
    unsided = picture(*both, procedure(COURSE, "2024-06-01", body_site=site(BREAST)))
    assert {value(e.facts["radiotherapy"]) for e in unsided.episodes} == {"conflicting"}


def test_a_reason_on_the_side_of_no_tumour_settles_nothing() -> None:
    wrong = procedure(COURSE, "2024-06-01", body_site=site(CHEST_WALL), reason=(concept("icd C50.911"),))
    assert given(condition(), wrong) == "conflicting"
    assert given(condition(), replace(wrong, body_site=site(LEFT))) == "yes"
    seen = picture(condition(), condition("icd C50.911"), wrong)
    assert {e.side: value(e.facts["radiotherapy"]) for e in seen.episodes} == {"left": "not_recorded", "right": "yes"}


@pytest.mark.parametrize(
    ("aimed_at", "expected"),
    [
        ([LEFT], ("breast",)),
        ([CHEST_WALL, AXILLA], ("chest_wall", "nodes")),
        ([BREAST, "sct 76838003"], ("breast", "nodes")),
        ([], "not_recorded"),
        ([BRAIN], "not_recorded"),
    ],
)
def test_the_sites_are_what_was_aimed_at(aimed_at: list[str], expected: Any) -> None:
    assert sites(procedure(COURSE, "2024-06-01", body_site=site(*aimed_at))) == expected


def test_a_course_without_a_site_leaves_the_list_of_sites_open() -> None:
    found = facts(procedure(COURSE, "2024-06-01", body_site=site(LEFT)), procedure(COURSE, "2024-07-01"))
    fact = found["radiotherapy_sites"]
    assert value(fact) == ("breast",)
    assert fact.bounded_why is not None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("courses", "expected"),
    [
        ([lasting(COURSE, "2024-05-10", "2024-06-30")], (11.9, 12)),
        ([lasting(COURSE, "2024-05-10", "2024-06")], (11.9, 13)),
        ([lasting(COURSE, "2024-05-10", None)], (0, 13.7)),
        ([lasting(COURSE, "2024-05-10", None, status="in-progress")], "not_recorded"),
        ([lasting(COURSE, "2024-05-10", "2024-06-30"), lasting(COURSE, "2024-07-01", "2024-07-05")], (11.8, 11.9)),
        ([lasting(COURSE, "2024-05-10", "2024-06-30"), procedure(COURSE, None)], (0, 12)),
        ([], "not_recorded"),
    ],
)
def test_the_time_counts_from_the_end_of_the_last_course(courses: list[Any], expected: Any) -> None:
    assert since(*courses) == expected


def test_a_later_course_may_be_unseen_where_procedures_are_missing() -> None:
    course = lasting(COURSE, "2024-05-10", "2024-06-30")
    assert since(course, states={"procedures": KeyState.PARTIAL}) == (0, 12)


def may_reach(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["irradiation_may_reach"])


def worded(text: str, on: str = "2024-06-01", **more: Any) -> Any:
    return replace(procedure(COURSE, on, **more), code=Concept(text=text))


@pytest.mark.parametrize(
    "resource",
    [
        procedure(COURSE, "2015-06-01"),
        procedure(COURSE, "2015-06-01", body_site=site(BREAST)),
        procedure(COURSE, "2015-06-01", body_site=site(LEFT)),
        procedure(COURSE, "2015-06-01", body_site=site("sct 72410000")),
        procedure(COURSE, "2024-06-01"),
        worded("Radiation therapy to left breast", "2015-06-01"),
        worded("Bestrahlung der Brust", "2015-06-01"),
        worded("XRT", "2015-06-01"),
    ],
)
def test_what_may_have_reached_this_breast_is_told_whenever_it_was(resource: Any) -> None:
    assert may_reach(resource) == "yes"


@pytest.mark.parametrize(
    "resource",
    [
        procedure(COURSE, "2015-06-01", body_site=site(RIGHT)),
        procedure(COURSE, "2015-06-01", body_site=site(BRAIN)),
        procedure(COURSE, "2015-06-01", status="not-done"),
        procedure(COURSE, "2026-06-01"),
        worded("Radiation therapy to right breast", "2015-06-01"),
        worded("Radiation therapy of the prostate", "2015-06-01"),
        worded("Radiation oncology consultation", "2015-06-01"),
    ],
)
def test_what_was_far_away_or_never_done_is_not(resource: Any) -> None:
    assert may_reach(resource) == "not_recorded"


@pytest.mark.parametrize(
    "code",
    [
        concept("icd Z92.3"),
        concept("icd9 V15.3"),
        concept("icd L58.9"),
        Concept(text="History of radiation therapy"),
        Concept(text="S/P lumpectomy and radiation 2010"),
        Concept(text="Mantle field irradiation for Hodgkin"),
    ],
)
def test_a_diagnosis_that_tells_of_a_field_counts_too(code: Concept) -> None:
    assert may_reach(condition(), condition(code, "2015-06-01")) == "yes"


@pytest.mark.parametrize("text", ["Radiation to right breast", "Radiation therapy, prostate", "No radiation therapy"])
def test_a_diagnosis_that_tells_of_another_field_or_of_none_does_not(text: str) -> None:
    assert may_reach(condition(), condition(Concept(text=text), "2015-06-01")) == "not_recorded"


def test_it_was_for_the_other_breast_if_its_reason_was() -> None:
    right = condition("icd C50.911", "2015-01-01", name="right")
    other = procedure(COURSE, "2015-06-01", reason_reference=("Condition/right",))
    episodes = {e.side: value(e.facts["irradiation_may_reach"]) for e in picture(condition(), right, other).episodes}
    assert episodes == {"left": "not_recorded", "right": "yes"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Radiation therapy to left breast", "yes"),
        ("Whole breast radiotherapy, hypofractionated", "yes"),
        ("Radiothérapie du sein gauche", "yes"),
        ("Radiation therapy to right breast", "not_recorded"),
        ("Radiation therapy of the brain", "not_recorded"),
        ("Radiation therapy planning", "not_recorded"),
    ],
)
def test_irradiation_told_in_a_sentence(text: str, expected: str) -> None:
    assert given(worded(text)) == expected


def test_a_sentence_names_the_site() -> None:
    assert sites(worded("Radiation therapy to left breast")) == ("breast",)

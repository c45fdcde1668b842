"""Which diagnoses are one tumour, and which results belong to it."""

from typing import Any

import pytest

from cds_hooks.fhir.record import Unreadable
from tests.picture.charts import (
    coding,
    component,
    concept,
    condition,
    facts,
    known,
    mm,
    number,
    observation,
    picture,
    value,
)

SIZE, ER, NODES = "loinc 33728-7", "loinc 85337-4", "loinc 21893-3"
POSITIVE, NEGATIVE = "sct 10828004", "sct 260385009"
LEFT = condition("icd C50.912", name="left")
RIGHT = condition("icd C50.911", name="right")
LEFT_SITE, RIGHT_SITE = concept("sct 80248007"), concept("sct 73056007")


def sides(*resources: Any) -> list[str]:
    return [episode.side for episode in picture(*resources).episodes]


@pytest.mark.parametrize(
    ("diagnoses", "expected"),
    [
        ([condition("icd C50.912")], ["left"]),
        ([condition("icd C50.421")], ["right"]),
        ([condition("sct 353431000119107")], ["left"]),
        ([condition("sct 254837009", body_site=(RIGHT_SITE,))], ["right"]),
        (
            [condition("sct 254837009", body_site=(concept("sct 76752008"),), laterality=(concept("sct 7771000"),))],
            ["left"],
        ),
        ([condition("sct 254837009")], [""]),
        ([condition("icd C50.919")], [""]),
        ([condition(concept("sct 254837009", text="cancer of the left breast"))], [""]),
        ([condition("icd C50.912"), condition("sct 254837009")], ["left"]),
        ([condition("icd C50.912"), condition("sct 353431000119107"), condition("icd C50.412")], ["left"]),
        ([condition("icd C50.912"), condition("icd C50.911")], ["right", "left"]),
        ([condition("sct 15635801000119106")], ["right", "left"]),
        ([condition("sct 254837009", body_site=(concept("sct 63762007"),))], ["right", "left"]),
        ([condition("icd C50.912", body_site=(RIGHT_SITE,))], [""]),
        ([condition("icd D05.11"), condition("icd C50.912")], ["right", "left"]),
    ],
)
def test_tumours_are_told_apart_by_coded_side_alone(diagnoses: list[Any], expected: list[str]) -> None:
    assert sides(*diagnoses) == expected


def test_an_episode_names_all_its_diagnoses() -> None:
    (episode,) = picture(LEFT, condition("sct 254837009", name="again")).episodes
    assert episode.conditions == ("Condition/again", "Condition/left")


def test_a_diagnosis_without_a_side_beside_two_tumours_is_set_aside() -> None:
    seen = picture(LEFT, RIGHT, condition("sct 254837009", name="unsided"))
    assert len(seen.episodes) == 2
    assert ("Condition/unsided", "names no side, and there are two tumours") in seen.set_aside


def of_sides(fact: str, *resources: Any) -> dict[str, Any]:
    return {episode.side: value(episode.facts[fact]) for episode in picture(LEFT, RIGHT, *resources).episodes}


def test_a_result_belongs_to_the_tumour_of_its_focus() -> None:
    found = of_sides("tumour_size", observation(SIZE, mm("8"), focus=("Condition/left",)))
    assert found == {"right": "not_recorded", "left": 8}


def test_a_result_belongs_to_the_tumour_of_its_body_site() -> None:
    seen = (observation(ER, POSITIVE, body_site=LEFT_SITE), observation(ER, NEGATIVE, body_site=RIGHT_SITE))
    assert of_sides("er", *seen) == {"right": "negative", "left": "positive"}


def test_a_member_of_a_panel_belongs_to_the_focus_of_the_panel() -> None:
    member = observation(SIZE, mm("8"), name="size")
    panel = observation("loinc 21889-1", focus=("Condition/left",), has_member=("Observation/size",))
    assert of_sides("tumour_size", panel, member) == {"right": "not_recorded", "left": 8}


def test_a_focus_governs_over_the_body_site() -> None:
    seen = observation(SIZE, mm("8"), focus=("Condition/left",), body_site=RIGHT_SITE)
    assert of_sides("tumour_size", seen)["left"] == 8


def test_a_result_that_names_no_side_is_never_guessed() -> None:
    assert of_sides("tumour_size", observation(SIZE, mm("8"))) == {"right": "conflicting", "left": "conflicting"}
    assert of_sides("er", observation(ER, POSITIVE)) == {"right": "conflicting", "left": "conflicting"}


def test_a_worse_result_that_names_no_side_does_not_vanish() -> None:
    own = observation(SIZE, mm("8"), focus=("Condition/left",))
    assert of_sides("tumour_size", own, observation(SIZE, mm("60")))["left"] == "conflicting"


def test_a_result_that_names_no_side_and_is_not_worse_is_set_aside_with_its_reason() -> None:
    own, loose = observation(SIZE, mm("18"), focus=("Condition/left",)), observation(SIZE, mm("8"))
    left = picture(LEFT, RIGHT, own, loose).episodes[1]
    fact = known(left.facts["tumour_size"])
    assert value(fact) == 18
    assert [aside.why for aside in fact.set_aside] == ["whole lesion: names no side, and there are two tumours"]


def test_metastasis_of_a_patient_with_two_tumours_counts_for_both() -> None:
    assert of_sides("metastatic", observation("loinc 21907-1", "ajcc cM1")) == {"right": "yes", "left": "yes"}
    assert of_sides("metastatic", condition("icd C79.51")) == {"right": "yes", "left": "yes"}


def test_a_status_coded_without_a_side_is_not_guessed() -> None:
    assert of_sides("er", condition("icd Z17.0")) == {"right": "conflicting", "left": "conflicting"}


def test_a_recurrence_without_a_side_leaves_both_open() -> None:
    found = of_sides("recurrence", condition("sct 314955001"))
    assert found == {"right": "conflicting", "left": "conflicting"}


def test_a_body_site_on_the_other_side_is_another_tumour() -> None:
    other = observation(SIZE, mm("60"), body_site=RIGHT_SITE, name="other")
    seen = picture(LEFT, observation(SIZE, mm("8")), other)
    assert value(seen.episodes[0].facts["tumour_size"]) == 8
    assert ("Observation/other", "its body site is on the other side") in seen.set_aside


LUNG = condition("icd C34.90", name="lung")


def test_a_result_whose_focus_is_another_cancer_is_not_of_the_breast() -> None:
    staged = observation("loinc 21905-5", "ajcc cT3", focus=("Condition/lung",), name="lung-t")
    seen = picture(LEFT, LUNG, staged)
    assert value(seen.episodes[0].facts["t_category"]) == "not_recorded"
    assert ("Observation/lung-t", "about another condition") in seen.set_aside


def test_a_result_that_may_be_of_another_cancer_is_not_used() -> None:
    found = facts(LEFT, LUNG, observation("loinc 21905-5", "ajcc cT1"), observation(NODES, number("0")))
    assert (value(found["tumour_size"]), value(found["positive_nodes"])) == ("conflicting", "conflicting")


def test_a_stage_iv_that_may_be_of_another_cancer_leaves_metastasis_open() -> None:
    assert value(facts(LEFT, LUNG, observation("loinc 21908-9", "ajcc 4"))["metastatic"]) == "conflicting"


def test_a_question_of_the_breast_alone_is_not_of_another_cancer() -> None:
    found = facts(LEFT, LUNG, observation(ER, POSITIVE), observation("loinc 44648-4", "loinc LA27824-4"))
    assert (value(found["er"]), value(found["grade"])) == ("positive", 2)


def test_a_site_in_the_breast_tells_it_from_another_cancer() -> None:
    assert value(facts(LEFT, LUNG, observation(SIZE, mm("8"), body_site=LEFT_SITE))["tumour_size"]) == 8


def test_a_skin_cancer_leaves_the_results_of_the_breast_alone() -> None:
    assert value(facts(LEFT, condition("icd C44.31"), observation(SIZE, mm("8")))["tumour_size"]) == 8


def test_a_focus_that_is_not_in_the_record_is_kept_and_marked() -> None:
    fact = known(facts(LEFT, observation(SIZE, mm("8"), focus=("Condition/gone",)))["tumour_size"])
    assert value(fact) == 8
    assert fact.evidence[0].marks == ("its focus is not in the record",)


def test_a_focus_on_a_body_structure_is_no_diagnosis() -> None:
    fact = known(facts(LEFT, observation(SIZE, mm("8"), focus=("BodyStructure/b",)))["tumour_size"])
    assert (value(fact), fact.evidence[0].marks) == (8, ())


def test_an_unreadable_breast_diagnosis_is_an_episode_that_says_so() -> None:
    lost = Unreadable("Condition/lost", "Condition", "conditions", (coding("icd C50.911"),), "broken")
    (episode,) = picture(unreadable=(lost,)).episodes
    assert (episode.side, episode.conditions) == ("right", ("Condition/lost",))
    assert value(episode.facts["invasive"]) == "unreadable"


def test_an_unreadable_diagnosis_of_something_else_is_no_episode() -> None:
    lost = Unreadable("Condition/lost", "Condition", "conditions", (coding("icd E11.9"),), "broken")
    assert picture(unreadable=(lost,)).episodes == ()


def test_a_chart_without_a_diagnosis_has_no_episode() -> None:
    assert picture(observation(ER, POSITIVE)).episodes == ()


def test_a_component_is_attributed_with_its_observation() -> None:
    panel = observation("loinc 21889-1", focus=("Condition/left",), components=(component(SIZE, mm("8")),))
    assert of_sides("tumour_size", panel)["left"] == 8


def test_a_focus_on_a_diagnosis_of_both_sides_is_settled_by_the_site() -> None:
    both = condition("sct 15635801000119106", name="both")
    seen = observation(SIZE, mm("8"), focus=("Condition/both",), body_site=LEFT_SITE)
    found = {e.side: value(e.facts["tumour_size"]) for e in picture(both, seen).episodes}
    assert found == {"right": "not_recorded", "left": 8}


def test_a_focus_on_a_diagnosis_of_both_sides_alone_is_not_guessed() -> None:
    both = condition("sct 15635801000119106", name="both")
    seen = picture(both, observation(SIZE, mm("8"), focus=("Condition/both",)))
    assert [value(e.facts["tumour_size"]) for e in seen.episodes] == ["conflicting", "conflicting"]


def test_a_focus_on_an_unplaced_diagnosis_is_not_guessed() -> None:
    unsided = condition("sct 254837009", name="unsided")
    assert of_sides("er", unsided, observation(ER, POSITIVE, focus=("Condition/unsided",))) == {
        "right": "conflicting",
        "left": "conflicting",
    }


@pytest.mark.parametrize(
    ("code", "side", "kind"),
    [
        ("sct 448952004", "", "invasive"),
        ("sct 1080131000119103", "left", "invasive"),
        ("sct 353521000119108", "right", "invasive"),
        ("sct 278050001", "", "not_carcinoma"),
        ("sct 96291000119105", "", "invasive"),
        ("icd11 2C61.0", "", "invasive"),
        ("icd11 2E65", "", "in_situ"),
    ],
)
def test_the_breast_cancers_of_trial_matching_and_icd_11_are_read(code: str, side: str, kind: str) -> None:
    (episode,) = picture(condition(code)).episodes
    assert (episode.side, known(episode.facts["invasive"]).value) == (side, kind)


def test_a_code_that_says_triple_negative_gives_the_receptors_and_yields_to_what_was_observed() -> None:
    coded = condition("sct 706970001")
    assert [value(facts(coded)[name]) for name in ("er", "pr", "her2")] == ["negative"] * 3
    assert value(facts(coded, observation(ER, POSITIVE))["er"]) == "positive"


def test_a_syndrome_that_only_predisposes_is_no_cancer() -> None:
    seen = picture(condition("sct 718220008"))
    assert (seen.episodes, seen.only_named) == ((), ())


def test_results_of_both_breasts_are_of_no_single_tumour_where_the_diagnosis_names_no_side() -> None:
    left = observation(SIZE, mm("8"), body_site=LEFT_SITE)
    right = observation(NODES, number("0"), body_site=RIGHT_SITE)
    unsided = condition("sct 254837009")
    assert value(facts(unsided, left)["tumour_size"]) == 8
    assert value(facts(unsided, left, right)["tumour_size"]) == "conflicting"
    assert value(facts(unsided, left, right, observation(ER, POSITIVE))["er"]) == "positive"

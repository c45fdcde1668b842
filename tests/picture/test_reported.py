"""A diagnosis that stands in a report alone, as a code."""

from typing import Any

import pytest

from cds_hooks.fhir.record import DiagnosticReport, Specimen
from cds_hooks.picture.episode import Picture
from cds_hooks.picture.reported import BOTH_BREASTS, NOT_PATHOLOGY
from tests.picture.charts import concept, condition, known, observation, origin, picture, report, value

PATHOLOGY, MAMMOGRAM = "loinc 11526-1", "loinc 26347-5"
CARCINOMA, BENIGN, SIDELESS = "sct 408643008", "sct 254845004", "sct 254837009"
LEFT, RIGHT = "sct 80248007", "sct 73056007"
ER, POSITIVE, NEGATIVE = "loinc 85337-4", "sct 10828004", "sct 260385009"


def specimen(site: str, name: str) -> Specimen:
    return Specimen(origin("Specimen", name), body_site=concept(site))


TISSUE = (specimen(LEFT, "l"), specimen(RIGHT, "r"))


def of_tissue(*conclusions: str, specimens: tuple[str, ...] = ("Specimen/r",), **more: Any) -> DiagnosticReport:
    return report(PATHOLOGY, "2024-03-01", *conclusions, specimens=specimens, **more)


def sides(*resources: Any, **more: Any) -> list[str]:
    return [episode.side for episode in picture(*resources, **more).episodes]


def only(seen: Picture) -> Any:
    (episode,) = seen.episodes
    return episode


def test_a_diagnosis_coded_only_in_a_report_makes_an_episode_that_rests_on_it() -> None:
    seen = report(PATHOLOGY, "2024-03-01", CARCINOMA)
    episode = only(picture(seen))
    assert episode.conditions == (seen.origin.reference,)
    assert (value(episode.facts["invasive"]), value(episode.facts["histology"])) == ("invasive", "ductal")
    assert known(episode.facts["invasive"]).evidence[0].date == "2024-03-01"


@pytest.mark.parametrize("code", [PATHOLOGY, "loinc 66110-8", "loinc 60568-3", "sct 371528001"])
def test_every_kind_of_pathology_report_can_make_a_diagnosis(code: str) -> None:
    assert sides(report(code, "2024-03-01", SIDELESS)) == [""]


@pytest.mark.parametrize("conclusion", [BENIGN, "icd Z80.3", "icd Z85.3", "icd E11.9", "icd C34.1"])
def test_a_conclusion_that_is_no_breast_cancer_makes_no_episode(conclusion: str) -> None:
    assert sides(report(PATHOLOGY, "2024-03-01", conclusion)) == []


def test_words_of_a_conclusion_make_no_episode() -> None:
    assert sides(report(PATHOLOGY, "2024-03-01", has_text=True)) == []


def test_a_conclusion_of_imaging_makes_no_episode_and_is_named() -> None:
    seen = report(MAMMOGRAM, "2024-03-01", CARCINOMA)
    assert sides(seen) == []
    assert (seen.origin.reference, NOT_PATHOLOGY) in picture(seen).set_aside


@pytest.mark.parametrize(("site", "side"), [("Specimen/l", "left"), ("Specimen/r", "right")])
def test_the_side_is_that_of_the_specimen(site: str, side: str) -> None:
    assert sides(of_tissue(CARCINOMA, specimens=(site,)), specimens=TISSUE) == [side]


def test_a_code_that_names_the_side_needs_no_specimen() -> None:
    assert sides(of_tissue("icd C50.911", specimens=("Specimen/l", "Specimen/r")), specimens=TISSUE) == ["right"]


BOTH = ("Specimen/l", "Specimen/r")


def test_of_two_specimens_the_one_tested_for_receptors_is_the_cancer_where_the_other_is_benign() -> None:
    tested = observation(ER, POSITIVE, specimen="Specimen/r")
    seen = picture(of_tissue(CARCINOMA, BENIGN, specimens=BOTH), tested, specimens=TISSUE)
    assert only(seen).side == "right"
    assert value(only(seen).facts["er"]) == "positive"


UNTOLD = {
    "nothing tested": ((CARCINOMA, BENIGN), ()),
    "both tested": ((CARCINOMA, BENIGN), ("Specimen/l", "Specimen/r")),
    "nothing benign": ((CARCINOMA,), ("Specimen/r",)),
    "two cancers": ((CARCINOMA, SIDELESS, BENIGN), ("Specimen/r",)),
}


@pytest.mark.parametrize("story", UNTOLD)
def test_of_two_specimens_the_side_is_not_guessed(story: str) -> None:
    conclusions, tested = UNTOLD[story]
    results = [observation(ER, POSITIVE, specimen=one) for one in tested]
    episode = only(picture(of_tissue(*conclusions, specimens=BOTH), *results, specimens=TISSUE))
    assert episode.side == ""
    assert BOTH_BREASTS in known(episode.facts["invasive"]).evidence[0].marks


def test_a_report_joins_the_tumour_that_is_on_the_problem_list() -> None:
    seen = of_tissue(CARCINOMA, specimens=())
    episode = only(picture(condition("icd C50.912", name="c"), seen))
    assert (episode.side, set(episode.conditions)) == ("left", {"Condition/c", seen.origin.reference})


def test_a_report_of_the_other_breast_is_another_tumour() -> None:
    assert sides(condition("icd C50.912"), of_tissue(CARCINOMA), specimens=TISSUE) == ["right", "left"]


@pytest.mark.parametrize("status", ["preliminary", "registered", "partial", "unknown", None])
def test_a_report_that_is_not_final_does_not_prove_the_diagnosis(status: str | None) -> None:
    episode = only(picture(report(PATHOLOGY, "2024-03-01", CARCINOMA, status=status)))
    assert value(episode.facts["invasive"]) == "equivocal"


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "appended"])
def test_a_final_report_proves_the_diagnosis(status: str) -> None:
    episode = only(picture(report(PATHOLOGY, "2024-03-01", CARCINOMA, status=status)))
    assert value(episode.facts["invasive"]) == "invasive"


def test_distant_spread_that_pathology_concludes_with_is_metastasis() -> None:
    spread = report(PATHOLOGY, "2024-06-01", "sct 94381002")
    assert value(only(picture(condition(), spread)).facts["metastatic"]) == "yes"


def test_distant_spread_that_imaging_concludes_with_is_in_doubt() -> None:
    spread = report(MAMMOGRAM, "2024-06-01", "icd C79.51")
    assert value(only(picture(condition(), spread)).facts["metastatic"]) == "equivocal"


def test_a_result_belongs_to_the_breast_of_its_specimen() -> None:
    left, right = (
        observation(ER, said, specimen=s) for said, s in ((NEGATIVE, "Specimen/l"), (POSITIVE, "Specimen/r"))
    )
    seen = picture(condition("icd C50.911"), left, right, specimens=TISSUE)
    assert value(only(seen).facts["er"]) == "positive"
    assert left.origin.reference in dict(seen.set_aside)


def test_the_body_site_of_a_result_goes_before_that_of_its_specimen() -> None:
    seen = observation(ER, POSITIVE, specimen="Specimen/l", body_site=concept(RIGHT))
    assert value(only(picture(condition("icd C50.911"), seen, specimens=TISSUE)).facts["er"]) == "positive"


def test_a_report_dates_the_diagnosis_only_as_the_latest_day_that_it_can_have_been() -> None:
    found = only(picture(report(PATHOLOGY, "2020-06-30", CARCINOMA))).facts["years_since_diagnosis"]
    low, high = value(found)
    assert (low, high) == (4.99, None)
    dated = picture(condition(on="2020-06-30"), report(PATHOLOGY, "2021-06-30", CARCINOMA))
    assert value(only(dated).facts["years_since_diagnosis"]) == value(
        only(picture(condition(on="2020-06-30"))).facts["years_since_diagnosis"]
    )

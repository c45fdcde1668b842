"""A breast cancer that only results of pathology tell is no silence."""

from typing import Any

import pytest

from tests.picture.charts import concept, condition, known, observation, picture, value

BREAST_TYPE, ANY_TYPE = "loinc 44638-5", "loinc 59847-4"
INVASIVE, DCIS = "sct 82711006", "sct 86616005"
LEFT = concept("sct 80248007")
ER, PR, HER2 = "loinc 85337-4", "loinc 85339-0", "loinc 85319-2"
NEGATIVE = "sct 260385009"


@pytest.mark.parametrize(
    ("question", "answer", "site", "kind"),
    [
        (BREAST_TYPE, INVASIVE, None, "invasive"),
        ("sct 1660001000004100", "icdo 8500/3", None, "invasive"),
        (BREAST_TYPE, DCIS, None, "in_situ"),
        (ANY_TYPE, INVASIVE, LEFT, "invasive"),
    ],
)
def test_a_histologic_type_of_the_breast_makes_the_diagnosis(question: str, answer: str, site: Any, kind: str) -> None:
    (episode,) = picture(observation(question, answer, body_site=site, name="h")).episodes
    assert known(episode.facts["invasive"]).value == kind
    assert episode.side == ("left" if site else "")
    assert episode.conditions == ("Observation/h",)
    marks = [mark for proof in known(episode.facts["invasive"]).evidence for mark in proof.marks]
    assert "diagnosed in pathology alone" in marks


@pytest.mark.parametrize(
    "result",
    [
        observation(ANY_TYPE, INVASIVE),
        observation(ANY_TYPE, INVASIVE, body_site=concept("sct 39607008")),
        observation(BREAST_TYPE, INVASIVE, status="preliminary"),
        observation(BREAST_TYPE, "sct 261665006"),
        observation(BREAST_TYPE, data_absent_reason=concept("absent unknown")),
    ],
)
def test_what_is_of_no_breast_not_final_or_no_type_makes_none(result: Any) -> None:
    assert picture(result).episodes == ()


def test_beside_a_diagnosis_histology_makes_none() -> None:
    (episode,) = picture(condition(name="d"), observation(BREAST_TYPE, INVASIVE)).episodes
    assert episode.conditions == ("Condition/d",)


def test_tests_of_breast_cancers_alone_make_an_unconfirmed_diagnosis() -> None:
    (episode,) = picture(observation(ER, NEGATIVE), observation(HER2, NEGATIVE), observation(PR, NEGATIVE)).episodes
    assert value(episode.facts["invasive"]) == "equivocal"
    assert value(episode.facts["hormone_receptor"]) == "negative"


@pytest.mark.parametrize(
    "results",
    [
        [observation(HER2, NEGATIVE), observation(PR, NEGATIVE)],
        [observation(ER, NEGATIVE)],
        [observation("loinc 40556-3", NEGATIVE), observation("loinc 40557-1", NEGATIVE)],
        [observation(ER, NEGATIVE, status="preliminary"), observation(HER2, NEGATIVE)],
        [observation(ER), observation(HER2)],
    ],
)
def test_tests_that_other_cancers_are_put_to_make_none(results: list[Any]) -> None:
    assert picture(*results).episodes == ()

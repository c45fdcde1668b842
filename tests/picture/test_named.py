"""Diagnoses that only words tell: read if every word is understood, never silence if a breast cancer is named."""

from typing import Any

import pytest

from cds_hooks.fhir.record import Coding, Concept
from tests.picture.charts import concept, condition, facts, known, observation, picture, value, vocabulary

LOCAL = "http://codes.example.org/problems"
LUNG_STAGE = observation("sct 371469007", "sct 54102005")


def named(text: str, *, display: str | None = None, **more: Any) -> Any:
    """A diagnosis under a code of nobody's list."""
    coded = Concept((Coding(LOCAL, "4711", display),), text)
    return condition(coded, **more)


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Breast cancer", ""),
        ("Invasive ductal carcinoma of left breast", "left"),
        ("Malignant neoplasm of upper-outer quadrant of right female breast (disorder)", "right"),
        ("Breast CA, stage IIA, ER positive HER2 negative", ""),
        ("Mammakarzinom links", "left"),
        ("Cancer du sein droit", "right"),
        ("Cáncer de mama izquierda", "left"),
        ("C50.9 Brustkrebs R", "right"),
    ],
)
def test_a_diagnosis_whose_every_word_is_understood_makes_a_tumour(text: str, side: str) -> None:
    (episode,) = picture(named(text)).episodes
    assert episode.side == side
    assert known(episode.facts["invasive"]).value == "invasive"
    assert "breast only named in text" in known(episode.facts["invasive"]).evidence[0].marks


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("DCIS of right breast", "in_situ"),
        ("Ductal carcinoma in situ of breast", "in_situ"),
        ("Non-invasive breast cancer", "in_situ"),
        ("Phyllodes tumour of breast", "not_carcinoma"),
        ("Lymphoma of breast", "not_carcinoma"),
    ],
)
def test_words_tell_the_kind_of_tumour(text: str, kind: str) -> None:
    assert known(facts(named(text))["invasive"]).value == kind


@pytest.mark.parametrize(
    "text",
    [
        "Family history of breast cancer",
        "Screening for breast cancer",
        "Fear of breast cancer",
        "Increased risk of breast cancer",
        "Mother: breast cancer",
        "Suspected breast cancer",
        "Verdacht auf Mammakarzinom",
        "Benign neoplasm of breast",
        "Neoplasm of breast",
        "Basal cell carcinoma of skin of left breast",
        "Lung cancer",
        "Breast lump",
    ],
)
def test_words_that_take_it_back_make_no_tumour_and_no_doubt(text: str) -> None:
    seen = picture(named(text))
    assert (seen.episodes, seen.only_named) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "Breast cancer, bilateral mastectomy 2019",
        "Metastatic breast cancer",
        "Secondary malignant neoplasm of breast",
        "Breast cancer with bone involvement",
        "No breast cancer found",
    ],
)
def test_words_that_are_not_understood_make_no_tumour_and_are_no_silence(text: str) -> None:
    seen = picture(named(text, name="d"))
    assert seen.episodes == ()
    assert [one.reference for one in seen.only_named] == ["Condition/d"]
    assert picture(named(text), condition()).only_named == ()


def test_one_text_that_takes_it_back_is_enough() -> None:
    assert picture(named("Breast cancer", display="Family history of breast cancer")).episodes == ()


def test_texts_that_disagree_on_the_side_give_none() -> None:
    (episode,) = picture(named("Left breast cancer", display="Right breast cancer")).episodes
    assert episode.side == ""


def test_a_coded_side_governs_over_the_words() -> None:
    (episode,) = picture(named("Left breast cancer", body_site=(concept("sct 73056007"),))).episodes
    assert episode.side == "right"


def test_a_cancer_without_an_organ_is_of_its_coded_site() -> None:
    morphology = Concept((Coding(LOCAL, "8500/3", "Infiltrating duct carcinoma, NOS"),))
    assert picture(condition(morphology)).episodes == ()
    assert len(picture(condition(morphology, body_site=(concept("sct 80248007"),))).episodes) == 1


def test_a_code_that_is_known_is_never_overruled_by_words() -> None:
    assert picture(condition(concept("icd Z80.3", text="Breast cancer"))).episodes == ()
    (episode,) = picture(condition(concept("sct 254837009", text="cancer of the left breast"))).episodes
    assert episode.side == ""


@pytest.mark.parametrize("text", ["Lung cancer", "Melanoma", "Carcinoma of the prostate, treated"])
def test_a_cancer_of_another_organ_in_words_makes_its_results_unsure(text: str) -> None:
    assert value(facts(condition(), LUNG_STAGE)["grade"]) == 1
    assert value(facts(condition(), named(text), LUNG_STAGE)["grade"]) == "conflicting"


@pytest.mark.parametrize("text", ["Secondary malignant neoplasm of lung", "Lung cancer screening", "Skin cancer"])
def test_spread_prevention_and_skin_are_no_other_cancer(text: str) -> None:
    assert known(facts(condition(), named(text), LUNG_STAGE)["grade"])


def test_every_word_for_a_cancer_is_found_by_the_beginning_of_one() -> None:
    words = vocabulary().codelists["diagnosis_words"]
    stems = [stem for _, stem in words.prefixes]
    cancers = [w for (_, w), meaning in words.meanings.items() if {"malignant", "not_carcinoma"} & set(meaning.split())]
    assert [w for w in cancers if not any(stem in w for stem in stems)] == ["ca"]

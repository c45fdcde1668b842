"""Distant metastasis and recurrence."""

from typing import Any

import pytest

from cds_hooks.fhir.record import Coding, Concept, Stage
from tests.picture.charts import concept, condition, facts, observation, value

CANCER = condition(name="cancer")
MII = "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem"


def metastatic(*resources: Any) -> Any:
    return value(facts(CANCER, *resources)["metastatic"])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("sct 94222008", "yes"),
        ("icd C79.51", "yes"),
        ("icd C78.7", "yes"),
        ("sct 128462008", "yes"),
        ("sct 1287652008", "yes"),
        ("icd C80.0", "yes"),
        ("icd C77.3", "no"),
        ("sct 94181007", "no"),
        ("sct 16260631000119101", "no"),
        ("icd C77.0", "equivocal"),
        ("icd C79.81", "equivocal"),
        ("icd E11.9", "no"),
    ],
)
def test_a_secondary_diagnosis_is_metastasis_unless_it_is_of_regional_nodes(code: str, expected: str) -> None:
    assert metastatic(condition(code)) == expected


@pytest.mark.parametrize(
    ("code", "expected"), [("K", "no"), ("R", "yes"), ("P", "yes"), ("F", "equivocal"), ("X", "no")]
)
def test_the_course_of_metastases_is_read_in_the_codes_of_german_registries(code: str, expected: str) -> None:
    answer = Concept((Coding(f"{MII}/mii-cs-onko-verlauf-fernmetastasen", code),))
    assert metastatic(observation("sct 399608002", answer)) == expected


def test_a_supposed_metastasis_is_equivocal() -> None:
    assert metastatic(condition("sct 94222008", verification_status="provisional")) == "equivocal"


def test_a_metastasis_that_follows_another_cancer_is_not_of_the_breast() -> None:
    lung = condition("sct 254637007", name="lung")
    brain = condition("sct 94225005", occurred_following=(lung.origin.reference,))
    assert metastatic(lung, brain) == "no"


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("loinc 21907-1", "ajcc cM1", "yes"),
        ("loinc 21901-4", "ajcc pM1", "yes"),
        ("loinc 21907-1", "ajcc cM0", "no"),
        ("loinc 21907-1", "ajcc cM0(i+)", "no"),
        ("loinc 21907-1", "ajcc cMX", "no"),
        ("loinc 21908-9", "ajcc 4", "yes"),
        ("sct 399537006", "sct 1222837003", "yes"),
        ("loinc 21908-9", "ajcc 3C", "no"),
        ("loinc 44667-4", "sct 260413007", "no"),
        ("loinc 44667-4", "sct 272673000", "yes"),
        ("loinc 44667-4", "sct 261665006", "no"),
        ("sct 1287652008", True, "yes"),
        ("sct 1287652008", False, "no"),
    ],
)
def test_m1_stage_iv_or_a_named_site_is_metastasis(question: str, answer: Any, expected: str) -> None:
    assert metastatic(observation(question, answer)) == expected


def test_a_stage_iv_of_the_diagnosis_is_metastasis() -> None:
    staged = condition(stage=(Stage(concept("ajcc 4"), None),))
    assert value(facts(staged)["metastatic"]) == "yes"


def test_metastasis_counts_whatever_else_says_none() -> None:
    assert metastatic(observation("loinc 21907-1", "ajcc cM0"), condition("icd C79.51")) == "yes"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"clinical_status": "recurrence"}, "yes"),
        ({"clinical_status": "relapse"}, "yes"),
        ({"clinical_status": "active"}, "no"),
        ({"clinical_status": "remission"}, "no"),
        ({"clinical_status": None}, "no"),
        ({"clinical_status": "relapse", "verification_status": "provisional"}, "no"),
    ],
)
def test_a_clinical_status_can_say_that_it_came_back(more: dict[str, Any], expected: str) -> None:
    assert value(facts(condition(**more))["recurrence"]) == expected


@pytest.mark.parametrize("code", ["sct 1081551000119106", "sct 314955001"])
def test_a_recurrence_code_is_a_recurrence(code: str) -> None:
    assert value(facts(condition(code))["recurrence"]) == "yes"


def test_a_diagnosis_that_follows_an_earlier_one_is_a_recurrence() -> None:
    again = condition(occurred_following=(CANCER.origin.reference,))
    assert value(facts(CANCER, again)["recurrence"]) == "yes"


def test_a_staging_of_a_recurrence_is_a_recurrence() -> None:
    assert value(facts(observation("loinc 21899-0", "ajcc rpT2"))["recurrence"]) == "yes"


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("loinc 21907-1", "metastases, see report", "not_understood"),
        ("loinc 21908-9", "metastatic disease", "not_understood"),
        ("loinc 21908-9", concept("ajcc 3A", "ajcc 4"), "conflicting"),
        ("loinc 21908-9", "sct 261665006", "no"),
        ("loinc 21908-9", "Stage IIIA", "no"),
        ("loinc 21914-7", "ajcc 4", "no"),
        (concept("loinc 21907-1", display="Tumor grade"), "ajcc cM1", "no"),
    ],
)
def test_an_answer_that_is_not_understood_is_not_silence(question: Any, answer: Any, expected: str) -> None:
    assert metastatic(observation(question, answer)) == expected


def test_a_stage_of_the_diagnosis_without_a_summary_says_nothing() -> None:
    assert value(facts(condition(stage=(Stage(None, None),)))["metastatic"]) == "no"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Metastatic breast cancer to bone", "equivocal"),
        ("Mammakarzinom, ossär metastasiert", "equivocal"),
        ("Breast cancer, stage IV", "equivocal"),
        ("No metastases", "no"),
        ("Non-metastatic breast cancer", "no"),
        ("Family history of metastatic cancer", "no"),
        ("Hypertension", "no"),
    ],
)
def test_metastasis_in_words_alone_is_no_proof_and_no_silence(text: str, expected: str) -> None:
    assert metastatic(condition(concept(text=text))) == expected
    assert metastatic(condition(concept("icd C50.912", text=text), name="other")) == expected


def test_the_words_of_another_organs_cancer_are_not_of_the_breast() -> None:
    assert metastatic(condition(concept("icd C18.9", text="Metastatic colon cancer"))) == "no"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (concept(text="Recurrent breast cancer"), "equivocal"),
        (concept("icd C50.912", text="Relapse of breast cancer"), "equivocal"),
        (concept(text="Recurrent otitis"), "no"),
        (concept("icd E11.9", text="Recurrent breast infection"), "no"),
        (concept(text="Breast cancer without recurrence"), "no"),
    ],
)
def test_recurrence_in_words_alone_is_no_proof_and_no_silence(said: Any, expected: str) -> None:
    assert value(facts(CANCER, condition(said))["recurrence"]) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("icd9 198.5", "yes"),
        ("icd9 197.7", "yes"),
        ("icd9 196.3", "no"),
        ("icd9 196.9", "equivocal"),
        ("icd9 198.81", "equivocal"),
        ("sct 94606003", "yes"),
        ("sct 94392001", "equivocal"),
    ],
)
def test_secondaries_of_icd_9_and_of_other_organs_are_read(code: str, expected: str) -> None:
    assert metastatic(condition(code)) == expected


@pytest.mark.parametrize("said", ["Secondary malignant neoplasm of pleura (disorder)", "Secondary cancer, lung"])
def test_a_secondary_cancer_in_words_alone_is_no_silence(said: str) -> None:
    assert metastatic(condition(concept("sct 1234567890", display=said))) == "equivocal"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Local recurrence of breast cancer", "equivocal"),
        ("Chest wall recurrence", "equivocal"),
        ("Locoregional recurrence", "equivocal"),
        ("Lokalrezidiv Mammakarzinom", "equivocal"),
        ("Récidive locale, sein gauche", "equivocal"),
        ("Recurrent disease in axilla", "equivocal"),
        ("Recurrent urinary tract infection", "no"),
        ("Recurrent depression", "no"),
        ("Local recurrence of rectal cancer", "no"),
        ("Fear of recurrence of breast cancer", "no"),
    ],
)
def test_a_recurrence_under_an_unknown_code_is_no_silence(text: str, expected: str) -> None:
    for code in (Concept(text=text), Concept((Coding("urn:oid:1.2.3", "7", text),))):
        assert value(facts(CANCER, condition(code))["recurrence"]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Knochenmetastasen", "equivocal"),
        ("Malignant pleural effusion", "equivocal"),
        ("Leptomeningeal carcinomatosis", "equivocal"),
        ("High risk, metastatic", "equivocal"),
        ("At risk of metastasis", "no"),
        ("Pleural effusion", "no"),
    ],
)
def test_other_words_for_spread_are_no_silence(text: str, expected: str) -> None:
    for code in (Concept(text=text), Concept((Coding("urn:oid:1.2.3", "7", text),))):
        assert metastatic(condition(code)) == expected

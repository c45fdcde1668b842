"""Invasive, in situ or no carcinoma; histology."""

from typing import Any

import pytest

from tests.picture.charts import concept, condition, facts, observation, picture, value

HISTOLOGY, PT = "loinc 44638-5", "loinc 21899-0"
IDC, DCIS_TISSUE, LCIS_TISSUE = "icdo 8500/3", "icdo 8500/2", "sct 77284006"


def invasive(*resources: Any) -> Any:
    return value(facts(*resources)["invasive"])


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["icd C50.912"], "invasive"),
        (["sct 254837009"], "invasive"),
        (["sct 408643008"], "invasive"),
        (["icd D05.12"], "in_situ"),
        (["sct 109889007"], "in_situ"),
        (["icd D05.12", "icd C50.912"], "invasive"),
        (["sct 278052009"], "not_carcinoma"),
        (["sct 254844000"], "not_carcinoma"),
        (["sct 188050009", "sct 254837009"], "not_carcinoma"),
        (["sct 278052009", "sct 408643008"], "conflicting"),
    ],
)
def test_the_diagnoses_of_a_side_say_what_the_tumour_is(codes: list[str], expected: str) -> None:
    assert invasive(*(condition(code) for code in codes)) == expected


@pytest.mark.parametrize(
    ("code", "tissue", "expected"),
    [
        ("icd C50.912", IDC, "invasive"),
        ("icd C50.912", DCIS_TISSUE, "conflicting"),
        ("sct 254837009", LCIS_TISSUE, "conflicting"),
        ("sct 408643008", DCIS_TISSUE, "invasive"),
        ("icd D05.12", DCIS_TISSUE, "in_situ"),
        ("icd D05.12", IDC, "conflicting"),
        ("icd C50.912", "icdo 9680/3", "not_carcinoma"),
        ("icd C50.912", "icdo 9020/3", "not_carcinoma"),
        ("icd C50.912", "icdo 8540/3", "invasive"),
    ],
)
def test_diagnosis_and_tissue_that_contradict_each_other_settle_nothing(code: str, tissue: str, expected: str) -> None:
    assert invasive(condition(code), observation(HISTOLOGY, tissue)) == expected
    assert invasive(condition(code, morphology=(concept(tissue),))) == expected


def test_an_in_situ_component_beside_invasive_tissue_is_invasive() -> None:
    assert invasive(observation(HISTOLOGY, IDC), observation(HISTOLOGY, DCIS_TISSUE)) == "invasive"


@pytest.mark.parametrize(
    ("code", "category", "expected"),
    [
        ("icd D05.12", "pTis", "in_situ"),
        ("icd D05.12", "pT1c", "conflicting"),
        ("icd C50.912", "pTis", "conflicting"),
        ("icd C50.912", "ypTis", "invasive"),
        ("icd C50.912", "pT1", "invasive"),
    ],
)
def test_the_t_category_must_fit_the_diagnosis(code: str, category: str, expected: str) -> None:
    assert invasive(condition(code), observation(PT, f"ajcc {category}")) == expected


def test_stage_0_contradicts_an_invasive_diagnosis() -> None:
    assert invasive(observation("loinc 21902-2", "ajcc 0")) == "conflicting"


@pytest.mark.parametrize("verification", ["provisional", "differential", "unconfirmed"])
def test_a_diagnosis_that_is_only_supposed_proves_nothing(verification: str) -> None:
    assert invasive(condition(verification_status=verification)) == "equivocal"
    assert invasive(condition(verification_status=verification), observation(HISTOLOGY, IDC)) == "invasive"


def test_a_missing_verification_is_no_doubt() -> None:
    assert invasive(condition(verification_status=None)) == "invasive"


@pytest.mark.parametrize(
    "code",
    [
        "icd Z80.3",
        "icd Z85.3",
        "sct 134405005",
        "sct 126926005",
        "sct 254845004",
        "icd D24.2",
        "icd C79.81",
        "icd C34.1",
    ],
)
def test_a_code_that_is_no_breast_cancer_makes_no_episode(code: str) -> None:
    assert picture(condition(code)).episodes == ()


def test_a_family_history_code_beside_the_cancer_code_makes_no_episode() -> None:
    seen = picture(condition(concept("icd Z80.3", "sct 254837009"), name="family"))
    assert (seen.episodes, seen.set_aside) == ((), (("Condition/family", "family history"),))


def test_a_primary_code_beside_metastasis_to_the_breast_makes_no_episode() -> None:
    assert picture(condition(concept("icd C50.211", "icd C79.81"))).episodes == ()


@pytest.mark.parametrize(
    ("display", "text", "site", "counts"),
    [
        ("Breast Cancer", None, None, True),
        (None, "Cancer of the left breast", None, True),
        ("Malignant neoplastic disease (disorder)", None, "sct 80248007", True),
        ("Malignant neoplastic disease (disorder)", None, None, False),
        ("Malignant neoplastic disease (disorder)", None, "sct 7771000", False),
        ("Prostate Cancer", None, None, False),
        ("Prostate Cancer", None, "sct 80248007", False),
        ("Breast and ovarian cancer", None, None, False),
        ("Family history of breast cancer", None, None, False),
        ("Metastatic breast cancer", None, None, False),
        ("Lung cancer, not breast", None, None, False),
    ],
)
def test_a_cancer_code_without_an_organ_counts_only_where_breast_is_named(
    display: str | None, text: str | None, site: str | None, counts: bool
) -> None:
    said = concept("sct 363346000", display=display, text=text)
    seen = picture(condition(said, body_site=(concept(site),) if site else ()))
    assert bool(seen.episodes) is counts


def test_a_diagnosis_named_only_in_text_is_marked() -> None:
    found = facts(condition(concept("sct 363346000", display="Breast Cancer")))["invasive"]
    assert "breast only named in text" in found.evidence[0].marks


@pytest.mark.parametrize(
    ("tissues", "expected"),
    [
        ([IDC], "ductal"),
        (["icdo 8520/3"], "lobular"),
        ([IDC, "sct 1187332001"], "ductal"),
        ([IDC, DCIS_TISSUE], "ductal"),
        ([IDC, "icdo 8520/3"], "conflicting"),
        ([], "not_recorded"),
    ],
)
def test_histology_is_the_most_exact_type(tissues: list[str], expected: str) -> None:
    assert value(facts(*(observation(HISTOLOGY, t) for t in tissues), condition())["histology"]) == expected


def test_a_histology_code_used_for_something_else_is_not_used() -> None:
    grade = concept("loinc 21899-0", display="Histologic grade")
    assert invasive(observation(grade, "ajcc pTis")) == "invasive"


def test_an_unanswered_histology_says_nothing() -> None:
    assert value(facts(observation(HISTOLOGY))["histology"]) == "not_recorded"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["icd D05.12"], "ductal_in_situ"),
        (["icd D05.02"], "lobular_in_situ"),
        (["icd D05.92"], "not_recorded"),
        (["icd D05.12", "sct 408643008"], "ductal"),
        (["icd C50.912"], "not_recorded"),
    ],
)
def test_icd_names_the_type_of_a_carcinoma_in_situ(codes: list[str], expected: str) -> None:
    assert value(facts(*(condition(code) for code in codes))["histology"]) == expected


def test_a_cancer_that_has_spread_is_invasive_whatever_calls_it_in_situ() -> None:
    dcis = observation("loinc 44638-5", "sct 86616005")
    assert value(facts(condition(), dcis)["invasive"]) == "conflicting"
    assert value(facts(condition(), dcis, condition("icd C79.51"))["invasive"]) == "invasive"


def test_a_spread_tumour_that_may_be_no_carcinoma_stays_open() -> None:
    both = (condition("sct 408643008"), condition("sct 254844000"))
    assert value(facts(*both, condition("icd C79.51"))["invasive"]) == "conflicting"

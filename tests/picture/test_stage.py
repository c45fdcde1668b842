"""TNM categories and stage groups as recorded."""

from typing import Any

import pytest

from cds_hooks.fhir.record import Coding, Concept, Stage
from cds_hooks.picture.category import Category, joined, read_category, read_stage
from tests.picture.charts import concept, condition, facts, mm, observation, picture, value


@pytest.mark.parametrize(
    ("text", "letter", "word"),
    [
        ("cT3", "T", "cT3"),
        ("ypT1c", "T", "ypT1c"),
        ("American Joint Committee on Cancer pT2 (qualifier value)", "T", "pT2"),
        ("T1 category (finding)", "T", "T1"),
        ("pN1a(sn)", "N", "pN1a"),
        ("cM0(i+)", "M", "cM0"),
        ("pTis(DCIS)", "T", "pTis"),
        ("pT1mi", "T", "pT1mi"),
        ("rpT2", "T", "rpT2"),
        ("pNX", "N", "pNX"),
        ("stage IIB", "T", None),
        ("pT2 pN1 M0", "T", "pT2"),
        ("pT2 pN1a(sn) M0 G3 L1 V0 R0", "N", "pN1a"),
        ("ypT1c N0 M0", "N", "yN0"),
        ("T2N1M0", "N", "N1"),
        ("pT1bpN0(i-)cM0", "T", "pT1b"),
        ("cT1cN0", "T", None),
        ("pT1 pT2 N0", "N", None),
        ("T2 or T3", "T", None),
        ("pN1", "T", None),
        ("NT2X", "T", None),
    ],
)
def test_a_category_is_read_out_of_a_text_that_names_only_one(text: str, letter: str, word: str | None) -> None:
    found = read_category(text, letter)
    assert (found.word if found else None) == word


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("IIA", "IIA"),
        ("3A", "IIIA"),
        ("c3A", "IIIA"),
        ("4", "IV"),
        ("Stage IV", "IV"),
        ("StageⅡA", "IIA"),
        ("Stage 3A (qualifier value)", "IIIA"),
        ("0", "0"),
        ("IVA", "IVA"),
        ("Stage group unknown", None),
        ("T2", None),
    ],
)
def test_a_stage_group_is_read_in_every_spelling(text: str, stage: str | None) -> None:
    assert read_stage(text) == stage


@pytest.mark.parametrize(
    ("one", "other", "word"),
    [
        (Category("T", "1"), Category("T", "1", basis="c"), "cT1"),
        (Category("T", "1", "c"), Category("T", "1", basis="p"), "pT1c"),
        (Category("T", "1", "a"), Category("T", "1", "b"), None),
        (Category("T", "1"), Category("T", "2"), None),
        (Category("T", "1", basis="c"), Category("T", "1", basis="p"), None),
    ],
)
def test_two_spellings_of_one_category_are_the_more_exact_one(one: Category, other: Category, word: str | None) -> None:
    found = joined(one, other)
    assert (found.word if found else None) == word


@pytest.mark.parametrize("question", ["sct 263642008", "loinc 21902-2"])
def test_a_whole_tnm_under_the_stage_gives_each_category(question: str) -> None:
    told = facts(observation(question, "pT2 pN1a(sn) cM0"))
    assert [value(told[f"{letter}_category"])[1:] for letter in "tnm"] == ["T2", "N1a", "M0"]
    assert value(told["tumour_size"]) == (20, 50)


def test_a_category_alone_under_the_stage_is_none() -> None:
    assert category("T", observation("loinc 21902-2", "pT2")) == "not_recorded"


def test_a_category_spelt_as_the_code_of_an_unknown_system_is_read() -> None:
    answer = Concept((Coding("http://codes.example.org/tnm", "pT2"),))
    assert category("T", observation("loinc 21899-0", answer)) == "pT2"


def category(letter: str, *observations: Any) -> Any:
    return value(facts(*observations)[f"{letter.lower()}_category"])


@pytest.mark.parametrize(
    ("question", "answer", "letter", "expected"),
    [
        ("loinc 21905-5", "ajcc cT3", "T", "cT3"),
        ("loinc 21905-5", "ajcc T3", "T", "cT3"),
        ("sct 384625004", "sct 1229852009", "T", "pT2"),
        ("sct 399534004", "sct 1229967007", "N", "cN0"),
        ("loinc 21906-3", "sct 46059003", "N", "cN2"),
        ("loinc 21905-5", concept("sct 23351008", "ajcc cT1"), "T", "cT1"),
        ("sct 78873005", "T2", "T", "T2"),
        ("sct 399387003", "sct 1229901006", "M", "cM0"),
        ("sct 399504009", Concept((Coding("http://local", "77", "cT2 (AJCC)"),)), "T", "cT2"),
        ("sct 399504009", concept("sct 1228882005", display="stage IIB"), "T", "conflicting"),
        ("sct 399504009", concept("sct 1228938002", display="cT1"), "T", "conflicting"),
        ("loinc 21905-5", "ajcc cTX", "T", "not_recorded"),
        ("loinc 21911-3", "ajcc T2", "T", "not_recorded"),
        ("loinc 21905-5", "absent unknown", "T", "not_recorded"),
        ("loinc 21905-5", "ajcc cN1", "T", "not_understood"),
        ("loinc 21905-5", "ajcc rT2", "T", "not_recorded"),
    ],
)
def test_a_category_is_read_as_recorded(question: str, answer: Any, letter: str, expected: str) -> None:
    assert category(letter, observation(question, answer)) == expected


def test_the_pathological_category_governs_over_the_clinical_one() -> None:
    assert category("T", observation("loinc 21905-5", "ajcc cT3"), observation("loinc 21899-0", "ajcc pT2")) == "pT2"


def test_two_pathological_categories_of_one_work_up_are_in_conflict() -> None:
    assert category("T", observation("loinc 21899-0", "ajcc pT1"), observation("loinc 21899-0", "ajcc pT2")) == (
        "conflicting"
    )


def diagnosed(written: str) -> Any:
    return condition(stage=(Stage(Concept(text=written), None),))


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("t_category", "pT2 pN1a M0", "pT2"),
        ("n_category", "pT2 pN1a M0", "pN1a"),
        ("m_category", "cT2 cN1 cM1", "cM1"),
        ("metastatic", "cT2 cN1 cM1", "yes"),
        ("metastatic", "pT2 pN1a M0", "no"),
        ("systemic_therapy_first", "ypT1b ypN0 M0", "yes"),
        ("size_below_t_category", "pT2", "yes"),
        ("local_extension", "T4b", "yes"),
        ("t_category", "Stage IIB", "not_recorded"),
    ],
)
def test_categories_written_into_the_diagnosis_are_read(name: str, written: str, expected: str) -> None:
    assert value(facts(diagnosed(written), observation("loinc 44635-1", mm("8")))[name]) == expected


def test_an_observed_category_governs_over_one_in_the_diagnosis() -> None:
    seen = facts(diagnosed("pT2 pN1a"), observation("loinc 21899-0", "ajcc pT1b"))
    assert (value(seen["t_category"]), value(seen["n_category"])) == ("pT1b", "pN1a")


def test_a_category_in_a_diagnosis_of_the_other_breast_is_not_of_this_one() -> None:
    right = condition("icd C50.911", stage=(Stage(Concept(text="cT3"), None),))
    said = {e.side: value(e.facts["t_category"]) for e in picture(condition(), right).episodes}
    assert said == {"left": "not_recorded", "right": "cT3"}

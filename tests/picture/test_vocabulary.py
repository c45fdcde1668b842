"""Code lists: what a code means in each, and which lists have it at all."""

import pytest

from cds_hooks.fhir.record import Coding, Concept
from cds_hooks.picture.vocabulary import CodeList, Vocabulary

ONE = CodeList("one", {("loinc", "1-8"): "size"}, {("icd", "C50"): "breast", ("icd", "C"): "cancer"})
TWO = CodeList("two", {("loinc", "1-8"): "extent", ("icd", "C50.1"): "centre"}, {("atc", "L02"): "endocrine"})
BOTH = Vocabulary({}, {"one": ONE, "two": TWO}, {})
CODES = (("loinc", "1-8"), ("loinc", "2-6"), ("icd", "C50.1"), ("icd", "C34"), ("icd", "D05"), ("atc", "L02B"))


@pytest.mark.parametrize(
    ("system", "code", "one", "two"),
    [
        ("loinc", "1-8", "size", "extent"),
        ("loinc", "2-6", None, None),
        ("icd", "C50.1", "breast", "centre"),
        ("icd", "C34", "cancer", None),
        ("icd", "D05", None, None),
        ("atc", "C50.1", None, None),
        ("atc", "L02B", None, "endocrine"),
        (None, "1-8", None, None),
        ("icd", None, None, None),
    ],
)
def test_a_code_means_what_its_own_system_says(
    system: str | None, code: str | None, one: str | None, two: str | None
) -> None:
    coding = Coding(system, code)
    assert (ONE.meaning(coding), TWO.meaning(coding)) == (one, two)


@pytest.mark.parametrize("codes", [(), *((code,) for code in CODES), CODES, ((None, "1-8"), ("icd", None))])
def test_the_lists_that_name_a_concept_are_those_in_which_it_has_a_meaning(
    codes: tuple[tuple[str | None, str | None], ...],
) -> None:
    concept = Concept(tuple(Coding(system, code) for system, code in codes))
    assert BOTH.lists_naming(concept) == {each.name for each in (ONE, TWO) if each.meanings_of(concept)}

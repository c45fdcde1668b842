"""Code lists: every row is right, or the list is reported."""

import pytest

from cds_hooks.fhir.record import Coding
from cds_hooks.knowledge.codelists import read_codelist
from tests.knowledge.small import HEADER, LOINC

ICD = "http://hl7.org/fhir/sid/icd-10-cm"


def problems(text: str) -> tuple[str, ...]:
    return read_codelist(text, "x", "codelists/x.csv").problems


def test_a_code_means_what_its_row_says_and_codes_are_normalised() -> None:
    text = f"{HEADER}{ICD},C50.911,exact,Breast,malignant,,seen\n"
    codelist = read_codelist(text, "x", "codelists/x.csv").codelist
    assert codelist.meaning(Coding(ICD, "C50911")) == "malignant"
    assert codelist.meaning(Coding(LOINC, "C50911")) is None


def test_of_two_prefixes_the_longer_one_governs() -> None:
    text = f"{HEADER}{ICD},C50,prefix,Breast,malignant,,seen\n{ICD},C50.A,prefix,Inflammatory,inflammatory,,seen\n"
    codelist = read_codelist(text, "x", "codelists/x.csv").codelist
    assert codelist.meaning(Coding(ICD, "C50A1")) == "inflammatory"
    assert codelist.meaning(Coding(ICD, "C5091")) == "malignant"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (f"{LOINC},1-8,exact,One,one,", "6 cells where 7 belong"),
        (f"{LOINC}, 1-8,exact,One,one,,seen", "a cell begins or ends with a blank, or holds a line break"),
        (f'{LOINC},1-8,exact,"One\nmore",one,,seen', "a cell begins or ends with a blank, or holds a line break"),
        (f"{LOINC},1-8,exact,One,,,seen", "no meaning"),
        (",,exact,One,one,,", "no system, code, source"),
        (f"{LOINC},1-8,like,One,one,,seen", "match is 'like', not exact or prefix"),
        ("LOINC,1-8,exact,One,one,,seen", "'LOINC' is not the canonical name of a code system"),
        (
            ",".join(["http://snomed.info/sct/", "1", "exact", "One", "one", "", "seen"]),
            "'http://snomed.info/sct/' is not the canonical name of a code system",
        ),
    ],
)
def test_a_wrong_row_is_reported_with_its_line(row: str, problem: str) -> None:
    text = f"{HEADER}{LOINC},7-7,exact,Seven,seven,,seen\n{row}\n"
    assert problems(text) == (f"codelists/x.csv:3: {problem}",)


def test_a_code_stands_once_in_a_list_however_it_is_spelt() -> None:
    row = f"{ICD},C50.911,exact,Breast,malignant,,seen\n"
    again = f"{ICD},c50911,exact,Breast,other,,seen\n"
    assert problems(HEADER + row + again) == (f"codelists/x.csv:3: c50911 of {ICD} is in this list already",)


def test_a_code_may_stand_once_by_itself_and_once_as_a_prefix() -> None:
    both = f"{ICD},C50,exact,Breast,malignant,,seen\n{ICD},C50,prefix,Breast,malignant,,seen\n"
    assert problems(HEADER + both) == ()


@pytest.mark.parametrize("text", ["", "system,code\n", "code,system,match,display,meaning,note,source\n"])
def test_other_columns_are_refused(text: str) -> None:
    assert problems(text) == ("codelists/x.csv:1: the columns must be system,code,match,display,meaning,note,source",)


def test_a_file_that_is_not_csv_is_refused() -> None:
    (problem,) = problems(f'{HEADER}"{"a" * 200_000}"\n')
    assert problem.startswith("codelists/x.csv:1: not CSV: ")

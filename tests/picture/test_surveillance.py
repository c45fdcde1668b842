"""How long ago the last examinations and visits were."""

from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import KeyState, Unreadable
from cds_hooks.picture.fact import Fact
from tests.picture.charts import (
    concept,
    condition,
    known,
    origin,
    picture,
    procedure,
    report,
    study,
    value,
    visit,
)

LEFT, RIGHT, ANY, BOTH = "sct 572701000119102", "sct 566571000119105", "sct 71651007", "cpt 77067"
LEFT_BREAST, RIGHT_BREAST = "sct 80248007", "sct 73056007"
CANCER = condition(on="2022-01-10")  # of the left breast
MAY = (1.9, 2)  # months from the first of May to the last of June


def fact(name: str, *resources: Any, **more: Any) -> Fact:
    return picture(CANCER, *resources, **more).patient[name]


def left(*resources: Any, **more: Any) -> Any:
    return value(fact("mammogram_left", *resources, **more))


def right(*resources: Any, **more: Any) -> Any:
    return value(fact("mammogram_right", *resources, **more))


@pytest.mark.parametrize(
    "exam",
    [
        procedure(LEFT, "2025-05-01"),
        procedure(ANY, "2025-05-01", body_site=(concept(LEFT_BREAST),)),
        procedure(ANY, "2025-05-01", laterality=(concept("sct 7771000"),)),
        procedure("cpt 77065", "2025-05-01", body_site=(concept(LEFT_BREAST),)),
        report("loinc 26347-5", "2025-05-01"),
        report("loinc 26347-5", "2025-05-01", status="preliminary"),
        study("dicom MG", "2025-05-01", LEFT_BREAST),
        study("dicom MG", "2025-05-01", laterality=(concept("sct 7771000"),)),
        study("dicom MG", "2025-05-01", procedure=(concept(LEFT),)),
    ],
)
def test_a_mammogram_counts_for_its_side_wherever_it_is_recorded(exam: Any) -> None:
    assert (left(exam), right(exam)) == (MAY, "not_recorded")


@pytest.mark.parametrize("exam", [procedure(BOTH, "2025-05-01"), report("loinc 36626-0", "2025-05-01")])
def test_a_mammogram_of_both_breasts_counts_for_both(exam: Any) -> None:
    assert (left(exam), right(exam)) == (MAY, MAY)


@pytest.mark.parametrize(
    "exam",
    [
        procedure(LEFT, "2025-05-01", status="not-done"),
        procedure(LEFT, "2025-05-01", status="preparation"),
        procedure(LEFT, "2025-09-01"),
        report("loinc 26347-5", "2025-05-01", status="cancelled"),
        report("loinc 26347-5", "2025-05-01", status="entered-in-error"),
        study("dicom MG", "2025-05-01", LEFT_BREAST, status="cancelled"),
        procedure("sct 241615005", "2025-05-01", body_site=(concept(LEFT_BREAST),)),
        study("dicom MR", "2025-05-01", LEFT_BREAST),
        report("loinc 24601-7", "2025-05-01"),
        study("dicom US", "2025-05-01", LEFT_BREAST),
        procedure(LEFT, "2021-12-20"),
        procedure(LEFT, "2022-01-10"),
        procedure(LEFT, "2021"),
    ],
)
def test_what_was_not_done_or_is_no_mammogram_or_led_to_the_diagnosis_does_not_count(exam: Any) -> None:
    assert left(exam) == "not_recorded"


def test_nothing_on_record_is_never_overdue() -> None:
    assert left() == "not_recorded"
    assert left(states={"reports": KeyState.ABSENT}) == "not_loaded"
    assert left(states={"reports": KeyState.PARTIAL}) == "incomplete_page"


@pytest.mark.parametrize(
    ("exam", "months"),
    [
        (procedure(ANY, "2025-05-01"), (1.9, None)),
        (procedure(LEFT, "2025-05-01", status="unknown"), (1.9, None)),
        (procedure(LEFT, "2025-05-01", status=None), (1.9, None)),
        (report("loinc 26347-5", "2025-05-01", status="registered"), (1.9, None)),
        (study("dicom MG", "2025-05-01", LEFT_BREAST, procedure=(concept("sct 723990008"),)), (1.9, None)),
        (procedure("loinc 26347-5", "2025-05-01", body_site=(concept(RIGHT_BREAST),)), (1.9, None)),
        (procedure(LEFT, "2022"), (29.9, None)),
        (procedure(LEFT, None), "equivocal"),
    ],
)
def test_what_only_may_count_can_only_have_been_the_last(exam: Any, months: Any) -> None:
    assert left(exam) == months


def test_what_only_may_count_leaves_the_upper_bound_of_what_counts() -> None:
    assert left(procedure(LEFT, "2024-06-30"), procedure(ANY, "2025-05-01")) == (1.9, 12)
    assert left(procedure(LEFT, "2025-05-01"), procedure(ANY, "2024-06-30")) == MAY


def test_a_partial_date_gives_bounds() -> None:
    assert left(procedure(LEFT, "2024")) == (5.9, 18)
    assert left(procedure(LEFT, "2025")) == (0, 6)
    open_end = replace(procedure(LEFT, None), performed=DateInterval(date(2025, 5, 1), None))
    assert left(open_end) == (0, 2)


def test_the_last_one_counts_and_the_older_are_kept_aside() -> None:
    found = known(fact("mammogram_left", procedure(LEFT, "2024-05-01"), report("loinc 26347-5", "2025-05-01")))
    assert [e.reference.split("/")[0] for e in found.evidence] == ["DiagnosticReport"]
    assert [a.why for a in found.set_aside] == ["an older one"]


def test_a_mammogram_before_the_diagnosis_is_kept_with_the_reason() -> None:
    found = fact("mammogram_left", procedure(LEFT, "2021-12-20"))
    assert [a.why for a in found.set_aside] == ["not after the diagnosis"]


def test_each_side_is_measured_against_its_own_tumour() -> None:
    second = condition("icd C50.911", on="2025-03-10")
    before = (procedure(LEFT, "2025-03-01"), procedure(RIGHT, "2025-03-01"))
    assert (left(second, *before), right(second, *before)) == ((3.9, 4), "not_recorded")


def test_without_a_date_of_diagnosis_an_examination_only_may_be_surveillance() -> None:
    seen = picture(condition(on=None), procedure(LEFT, "2025-05-01"))
    assert value(seen.patient["mammogram_left"]) == (1.9, None)


@pytest.mark.parametrize("state", [KeyState.ABSENT, KeyState.FAILED, KeyState.PARTIAL])
@pytest.mark.parametrize("key", ["procedures", "reports", "imagingStudies"])
def test_where_a_later_one_may_be_unseen_the_months_are_an_upper_bound(key: str, state: KeyState) -> None:
    exam = procedure(LEFT, "2024-06-30")
    found = known(fact("mammogram_left", exam, states={key: state}))
    assert value(found) == (0, 12)
    assert found.bounded_why is not None
    assert left(procedure(ANY, "2024-06-30"), states={key: state}) in ("not_loaded", "incomplete_page")


def test_an_unreadable_mammogram_may_have_been_a_later_one() -> None:
    lost = Unreadable("DiagnosticReport/lost", "DiagnosticReport", "reports", concept(ANY).codings, "broken")
    assert left(procedure(LEFT, "2024-06-30"), unreadable=(lost,)) == (0, 12)


@pytest.mark.parametrize(
    ("name", "exam"),
    [
        ("months_since_breast_mri", procedure("sct 241615005", "2025-05-01")),
        ("months_since_breast_mri", report("loinc 30795-9", "2025-05-01")),
        ("months_since_breast_mri", study("dicom MR", "2025-05-01", LEFT_BREAST)),
        ("months_since_dxa", procedure("cpt 77080", "2025-05-01")),
        ("months_since_dxa", report("loinc 38269-7", "2025-05-01")),
        ("months_since_dxa", study("dicom BMD", "2025-05-01")),
        ("months_since_echocardiogram", procedure("sct 433236007", "2025-05-01")),
        ("months_since_echocardiogram", report("loinc 34552-0", "2025-05-01")),
        ("months_since_gynaecological_review", procedure("sct 35025007", "2025-05-01")),
        ("months_since_gynaecological_review", visit("sct 394586005", "2025-05-01")),
        ("months_since_gynaecological_review", visit("sct 1", "2025-05-01", reason=(concept("icd Z01.419"),))),
        ("months_since_oncology_visit", visit("sct 394593009", "2025-05-01")),
        ("months_since_oncology_visit", visit("sct 1", "2025-05-01", service_type=concept("sct 394592004"))),
        ("months_since_oncology_visit", visit("sct 1", "2025-05-01", reason=(concept("icd Z08"),))),
        ("months_since_oncology_visit", visit("sct 1", "2025-05-01", reason=(concept("icd Z85.3"),))),
        ("months_since_oncology_visit", visit("sct 1", "2025-05-01", reason=(concept("sct 254837009"),))),
        ("months_since_oncology_visit", visit("sct 394593009", "2025-05-01", status="in-progress")),
    ],
)
def test_every_other_examination_and_visit_has_its_own_number(name: str, exam: Any) -> None:
    assert value(fact(name, exam)) == MAY


@pytest.mark.parametrize(
    ("name", "exam"),
    [
        ("months_since_breast_mri", procedure(LEFT, "2025-05-01")),
        ("months_since_breast_mri", study("dicom MR", "2025-05-01", "sct 69536005")),
        ("months_since_dxa", report("loinc 38269-7", "2025-05-01", status="cancelled")),
        ("months_since_dxa", procedure("cpt 77080", "2021-05-01")),
        ("months_since_echocardiogram", procedure("sct 433236007", "2025-05-01", status="not-done")),
        ("months_since_gynaecological_review", visit("sct 394586005", "2025-08-01")),
        ("months_since_oncology_visit", visit("sct 394593009", "2025-05-01", status="planned")),
        ("months_since_oncology_visit", visit("sct 394593009", "2025-05-01", status="cancelled")),
        ("months_since_oncology_visit", visit("sct 394593009", "2025-05-01", klass=concept("class EMER").codings[0])),
        ("months_since_oncology_visit", visit("sct 394802001", "2025-05-01")),
        ("months_since_oncology_visit", visit("sct 1", "2025-05-01", reason=(concept("icd Z80.3"),))),
    ],
)
def test_other_examinations_and_visits_that_do_not_count(name: str, exam: Any) -> None:
    assert value(fact(name, exam)) == "not_recorded"


@pytest.mark.parametrize("kind", ["arrived", "unknown", None])
def test_a_visit_of_which_it_is_not_told_whether_it_took_place_only_may_count(kind: str | None) -> None:
    found = fact("months_since_oncology_visit", visit("sct 394593009", "2025-05-01", status=kind))
    assert value(found) == (1.9, None)


def test_neither_order_nor_repetition_changes_the_months() -> None:
    chart = [procedure(LEFT, "2024-05-01"), procedure(ANY, "2025-05-01"), report("loinc 26347-5", "2025-05-01")]
    expected = fact("mammogram_left", *chart)
    for turn in permutations(chart):
        assert fact("mammogram_left", *turn, *chart) == expected


def test_a_preliminary_report_is_marked() -> None:
    seen = report("loinc 26347-5", "2025-05-01", status="preliminary")
    marked = replace(seen, origin=origin("DiagnosticReport", "r", "preliminary"))
    assert known(fact("mammogram_left", marked)).evidence[0].marks == ("preliminary",)

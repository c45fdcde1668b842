"""Pathology that is on file as text alone: named, never read, and only where it may be about this tumour."""

import random
from dataclasses import replace
from typing import Any

import pytest

from cds_hooks.fhir.record import DocumentReference, KeyState, Specimen, Unreadable
from cds_hooks.picture.fact import Unknown, Why
from cds_hooks.picture.narrative import AS_TEXT, PERHAPS_ANOTHER, TOLD_BY_PATHOLOGY
from tests.picture.charts import concept, condition, facts, mm, observation, origin, picture, report, value, when

STUDY, BREAST = "loinc 11526-1", "loinc 66110-8"
LEFT, RIGHT, LUNG = "sct 80248007", "sct 73056007", "sct 39607008"
OF_DIAGNOSIS = "2024-03-01"


def text(code: str = STUDY, on: str | None = OF_DIAGNOSIS, **more: Any) -> Any:
    return report(code, on, **{"has_text": True, **more})


def document(code: str = STUDY, on: str | None = OF_DIAGNOSIS) -> DocumentReference:
    return DocumentReference(origin("DocumentReference", "d"), concept(code), date=when(on), status="current")


def tissue(site: str) -> dict[str, Any]:
    return {"specimens": (Specimen(origin("Specimen", "s"), body_site=concept(site)),)}


def size_of(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["tumour_size"])


@pytest.mark.parametrize("fact", sorted(TOLD_BY_PATHOLOGY))
def test_each_fact_of_pathology_that_no_code_tells_points_to_the_report(fact: str) -> None:
    seen = text()
    found = facts(seen)[fact]
    assert isinstance(found, Unknown)
    assert found.why is Why.TEXT_ONLY
    assert [(e.reference, e.date) for e in found.evidence] == [(seen.origin.reference, OF_DIAGNOSIS)]
    assert AS_TEXT in found.evidence[0].marks


def test_no_other_fact_changes_because_of_a_text() -> None:
    without, with_text = facts(condition(name="c")), facts(condition(name="c"), text())
    changed = {name for name in without if without[name] != with_text[name]}
    assert changed == TOLD_BY_PATHOLOGY


def test_a_coded_result_stays_what_it_is_beside_a_text() -> None:
    assert size_of(observation("loinc 33728-7", mm("22")), text()) == 22


@pytest.mark.parametrize("why", ["equivocal", "unit_missing"])
def test_a_result_that_settles_nothing_keeps_its_own_reason(why: str) -> None:
    seen = {
        "equivocal": observation("loinc 85337-4", "sct 42425007"),
        "unit_missing": observation("loinc 33728-7", mm("22", None)),
    }[why]
    assert why in {value(fact) for fact in facts(seen, text()).values()}


def test_what_could_not_be_loaded_goes_before_the_text() -> None:
    assert size_of(text(), states={"obsTumour": KeyState.FAILED}) == "not_loaded"


@pytest.mark.parametrize("form", [{"has_text": True}, {"has_text": False, "has_attachment": True}])
def test_words_and_attachments_are_both_text(form: dict[str, Any]) -> None:
    assert size_of(text(**form)) == "text_only"


def test_a_report_without_words_is_no_text() -> None:
    assert size_of(text(has_text=False)) == "not_recorded"


def test_a_document_of_pathology_is_text() -> None:
    assert size_of(documents=(document(),)) == "text_only"
    assert size_of(documents=(document("loinc 18842-5"),)) == "not_recorded"


@pytest.mark.parametrize("code", ["loinc 47527-7", "loinc 33717-0", "loinc 26347-5", "loinc 58410-2"])
def test_cytology_of_the_cervix_imaging_and_blood_counts_are_not_pathology_of_the_tumour(code: str) -> None:
    assert size_of(text(code)) == "not_recorded"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2023-01-09", "not_recorded"),
        ("2023-01-10", "text_only"),
        ("2023", "text_only"),
        ("2025-01-09", "text_only"),
        ("2025-01-10", "not_recorded"),
        (None, "text_only"),
    ],
)
def test_only_a_report_of_the_time_of_the_diagnosis_counts(day: str | None, expected: str) -> None:
    assert size_of(condition(on="2024-01-10"), text(on=day)) == expected


def test_a_diagnosis_without_a_date_has_reports_of_any_time() -> None:
    assert size_of(condition(on=None), text(on="2011-05-05")) == "text_only"


@pytest.mark.parametrize(("site", "expected"), [(LEFT, "text_only"), (RIGHT, "not_recorded"), (LUNG, "not_recorded")])
def test_a_report_on_other_tissue_is_not_of_this_tumour(site: str, expected: str) -> None:
    assert size_of(condition("icd C50.912"), text(specimens=("Specimen/s",)), **tissue(site)) == expected


def test_beside_another_cancer_a_report_that_names_no_organ_is_in_doubt() -> None:
    def marks(seen: Any) -> tuple[str, ...]:
        return facts(condition(), condition("icd C34.1"), seen)["tumour_size"].evidence[0].marks

    assert PERHAPS_ANOTHER in marks(text())
    assert PERHAPS_ANOTHER not in marks(text(BREAST))


def test_neither_order_nor_repetition_of_reports_matters() -> None:
    chart = [condition(), text(), text(BREAST, "2024-02-02"), text(on=None)]
    for seed in range(5):
        again = [*chart, *chart]
        random.Random(seed).shuffle(again)  # noqa: S311 (no secret)
        assert picture(*again) == picture(*chart)


def only_text(*resources: Any, **more: Any) -> list[str]:
    return [e.reference for e in picture(*resources, **more).only_text]


def test_breast_pathology_in_words_alone_is_named_where_no_tumour_is_on_file() -> None:
    seen = text(BREAST)
    assert only_text(seen) == [seen.origin.reference]
    assert only_text(documents=(document(BREAST),)) == ["DocumentReference/d"]
    assert picture(seen).episodes == ()


def test_a_specimen_of_the_breast_makes_it_breast_pathology() -> None:
    seen = text(specimens=("Specimen/s",))
    assert only_text(seen, **tissue(LEFT)) == [seen.origin.reference]
    assert only_text(seen, **tissue(LUNG)) == []
    assert only_text(seen) == []


def test_where_a_tumour_is_on_file_no_text_is_named_beside_it() -> None:
    assert only_text(condition(), text(BREAST)) == []


@pytest.mark.parametrize("conclusion", ["sct 254845004", "sct 100000"])
def test_a_coded_conclusion_is_not_text_alone(conclusion: str) -> None:
    assert only_text(replace(text(BREAST), conclusion_codes=(concept(conclusion),))) == []


@pytest.mark.parametrize(
    ("lump", "named"),
    [("2024-02-01", False), (None, False), ("2010-02-01", True)],
)
def test_a_benign_diagnosis_of_its_time_explains_a_text(lump: str | None, named: bool) -> None:
    assert bool(only_text(condition("sct 254845004", on=lump), text(BREAST))) is named


def test_an_unreadable_pathology_report_leaves_open_what_it_could_conclude_with() -> None:
    lost = Unreadable("DiagnosticReport/x", "DiagnosticReport", "reports", concept(STUDY).codings, "broken")
    found = facts(unreadable=(lost,))
    assert {value(found[name]) for name in ("metastatic", "recurrence", "local_extension")} == {"unreadable"}
    assert value(found["invasive"]) == "invasive"
    assert value(facts(condition("icd D05.12"), unreadable=(lost,))["invasive"]) == "unreadable"


def test_an_unreadable_report_that_is_not_of_pathology_leaves_the_tumour_alone() -> None:
    lost = Unreadable("DiagnosticReport/x", "DiagnosticReport", "reports", concept("loinc 26347-5").codings, "broken")
    found = facts(unreadable=(lost,))
    assert {value(found[name]) for name in ("metastatic", "recurrence", "local_extension")} == {"no"}


def test_an_unreadable_document_changes_no_fact() -> None:
    lost = Unreadable("DocumentReference/x", "DocumentReference", "documents", concept(STUDY).codings, "broken")
    chart = condition(name="c")
    assert facts(chart, unreadable=(lost,)) == facts(chart)

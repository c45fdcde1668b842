"""The anatomic stage at diagnosis, computed from T, N and M, and the stage as recorded."""

from itertools import product
from typing import Any

import pytest

from cds_hooks.fhir.record import KeyState, Stage
from cds_hooks.picture.derived.anatomic_stage import group, possible
from tests.picture.charts import concept, condition, drug, facts, known, observation, picture, procedure, value

CT, CN, CM = "loinc 21905-5", "loinc 21906-3", "loinc 21907-1"
PT, PN, PM = "loinc 21899-0", "loinc 21900-6", "loinc 21901-4"
CLINICAL, PATHOLOGICAL = "loinc 21908-9", "loinc 21902-2"

# One row a T category; columns N0, N1mi, N1, N2, N3; "-" where the classification has no group.
TABLE = {
    "is": ("0", "-", "-", "-", "-"),
    "0": ("-", "IB", "IIA", "IIIA", "IIIC"),
    "1": ("IA", "IB", "IIA", "IIIA", "IIIC"),
    "2": ("IIA", "IIB", "IIB", "IIIA", "IIIC"),
    "3": ("IIB", "IIIA", "IIIA", "IIIA", "IIIC"),
    "4": ("IIIB", "IIIB", "IIIB", "IIIB", "IIIC"),
}
NODES = ("0", "1mi", "1", "2", "3")


def staged(**categories: str) -> list[Any]:
    """Observations of categories: `pt="pT2"` asks the pathological T."""
    codes = {"ct": CT, "cn": CN, "cm": CM, "pt": PT, "pn": PN, "pm": PM}
    return [observation(codes[name], f"ajcc {word}") for name, word in categories.items()]


def stage(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["anatomic_stage"])


@pytest.mark.parametrize(("t", "n"), list(product(TABLE, NODES)))
def test_every_t_and_n_without_metastasis_has_its_group(t: str, n: str) -> None:
    assert (group(t, n, "0") or "-") == TABLE[t][NODES.index(n)]


@pytest.mark.parametrize(("t", "n"), list(product(TABLE, NODES)))
def test_distant_metastasis_is_stage_iv_whatever_t_and_n(t: str, n: str) -> None:
    assert group(t, n, "1") == "IV"


@pytest.mark.parametrize(
    ("t", "n", "groups"),
    [
        (None, "3", {"IIIC"}),
        ("4", None, {"IIIB", "IIIC"}),
        ("1", None, {"IA", "IB", "IIA", "IIIA", "IIIC"}),
        ("is", None, {"0"}),
    ],
)
def test_what_is_not_known_leaves_every_group_that_fits(t: str | None, n: str | None, groups: set[str]) -> None:
    assert possible(t, n, "0") == groups
    assert possible(t, n, "1") == {"IV"}


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        ({"pt": "pT1c", "pn": "pN0", "cm": "cM0"}, "IA"),
        ({"pt": "pT1c", "pn": "pN1mi", "cm": "cM0"}, "IB"),
        ({"pt": "pT2", "pn": "pN1mi", "cm": "cM0"}, "IIB"),
        ({"pt": "pT2", "pn": "pN0(i+)", "cm": "cM0"}, "IIA"),
        ({"ct": "cT3", "cn": "cN0", "cm": "cM0"}, "IIB"),
        ({"ct": "cT1", "pt": "pT2", "cn": "cN0", "pn": "pN1a", "cm": "cM0"}, "IIB"),
        ({"ct": "cT4d", "cn": "cN2a", "cm": "cM0"}, "IIIB"),
        ({"cn": "cN3b", "cm": "cM0"}, "IIIC"),
        ({"cm": "cM1"}, "IV"),
        ({"pt": "pT1", "pn": "pN0", "cm": "cM0(i+)"}, "IA"),
        ({"pt": "pT1", "pn": "pN0"}, "IA"),
        ({"pt": "pT1", "cm": "cM0"}, "not_recorded"),
        ({"pn": "pN1", "cm": "cM0"}, "not_recorded"),
        ({"pt": "pTX", "pn": "pN1", "cm": "cM0"}, "not_recorded"),
        ({"pt": "pTis", "pn": "pN1", "cm": "cM0"}, "conflicting"),
        ({"pt": "pT1", "pn": "pN0", "cm": "cM0", "pm": "pM1"}, "conflicting"),
    ],
)
def test_the_stage_is_computed_only_where_t_n_and_m_leave_one_group(categories: dict[str, str], expected: str) -> None:
    assert stage(*staged(**categories)) == expected


@pytest.mark.parametrize("categories", [{"pt": "ypT1c", "pn": "ypN0"}, {"pt": "ypT0", "pn": "ypN0"}])
def test_categories_after_therapy_give_no_stage_at_diagnosis(categories: dict[str, str]) -> None:
    assert stage(*staged(**categories, cm="cM0")) == "after_systemic_therapy"
    assert stage(*staged(**categories, ct="cT3", cn="cN1", cm="cM0")) == "IIIA"


def test_a_pathological_category_from_after_chemotherapy_counts_like_one_with_y() -> None:
    chemotherapy = drug("rxnorm 224905", "2024-01-20")
    operation = procedure("sct 392021009", "2024-02-20")
    late = staged(pt="pT1", pn="pN0", cm="cM0")
    assert stage(chemotherapy, operation, *late) == "after_systemic_therapy"


def test_metastases_coded_without_an_m_category_leave_the_stage_at_diagnosis_open() -> None:
    known_later = condition("icd C79.51", on="2029-01-01")
    assert stage(condition(), known_later, *staged(pt="pT1", pn="pN0")) == "equivocal"
    assert stage(condition(), known_later, *staged(pt="pT1", pn="pN0", cm="cM0")) == "IA"


def test_two_equal_t_categories_in_conflict_leave_the_stage_open() -> None:
    assert stage(*staged(pt="pT1", pn="pN0"), observation(PT, "ajcc pT2")) == "conflicting"


@pytest.mark.parametrize("state", [KeyState.PARTIAL, KeyState.ABSENT])
def test_a_stage_is_not_believed_while_categories_may_be_unseen(state: KeyState) -> None:
    why = {KeyState.PARTIAL: "incomplete_page", KeyState.ABSENT: "not_loaded"}[state]
    assert stage(*staged(pt="pT1", pn="pN0", cm="cM0"), states={"obsStage": state}) == why


def recorded(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["recorded_stage"])


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([], "not_recorded"),
        ([(CLINICAL, "ajcc 2A")], "IIA"),
        ([(CLINICAL, "ajcc 2A"), (PATHOLOGICAL, "ajcc 2B")], "IIB"),
        ([(CLINICAL, "ajcc c3"), (CLINICAL, "ajcc c3A")], "IIIA"),
        ([(CLINICAL, "ajcc 2A"), (CLINICAL, "ajcc 2B")], "conflicting"),
    ],
)
def test_the_stage_is_taken_as_recorded(resources: list[tuple[str, str]], expected: str) -> None:
    assert recorded(*(observation(code, answer) for code, answer in resources)) == expected


def test_the_stage_of_the_diagnosis_yields_to_an_observed_one() -> None:
    diagnosis = condition(stage=(Stage(concept("ajcc 3C"), None),))
    assert recorded(diagnosis) == "IIIC"
    assert recorded(diagnosis, observation(CLINICAL, "ajcc 2B")) == "IIB"


@pytest.mark.parametrize(("written", "differs"), [("2B", True), ("1A", False), ("1", False), ("2", True), ("0", True)])
def test_a_recorded_stage_that_differs_from_the_computed_one_is_noted_on_both(written: str, differs: bool) -> None:
    seen = facts(*staged(pt="pT1", pn="pN0", cm="cM0"), observation(CLINICAL, f"ajcc {written}"))
    for name in ("anatomic_stage", "recorded_stage"):
        notes = known(seen[name]).notes
        assert any("differs from the anatomic stage IA" in note for note in notes) is differs


def test_the_evidence_of_a_stage_names_the_categories() -> None:
    fact = known(facts(*staged(pt="pT2", pn="pN1a", cm="cM0"))["anatomic_stage"])
    assert {mark for evidence in fact.evidence for mark in evidence.marks} == {"pT2", "pN1a", "cM0"}


def test_neither_order_nor_repetition_changes_the_stage() -> None:
    seen = [condition(), *staged(pt="pT2", pn="pN1a", cm="cM0"), observation(CLINICAL, "ajcc 2A")]
    one = picture(*seen).episodes[0].facts
    other = picture(*reversed(seen), *seen).episodes[0].facts
    assert {n: one[n] for n in ("anatomic_stage", "recorded_stage")} == {
        n: other[n] for n in ("anatomic_stage", "recorded_stage")
    }

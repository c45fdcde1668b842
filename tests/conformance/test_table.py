"""The page of requirements says what there is."""

from collections import Counter

import pytest

from tests.conformance.table import PAGE, Recorder, as_if_all_passed, marked, page, requirements

ENTRIES = requirements()


def test_no_requirement_stands_twice() -> None:
    assert [id_ for id_, times in Counter(one.id for one in ENTRIES).items() if times > 1] == []


def test_every_requirement_has_a_test_or_says_why_not() -> None:
    proved = marked().keys()
    assert [one.id for one in ENTRIES if (one.id in proved) == bool(one.instead)] == []


def test_no_test_names_a_requirement_that_is_not_listed() -> None:
    assert marked().keys() - {one.id for one in ENTRIES} == set()


def test_the_page_is_what_a_run_without_a_failure_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_if_all_passed(), "run make conformance"


@pytest.mark.parametrize("ended", [{"failed"}, {"passed", "failed"}, {"skipped"}])
def test_the_page_says_what_did_not_pass(ended: set[str]) -> None:
    (test, *_) = marked()["J1"]
    outcomes = {name: {"passed"} for proofs in marked().values() for name in proofs}
    (row,) = [line for line in page({**outcomes, test: ended}).splitlines() if line.startswith("| J1 |")]
    assert row.endswith("| FAIL |")
    assert "| J1 |" in page({})
    assert "| pass |" not in page({})


def test_every_phase_of_a_test_counts() -> None:
    recorder = Recorder()
    for when, outcome in (("setup", "passed"), ("call", "passed"), ("teardown", "failed")):
        report = pytest.TestReport("tests/x.py::test_a[1]", ("", 0, ""), {}, outcome, None, when)  # type: ignore[arg-type]
        recorder.pytest_runtest_logreport(report)
    assert recorder.outcomes == {"x.py::test_a": {"passed", "failed"}}

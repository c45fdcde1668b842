"""`CONFORMANCE.md`: every requirement with its tests and how they ended.

`python -m tests.conformance.table` runs the tests and writes what it saw. In `make test` the page is compared with what
a run without a failure would write: a test that is missing, new or renamed makes it stale, and one that fails is red
itself.
"""

import importlib
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "CONFORMANCE.md"
HEADER = """# Conformance with CDS Hooks

What CDS Hooks asks of a service and of its clients, requirement by requirement, in our own words; the tests that prove
it; and how they ended when this page was written. It speaks of version 2.0.1, which the service implements, and of all
that a client of 1.0, 2.0 or 3.0 may do.

- **level**: SHALL, SHOULD and MAY are on the service. *client SHALL* is on the client, and our tests show that the
  service copes with it, or refuses what breaks it. *practice* is what no version says and real clients need.
- **since**: the first version that says so.
- The tests are in [`tests/conformance`](tests/conformance), most of them against the service as it runs in production
  (its own server, from the environment), over HTTP, with a FHIR server beside it. They are part of `make test`.

This page is written by `make conformance`, which runs them. Requirements: `tests/conformance/requirements.yaml`.
"""


@dataclass(frozen=True)
class Requirement:
    """One entry of the list; `instead` says why it has no test."""

    id: str
    level: str
    since: str
    says: str
    section: str
    instead: str = ""


@dataclass
class Recorder:
    """Listens to a run of pytest: test function ("test_x.py::test_y") -> how its cases ended."""

    outcomes: dict[str, set[str]] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a phase of a test ended."""
        file, _, name = report.nodeid.partition("::")
        function = f"{Path(file).name}::{name.partition('[')[0]}"
        if report.when == "call" or report.outcome != "passed":
            self.outcomes.setdefault(function, set()).add(report.outcome)


def requirements() -> tuple[Requirement, ...]:
    """Every requirement, in the order of the file."""
    sections: list[dict[str, Any]] = yaml.safe_load((HERE / "requirements.yaml").read_text(encoding="utf-8"))
    return tuple(
        Requirement(**entry, section=section["section"]) for section in sections for entry in section["entries"]
    )


def marked() -> dict[str, list[str]]:
    """Id of a requirement -> the test functions that are marked with it."""
    found: dict[str, list[str]] = {}
    for test, id_ in _marks():
        found.setdefault(id_, []).append(test)
    return found


def _marks() -> Iterator[tuple[str, str]]:
    for file in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(f"tests.conformance.{file.stem}")
        for name, value in vars(module).items():
            marks = [mark for mark in getattr(value, "pytestmark", ()) if mark.name == "requirement"]
            yield from ((f"{file.name}::{name}", str(id_)) for mark in marks for id_ in mark.args)


def page(outcomes: Mapping[str, set[str]]) -> str:
    """The page, of these outcomes."""
    proofs = marked()
    rows = [(one, _result(one, proofs.get(one.id, []), outcomes)) for one in requirements()]
    count = Counter(result for _, result in rows)
    lines = [
        HEADER,
        "Of " + str(len(rows)) + ": " + ", ".join(f"{n} {word}" for word, n in sorted(count.items())) + ".",
    ]
    section = ""
    for one, result in rows:
        if one.section != section:
            section = one.section
            lines += [
                "",
                f"## {section}",
                "",
                "| id | level | since | requirement | tests | result |",
                "|---" * 6 + "|",
            ]
        lines.append(_row(one, proofs.get(one.id, []), result))
    return "\n".join(lines) + "\n"


def _row(one: Requirement, proofs: list[str], result: str) -> str:
    shown = "<br>".join(f"`{test.removeprefix('test_').replace('.py::test_', ': ')}`" for test in proofs)
    return f"| {one.id} | {one.level} | {one.since} | {one.says} | {shown or one.instead} | {result} |"


def _result(one: Requirement, proofs: list[str], outcomes: Mapping[str, set[str]]) -> str:
    if not proofs:
        return "no test" if one.instead else "NOT TESTED"
    ended = set().union(*(outcomes.get(test, {"not run"}) for test in proofs))
    return "pass" if ended == {"passed"} else "FAIL"


def as_if_all_passed() -> str:
    """The page that a run without a failure writes."""
    return page({test: {"passed"} for proofs in marked().values() for test in proofs})


def main() -> int:
    """Run the tests and write the page; the exit code is that of the run."""
    recorder = Recorder()
    code = pytest.main([str(HERE), "-q", "-m", "requirement"], plugins=[recorder])
    PAGE.write_text(page(recorder.outcomes), encoding="utf-8")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())

"""What a summary says, and what it does not say of few people."""

from pathlib import Path
from typing import Any

import pytest

from cds_hooks.cohort.changes import changes
from cds_hooks.cohort.figures import Slice
from cds_hooks.cohort.page import note, table
from cds_hooks.cohort.rows import nothing
from cds_hooks.cohort.small_cells import HIDDEN, hidden_slices, share
from tests.cohort.populations import planned, population, result

pytestmark = pytest.mark.usefixtures("one_process")


def sliced(**patients: int) -> list[Slice]:
    return [Slice(name, count, 0, 0, 0, 0) for name, count in patients.items()]


@pytest.mark.parametrize(
    ("patients", "hidden"),
    [
        ({"a": 11, "b": 500}, set()),
        ({"a": 0, "b": 500}, set()),
        ({"a": 10, "b": 1}, {"a", "b"}),
        ({"a": 10, "b": 20, "c": 30}, {"a", "b"}),
        ({"a": 3}, {"a"}),
    ],
)
def test_few_people_are_not_counted_nor_to_be_reckoned_from_the_total(
    patients: dict[str, int], hidden: set[str]
) -> None:
    assert hidden_slices(sliced(**patients)) == hidden


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 0, "–"), (0, 50, "0 %"), (50, 50, "100 %"), (10, 50, HIDDEN), (40, 50, HIDDEN), (25, 50, "50 %")],
)
def test_a_percentage_that_tells_of_few_people_is_withheld(part: int, whole: int, shown: str) -> None:
    assert share(part, whole) == shown


def test_every_text_of_a_page_is_escaped() -> None:
    assert "<b>" not in note("<b>") + table(("<b>",), [("<b>",)]) + table((), [], "<b>")


def row(**members: Any) -> dict[str, Any]:
    return nothing("a") | members


def test_a_change_is_told_by_what_changed_from_what_to_what() -> None:
    one = {"side": "left", "at_least": "low", "at_most": "high", "factors": []}
    before = row(cards=["tier"], episodes=[one], considerations=[])
    asked = {"id": "test", "verdict": "applies", "on_card": True}
    after = row(cards=["surveillance"], episodes=[{**one, "at_most": "low"}], considerations=[asked])
    assert [tuple(change.values()) for change in changes(before, after)] == [
        ("card", "surveillance", "not shown", "shown"),
        ("card", "tier", "shown", "not shown"),
        ("consideration", "test", "does_not_apply", "applies (on a card)"),
        ("tier", "left", "low to high", "low"),
    ]
    assert changes(before, before) == []


def test_the_summary_names_no_patient(tmp_path: Path) -> None:
    source = population(tmp_path / "export", 30)
    content = result(planned(source, tmp_path / "out"))
    page = (tmp_path / "out" / "summary.html").read_text()
    assert "30" in page
    assert content["digest"] in page
    assert "20260101-0" not in page


@pytest.mark.parametrize(
    "heading",
    [
        "Tier at diagnosis",
        "Missing data by factor",
        "Cards",
        "Burden",
        "Silence",
        "By age, sex, race and ethnicity",
        "Lines that could not be used",
        "What was read",
    ],
)
def test_the_summary_has_its_parts(page: str, heading: str) -> None:
    assert f"<h2>{heading}</h2>" in page


@pytest.fixture(scope="module")
def page() -> str:
    from cds_hooks.cohort.figures import Figures  # noqa: PLC0415
    from cds_hooks.cohort.summary import summary_page  # noqa: PLC0415

    figures = Figures((), (), (), (), (), (), (), (), (), 0, (), {})
    export: dict[str, Any] = {"files": 0, "lines": 0, "lines_of_charts": 0, "bad_lines": 0}
    export |= {"resource_types": {}, "sought_and_not_exported": []}
    names = ("as_of", "knowledge", "compared_with", "digest", "engine", "program", "patient_ids")
    return summary_page({**dict.fromkeys(names, ""), "patients": 0, "export": export}, figures, (), {})

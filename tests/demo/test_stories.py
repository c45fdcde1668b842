"""Reading the fixture stories."""

import json
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.demo.stories import load_stories, sentence_of
from cds_hooks.errors import DemoCannotStart

PATIENT = {"resourceType": "Patient", "id": "p"}


def tell(folder: Path, name: str, *entries: dict[str, Any]) -> None:
    (folder / name).mkdir()
    (folder / name / "bundle.json").write_text(json.dumps({"resourceType": "Bundle", "entry": entries}))


def test_every_shipped_patient_has_a_given_name() -> None:
    patients = [r for story in load_stories() for r in story.resources if r["resourceType"] == "Patient"]
    assert patients
    assert all(patient["name"][0]["given"] for patient in patients)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("four_positive_nodes", "Four positive nodes"),
        ("her2_two_plus_without_ish", "HER2 two plus without ISH"),
        ("only_a_t_category", "Only a T category"),
    ],
)
def test_a_folder_name_reads_as_a_sentence(name: str, sentence: str) -> None:
    assert sentence_of(name) == sentence


def test_references_inside_the_bundle_become_addresses(tmp_path: Path) -> None:
    condition = {
        "resourceType": "Condition",
        "id": "c",
        "subject": {"reference": "urn:uuid:1"},
        "note": [{"text": "x"}],
    }
    tell(tmp_path, "s", {"fullUrl": "urn:uuid:1", "resource": PATIENT}, {"resource": condition})
    (story,) = load_stories(tmp_path)
    assert story.resources[1]["subject"] == {"reference": "Patient/p"}


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ([], "exactly one Patient"),
        ([PATIENT, {"resourceType": "Patient", "id": "q"}], "exactly one Patient"),
        ([{"resourceType": "Patient"}], "exactly one Patient"),
        ([PATIENT, {"resourceType": "Condition"}], "without an id"),
        (
            [PATIENT, {"resourceType": "Condition", "id": "c"}, {"resourceType": "Condition", "id": "c"}],
            "more than once",
        ),
    ],
)
def test_a_story_that_cannot_be_served_is_refused(tmp_path: Path, entries: list[dict[str, Any]], problem: str) -> None:
    tell(tmp_path, "s", *({"resource": resource} for resource in entries))
    with pytest.raises(DemoCannotStart, match=problem):
        load_stories(tmp_path)


def test_a_folder_without_stories_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DemoCannotStart, match="no stories"):
        load_stories(tmp_path)


def test_a_bundle_that_is_not_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "bundle.json").write_text("{")
    with pytest.raises(DemoCannotStart, match="not JSON"):
        load_stories(tmp_path)

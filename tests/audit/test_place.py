"""The place of a call is that of its encounter."""

from pathlib import Path
from typing import Any

import pytest

from tests.web.desk import opened, with_cards

WARD = {
    "location": [{"location": {"reference": "Location/ward-7"}}],
    "serviceProvider": {"reference": "Organization/1"},
}


def encounter(**members: Any) -> dict[str, Any]:
    subject = {"reference": "Patient/six-positive-nodes-and-nothing-else"}
    return {"resourceType": "Encounter", "id": "e1", "status": "in-progress", "subject": subject, **members}


def place(folder: Path, sent: dict[str, Any], encounter_id: str | None = "e1") -> str | None:
    request = with_cards()
    sent["subject"] = {"reference": f"Patient/{request['context']['patientId']}"}
    request["prefetch"]["encounters"] = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": sent}]}
    if encounter_id:
        request["context"]["encounterId"] = encounter_id
    with opened(folder) as desk:
        assert desk.post(request).status_code == 200
        (stored,) = desk.decisions()
    assert (stored.row["location"] is None) is ("location" not in stored.who)
    return stored.who.get("location")


@pytest.mark.parametrize("encounter_id", ["e1", "Encounter/e1"])
def test_the_location_of_the_encounter_is_kept(tmp_path: Path, encounter_id: str) -> None:
    assert place(tmp_path, encounter(**WARD), encounter_id) == "Location/ward-7"


def test_without_a_location_it_is_the_organization(tmp_path: Path) -> None:
    assert place(tmp_path, encounter(**{**WARD, "location": []})) == "Organization/1"


@pytest.mark.parametrize(
    ("sent", "encounter_id"),
    [(WARD, None), (WARD, "another"), ({}, "e1"), ({"location": [1]}, "e1"), ({"location": [{"location": {}}]}, "e1")],
)
def test_what_is_not_said_is_not_known(tmp_path: Path, sent: dict[str, Any], encounter_id: str | None) -> None:
    assert place(tmp_path, encounter(**sent), encounter_id) is None

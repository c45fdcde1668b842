from pathlib import Path

import pytest

from cds_hooks.audit.entry import Kind
from cds_hooks.errors import JournalUnavailable
from cds_hooks.protocol.discovery import check_discovery
from cds_hooks.settings import Settings
from tests.web.desk import KNOWLEDGE, Desk, opened


@pytest.mark.parametrize("path", ["/cds-services", "/cds-services/"])
def test_discovery_answers_with_and_without_a_slash_at_the_end(desk: Desk, path: str) -> None:
    """D1, D14, J1."""
    answer = desk.client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert check_discovery(answer.get_json()) == []


def test_discovery_announces_the_service_of_the_knowledge_with_its_prefetch(desk: Desk) -> None:
    """D2, D4 to D9, P1."""
    (service,) = desk.client.get("/cds-services").get_json()["services"]
    assert (service["id"], service["hook"]) == ("breast-cancer-recurrence", "patient-view")
    assert service["prefetch"] == {key.name: key.template for key in KNOWLEDGE.service.prefetch}
    assert "R4" in service["usageRequirements"]
    assert (service["version"], service["hookVersion"]) == ("2.0.1", "1.0")


def test_the_versions_can_be_left_out(tmp_path: Path) -> None:
    """D10."""
    with opened(tmp_path, Settings(announce_version=False)) as desk:
        (service,) = desk.client.get("/cds-services").get_json()["services"]
    assert not service.keys() & {"version", "hookVersion"}


def test_discovery_is_recorded_and_answered_even_when_it_cannot_be(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """D14."""

    def unavailable(*_: object) -> None:
        raise JournalUnavailable("disk full")

    desk.client.get("/cds-services")
    assert [row["status"] for row in desk.calls(Kind.DISCOVERY)] == [200]
    monkeypatch.setattr(type(desk.journal), "record", unavailable)
    assert desk.client.get("/cds-services").status_code == 200

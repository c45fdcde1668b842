from pathlib import Path

import pytest

from tests.web.desk import KNOWLEDGE, Desk, opened


def test_a_process_that_answers_is_alive(desk: Desk) -> None:
    answer = desk.client.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "alive"})


def test_a_service_that_can_record_is_ready_and_names_its_knowledge(desk: Desk) -> None:
    answer = desk.client.get("/readyz")
    expected = {"status": "ready", "knowledge": KNOWLEDGE.fingerprint, "approval": "not required"}
    assert (answer.status_code, answer.get_json()) == (200, expected)


def test_a_service_that_may_show_nothing_is_ready_and_says_so(tmp_path: Path) -> None:
    with opened(tmp_path, require_approval=True) as desk:
        answer = desk.client.get("/readyz")
    assert (answer.status_code, answer.get_json()["approval"]) == (200, "nothing approved: silent")


def test_a_service_that_cannot_record_is_alive_but_not_ready(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(desk.journal), "ready", lambda _: False)
    assert desk.client.get("/healthz").status_code == 200
    answer = desk.client.get("/readyz")
    assert (answer.status_code, answer.get_json()["resourceType"]) == (503, "OperationOutcome")


def test_the_root_is_nothing_without_the_demo(desk: Desk) -> None:
    assert desk.client.get("/").status_code == 404

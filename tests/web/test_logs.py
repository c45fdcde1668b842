import io
import json
from typing import Any

import pytest

from cds_hooks.web import hooks, logs
from tests.web.desk import KNOWLEDGE, SERVICE, Desk, with_cards, without_cards

CANARY = "Xanthippe-Canary"


def test_a_key_that_is_not_on_the_list_never_reaches_the_log() -> None:
    file = io.StringIO()
    logs.logger(file).info("answered", status=200, patient=CANARY, body=CANARY, exc_info=ValueError(CANARY))
    line = json.loads(file.getvalue())
    assert line.keys() == {"event", "status", "level", "timestamp"}


def test_without_a_file_the_log_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    logs.logger().info("answered")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert json.loads(captured.err)["event"] == "answered"


def test_a_call_is_logged_with_its_decision(desk: Desk) -> None:
    answer = desk.post(with_cards())
    decided, answered = desk.logged()
    assert (decided["event"], decided["service"], decided["cards"]) == ("decided", KNOWLEDGE.service.id, 1)
    assert decided["decision_id"] == desk.calls()[0]["id"]
    assert (answered["event"], answered["status"], answered["method"]) == ("answered", 200, "POST")
    assert answered["route"] == "/cds-services/<service_id>"
    assert answered["duration_ms"] >= 0
    assert decided["request_id"] == answered["request_id"] == answer.headers["X-Request-Id"]


def test_silence_is_logged_with_its_reason(desk: Desk) -> None:
    desk.post(without_cards())
    decided, _ = desk.logged()
    assert (decided["cards"], decided["silence"]) == (0, desk.calls()[0]["silence"])


def test_a_request_id_is_ours_and_new_for_each_request(desk: Desk) -> None:
    first, second = (desk.client.get("/healthz", headers={"X-Request-Id": CANARY}) for _ in range(2))
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert CANARY not in desk.log.getvalue() + first.headers["X-Request-Id"]


def canaries(node: Any) -> Any:
    """The same JSON with every text replaced, but those that make it readable."""
    if isinstance(node, dict):
        return {key: node[key] if key in {"resourceType", "hook", "id"} else canaries(node[key]) for key in node}
    if isinstance(node, list):
        return [canaries(child) for child in node]
    return CANARY if isinstance(node, str) else node


def sendings() -> list[tuple[str, Any]]:
    """Calls with a canary in every place, good and bad."""
    in_chart = {**with_cards(), "prefetch": canaries(with_cards()["prefetch"])}
    in_envelope = {**without_cards(), "hookInstance": CANARY, "fhirServer": f"https://{CANARY}.example.org"}
    return [
        (SERVICE, in_chart),
        (SERVICE, in_envelope),
        (SERVICE, canaries(without_cards())),
        (SERVICE, f'{{"{CANARY}":{CANARY}}}'.encode()),
        (f"/cds-services/{CANARY}", without_cards()),
        (f"/{CANARY}?{CANARY}={CANARY}", {}),
        (f"{SERVICE}/feedback", {"feedback": [{"card": CANARY, "outcome": CANARY}]}),
    ]


def test_nothing_of_a_request_reaches_the_log(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, body in sendings():
        desk.post(body, path, Authorization=f"Bearer {CANARY}", X_Forwarded_For=CANARY, Origin=CANARY)
    desk.client.open(SERVICE, method=CANARY.upper())

    def fail(request: object, *_: object) -> None:
        raise ValueError(repr(request))

    monkeypatch.setattr(hooks, "decide", fail)
    desk.post({**without_cards(), "hookInstance": CANARY})
    assert len(desk.logged()) > 10
    assert CANARY.lower() not in desk.log.getvalue().lower()

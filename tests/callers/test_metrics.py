"""Figures for Prometheus: whose they are, what they count, and that no label came out of a request."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cds_hooks.addresses import read_base
from cds_hooks.audit.keyring import read_or_create_keyring
from cds_hooks.errors import SettingsBroken
from cds_hooks.settings import Settings
from cds_hooks.web.metrics import Metrics, read_token
from tests.callers.tables import AT, ENDPOINT, registered
from tests.support.granian import free_port
from tests.support.tokens import BASE, good
from tests.web.desk import SERVICE, Desk, opened, with_cards, without_cards

TOKEN = "a token of thirty-two characters"  # noqa: S105 (made up)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    settings = Settings(base_url=read_base(BASE), metrics_token_file=tmp_path / "token")
    with opened(tmp_path, settings, clients=registered()) as running:
        yield running


def scraped(desk: Desk) -> str:
    answer = desk.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return answer.text


def counted(text: str, name: str, **labels: str) -> float:
    """The sum of all samples of this name with at least these labels."""
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    wanted = labels.items()
    return sum(s.value for s in samples if s.name == f"recurrence_cds_{name}" and wanted <= s.labels.items())


def post(desk: Desk, body: object, **headers: str) -> int:
    return desk.post(body, **{"Authorization": f"Bearer {good(AT, ENDPOINT)}", **headers}).status_code


@pytest.mark.parametrize("header", [None, "", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer \u00e9"])
def test_without_the_token_there_is_nothing_at_this_address(desk: Desk, header: str | None) -> None:
    answer = desk.client.get("/metrics", headers={} if header is None else {"Authorization": header})
    nothing = desk.client.get("/no-such-address")
    assert (answer.status_code, answer.data) == (nothing.status_code, nothing.data)


def test_without_a_token_in_the_settings_there_is_no_such_address(tmp_path: Path) -> None:
    with opened(tmp_path) as running:
        assert running.client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_answers_decisions_cards_and_silence_are_counted(desk: Desk) -> None:
    assert [post(desk, with_cards()), post(desk, without_cards()), post(desk, without_cards())] == [200] * 3
    text = scraped(desk)
    service = {"method": "POST", "route": "/cds-services/<service_id>", "status": "200"}
    assert counted(text, "answers_total", **service) == 3
    assert counted(text, "answer_seconds_count", route="/cds-services/<service_id>") == 3
    assert counted(text, "decisions_total", client="ehr", mode="live", outcome="cards") == 1
    assert counted(text, "cards_total", client="ehr", card="tier") == 1
    assert counted(text, "silence_total", client="ehr", reason="no_breast_cancer") == 2


def test_callers_that_are_not_let_in_are_counted_by_reason(desk: Desk) -> None:
    desk.post(without_cards())
    post(desk, without_cards(), Authorization=f"Bearer {good(AT, 'https://elsewhere.example')}")
    text = scraped(desk)
    assert counted(text, "refused_callers_total", reason="no_token") == 1
    assert counted(text, "refused_callers_total", reason="wrong_audience") == 1


def test_no_label_comes_out_of_a_request(desk: Desk) -> None:
    canary = "canary-3f7e"
    for path in (f"/{canary}", f"/cds-services/{canary}", f"/cds-services/{canary}/feedback"):
        post(desk, {"hook": canary}, path=path)
        desk.client.open(path, method=canary.upper())
    request = with_cards()
    request["hookInstance"] = request["context"]["userId"] = f"Practitioner/{canary}"
    post(desk, request, User_Agent=canary, Origin=f"https://{canary}.example")
    text = scraped(desk).lower()
    assert canary not in text
    assert counted(scraped(desk), "answers_total", method="other") > 0


def test_a_value_that_is_not_known_is_other() -> None:
    metrics = Metrics(("a",), ("tier",), ("known",))
    metrics.decided("b", "live", ["tier", "x"], None)
    metrics.decided("a", "live", [], "known, secret")
    metrics.read_keys(worked=False)
    text = metrics.text(None).decode()
    assert "secret" not in text
    assert counted(text, "cards_total", client="other", card="other") == 1
    assert counted(text, "silence_total", client="a", reason="other") == 1
    assert counted(text, "key_reads_total", outcome="failed") == 1


@pytest.mark.parametrize("content", [b"", b"too short", b"\xff" * 40])
def test_a_token_that_is_none_is_a_problem(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(SettingsBroken, match="token of the metrics"):
        read_token(tmp_path / "token")


def test_any_worker_tells_the_figures_of_all(tmp_path: Path) -> None:
    """Two workers, started as an operator starts them."""
    (tmp_path / "token").write_text(TOKEN)
    with serving(tmp_path) as port:
        statuses = [ask(port, "POST", SERVICE, without_cards())[0] for _ in range(30)]
        text = ask(port, "GET", "/metrics", None)[1]
    assert statuses == [200] * 30
    assert counted(text, "decisions_total") == 30


def ask(port: int, method: str, path: str, body: object) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """`recurrence-cds serve` with two workers, once both are there."""
    read_or_create_keyring(folder / "key")
    port = free_port()
    settings = {
        "PROFILE": "demo",
        "PORT": str(port),
        "WORKERS": "2",
        "METRICS_TOKEN_FILE": str(folder / "token"),
        "PSEUDONYM_KEY_FILE": str(folder / "key"),
        "DATABASE_URL": f"sqlite:///{folder / 'journal.sqlite3'}",
        "REQUIRE_APPROVAL": "false",
    }
    environment = {**os.environ, **{f"RECURRENCE_CDS_{name}": value for name, value in settings.items()}}
    with subprocess.Popen(
        [sys.executable, "-m", "cds_hooks", "serve"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = 0
        while said < 2:
            line = process.stdout.readline()
            assert line, "it did not start"
            said += "Started worker" in line
        try:
            yield port
        finally:
            process.terminate()
            process.stdout.read()

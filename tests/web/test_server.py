"""The application under its production server, started as an operator starts it: from the environment."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cds_hooks import app
from cds_hooks.audit.keyring import read_or_create_keyring
from cds_hooks.errors import KnowledgeBroken, SettingsBroken
from cds_hooks.settings import Settings
from tests.support.granian import running_granian
from tests.web.desk import KNOWLEDGE, SERVICE, with_cards, without_cards

LIMIT = 3 * 1024 * 1024
HEADERS = {"Content-Type": "application/json", "Origin": "https://ehr.example.org"}


@dataclass(frozen=True)
class Granian:
    """A granian process on a loopback port."""

    port: int

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, dict[str, Any]]:
        """Status and body; a body that is an iterator is sent in chunks, without Content-Length."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, body, {**HEADERS, **options.pop("headers", {})}, **options)
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 204 or answer.headers["Content-Type"] == "application/json"
            return answer.status, json.loads(text) if text else {}


def environment(folder: Path) -> dict[str, str]:
    read_or_create_keyring(folder / "key")
    return {
        "RECURRENCE_CDS_PROFILE": "demo",
        "RECURRENCE_CDS_DATABASE_URL": f"sqlite:///{folder / 'journal.sqlite3'}",
        "RECURRENCE_CDS_PSEUDONYM_KEY_FILE": str(folder / "key"),
        "RECURRENCE_CDS_CORS_ORIGINS": "https://ehr.example.org",
        "RECURRENCE_CDS_MAX_BODY_BYTES": str(LIMIT),
        "RECURRENCE_CDS_REQUIRE_APPROVAL": "false",
    }


@pytest.fixture(scope="module")
def granian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Granian]:
    folder = tmp_path_factory.mktemp("granian")
    with running_granian(environment(folder), folder / "log") as port:
        yield Granian(port)


def test_the_service_answers_under_its_server(granian: Granian) -> None:
    status, answer = granian.call("POST", SERVICE, json.dumps(with_cards()))
    assert (status, len(answer["cards"])) == (200, 1)


def test_it_is_ready(granian: Granian) -> None:
    expected = {"status": "ready", "knowledge": KNOWLEDGE.fingerprint, "approval": "not required"}
    assert granian.call("GET", "/readyz") == (200, expected)


def test_a_double_slash_and_a_preflight_reach_the_application(granian: Granian) -> None:
    path = f"/cds-services//{KNOWLEDGE.service.id}"
    assert granian.call("OPTIONS", path)[0] == 204
    assert granian.call("POST", path, json.dumps(without_cards())) == (200, {"cards": []})


def test_a_body_in_chunks_is_read_to_its_end(granian: Granian) -> None:
    body = json.dumps(without_cards()).encode()
    chunks = (body[at : at + 100] for at in range(0, len(body), 100))
    assert granian.call("POST", SERVICE, chunks, encode_chunked=True) == (200, {"cards": []})


def test_a_large_body_is_read_whole(granian: Granian) -> None:
    request = without_cards()
    request["extension"] = {"padding": "a" * (LIMIT - 10_000)}
    assert granian.call("POST", SERVICE, json.dumps(request)) == (200, {"cards": []})


@pytest.mark.parametrize("chunked", [True, False])
def test_too_large_a_body_is_refused(granian: Granian, chunked: bool) -> None:
    """R9."""
    body = json.dumps(without_cards()).encode() + b" " * LIMIT
    sent = (body[at : at + 65536] for at in range(0, len(body), 65536)) if chunked else body
    status, answer = granian.call("POST", SERVICE, sent, encode_chunked=chunked)
    assert (status, answer["issue"][0]["code"]) == (413, "too-long")


def test_the_service_does_not_start_without_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsBroken):
        app.wsgi()


def test_the_service_does_not_start_when_its_discovery_would_not_be_valid() -> None:
    broken = replace(KNOWLEDGE, service=replace(KNOWLEDGE.service, id="not an address"))
    with pytest.raises(KnowledgeBroken) as refused:
        app.create_app(Settings(), broken, journal=None)  # type: ignore[arg-type]
    assert refused.value.problems[0].startswith("discovery: services[0].id")


def test_the_service_does_not_start_with_other_knowledge_than_was_released() -> None:
    assert (
        app.released_knowledge(Settings(expected_knowledge=KNOWLEDGE.fingerprint)).fingerprint == KNOWLEDGE.fingerprint
    )
    with pytest.raises(KnowledgeBroken, match="EXPECTED_KNOWLEDGE asks for sha256:0"):
        app.released_knowledge(Settings(expected_knowledge=f"sha256:{'0' * 64}"))


def test_the_factory_reads_the_environment_and_freezes_what_it_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    frozen: list[bool] = []
    monkeypatch.setattr("gc.freeze", lambda: frozen.append(True))
    application = app.wsgi()
    assert application.test_client().get("/readyz").status_code == 200
    assert frozen == [True]


def test_the_clock_of_the_service_tells_its_zone() -> None:
    assert app.now().utcoffset() == timedelta(0)

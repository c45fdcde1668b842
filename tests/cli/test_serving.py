"""Starting the service: what it needs, and what it says when that is not there."""

import gc
import os
import pickle
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cds_hooks.__main__ import main
from cds_hooks.app import released_knowledge
from cds_hooks.commands import serving
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.settings import Settings
from cds_hooks.web.metrics import FOLDER

EXAMPLES = Path(__file__).parents[2] / "examples"


def serve(environ: dict[str, str]) -> Result:
    return CliRunner().invoke(main, ["serve"], env=environ)


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """All that production needs."""
    (tmp_path / "key").write_bytes(b"k" * 32)
    return {
        "RECURRENCE_CDS_CLIENTS_FILE": str(EXAMPLES / "clients.yaml"),
        "RECURRENCE_CDS_BASE_URL": "https://cds.example.org",
        "RECURRENCE_CDS_PSEUDONYM_KEY_FILE": str(tmp_path / "key"),
        "RECURRENCE_CDS_DATABASE_URL": f"sqlite:///{tmp_path / 'journal.sqlite3'}",
        "RECURRENCE_CDS_REQUIRE_APPROVAL": "false",
    }


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the production server was given; it ends at once."""
    given: dict[str, Any] = {}

    class Server:
        def __init__(self, target: str, **options: object) -> None:
            given.update(options, target=target)

        def serve(self, target_loader: Callable[[], object], wrap_loader: bool) -> None:
            assert not wrap_loader
            assert gc.isenabled()
            given["worker"] = pickle.loads(pickle.dumps(target_loader))  # noqa: S301 (for workers that are not forked)
            given["folder"] = os.environ.get(FOLDER)
            given["folder_is_private"] = given["folder"] and stat.S_IMODE(Path(given["folder"]).stat().st_mode) == 0o700

    monkeypatch.setattr(serving, "Granian", Server)
    monkeypatch.setattr(serving, "keep_what_is_loaded", lambda: None)
    return given


def test_production_with_all_that_it_needs_starts_without_a_word(
    production: dict[str, str], started: dict[str, Any]
) -> None:
    result = serve(
        {
            **production,
            "RECURRENCE_CDS_PORT": "8123",
            "RECURRENCE_CDS_WORKERS": "2",
            "RECURRENCE_CDS_MAX_IN_PROGRESS": "5",
        }
    )
    assert (result.exit_code, result.output) == (0, "")
    settings, knowledge = started["worker"].args
    assert (settings.port, knowledge.fingerprint, started["folder"]) == (8123, load_knowledge().fingerprint, None)
    assert (started["address"], started["port"], started["workers"]) == ("127.0.0.1", 8123, 2)
    assert started["blocking_threads"] > 5 + 1  # one more refuses, another answers a probe


MISSING = {
    "RECURRENCE_CDS_CLIENTS_FILE": "RECURRENCE_CDS_CLIENTS_FILE is not set: in production only the clients",
    "RECURRENCE_CDS_BASE_URL": "RECURRENCE_CDS_BASE_URL is not set: in production the tokens",
}


@pytest.mark.parametrize(("name", "said"), MISSING.items())
def test_production_without_what_it_needs_is_one_line(
    production: dict[str, str], started: dict[str, Any], name: str, said: str
) -> None:
    del production[name]
    result = serve(production)
    assert (result.exit_code, result.stderr.count("\n"), started) == (2, 1, {})
    assert result.stderr.startswith(f"recurrence-cds: {said}")


def test_all_that_is_missing_is_said_at_once(production: dict[str, str]) -> None:
    result = serve({name: value for name, value in production.items() if name not in MISSING})
    assert [line.split()[1] for line in result.stderr.splitlines()] == list(MISSING)


WRONG = {
    "RECURRENCE_CDS_PSEUDONYM_KEY_FILE": ("no.key", r"the keys no\.key cannot be read: No such file"),
    "RECURRENCE_CDS_CLIENTS_FILE": ("no.yaml", r"the client registry no\.yaml cannot be read: No such file"),
    "RECURRENCE_CDS_METRICS_TOKEN_FILE": ("no.token", r"the token of the metrics no\.token cannot be read"),
    "RECURRENCE_CDS_BASE_URL": ("http://cds.example.org", "RECURRENCE_CDS_BASE_URL must be an address .*must be https"),
    "RECURRENCE_CDS_FHIR_SERVERS": ("https://a.example", "RECURRENCE_CDS_FHIR_SERVERS is for the demo alone"),
    "RECURRENCE_CDS_PORT": ("much", "RECURRENCE_CDS_PORT must be"),
}


@pytest.mark.parametrize(("name", "given"), WRONG.items())
def test_what_is_wrong_is_one_line(
    production: dict[str, str], started: dict[str, Any], name: str, given: tuple[str, str]
) -> None:
    result = serve({**production, name: given[0]})
    assert (result.exit_code, started) == (2, {})
    assert re.fullmatch(rf"recurrence-cds: {given[1]}.*\n", result.stderr)


def test_a_weak_key_is_one_line(production: dict[str, str], started: dict[str, Any]) -> None:
    Path(production["RECURRENCE_CDS_PSEUDONYM_KEY_FILE"]).write_bytes(b"short")
    result = serve(production)
    assert (result.exit_code, result.stderr.count("\n"), started) == (2, 1, {})
    assert "at least 32 are needed" in result.stderr


def test_a_broken_registry_is_a_line_for_each_problem(production: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "clients.yaml").write_text("clients:\n  a: {issuer: x, mode: live}\n  b: {issuer: y, mode: live}\n")
    result = serve({**production, "RECURRENCE_CDS_CLIENTS_FILE": str(tmp_path / "clients.yaml")})
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f"recurrence-cds: clients.yaml:{line}: clients.{name}: needs jwks_url or keys, and not both"
        for line, name in ((2, "a"), (3, "b"))
    ]


def test_a_demo_says_that_it_asks_nobody(production: dict[str, str], started: dict[str, Any]) -> None:
    del production["RECURRENCE_CDS_CLIENTS_FILE"]
    result = serve({**production, "RECURRENCE_CDS_PROFILE": "demo"})
    assert "demo profile: whoever calls from this computer is answered, unasked" in result.stderr
    assert started["address"] == "127.0.0.1"


def test_a_demo_does_not_listen_elsewhere(production: dict[str, str], started: dict[str, Any]) -> None:
    result = serve({**production, "RECURRENCE_CDS_PROFILE": "demo", "RECURRENCE_CDS_HOST": "0.0.0.0"})  # noqa: S104
    assert (result.exit_code, started) == (2, {})
    assert "a demo is for this computer alone" in result.stderr


def test_workers_count_together_in_a_private_folder_that_goes_with_them(
    production: dict[str, str], started: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("t" * 32)
    assert serve({**production, "RECURRENCE_CDS_METRICS_TOKEN_FILE": str(tmp_path / "token")}).exit_code == 0
    assert started["folder_is_private"]
    assert not Path(started["folder"]).exists()
    assert FOLDER not in os.environ


def test_a_folder_that_was_given_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    with serving.counting_together(Settings(metrics_token_file=tmp_path / "token")):
        assert os.environ[FOLDER] == str(tmp_path)
    assert tmp_path.exists()


@pytest.mark.parametrize("expected", ["", f"sha256:{'0' * 64}"])
def test_nothing_is_collected_while_the_knowledge_is_loaded_and_then_it_is_again(
    production: dict[str, str], started: dict[str, Any], monkeypatch: pytest.MonkeyPatch, expected: str
) -> None:
    while_loading: list[bool] = []

    def released(*given: Any) -> Any:
        while_loading.append(gc.isenabled())
        return released_knowledge(*given)

    monkeypatch.setattr(serving, "released_knowledge", released)
    assert serve({**production, "RECURRENCE_CDS_EXPECTED_KNOWLEDGE": expected}).exit_code == (2 if expected else 0)
    assert (while_loading, gc.isenabled()) == ([False], True)

"""What somebody who connects an EHR is told of a token."""

import json
import re
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_hooks.__main__ import main
from tests.support.tokens import BASE, ISSUER, ec_key, good, jwk
from tests.web.desk import KNOWLEDGE, SERVICE


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr("cds_hooks.commands.token.load_knowledge", lambda _: KNOWLEDGE)
    key = json.dumps(jwk(ec_key(), "ec-1"))
    client = f"{{issuer: '{ISSUER}', mode: live, keys: [{key}]}}"
    (tmp_path / "clients.yaml").write_text(f"clients:\n  ehr: {client}\n")
    return {"RECURRENCE_CDS_CLIENTS_FILE": str(tmp_path / "clients.yaml"), "RECURRENCE_CDS_BASE_URL": BASE}


def told(environ: dict[str, str], token: str) -> Result:
    return CliRunner().invoke(main, ["token"], input=token, env=environ)


@pytest.mark.parametrize("path", [SERVICE, f"{SERVICE}/feedback", "/cds-services"])
@pytest.mark.parametrize("prefix", ["", "Bearer "])
def test_a_good_token_is_said_to_be_let_in_again_and_again(environ: dict[str, str], path: str, prefix: str) -> None:
    token = prefix + good(time.time(), f"{BASE}{path}")
    for _ in range(2):
        result = told(environ, f"{token}\n")
        assert (result.exit_code, result.output.splitlines()[-1]) == (0, "Let in as ehr")


def test_a_bad_one_is_shown_with_the_reason(environ: dict[str, str]) -> None:
    result = told(environ, good(time.time(), f"{BASE}{SERVICE}", sub="some\x1b[31mbody"))
    assert (result.exit_code, result.output.splitlines()[-1]) == (1, "Not let in: unknown_client")
    assert re.search(rf"claim +iss +{ISSUER} *\n", result.output)
    assert re.search(r"claim +sub +some\[31mbody *\n", result.output)


def test_what_is_no_token_has_nothing_to_show(environ: dict[str, str]) -> None:
    result = told(environ, "token")
    assert (result.exit_code, result.output) == (1, "Not let in: malformed\n")

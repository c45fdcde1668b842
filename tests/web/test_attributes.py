"""Source attributes by card and version; older versions come from the journal."""

import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from cds_hooks.audit import snapshots
from cds_hooks.audit.tables import knowledge as table
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import default_folder, load_knowledge
from cds_hooks.protocol.canonical import canonical
from tests.web.desk import KNOWLEDGE, SERVICE, Desk, opened

UNREADABLE = "sha256:" + "0" * 64


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """Knowledge of before, in which the tier card had another version and another use."""
    folder = Path(shutil.copytree(default_folder(), tmp_path_factory.mktemp("older") / "cards"))
    text = (folder / "wording.yaml").read_text()
    for old, new in (('card.tier.version: "', 'card.tier.version: "9'), ("Show the recurrence risk", "Tell the risk")):
        assert old in text
        text = text.replace(old, new)
    (folder / "wording.yaml").write_text(text)
    return load_knowledge(folder)


def without_tiers(stored: bytes) -> bytes:
    files = {name: file.decode() for name, file in snapshots.files_of(stored).items() if name != "tiers.yaml"}
    return zlib.compress(canonical(files))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, older: Knowledge) -> Iterator[Desk]:
    """A service whose journal has an older version, and one that this program cannot read any more."""
    with opened(tmp_path_factory.mktemp("kept")) as desk:
        snapshots.keep(desk.journal, older)
        with desk.journal.database.writing("knowledge") as connection:
            stored = connection.execute(sa.select(table.c.files).limit(1)).scalar()
            assert stored is not None
            connection.execute(table.insert(), {"fingerprint": UNREADABLE, "files": without_tiers(stored)})
        yield desk


def ask(desk: Desk, accept: str = "application/json", **query: str) -> TestResponse:
    return desk.client.get(f"{SERVICE}/source-attributes?{urlencode(query)}", headers={"Accept": accept})


def use_of(answer: TestResponse, card: str = "tier") -> Any:
    (found,) = [each for each in answer.get_json()["cards"] if each["card"] == card]
    return found["basis"]["purpose"]["intended_use"]


def number(knowledge: Knowledge) -> str:
    return knowledge.wording["card.tier.version"]


def test_without_a_version_it_is_the_one_that_is_served(kept: Desk) -> None:
    for query in ({}, {"version": KNOWLEDGE.fingerprint}, {"version": number(KNOWLEDGE), "card": "tier"}):
        answer = ask(kept, **query)
        assert (answer.status_code, answer.get_json()["knowledge"]) == (200, KNOWLEDGE.fingerprint)
        assert use_of(answer).startswith("Show the recurrence risk")


def test_an_older_version_is_told_as_it_was(kept: Desk, older: Knowledge) -> None:
    for query in ({"version": older.fingerprint}, {"version": number(older), "card": "tier"}):
        answer = ask(kept, **query)
        assert (answer.status_code, answer.get_json()["knowledge"]) == (200, older.fingerprint)
        assert use_of(answer).startswith("Tell the risk")


def test_one_card_alone(kept: Desk) -> None:
    assert [each["card"] for each in ask(kept, card="treatment").get_json()["cards"]] == ["treatment"]


def test_the_page_of_an_older_version_says_so_and_leads_to_the_present_one(kept: Desk, older: Knowledge) -> None:
    page = ask(kept, "text/html", version=older.fingerprint).text
    assert "An older version" in page
    assert f'href="{SERVICE}/source-attributes"' in page
    assert older.fingerprint in page
    assert "An older version" not in ask(kept, "text/html").text


@pytest.mark.parametrize("query", [{"version": "sha256:1"}, {"version": "1"}, {"version": "77", "card": "tier"}])
def test_an_unknown_version_is_refused_with_those_there_are(
    kept: Desk, older: Knowledge, query: dict[str, str]
) -> None:
    answer = ask(kept, **query)
    (issue,) = answer.get_json()["issue"]
    assert (answer.status_code, issue["code"]) == (404, "not-found")
    assert f"There are: {KNOWLEDGE.fingerprint}" in issue["details"]["text"]
    assert older.fingerprint in issue["details"]["text"]


def test_a_version_that_this_program_cannot_read_any_more_is_refused(kept: Desk) -> None:
    answer = ask(kept, version=UNREADABLE)
    assert answer.status_code == 404
    assert "does not read it any more" in answer.get_json()["issue"][0]["details"]["text"]


def test_an_unknown_card_is_refused_with_those_there_are(kept: Desk) -> None:
    answer = ask(kept, card="<script>")
    assert answer.status_code == 404
    assert "There are: safety, suspected_recurrence" in answer.get_json()["issue"][0]["details"]["text"]
    assert "script" not in answer.text


def test_without_a_journal_the_version_that_is_served_is_still_told(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        desk.database.unlink()
        assert ask(desk, version=KNOWLEDGE.fingerprint).status_code == 200

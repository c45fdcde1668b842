"""A worker that starts while the journal is away waits for it."""

from pathlib import Path

import pytest

from cds_hooks import app
from cds_hooks.audit.keyring import read_or_create_keyring
from cds_hooks.settings import Profile, Settings
from tests.web.desk import KNOWLEDGE


def test_a_worker_waits_for_a_journal_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys, folder = tmp_path / "keys", tmp_path / "folder"
    read_or_create_keyring(keys)
    url = f"sqlite:///{folder}/j.sqlite3"
    settings = Settings(profile=Profile.DEMO, database_url=url, pseudonym_key_file=keys)
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            folder.mkdir()

    monkeypatch.setattr("time.sleep", sleep)
    for name in ("keep_what_is_loaded", "warm_up"):
        monkeypatch.setattr(app, name, lambda: None)
    monkeypatch.setattr("sys.setswitchinterval", lambda _: None)
    made = app.worker(settings, KNOWLEDGE)
    assert waited == [app.AGAIN] * 3
    assert made.test_client().get("/readyz").status_code == 200

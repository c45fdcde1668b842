"""How a worker starts."""

import subprocess
import sys
from pathlib import Path

import pytest

from cds_hooks import app
from cds_hooks.audit.keyring import read_or_create_keyring
from cds_hooks.settings import Profile, Settings
from tests.web.desk import KNOWLEDGE

# charts of 8 MB, something small that stays after each, and how much of them stays with it (as pages, "resident")
_LONG_CHARTS = """
import ctypes, resource
from pathlib import Path
from cds_hooks.app import give_large_blocks_back

library = ctypes.CDLL(None)

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

def chart():
    return b"x" * 8_000_000

give_large_blocks_back()
chart()
before = resident()
charts = [(chart(), library.malloc(100_000)) for _ in range(8)]
del charts
print(resident() - before)
"""


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
    for name in ("keep_what_is_loaded", "give_large_blocks_back", "warm_up"):
        monkeypatch.setattr(app, name, lambda: None)
    monkeypatch.setattr("sys.setswitchinterval", lambda _: None)
    made = app.worker(settings, KNOWLEDGE)
    assert waited == [app.AGAIN] * 3
    assert made.test_client().get("/readyz").status_code == 200


def test_the_memory_of_long_charts_goes_with_them() -> None:
    told = subprocess.run([sys.executable, "-c", _LONG_CHARTS], capture_output=True, text=True, check=True)
    assert int(told.stdout) < 8_000_000

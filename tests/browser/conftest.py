"""A real demo process on free ports, and a real Chromium."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Demo:
    """Where the running demo is, the address that lets into its console once, and the folder it was started in."""

    url: str
    console: str
    folder: Path


@dataclass
class Heard:
    """What the page complained about."""

    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "cds_hooks", "demo", "--port", "0", "--fhir-port", "0"]
    with (
        (folder / "stderr").open("w") as errors,
        subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        said = iter(process.stdout.readline, "")
        found = [_told(said, title) for title in ("Try-it page", "Console, lets in once")]
        assert all(found), (folder / "stderr").read_text()
        yield Demo(found[0], found[1], folder)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    assert process.returncode == 0


def _told(said: Iterator[str], title: str) -> str:
    """The address after this title, "" if the demo ends without saying it."""
    return next((f[1] for line in said if (f := re.search(rf"{title}:\s+(\S+)", line))), "")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("RECURRENCE_CDS_CHROMIUM") or shutil.which("chromium")
    assert path, "browser tests need Chromium: install it, or name it in RECURRENCE_CDS_CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def page(chromium: Browser, demo: Demo, heard: Heard) -> Iterator[Page]:
    opened = chromium.new_page(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(10_000)
    opened.on("console", lambda m: heard.complaints.append(m.text) if m.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: heard.complaints.append(str(error)))
    opened.goto(demo.url)
    yield opened
    opened.close()

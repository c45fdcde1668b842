"""The wheel, installed into an environment that has never seen the checkout, serves and demos from any folder."""

import json
import os
import socket
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import ehr

ROOT = Path(__file__).parents[2]
STORY = "patients/triple_negative_with_four_positive_nodes/bundle.json"
READY_WITHIN = 30.0


def clean_environment(**settings: str) -> dict[str, str]:
    """Without the checkout on the path, and without what measures this process's coverage."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COVERAGE", "RECURRENCE_CDS"))}
    return inherited | settings


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=cwd, env=clean_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands' folder of a new environment: the wheel, and the locked dependencies of this one."""
    environment = tmp_path_factory.mktemp("venv")
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    python = environment / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "--quiet", wheel)
    site = environment / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return environment / "bin"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(command: list[str | Path], folder: Path, settings: Mapping[str, str]) -> Iterator[None]:
    """The command in a folder that is not the checkout, ended with the context."""
    with (folder / "output").open("wb") as output:
        environment = clean_environment(**settings)
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
    try:
        yield
    except Exception as problem:
        raise AssertionError((folder / "output").read_text()) from problem
    finally:
        process.terminate()
        process.wait(timeout=30)


def when_ready(url: str) -> Any:
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            return httpx.get(url).raise_for_status()
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise


def ask_for_the_story(port: int) -> list[dict[str, Any]]:
    """The cards for one fixture, over HTTP, with the prefetch filled from what discovery announces."""
    (service,) = when_ready(f"http://127.0.0.1:{port}/cds-services").json()["services"]
    resources = ehr.resources_of(json.loads((ROOT / "fixtures" / STORY).read_bytes()))
    patient = ehr.patient_id_of(resources)
    request = ehr.patient_view(patient, ehr.fill_prefetch(service["prefetch"], resources, patient))
    answer = httpx.post(f"http://127.0.0.1:{port}/cds-services/{service['id']}", json=request, timeout=30)
    return list(answer.raise_for_status().json()["cards"])


def test_the_wheel_carries_the_knowledge_the_stories_and_everything_that_is_not_python(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    known = [
        path for path in sorted((ROOT / "cds_hooks").rglob("*")) if path.is_file() and "__pycache__" not in path.parts
    ]
    expected = {str(path.relative_to(ROOT)) for path in known}
    for folder in ("cards", "fixtures", "examples"):
        shipped = [path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        expected |= {f"cds_hooks/_data/{path.relative_to(ROOT)}" for path in shipped}
    assert expected <= names
    assert not [name for name in names - expected if ".dist-info/" not in name]


def test_the_installed_wheel_serves_from_any_folder(installed: Path, tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "recurrence-cds.key").write_text("k" * 64)
    environ = {
        "RECURRENCE_CDS_PROFILE": "demo",
        "RECURRENCE_CDS_PORT": str(port),
        "RECURRENCE_CDS_REQUIRE_APPROVAL": "false",
    }
    with started([installed / "recurrence-cds", "serve"], tmp_path, environ):
        cards = ask_for_the_story(port)
    assert "high" in cards[0]["summary"].lower()
    assert (tmp_path / "recurrence-cds.sqlite3").exists()


def test_the_installed_wheel_demos_from_any_folder(installed: Path, tmp_path: Path) -> None:
    port, fhir_port = free_port(), free_port()
    ports = ["--port", str(port), "--fhir-port", str(fhir_port)]
    with started([installed / "recurrence-cds", "demo", *ports], tmp_path, {}):
        assert ask_for_the_story(port)
        assert when_ready(f"http://127.0.0.1:{fhir_port}/fhir/metadata").json()["resourceType"] == "CapabilityStatement"
        assert "<html" in when_ready(f"http://127.0.0.1:{port}/").text


def test_the_installed_wheel_checks_its_own_knowledge(installed: Path, tmp_path: Path) -> None:
    run(installed / "recurrence-cds", "check", cwd=tmp_path)

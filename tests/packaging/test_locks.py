"""The locks say what pyproject.toml asks for, and every package in them is pinned and hashed."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PIN = re.compile(
    r"^([A-Za-z0-9._-]+)==(\S+)(?: ;.*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)

RUN, BUILD, DEV = "requirements.lock", "requirements-build.lock", "requirements-dev.lock"
TOOLS, FUZZ = "requirements-tools.lock", "requirements-fuzz.lock"
OWN, EXTRAS = PROJECT["project"]["dependencies"], PROJECT["project"]["optional-dependencies"]
ASKED = {
    RUN: OWN,
    BUILD: PROJECT["build-system"]["requires"],
    DEV: OWN + EXTRAS["dev"] + EXTRAS["spark"],
    TOOLS: OWN + EXTRAS["tools"],
    FUZZ: OWN + EXTRAS["fuzz"],
}


def pins(lock: str) -> dict[str, Version]:
    found = PIN.findall((ROOT / lock).read_text())
    return {canonicalize_name(name): Version(version) for name, version, _ in found}


@pytest.mark.parametrize("lock", ASKED)
def test_every_dependency_of_the_project_is_locked_within_its_range(lock: str) -> None:
    locked = pins(lock)
    for requirement in map(Requirement, ASKED[lock]):
        assert locked[canonicalize_name(requirement.name)] in requirement.specifier, requirement


@pytest.mark.parametrize("lock", ASKED)
def test_every_package_in_a_lock_is_pinned_and_hashed(lock: str) -> None:
    lines = (ROOT / lock).read_text().splitlines()
    requirements = [line for line in lines if line and not line.startswith((" ", "#"))]
    pinned = PIN.findall((ROOT / lock).read_text())  # one package may have a version per Python
    assert len(requirements) == len(pinned) > 0


@pytest.mark.parametrize("lock", [RUN, BUILD])
def test_the_development_lock_pins_the_same_versions_as_the_other_two(lock: str) -> None:
    assert pins(lock).items() <= pins(DEV).items()


@pytest.mark.parametrize("lock", ASKED)
def test_every_locked_package_that_nothing_needs_is_gone(lock: str) -> None:
    text = (ROOT / lock).read_text()
    blocks = re.split(r"\n(?=\S)", text)
    orphans = [block.split("==")[0] for block in blocks if "# via" not in block]
    asked = {canonicalize_name(Requirement(line).name) for line in ASKED[lock]}
    assert {canonicalize_name(name) for name in orphans} <= asked

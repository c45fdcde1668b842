"""What README.md tells a newcomer to type is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHELL_BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
WRITTEN = "\n".join(SHELL_BLOCKS) + "\n".join(re.findall(r"`([^`\n]+)`", (ROOT / "README.md").read_text()))
TARGETS = sorted(set(re.findall(r"\bmake ([a-z-]+)", WRITTEN)))
SUBCOMMANDS = sorted(set(re.findall(r"\brecurrence-cds ([a-z]+)\b", WRITTEN)))


def dry_run(target: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_readme_names_the_two_commands_of_a_newcomer() -> None:
    assert {"run", "test"} <= set(TARGETS)


@pytest.mark.parametrize("target", sorted({*TARGETS, "lint", "bench", "image-check", "lock"}))
def test_a_target_that_make_is_said_to_have_is_there(target: str) -> None:
    assert dry_run(target).returncode == 0


def test_a_target_that_is_not_there_is_an_error() -> None:
    assert dry_run("no-such-target").returncode != 0


@pytest.mark.parametrize("subcommand", sorted({*SUBCOMMANDS, "serve", "demo", "explain", "check"}))
def test_a_command_that_the_readme_names_explains_itself(subcommand: str) -> None:
    command = [sys.executable, "-m", "cds_hooks", subcommand, "--help"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    assert "Usage:" in shown.stdout


def test_the_gate_is_make_test_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["make test"]


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text()))))
def test_a_file_that_the_readme_links_to_is_there(link: str) -> None:
    assert (ROOT / link).exists()

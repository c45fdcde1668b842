"""The two versions: folders, and revisions of a folder that git keeps."""

import subprocess
from pathlib import Path

import pytest

from cds_hooks.errors import ImpactImpossible
from cds_hooks.impact.versions import files_of, version
from cds_hooks.knowledge.load import default_folder


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A repository with a folder of two files, changed since its one commit; a file lies beside the folder."""
    folder = tmp_path / "repository" / "cards"
    (folder / "considerations").mkdir(parents=True)
    (folder / "tiers.yaml").write_text("before\n")
    (folder / "considerations" / "talk.yaml").write_text("talk\n")
    (folder.parent / "README").write_text("beside\n")
    git(folder.parent, "init", "--quiet")
    git(folder.parent, "add", ".")
    git(folder.parent, "commit", "--quiet", "--message", "first")
    (folder / "tiers.yaml").write_text("after\n")
    return folder


def test_a_revision_is_the_folder_as_it_was(kept: Path) -> None:
    name, files = files_of("HEAD", (kept,))
    assert name.startswith("HEAD (")
    assert files == {"considerations/talk.yaml": b"talk\n", "tiers.yaml": b"before\n"}


def test_the_first_folder_whose_repository_has_the_revision_counts(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    assert files_of("HEAD", (tmp_path / "elsewhere", kept))[1]["tiers.yaml"] == b"before\n"


@pytest.mark.parametrize("revision", ["nix", "--help", "HEAD:cards", "-n1"])
def test_what_is_no_revision_is_refused(kept: Path, revision: str) -> None:
    with pytest.raises(ImpactImpossible, match="is neither a folder nor a git revision of"):
        files_of(revision, (kept,))


def test_a_folder_that_the_revision_had_not_yet_is_refused(kept: Path) -> None:
    newer = kept.parent / "newer"
    newer.mkdir()
    with pytest.raises(ImpactImpossible, match="neither a folder nor a git revision"):
        files_of("HEAD", (newer,))


def test_without_git_two_folders_are_asked_for(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ImpactImpossible, match="git is not installed"):
        files_of("HEAD", (kept,))


def test_knowledge_that_this_program_does_not_read_is_told_with_its_first_problem(kept: Path) -> None:
    for named in (str(kept), "HEAD"):
        with pytest.raises(ImpactImpossible, match=r"does not read the knowledge of .* \(problem 1 of \d+\)"):
            version(named, (kept,))


def test_no_name_is_the_last_folder_as_it_is(kept: Path) -> None:
    found = version(None, (kept, default_folder()))
    assert (found.name, found.knowledge.fingerprint[:7]) == (str(default_folder()), "sha256:")

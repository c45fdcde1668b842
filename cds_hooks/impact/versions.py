"""The two versions that are compared: each a knowledge folder, or one as a git revision had it."""

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from cds_hooks.errors import ImpactImpossible, KnowledgeBroken
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import knowledge_of, read_folder


@dataclass(frozen=True, slots=True)
class Version:
    """One version, under the name that the user gave it or that git has for it."""

    name: str
    knowledge: Knowledge


def version(folder_or_revision: str | None, kept_in: tuple[Path, ...]) -> Version:
    """The version of a folder, of a git revision of the first of the folders `kept_in` that has it, or the last of
    these folders as it is now (None).

    Raises ImpactImpossible (no such folder or revision, or knowledge that this program does not read), KnowledgeBroken
    (an empty folder).
    """
    folder = Path(folder_or_revision or kept_in[-1])
    if folder.is_dir():
        name, files = str(folder), read_folder(folder)
    else:
        name, files = files_of(str(folder_or_revision), kept_in)
    try:
        return Version(name, knowledge_of(files))
    except KnowledgeBroken as broken:
        told = f"{broken.problems[0]} (problem 1 of {len(broken.problems)})"
        raise ImpactImpossible(f"this program does not read the knowledge of {name}: {told}") from broken


def files_of(revision: str, kept_in: tuple[Path, ...]) -> tuple[str, dict[str, bytes]]:
    """A revision with its abbreviated commit, and the files in it of the first folder whose repository has it.

    Raises ImpactImpossible.
    """
    for folder in kept_in:
        commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        sha = commit.decode().strip()
        tar = _git(folder, "archive", "--format=tar", sha) if sha else b""
        if tar:
            return f"{revision} ({sha[:12]})", _unpacked(tar)
    folders = " or ".join(str(folder) for folder in kept_in)
    raise ImpactImpossible(f"{revision} is neither a folder nor a git revision of {folders}")


def _unpacked(tar: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        files = {each.name: archive.extractfile(each) for each in archive.getmembers()}
        return {name: file.read() for name, file in files.items() if file}


def _git(folder: Path, *arguments: str) -> bytes:
    """What git prints about the repository of a folder; nothing where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 (no shell; what the user named stands behind --end-of-options)
            ["git", "-C", str(folder), *arguments],  # noqa: S607 (the user's own git)
            check=False,
            capture_output=True,
        )
    except FileNotFoundError:
        raise ImpactImpossible("git is not installed, so that no revision can be read: name two folders") from None
    return done.stdout if done.returncode == 0 else b""

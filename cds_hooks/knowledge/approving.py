"""Approving and withdrawing: the review of a file, its entry in approvals.yaml, and both written or neither said.

A file is edited where its review stands and nowhere else. The whole knowledge is checked as it would be before anything
is written; files are replaced whole, approvals.yaml last, so that a crash leaves a folder that `check` refuses.
"""

import fcntl
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cds_hooks.errors import ApprovalRefused, KnowledgeBroken
from cds_hooks.knowledge.approvals import content_hash, recalled, same_person
from cds_hooks.knowledge.background import FOUNDATION
from cds_hooks.knowledge.strict_yaml import read_yaml, with_members
from cds_hooks.reasoning.considerations import Status

APPROVALS = "approvals.yaml"
_DAYS = frozenset({"approved_on", "due"})
_ENTRIES = re.compile(r"^approvals:", re.MULTILINE)
Changes = Mapping[str, bytes]
Check = Callable[[Changes], object]  # raises KnowledgeBroken if the folder with these files would be broken


@dataclass(frozen=True, slots=True)
class Signature:
    """Who approves, in which role, on which day. `author` and `due` are None where the file says them already."""

    reviewer: str
    role: str
    today: date
    author: str | None = None
    due: date | None = None


def approve(folder: Path, ids: tuple[str, ...], signature: Signature, check: Check) -> dict[str, int]:
    """Approve what the ids name, all or none; returns their versions. Raises ApprovalRefused, KnowledgeBroken."""
    with _locked(folder):
        approvals = _approvals(folder)
        changes, versions = {}, {}
        for id_ in ids:
            name, text, entry = _read(folder, id_)
            review = _review(id_, entry, signature)
            _refuse_unchanged(id_, entry, review, content_hash(text.encode()), approvals.get(id_))
            members = {"status": Status.APPROVED.value, "review": _flow(review)}
            changes[name] = with_members(text, members).encode()
            versions[id_] = entry["version"]
            approvals[id_] = {"version": entry["version"], "sha256": content_hash(changes[name])}
        changes[APPROVALS] = _record(folder, approvals)
        check(changes)
        _write(folder, changes)
    return versions


def withdraw(folder: Path, ids: tuple[str, ...]) -> dict[str, int]:
    """Make drafts of what the ids name, all or none; returns their versions. It works on broken knowledge too: what is
    wrong must not stay approved. Raises ApprovalRefused, KnowledgeBroken if a file cannot be read.
    """
    with _locked(folder):
        approvals = _approvals(folder)
        changes, versions = {}, {}
        for id_ in ids:
            name, text, entry = _read(folder, id_)
            if entry["status"] != Status.APPROVED.value and id_ not in approvals:
                raise ApprovalRefused(f"{id_} is not approved")
            review = {**entry["review"], "reviewer": None, "approved_on": None, "due": None}
            review.pop("role", None)
            status = Status.DRAFT.value if entry["status"] == Status.APPROVED.value else entry["status"]
            changes[name] = with_members(text, {"status": status, "review": _flow(review)}).encode()
            versions[id_] = entry["version"]
            approvals.pop(id_, None)
        changes[APPROVALS] = _record(folder, approvals)
        _write(folder, changes)
    return versions


def _read(folder: Path, id_: str) -> tuple[str, str, dict[str, Any]]:
    """The file of an id as name, text and content. Raises ApprovalRefused, KnowledgeBroken."""
    known = [*FOUNDATION, *sorted(path.stem for path in (folder / "considerations").glob("*.yaml"))]
    if id_ not in known:
        raise ApprovalRefused(f"there is no {id_}: it must be a consideration, or one of {', '.join(FOUNDATION)}")
    name = f"{id_}.yaml" if id_ in FOUNDATION else f"considerations/{id_}.yaml"
    try:
        text = (folder / name).read_bytes().decode()
    except UnicodeDecodeError:
        raise KnowledgeBroken((f"{name}:1: not UTF-8",)) from None
    document = read_yaml(text, name)
    if document.problems:
        raise KnowledgeBroken(document.problems)
    if not isinstance(document.value, dict) or not isinstance(document.value.get("review"), dict):
        raise KnowledgeBroken((f"{name}:1: there is no review",))
    return name, text, document.value


def _review(id_: str, entry: Mapping[str, Any], signature: Signature) -> dict[str, str]:
    """The review as it will stand in the file. Raises ApprovalRefused."""
    reviewer, role = _name(signature.reviewer, "reviewer"), _name(signature.role, "role")
    author = signature.author or entry["review"].get("author")
    due = signature.due.isoformat() if signature.due else entry["review"].get("due")
    if entry["status"] == Status.RETIRED.value:
        raise ApprovalRefused(f"{id_} is retired")
    if not author:
        raise ApprovalRefused(f"{id_} has no author: say who wrote it (--author)")
    if same_person(_name(author, "author"), reviewer):
        raise ApprovalRefused(f"{id_} was written by {author}: somebody else must review it")
    if cited := sorted(set(recalled(entry))):
        raise ApprovalRefused(f"{id_} rests on evidence that was only recalled: read {', '.join(cited)} first")
    if not due:
        raise ApprovalRefused(f"{id_} has no day for its next review (--due)")
    if due <= signature.today.isoformat():
        raise ApprovalRefused(f"{id_}: the next review was due on {due} already (--due)")
    day = signature.today.isoformat()
    return {"author": _name(author, "author"), "reviewer": reviewer, "role": role, "approved_on": day, "due": due}


def _refuse_unchanged(
    id_: str, entry: Mapping[str, Any], review: Mapping[str, str], found: str, approval: Mapping[str, Any] | None
) -> None:
    if approval is None:
        return
    before = entry["review"]
    if approval["sha256"] != found:
        if approval["version"] == entry["version"]:
            raise ApprovalRefused(f"{id_} was changed since its version {entry['version']} was approved: raise it")
    elif all(before.get(name) == review[name] for name in ("author", "reviewer", "role", "due")):
        raise ApprovalRefused(f"{id_} is approved already, by {before['reviewer']} on {before['approved_on']}")


def _name(text: str, what: str) -> str:
    """A name that a reader can see, on one line. Raises ApprovalRefused."""
    name = " ".join(text.split())
    if not name or not name.isprintable():
        raise ApprovalRefused(f"the {what} must be a name in visible characters")
    return name


def _flow(review: Mapping[str, str | None]) -> str:
    """A review as YAML in flow style."""
    return "{" + ", ".join(f"{name}: {_scalar(name, value)}" for name, value in review.items()) + "}"


def _scalar(name: str, value: str | None) -> str:
    if value is None:
        return "null"
    return value if name in _DAYS else json.dumps(value, ensure_ascii=False)


def _approvals(folder: Path) -> dict[str, Any]:
    """The approvals by id. Raises KnowledgeBroken."""
    document = read_yaml((folder / APPROVALS).read_text(encoding="utf-8"), APPROVALS)
    if document.problems:
        raise KnowledgeBroken(document.problems)
    return dict(document.value["approvals"])


def _record(folder: Path, approvals: Mapping[str, Any]) -> bytes:
    """approvals.yaml with these entries, under the comment that it begins with."""
    comment = _ENTRIES.split((folder / APPROVALS).read_text(encoding="utf-8"))[0]
    lines = [f'  {id_}: {{version: {one["version"]}, sha256: "{one["sha256"]}"}}\n' for id_, one in approvals.items()]
    return (comment + ("approvals:\n" + "".join(sorted(lines)) if lines else "approvals: {}\n")).encode()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One approval at a time: the second reads what the first wrote. Raises ApprovalRefused if the disk refuses."""
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
    except OSError as error:
        raise ApprovalRefused(f"{error.filename or folder}: cannot be read or written: {error.strerror}") from error


def _write(folder: Path, changes: Changes) -> None:
    """Replace the files, each whole, in this order."""
    for name, content in changes.items():
        path = folder / name
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).chmod(path.stat().st_mode)
            Path(beside).replace(path)
        except OSError:
            Path(beside).unlink()
            raise

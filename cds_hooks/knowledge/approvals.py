"""What approval asks for: a reviewer who is not the author, evidence that was read, and a file nobody touched since."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

_NEEDED = ("author", "reviewer", "approved_on", "due")


def content_hash(file: bytes) -> str:
    """The SHA-256 of a file, 64 hex digits: what approvals.yaml locks."""
    return hashlib.sha256(file).hexdigest()


def approval_problems(entry: Mapping[str, Any], file: bytes, approval: Mapping[str, Any] | None) -> Iterator[str]:
    """What keeps an approved consideration from being shown as such. `approval` is its entry in approvals.yaml."""
    review = entry["review"]
    absent = [name for name in _NEEDED if review[name] is None]
    if absent:
        yield f"approved without {', '.join(absent)}"
    if not absent and review["author"] == review["reviewer"]:
        yield "the reviewer is the author"
    if not absent and review["due"] <= review["approved_on"]:
        yield "the next review is due before the approval"
    if any(cited["seen"] == "recalled" for cited in entry["citations"]):
        yield "approved on evidence that was only recalled"
    if approval is None:
        yield "approved, but not in approvals.yaml"
    elif approval["version"] != entry["version"] or approval["sha256"] != content_hash(file):
        yield "changed since it was approved"

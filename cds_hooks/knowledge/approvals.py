"""What approval asks for: a reviewer who is not the author, evidence that was read, and a file nobody touched since.

Considerations are approved one by one, and so are the three files that every card rests on.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from cds_hooks.knowledge.background import FOUNDATION
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.strict_yaml import members_named
from cds_hooks.reasoning.considerations import CardKind, Status

NOTHING_APPROVED = "nothing approved: silent"
_NEEDED = ("author", "reviewer", "approved_on", "due")


def content_hash(file: bytes) -> str:
    """The SHA-256 of a file, 64 hex digits: what approvals.yaml locks."""
    return hashlib.sha256(file).hexdigest()


def approval_problems(entry: Mapping[str, Any], file: bytes, approval: Mapping[str, Any] | None) -> Iterator[str]:
    """What keeps an approved file from being shown as such. `approval` is its entry in approvals.yaml."""
    review = entry["review"]
    absent = [name for name in _NEEDED if review[name] is None]
    if absent:
        yield f"approved without {', '.join(absent)}"
    if not absent and same_person(review["author"], review["reviewer"]):
        yield "the reviewer is the author"
    if not absent and review["due"] <= review["approved_on"]:
        yield "the next review is due before the approval"
    if any(True for _ in recalled(entry)):
        yield "approved on evidence that was only recalled"
    if approval is None:
        yield "approved, but not in approvals.yaml"
    elif approval["version"] != entry["version"] or approval["sha256"] != content_hash(file):
        yield "changed since it was approved"


def same_person(one: str, other: str) -> bool:
    """True if two names differ at most in case, width of letters and spaces."""
    return _folded(one) == _folded(other)


def recalled(entry: Mapping[str, Any]) -> Iterator[str]:
    """The ids of the sources that a file cites from memory alone."""
    for path, seen in members_named(entry, "seen"):
        if seen == "recalled":
            cited: Any = entry
            for step in path[:-1]:
                cited = cited[step]
            yield cited["source"]


def unapproved_foundation(knowledge: Knowledge) -> tuple[str, ...]:
    """Those of the files that every card rests on which nobody has approved."""
    return tuple(name for name in FOUNDATION if knowledge.foundation[name].status is not Status.APPROVED)


def approval_state(knowledge: Knowledge) -> str:
    """How far the knowledge is approved, and whether that leaves anything to be shown where approval is required."""
    absent = unapproved_foundation(knowledge)
    in_use = [each for each in knowledge.considerations if each.status is not Status.RETIRED]
    approved = sum(each.status is Status.APPROVED for each in in_use)
    if len(absent) == len(FOUNDATION) and not approved:
        return NOTHING_APPROVED
    counted = f"{approved} of {len(in_use)} considerations approved"
    return f"{', '.join(absent)} not approved: silent ({counted})" if absent else counted


def still_unapproved(knowledge: Knowledge) -> str:
    """What nobody has approved, in one sentence; safety is named, because nothing else warns in its place."""
    drafts = [each for each in knowledge.considerations if each.status is Status.DRAFT]
    safety = sum(each.card.kind is CardKind.SAFETY for each in drafts)
    parts = list(unapproved_foundation(knowledge))
    if drafts:
        of_safety = f" ({safety} of safety)" if safety else ""
        parts.append(f"{len(drafts)} of {len(knowledge.considerations)} considerations{of_safety}")
    return f"Still unapproved: {', '.join(parts)}." if parts else "Everything is approved."


def overdue(knowledge: Knowledge, today: date) -> Iterator[str]:
    """What was approved and is to be reviewed again, a line each."""
    approved = [name for name in FOUNDATION if knowledge.foundation[name].status is Status.APPROVED]
    approved += [each.id for each in knowledge.considerations if each.status is Status.APPROVED]
    for id_ in approved:
        review = knowledge.background.reviews[id_]
        if review.due < today.isoformat():
            yield f"{id_}: the review was due on {review.due} (approved by {review.reviewer} on {review.approved_on})"


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()

"""What the journal keeps of one answer, built from the answer that was returned, never from ambient state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

CARD_EXTENSION = "org.recurrence-cds.card"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the tenant whose journal and pseudonyms these are, and what its verified token said.

    `issuer`, `subject` and `key_id` are the token's iss, sub and kid; `token` is the sha-256 (hex) of its jti, never
    the token. All are None where callers are not authenticated. `mode` says what the caller is shown: "live" is the
    cards, and in every mode the whole consultation is journaled.
    """

    tenant: str = "default"
    issuer: str | None = None
    subject: str | None = None
    key_id: str | None = None
    token: str | None = None
    mode: str = "live"


@dataclass(frozen=True, slots=True)
class CardShown:
    """One card of the answer: its uuid (feedback refers to it), its card id, the considerations it speaks for."""

    uuid: str
    card_id: str
    considerations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer. `patient_id` and `user_id` are as sent; only their keyed pseudonyms reach the database.

    `received_at` is timezone-aware, `duration_ms` is the time to the answer, `status` the HTTP status, `knowledge`
    the fingerprint, `silence` the reason when no card was shown.
    """

    decision_id: str
    received_at: datetime
    service: str
    status: int
    duration_ms: float
    hook: str | None = None
    hook_instance: str | None = None
    patient_id: str | None = field(default=None, repr=False)
    user_id: str | None = field(default=None, repr=False)
    knowledge: str | None = None
    silence: str | None = None
    cards: tuple[CardShown, ...] = ()


def cards_shown(cards: Iterable[Mapping[str, Any]]) -> tuple[CardShown, ...]:
    """The cards of an answer as the journal keeps them, read from the answer itself."""
    shown = []
    for card in cards:
        about = card["extension"][CARD_EXTENSION]
        shown.append(CardShown(card["uuid"], about["id"], tuple(c["id"] for c in about.get("considerations", ()))))
    return tuple(shown)

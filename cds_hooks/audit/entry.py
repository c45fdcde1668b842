"""What the journal keeps of one call, built from what was returned, never from ambient state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any


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


class Kind(Enum):
    """What kind of call a row is about."""

    DISCOVERY = "discovery"
    HOOK = "hook"
    FEEDBACK = "feedback"
    EXPLANATION = "explanation"
    CONSOLE = "console"
    CONTROL = "control"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True, slots=True)
class Who:
    """The people and places of a call, as sent. Only their keyed pseudonyms stand in the clear."""

    patient: str | None = field(default=None, repr=False)
    user: str | None = field(default=None, repr=False)
    encounter: str | None = field(default=None, repr=False)
    location: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A consideration on a card: its id, its verdict, the side of its tumour ("" where it has none), a digest of the
    facts that it rests on, and whether the card showed it (False: it was only asked about, or a line of its own).
    """

    id: str
    verdict: str
    side: str = ""
    facts: str = ""
    shown: bool = True


@dataclass(frozen=True, slots=True)
class CardShown:
    """One card of the answer: its uuid (feedback refers to it), its id, the considerations it speaks of, and of each
    suggestion the uuid and the id of the consideration that it belongs to.
    """

    uuid: str
    card_id: str
    indicator: str = "info"
    considerations: tuple[Spoken, ...] = ()
    suggestions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a decision came to, in words of our own that may be searched and counted.

    `tier` is the highest of the patient's tumours ("high", or a range "low-high"); `missing` are unknown facts that
    could change a tier, `considerations` those that a card shows, `codes` and `units` what the factors of the tier
    were read from ("grade=http://snomed.info/sct|371469007", "tumour_size=mm").
    """

    tier: str | None = None
    silence: str | None = None
    missing: tuple[str, ...] = ()
    considerations: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One call. `received_at` is timezone-aware, and also the one "now" of a decision; `duration_ms` is the time to the
    answer and `phases` its parts; `status` is the HTTP status, `error` the class of what was refused.

    `action` names what was done where there is no hook (a console page, an act of control), `about` the row or thing
    that it was done to. `sent` is False if the cards were kept from the caller. `payload` is what may hold patient
    data, as canonical JSON: it is sealed. `input_digest` and `output_digest` are sha-256 of what was used and answered.
    """

    id: str
    kind: Kind
    received_at: datetime
    status: int
    duration_ms: float
    caller: Caller = field(default_factory=Caller)
    who: Who = field(default_factory=Who)
    phases: Mapping[str, float] = field(default_factory=dict)
    service: str | None = None
    hook: str | None = None
    hook_instance: str | None = field(default=None, repr=False)
    action: str | None = None
    about: str | None = None
    error: str | None = None
    summary: Summary = field(default_factory=Summary)
    cards: tuple[CardShown, ...] = ()
    sent: bool = True
    knowledge: str | None = None
    build: str | None = None
    input_digest: bytes | None = None
    output_digest: bytes | None = None
    payload: bytes | None = field(default=None, repr=False)


def words(values: Any) -> str | None:
    """A set of words as one searchable text: sorted, each between blanks, None if there is none."""
    return f" {' '.join(sorted(set(values)))} " if values else None

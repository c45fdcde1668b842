"""Feedback as the journal keeps it: what may be counted in the clear, what a clinician wrote sealed."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cds_hooks.audit.keyring import Keyring
from cds_hooks.audit.rows import Row, opaque, utc
from cds_hooks.protocol.canonical import canonical
from cds_hooks.protocol.feedback import FeedbackItem


@dataclass(frozen=True, slots=True)
class Reasons:
    """The reasons for an override that our cards offer: their system and codes."""

    system: str
    codes: frozenset[str]

    def own(self, reason: Mapping[str, str] | None) -> str | None:
        """The code, if it is one of ours; clients leave the system out or send ours."""
        said = reason or {}
        ours = said.get("code") in self.codes and said.get("system", self.system) == self.system
        return said["code"] if ours else None


def items_of(ring: Keyring, tenant: str, feedback: Iterable[FeedbackItem], reasons: Reasons) -> list[Row]:
    """The items as columns of `reported`. A reason that is not ours could hold anything: it becomes a pseudonym."""
    return [_item(ring, tenant, item, reasons) for item in feedback]


def told(item: FeedbackItem) -> dict[str, Any]:
    """The item as it was sent, for the sealed part."""
    said = {
        "card": item.card,
        "outcome": item.outcome,
        "outcomeTimestamp": item.outcome_timestamp,
        "acceptedSuggestions": list(item.accepted_suggestions),
        "reason": dict(item.reason or {}),
        "userComment": item.comment,
    }
    return {name: value for name, value in said.items() if value}


def _item(ring: Keyring, tenant: str, item: FeedbackItem, reasons: Reasons) -> Row:
    foreign = opaque(ring, tenant, (item.reason or {}).get("code"))
    return {
        "card_uuid": opaque(ring, tenant, item.card),
        "outcome": item.outcome,
        "reason": reasons.own(item.reason) or foreign,
        "commented": int(item.comment is not None),
        "suggestions": [opaque(ring, tenant, uuid) for uuid in item.accepted_suggestions],
        "outcome_at": _moment(item.outcome_timestamp),
        "digest": hmac.new(ring.chain_key, canonical(told(item)), sha256).hexdigest(),
    }


def _moment(text: str) -> str | None:
    """The time in UTC, where it can be read and says its zone."""
    try:
        moment = datetime.fromisoformat(text)
        return utc(moment) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None

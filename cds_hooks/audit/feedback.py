"""Feedback as the journal keeps it: what may be counted in the clear, what a clinician wrote sealed."""

import hmac
from collections.abc import Collection, Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from cds_hooks.audit.keyring import Keyring
from cds_hooks.audit.rows import Row, opaque, utc
from cds_hooks.protocol.canonical import canonical
from cds_hooks.protocol.feedback import FeedbackItem


def items_of(ring: Keyring, tenant: str, feedback: Iterable[FeedbackItem], reasons: Collection[str]) -> list[Row]:
    """The items as columns of `reported`. `reasons` are the codes that our cards offer: others could hold anything."""
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


def _item(ring: Keyring, tenant: str, item: FeedbackItem, reasons: Collection[str]) -> Row:
    code = (item.reason or {}).get("code")
    return {
        "card_uuid": opaque(ring, tenant, item.card),
        "outcome": item.outcome,
        "reason": code if code in reasons else opaque(ring, tenant, code),
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

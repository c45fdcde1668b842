"""From an Entry to the rows that are kept: pseudonyms for people, words of our own in the clear, the rest sealed."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from cds_hooks.audit.entry import CardShown, Entry, words
from cds_hooks.audit.keyring import Keyring
from cds_hooks.protocol.canonical import canonical

Row = dict[str, Any]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_USERS = frozenset({"Practitioner", "PractitionerRole", "Patient", "RelatedPerson"})


def utc(moment: datetime) -> str:
    """The moment as the journal writes it; such texts sort by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def opaque(ring: Keyring, tenant: str, value: str | None) -> str | None:
    """An identifier that a client made up: a UUID in lower case as it is, anything else as "~" and a pseudonym.

    The same identifier always becomes the same text, so it can be joined and counted; it could have held anything.
    """
    if value is None:
        return None
    return value.lower() if _UUID.fullmatch(value.lower()) else f"~{ring.pseudonym(tenant, 'opaque', value)}"


def entry_row(ring: Keyring, entry: Entry, items: Iterable[Mapping[str, Any]]) -> Row:
    """The row of a call, but for its place in the chain and its sealed part. `items` are its cards or its feedback."""
    caller, who, summary = entry.caller, entry.who, entry.summary
    received = utc(entry.received_at)
    listed = list(items)
    return {
        "id": entry.id,
        "tenant": caller.tenant,
        "kind": entry.kind.value,
        "issuer": caller.issuer,
        "subject": caller.subject,
        "key_id": caller.key_id,
        "token": caller.token,
        "mode": caller.mode,
        **{
            kind: None if found is None else ring.pseudonym(caller.tenant, kind, found)
            for kind, found in (
                ("patient", who.patient),
                ("user", who.user),
                ("encounter", who.encounter),
                ("location", who.location),
            )
        },
        "user_type": _user_type(who.user),
        "received_at": received,
        "day": received[:10],
        "duration_ms": entry.duration_ms,
        "phases": canonical(_whole(entry.phases)).decode() if entry.phases else None,
        "service": entry.service,
        "hook": entry.hook,
        "hook_instance": opaque(ring, caller.tenant, entry.hook_instance),
        "action": entry.action,
        "about": entry.about,
        "status": entry.status,
        "error": entry.error,
        "silence": summary.silence,
        "tier": summary.tier,
        "missing": words(summary.missing),
        "considerations": words(summary.considerations),
        "codes": words(summary.codes),
        "units": words(summary.units),
        "items": canonical(listed).decode() if listed else None,
        "cards": len(entry.cards),
        "knowledge": entry.knowledge,
        "build": entry.build,
        "input_digest": entry.input_digest,
        "output_digest": entry.output_digest,
    }


def card_items(cards: Iterable[CardShown], sent: bool) -> list[Row]:
    """The cards of an answer as items of its row; `shown_rows` makes the rows of `shown` from them."""
    return [
        {
            "uuid": card.uuid,
            "card_id": card.card_id,
            "indicator": card.indicator,
            "sent": int(sent),
            "considerations": [
                {"id": c.id, "verdict": c.verdict, "side": c.side, "facts": c.facts, "shown": c.shown}
                for c in card.considerations
            ],
            "suggestions": dict(card.suggestions),
        }
        for card in cards
    ]


def shown_rows(entry: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The rows of `shown` that belong to the row of a call."""
    return [
        {
            **item,
            "entry": entry["id"],
            "tenant": entry["tenant"],
            "day": entry["day"],
            "considerations": canonical(item["considerations"]).decode(),
            "suggestions": canonical(item["suggestions"]).decode() if item["suggestions"] else None,
        }
        for item in items
    ]


def reported_rows(entry: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The rows of `reported` that belong to the row of a feedback call."""
    return [
        {
            **item,
            "entry": entry["id"],
            "tenant": entry["tenant"],
            "day": entry["day"],
            "number": number,
            "suggestions": canonical(item["suggestions"]).decode() if item["suggestions"] else None,
        }
        for number, item in enumerate(items)
    ]


def _whole(times: Mapping[str, float]) -> dict[str, float]:
    """Whole numbers as such, which is how canonical JSON writes them."""
    return {name: int(ms) if ms.is_integer() else ms for name, ms in times.items()}


def _user_type(user: str | None) -> str | None:
    kind = None if user is None else user.partition("/")[0]
    return kind if kind is None or kind in _USERS else "other"

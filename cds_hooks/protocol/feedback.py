"""Feedback on cards (CDS Hooks 2.0.1, "Feedback"), with the variants that clients are known to send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cds_hooks.errors import NotAHookRequest
from cds_hooks.protocol import schema, strict_json


@dataclass(frozen=True, slots=True)
class FeedbackItem:
    """What became of one card. `outcome` is "accepted" or "overridden"; `accepted_suggestions` are suggestion uuids;
    `reason` has `code` and perhaps `system` and `display` (the sandbox and Epic leave them out); `comment` is the
    clinician's free text (never logged); `outcome_timestamp` is RFC 3339 as sent.
    """

    card: str
    outcome: str
    outcome_timestamp: str
    accepted_suggestions: tuple[str, ...] = ()
    reason: Mapping[str, str] | None = None
    comment: str | None = field(default=None, repr=False)


def read_feedback(body: bytes, max_bytes: int) -> tuple[FeedbackItem, ...]:
    """Every item of a feedback body, or none: TooLarge, NotJson, NotAHookRequest (with the first thing to mend)."""
    strict_json.check_body(body, max_bytes)
    message = strict_json.decode(body)
    found = schema.problems("feedback", message)
    if found:
        raise NotAHookRequest(found[0].text, found[0].where)
    return tuple(_item(item, f"feedback[{index}]") for index, item in enumerate(message["feedback"]))


def _item(item: Mapping[str, Any], where: str) -> FeedbackItem:
    override = item.get("overrideReason") or item.get("overrideReasons") or {}
    reason = override.get("reason")
    return FeedbackItem(
        card=item["card"],
        outcome=item["outcome"],
        outcome_timestamp=_time(item["outcomeTimestamp"], f"{where}.outcomeTimestamp"),
        accepted_suggestions=tuple(each["id"] for each in item.get("acceptedSuggestions", ())),
        reason={name: reason[name] for name in ("code", "system", "display") if name in reason} if reason else None,
        comment=override.get("userComment") or None,
    )


def _time(text: str, where: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise NotAHookRequest("must be a time that exists", where) from None
    return text

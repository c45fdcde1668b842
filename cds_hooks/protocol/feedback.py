"""Feedback on cards (CDS Hooks 2.0.1, "Feedback"), with the variants that clients are known to send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cds_hooks.errors import NotAHookRequest
from cds_hooks.protocol import schema, strict_json

EPIC_REASON = "com.epic.cdshooks.feedback.overrideReason"
_EPIC = {"code": "reasonCategory", "display": "reasonDisplay"}


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


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """An item that is no feedback: where, what is needed there, and the item as it was sent."""

    where: str
    text: str
    sent: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Report:
    """What a feedback body holds. One item that is none keeps no other out."""

    items: tuple[FeedbackItem, ...]
    refused: tuple[RefusedItem, ...] = ()


def read_feedback(body: bytes, max_bytes: int) -> Report:
    """Every item of a feedback body. Raises TooLarge, NotJson, and NotAHookRequest if it holds no list of items."""
    strict_json.check_body(body, max_bytes)
    message = strict_json.decode(body)
    found = schema.problems("feedback", {**message, "feedback": []} if _is_list(message) else message)
    if found:
        raise NotAHookRequest(found[0].text, found[0].where)
    read = [_read(item, index) for index, item in enumerate(message["feedback"])]
    items = tuple(item for item in read if isinstance(item, FeedbackItem))
    return Report(items, tuple(item for item in read if isinstance(item, RefusedItem)))


def _is_list(message: object) -> bool:
    return isinstance(message, dict) and isinstance(message.get("feedback"), list)


def _read(item: Any, index: int) -> FeedbackItem | RefusedItem:
    where = f"feedback[{index}]"
    for problem in schema.problems("feedback", {"feedback": [item]}):
        return RefusedItem(problem.where.replace("feedback[0]", where, 1), problem.text, item)
    try:
        return _item(item, where)
    except NotAHookRequest as refused:
        return RefusedItem(refused.where, refused.text, item)


def _item(item: Mapping[str, Any], where: str) -> FeedbackItem:
    override = item.get("overrideReason") or item.get("overrideReasons") or {}
    return FeedbackItem(
        card=item["card"],
        outcome=item["outcome"],
        outcome_timestamp=_time(item["outcomeTimestamp"], f"{where}.outcomeTimestamp"),
        accepted_suggestions=tuple(each["id"] for each in item.get("acceptedSuggestions", ())),
        reason=_reason(override),
        comment=override.get("userComment") or None,
    )


def _reason(override: Mapping[str, Any]) -> dict[str, str] | None:
    """The Coding, or what Epic has in its place where a hospital's own reasons are shown."""
    if reason := override.get("reason"):
        return {name: reason[name] for name in ("code", "system", "display") if name in reason}
    extension = override.get("extension")
    own = extension if isinstance(extension, dict) else {}
    said = {name: own.get(f"{EPIC_REASON}.{key}") for name, key in _EPIC.items()}
    told = {name: text for name, text in said.items() if isinstance(text, str) and text}
    return {"code": told.get("display", ""), "system": EPIC_REASON, **told} if told else None


def _time(text: str, where: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise NotAHookRequest("must be a time that exists", where) from None
    return text

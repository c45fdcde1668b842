"""What another knowledge would change for a patient, told one by one."""

from collections.abc import Iterator, Mapping
from typing import Any

_NOT_AT_ALL = "does_not_apply"


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The differences between two rows of one patient: of which kind, of what, from what to what; in a fixed order."""
    first, second = _together(before), _together(after)
    told = sorted((about, first.get(about, []), second.get(about, [])) for about in first | second)
    return [
        {"kind": kind, "of": of, "before": _words(kind, was), "after": _words(kind, will)}
        for (kind, of), was, will in told
        if was != will
    ]


def _together(row: Mapping[str, Any]) -> dict[tuple[str, str], list[str]]:
    """What a row tells; of two tumours the one after the other."""
    found: dict[tuple[str, str], list[str]] = {}
    for about, value in _told(row):
        found.setdefault(about, []).append(value)
    return found


def _words(kind: str, values: list[str]) -> str:
    return "; ".join(dict.fromkeys(values)) or _none(kind)


def _none(kind: str) -> str:
    return {"consideration": _NOT_AT_ALL, "card": "not shown"}.get(kind, "none")


def _told(row: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    yield ("outcome", ""), row["failure"] or row["silence"] or "cards"
    yield from ((("card", card), "shown") for card in row["cards"])
    for episode in row["episodes"]:
        yield ("tier", episode["side"]), tier_words(episode["at_least"], episode["at_most"])
        for factor in episode["factors"]:
            yield ("factor", factor["factor"]), tier_words(factor["at_least"], factor["at_most"])
    for one in row["considerations"]:
        shown = " (on a card)" if one["on_card"] else ""
        yield ("consideration", one["id"]), f"{one['verdict']}{shown}"


def tier_words(at_least: str | None, at_most: str | None) -> str:
    """A tier or a range of tiers in words."""
    if at_least is None:
        return "left to the others"
    return at_least if at_least == at_most else f"{at_least} to {at_most}"

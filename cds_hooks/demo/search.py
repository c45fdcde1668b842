"""FHIR R4 search over resources held in memory: the parameters that a CDS client uses, and no others.

Follows https://hl7.org/fhir/R4/search.html: repeated parameters must all match, a comma means "or", a token is
`code`, `system|code`, `|code` or `system|`; parameters that are not known are ignored unless the client asks for
strict handling, modifiers that are not known are refused.
"""

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cds_hooks.demo.stories import Resource, reference_to

PAGE = 100  # entries on a page unless the client says _count
LARGEST_PAGE = 1000

# search parameter -> the members that may hold the coded value
TOKENS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "medicationCodeableConcept"),
    "category": ("category",),
    "status": ("status",),
    "clinical-status": ("clinicalStatus",),
    "verification-status": ("verificationStatus",),
    "intent": ("intent",),
    "type": ("type",),
    "gender": ("gender",),
}
PATIENT = ("patient", "subject")
PATIENT_REFERENCE = re.compile(r"(?:^|/)Patient/([A-Za-z0-9.-]+)(?:/_history/[^/]+)?$")
SILENT = ("_format", "_pretty")  # parameters about the form of the answer: JSON is all there is


class SearchRefused(Exception):
    """The search cannot be carried out; the message may be shown to the client."""


@dataclass(frozen=True, slots=True)
class Held:
    """A resource and the patient in whose chart it is."""

    resource: Resource
    patient_id: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of matches. `used` are the parameters that were applied, `ignored` those that were not;
    `next_page` is the opaque mark of the following page, None on the last.
    """

    total: int
    resources: tuple[Resource, ...]
    used: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]
    next_page: str | None


Test = Callable[[Held], bool]


def search(held: Iterable[Held], resource_type: str, parameters: Sequence[tuple[str, str]]) -> Page:
    """The page of resources of one type that match all parameters.

    Raises SearchRefused for an unknown modifier, a _count that is no number, or a page mark not given out by us.
    """
    tests: list[Test] = []
    used: list[tuple[str, str]] = []
    ignored: list[str] = []
    size, start = PAGE, 0
    for name, value in parameters:
        if name == "_count":
            size = _count(value)
        elif name == "_page":
            start = _start_of(value)
        elif (test := _test(name, value)) is not None:
            tests.append(test)
        elif name not in SILENT:
            ignored.append(name)
            continue
        if name != "_page":
            used.append((name, value))
    found = [h.resource for h in held if h.resource["resourceType"] == resource_type and all(t(h) for t in tests)]
    more = 0 < size < len(found) - start
    following = _mark(start + size) if more else None
    return Page(len(found), tuple(found[start : start + size]), tuple(used), tuple(ignored), following)


def _test(name: str, value: str) -> Test | None:
    """The test that one parameter makes; None for a parameter that is not known."""
    plain, _, modifier = name.partition(":")
    known = plain in TOKENS or plain in PATIENT or plain == "_id"
    if known and modifier not in ("", "Patient" if plain in PATIENT else ""):
        raise SearchRefused(f"The modifier of {plain} is not supported.")
    wanted = tuple(part.strip() for part in value.split(",") if part.strip())
    if plain in PATIENT:
        ids = frozenset(part.rpartition("/")[2] for part in wanted)
        return lambda h: _in_chart_of(h, ids)
    if plain == "_id":
        return lambda h: h.resource["id"] in wanted
    if plain in TOKENS:
        return lambda h: any(_matches(token, s, c) for token in wanted for s, c in _coded(h.resource, TOKENS[plain]))
    return None


def _in_chart_of(held: Held, ids: frozenset[str]) -> bool:
    """By the subject; a resource that states none is found in the chart in which it is kept."""
    if held.resource["resourceType"] == "Patient":
        return False
    references = [held.resource[name].get("reference") for name in PATIENT if name in held.resource]
    stated = [PATIENT_REFERENCE.search(reference) for reference in references if reference]
    if not stated:
        return held.patient_id in ids
    return any(reference and reference[1] in ids for reference in stated)


def _coded(resource: Resource, members: Iterable[str]) -> Iterator[tuple[str | None, str | None]]:
    """(system, code) of every coding in these members; a plain code has no system."""
    for member in members:
        value = resource.get(member)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str):
                yield None, item
            elif isinstance(item, dict):
                yield from ((c.get("system"), c.get("code")) for c in item.get("coding", []))


def _matches(token: str, system: str | None, code: str | None) -> bool:
    wanted_system, bar, wanted_code = token.rpartition("|")
    if not bar:
        return code == token
    if not wanted_code:
        return system == wanted_system
    return code == wanted_code and (system or "") == wanted_system


def _count(value: str) -> int:
    if not value.isdecimal():
        raise SearchRefused("_count must be a number.")
    return min(int(value), LARGEST_PAGE)


def _mark(start: int) -> str:
    return base64.urlsafe_b64encode(f"from {start}".encode()).decode()


def _start_of(mark: str) -> int:
    try:
        word, _, number = base64.urlsafe_b64decode(mark).decode().partition(" ")
        start = int(number)
    except ValueError as problem:
        raise SearchRefused("This page mark was not given out by this server.") from problem
    if word != "from" or start < 0:
        raise SearchRefused("This page mark was not given out by this server.")
    return start


def bundle(page: Page, own_url: str, next_url: str | None, base: str, outcome: Mapping[str, Any] | None) -> Resource:
    """The page as a searchset Bundle; `outcome`, if there is one, is its last entry."""
    links = [{"relation": "self", "url": own_url}]
    if next_url:
        links.append({"relation": "next", "url": next_url})
    entries: list[dict[str, Any]] = [
        {"fullUrl": f"{base}/{reference_to(r)}", "resource": r, "search": {"mode": "match"}} for r in page.resources
    ]
    if outcome:
        entries.append({"resource": outcome, "search": {"mode": "outcome"}})
    found: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": page.total, "link": links}
    return {**found, "entry": entries} if entries else found

"""Prefetch keys, the states in which a client may send them, and their values opened as far as sifting needs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from cds_hooks.errors import NotAHookRequest, TooLarge
from cds_hooks.fhir.opening import BUNDLE, ENTRY, Bundle, Entry, compact, decoded, says_all, split_members
from cds_hooks.fhir.record import KeyState
from cds_hooks.protocol import strict_json

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class PrefetchKey:
    """One key of the service's prefetch: the resource type it brings, its template, and whether the service can
    say nothing without it. `read` keys bring one resource, the others a searchset Bundle.
    """

    name: str
    resource_type: str
    template: str
    required: bool = False

    @property
    def is_read(self) -> bool:
        """True for an instance read ("Patient/{{context.patientId}}"), False for a search."""
        return "?" not in self.template


class Resource(Struct, gc=False, frozen=True):
    """An unread resource: its type, its members as raw JSON, its fullUrl if its entry has one."""

    kind: str
    members: dict[str, Raw]
    full_url: Raw | None = None


class Passed(Struct, gc=False, frozen=True):
    """A match that no reader asks for, unopened: its raw id, its entry, and how many matches stand before it."""

    own_id: bytes
    entry: Raw
    before: int

    @property
    def resource(self) -> Resource:
        """The resource, opened."""
        entry = ENTRY.decode(self.entry)
        members = entry.resource if entry is not None and isinstance(entry.resource, dict) else {}
        return Resource("Observation", members, None if entry is None or entry.full_url is UNSET else entry.full_url)


@dataclass(frozen=True, slots=True)
class Opened:
    """A prefetch key with its state. `matches` are what was asked for, without those that no reader asks for if they
    could be told at once: these are `passed`. `included` is what came along (search.mode "include"): it serves to
    resolve references and nothing else.
    """

    key: PrefetchKey
    state: KeyState
    matches: tuple[Resource, ...] = ()
    included: tuple[Resource, ...] = ()
    passed: tuple[Passed, ...] = ()

    @property
    def everything(self) -> Iterator[Resource]:
        """All resources of the key, opened."""
        yield from self.matches
        yield from self.included
        yield from (passed.resource for passed in self.passed)


_NOTHING = Raw(b"")
_BEGIN_ENTRIES = (b"{", b"n")  # an object, or null
_HARMLESS = frozenset({"information", "warning", "success"})


class Room:
    """For how many entries there still is room in a request; without `most` for any number."""

    def __init__(self, most: int | None = None) -> None:
        self._most, self._taken = most, 0

    def take(self, entries: int) -> None:
        """Note entries before anything is made of them. Raises TooLarge if there are too many in all."""
        self._taken += entries
        if self._most is not None and self._taken > self._most:
            raise TooLarge(f"The prefetch has more than {self._most} entries, the most that this service reads.")


def open_key(
    key: PrefetchKey, prefetch: Mapping[str, bytes | Raw | None], passes: Callable[[Raw], bytes | None], room: Room
) -> Opened:
    """What the client sent under `key`. `passes` gives the raw id of an entry that no reader asks for, None for others.

    Raises NotAHookRequest for another resource type than the key asks for, NotJson for a duplicate key among the
    members of the Bundle, an entry or a resource, TooLarge if there is no room for it.
    """
    if key.name not in prefetch:
        return Opened(key, KeyState.ABSENT)
    sent = prefetch[key.name]
    if sent is None or bytes(memoryview(sent)[:4]) == b"null":
        return Opened(key, KeyState.EMPTY)
    where = f"prefetch.{key.name}"
    raw = compact(sent)
    bundle = decoded(BUNDLE, raw, where)
    kind = _kind(b"" if bundle.resource_type is UNSET else bytes(bundle.resource_type), where)
    if kind == "Bundle":
        _make_room(bundle.entry or [], room, where)
        return _open_bundle(key, raw, bundle, passes)
    room.take(1)
    members = split_members(raw, where)
    if kind == "OperationOutcome":
        return Opened(key, KeyState.FAILED)
    if not key.is_read or kind != key.resource_type:
        wanted = key.resource_type if key.is_read else "Bundle"
        raise NotAHookRequest(f"The prefetch key {key.name} must hold a {wanted} resource or null.", where)
    return Opened(key, KeyState.COMPLETE, (Resource(kind, members),))


def _make_room(entries: list[Raw], room: Room, where: str) -> None:
    """Raises TooLarge for too many entries, or NotAHookRequest if one of these cannot be an entry at all."""
    try:
        room.take(len(entries))
    except TooLarge:
        for text in entries:
            if bytes(memoryview(text)[:1]) not in _BEGIN_ENTRIES:
                decoded(ENTRY, text, where)
        raise


def _open_bundle(key: PrefetchKey, raw: bytes | Raw, bundle: Bundle, passes: Callable[[Raw], bytes | None]) -> Opened:
    where = f"prefetch.{key.name}"
    opening = _Opening(where, passes)
    if opening.read(bundle) and says_all(bundle, raw):
        return opening.opened(key, bundle)
    without_blanks = msgspec.json.format(bytes(raw), indent=-1)
    bundle, opening = BUNDLE.decode(without_blanks), _Opening(where, passes)
    if len(without_blanks) == len(memoryview(raw)) or not (opening.read(bundle) and says_all(bundle, without_blanks)):
        strict_json.decode(without_blanks, where)  # names with escapes, or one that stands twice
        opening = _Opening(where, passes)
        opening.read(bundle, surely_whole=True)
    return opening.opened(key, bundle)


class _Opening:
    """The entries of a Bundle, opened one by one."""

    def __init__(self, where: str, passes: Callable[[Raw], bytes | None]) -> None:
        self._where = where
        self._passes = passes
        self._kinds, self._modes = Remembered(_kind, where), Remembered(_mode, where)
        self._matches: list[Resource] = []
        self._included: list[Resource] = []
        self._passed: list[Passed] = []
        self._failed = self._unseen = False

    def read(self, bundle: Bundle, surely_whole: bool = False) -> bool:
        """Open the entries. False, and no further, where one says more than was found in it, unless none can."""
        passes, passed, matches = self._passes, self._passed, self._matches
        for text in bundle.entry or ():
            own_id = passes(text)
            if own_id is not None:
                passed.append(Passed(own_id, text, len(matches)))
            elif (entry := decoded(ENTRY, text, self._where)) is not None:
                if not (surely_whole or says_all(entry, text)):
                    return False
                self._sort(entry)
        return True

    def opened(self, key: PrefetchKey, bundle: Bundle) -> Opened:
        """What the Bundle holds."""
        count = len(self._matches) + len(self._passed)
        partial = self._unseen or _has_next(bundle.link, self._where) or _total(bundle.total) > count
        state = _state(count, self._failed, partial)
        return Opened(key, state, tuple(self._matches), tuple(self._included), tuple(self._passed))

    def _sort(self, entry: Entry) -> None:
        members = entry.resource
        if not members:  # a fullUrl without its resource is a match that we were not shown
            self._unseen = self._unseen or entry.full_url is not UNSET
            return
        kind = self._kinds[bytes(members.get("resourceType", _NOTHING))]
        if kind == "OperationOutcome":
            self._failed = self._failed or _is_severe(members, self._where)
            return
        resource = Resource(kind, members, None if entry.full_url is UNSET else entry.full_url)
        mode = "" if entry.search is UNSET else self._modes[bytes(entry.search)]
        (self._matches if mode in ("", "match") else self._included).append(resource)


def _state(matches: int, failed: bool, partial: bool) -> KeyState:
    """An error beside matches means that there may be more of them: what came is used, as one page is."""
    if failed and not matches:
        return KeyState.FAILED
    if partial or failed:
        return KeyState.PARTIAL
    return KeyState.COMPLETE if matches else KeyState.EMPTY


class Remembered(dict[bytes, _Found]):
    """What raw texts mean, each read once: a chart repeats the same few of them thousands of times."""

    def __init__(self, read: Callable[[bytes, str], _Found], where: str) -> None:
        super().__init__()
        self._read = read
        self._where = where

    def __missing__(self, raw: bytes) -> _Found:
        found = self[raw] = self._read(raw, self._where)
        return found


def _kind(raw: bytes, where: str) -> str:
    kind = strict_json.decode(raw, where) if raw else None
    return kind if isinstance(kind, str) else ""


def _mode(raw: bytes, where: str) -> str:
    search = strict_json.decode(raw, where)
    mode = search.get("mode") if isinstance(search, dict) else None
    return mode if isinstance(mode, str) else ""


def _is_severe(outcome: Mapping[str, Raw], where: str) -> bool:
    """An OperationOutcome that does not plainly say otherwise is a failure."""
    issues = strict_json.decode(bytes(outcome["issue"]), where) if "issue" in outcome else None
    if not isinstance(issues, list) or not issues:
        return True
    return not all(isinstance(issue, dict) and issue.get("severity") in _HARMLESS for issue in issues)


def _has_next(raw: Raw | UnsetType, where: str) -> bool:
    links = None if raw is UNSET else strict_json.decode(bytes(raw), where)
    return isinstance(links, list) and any(isinstance(link, dict) and link.get("relation") == "next" for link in links)


def _total(raw: Raw | UnsetType) -> int:
    text = b"" if raw is UNSET else bytes(raw)
    return int(text) if text.isdigit() and len(text) < 19 else 0

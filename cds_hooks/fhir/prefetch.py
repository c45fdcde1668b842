"""Prefetch keys, the states in which a client may send them, and their values opened as far as sifting needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from msgspec import UNSET, Raw, Struct, UnsetType

from cds_hooks.errors import NotAHookRequest
from cds_hooks.fhir.opening import BUNDLE, Bundle, compact, decoded, split_members, whole
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


@dataclass(frozen=True, slots=True)
class Opened:
    """A prefetch key with its state. `matches` are what was asked for, `included` what came along (search.mode
    "include"): it serves to resolve references and nothing else.
    """

    key: PrefetchKey
    state: KeyState
    matches: tuple[Resource, ...] = ()
    included: tuple[Resource, ...] = ()


_NOTHING = Raw(b"")
_HARMLESS = frozenset({"information", "warning", "success"})


def open_key(key: PrefetchKey, prefetch: Mapping[str, bytes | Raw | None]) -> Opened:
    """What the client sent under `key`.

    Raises NotAHookRequest for another resource type than the key asks for, NotJson for a duplicate key among the
    members of the Bundle, an entry or a resource.
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
        return _open_bundle(key, whole(BUNDLE, raw, where, bundle), where)
    members = split_members(raw, where)
    if kind == "OperationOutcome":
        return Opened(key, KeyState.FAILED)
    if not key.is_read or kind != key.resource_type:
        wanted = key.resource_type if key.is_read else "Bundle"
        raise NotAHookRequest(f"The prefetch key {key.name} must hold a {wanted} resource or null.", where)
    return Opened(key, KeyState.COMPLETE, (Resource(kind, members),))


def _open_bundle(key: PrefetchKey, bundle: Bundle, where: str) -> Opened:
    kinds, modes = Remembered(_kind, where), Remembered(_mode, where)
    matches: list[Resource] = []
    included: list[Resource] = []
    failed = unseen = False
    for entry in bundle.entry or ():
        members = entry.resource if entry is not None else None
        if entry is None or not members:  # a fullUrl without its resource is a match that we were not shown
            unseen = unseen or (entry is not None and entry.full_url is not UNSET)
            continue
        kind = kinds[bytes(members.get("resourceType", _NOTHING))]
        if kind == "OperationOutcome":
            failed = failed or _is_severe(members, where)
            continue
        resource = Resource(kind, members, None if entry.full_url is UNSET else entry.full_url)
        mode = "" if entry.search is UNSET else modes[bytes(entry.search)]
        (matches if mode in ("", "match") else included).append(resource)
    partial = unseen or _has_next(bundle.link, where) or _total(bundle.total) > len(matches)
    return Opened(key, _state(len(matches), failed, partial), tuple(matches), tuple(included))


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

"""Prefetch keys, the states in which a client may send them, and their values opened as far as sifting needs.

A chart may be 10 MB with a dozen resources that matter, so only the outermost members of each resource are told
apart here; their values stay raw bytes.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from cds_hooks.errors import NotAHookRequest, NotJson
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


# All members that R4B knows are named, so that what is decoded can be told to be all that was written. The garbage
# collector need not look at them: raw JSON holds no cycles.
class Entry(Struct, gc=False, omit_defaults=True, rename="camel"):
    """A Bundle.entry; `resource` maps the resource's members to raw JSON."""

    resource: dict[str, Raw] | UnsetType | None = UNSET
    full_url: Raw | UnsetType = UNSET
    search: Raw | UnsetType = UNSET
    id: Raw | UnsetType = UNSET
    link: Raw | UnsetType = UNSET
    request: Raw | UnsetType = UNSET
    response: Raw | UnsetType = UNSET
    extension: Raw | UnsetType = UNSET
    modifier_extension: Raw | UnsetType = UNSET


class _Bundle(Struct, gc=False, omit_defaults=True, rename="camel"):
    resource_type: Raw | UnsetType = UNSET
    entry: list[Entry | None] | UnsetType | None = UNSET
    total: Raw | UnsetType = UNSET
    link: Raw | UnsetType = UNSET
    type: Raw | UnsetType = UNSET
    id: Raw | UnsetType = UNSET
    meta: Raw | UnsetType = UNSET
    implicit_rules: Raw | UnsetType = UNSET
    language: Raw | UnsetType = UNSET
    identifier: Raw | UnsetType = UNSET
    timestamp: Raw | UnsetType = UNSET
    signature: Raw | UnsetType = UNSET


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


_BUNDLE = msgspec.json.Decoder(_Bundle)
_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_ENCODE = msgspec.json.Encoder().encode
_BLANKS = re.compile(rb'(?<!\\)":\s|\n')
_NOTHING = Raw(b"")
_HARMLESS = frozenset({"information", "warning", "success"})


def open_key(key: PrefetchKey, prefetch: Mapping[str, bytes | None]) -> Opened:
    """What the client sent under `key`.

    Raises NotAHookRequest for another resource type than the key asks for, NotJson for a duplicate key among the
    members of the Bundle, an entry or a resource.
    """
    if key.name not in prefetch:
        return Opened(key, KeyState.ABSENT)
    raw = _compact(prefetch[key.name])
    if raw is None or raw == b"null":
        return Opened(key, KeyState.EMPTY)
    where = f"prefetch.{key.name}"
    bundle = _decoded(_BUNDLE, raw, where)
    kind = _kind(b"" if bundle.resource_type is UNSET else bytes(bundle.resource_type), where)
    if kind == "Bundle":
        return _open_bundle(key, _whole(_BUNDLE, raw, where, bundle), where)
    members = split_members(raw, where)
    if kind == "OperationOutcome":
        return Opened(key, KeyState.FAILED)
    if not key.is_read or kind != key.resource_type:
        wanted = key.resource_type if key.is_read else "Bundle"
        raise NotAHookRequest(f"The prefetch key {key.name} must hold a {wanted} resource or null.", where)
    return Opened(key, KeyState.COMPLETE, (Resource(kind, members),))


def split_members(raw: bytes, where: str) -> dict[str, Raw]:
    """A JSON object's members with raw values. Raises NotJson for a duplicate key, NotAHookRequest for no object."""
    return _whole(_MEMBERS, raw, where)


def split_entries(raw: bytes, where: str) -> tuple[Entry, ...]:
    """The entries of a Bundle, those that are null left out. Raises as `split_members`."""
    return tuple(entry for entry in _whole(_BUNDLE, raw, where).entry or () if entry is not None)


def _whole(decoder: "msgspec.json.Decoder[_Found]", raw: bytes, where: str, found: _Found | None = None) -> _Found:
    """All that `raw` says; raises NotJson where a member name occurs twice. `found` is a first decoding, if any.

    The decoder keeps the last of two equal names: sifting would see one code and typing another. Written out again,
    what was found is as long as `raw` only if nothing was lost. Blanks make a difference too, so they are taken out;
    for names that are written with escapes the strict decoder has the last word.
    """
    if found is None:
        found = _decoded(decoder, raw, where)
    if len(_ENCODE(found)) == len(raw):
        return found
    compact = msgspec.json.format(raw, indent=-1)
    found = decoder.decode(compact)
    if len(_ENCODE(found)) != len(compact):
        strict_json.decode(raw, where)
    return found


def _decoded(decoder: "msgspec.json.Decoder[_Found]", raw: bytes, where: str) -> _Found:
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError:
        raise NotAHookRequest("This must be a FHIR resource, or a Bundle with a list of entries.", where) from None
    except (msgspec.DecodeError, RecursionError):
        strict_json.decode(raw, where)  # says what is wrong
        raise NotJson("This is not JSON.", where) from None


def _compact(raw: bytes | None) -> bytes | None:
    """`raw` without blanks if its beginning shows that it is pretty printed: they would be gone over several times."""
    if raw is None or not _BLANKS.search(raw, 0, 512):
        return raw
    try:
        return msgspec.json.format(raw.strip(), indent=-1)
    except (msgspec.DecodeError, RecursionError):
        return raw  # decoding says what is wrong


def _open_bundle(key: PrefetchKey, bundle: _Bundle, where: str) -> Opened:
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

"""Bundles and resources taken apart as far as sifting needs, with proof that nothing of them was lost.

A chart may be 10 MB with a dozen resources that matter, so only the outermost members of each resource are told
apart here; their values stay raw JSON, where they stand in what was sent.
"""

import re
from typing import TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, structs

from cds_hooks.errors import NotAHookRequest, NotJson
from cds_hooks.protocol import strict_json

_Found = TypeVar("_Found")


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


class Bundle(Struct, gc=False, omit_defaults=True, rename="camel"):
    """A Bundle, its own members and its entries raw JSON."""

    resource_type: Raw | UnsetType = UNSET
    entry: list[Raw] | UnsetType | None = UNSET
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


BUNDLE = msgspec.json.Decoder(Bundle)
ENTRY = msgspec.json.Decoder(Entry | None)
_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_ENCODE = msgspec.json.Encoder().encode
_BLANKS = re.compile(rb'(?<!\\)":\s|\n')
_BEGINNING = 512  # bytes that show how the rest is written
_PIECE = 64 * 1024


def split_members(raw: bytes | Raw, where: str) -> dict[str, Raw]:
    """A JSON object's members with raw values. Raises NotJson for a duplicate key, NotAHookRequest for no object."""
    return whole(_MEMBERS, raw, where)


def split_entries(raw: bytes | Raw, where: str) -> tuple[Entry, ...]:
    """The entries of a Bundle, those that are null left out. Raises as `split_members`."""
    every = (whole(ENTRY, text, where) for text in whole(BUNDLE, raw, where).entry or ())
    return tuple(entry for entry in every if entry is not None)


def compact(raw: bytes | Raw) -> bytes | Raw:
    """`raw` without blanks if its beginning shows that it has them: they would be gone over several times."""
    if not _BLANKS.search(raw, 0, _BEGINNING):
        return raw
    try:
        return msgspec.json.format(bytes(raw).strip(), indent=-1)
    except (msgspec.DecodeError, RecursionError):
        return raw  # decoding says what is wrong


def whole(decoder: "msgspec.json.Decoder[_Found]", raw: bytes | Raw, where: str) -> _Found:
    """All that `raw` says; raises NotJson where a member name occurs twice, else as `decoded`."""
    found = decoded(decoder, raw, where)
    if says_all(found, raw):
        return found
    without_blanks = msgspec.json.format(bytes(raw), indent=-1)
    found = decoder.decode(without_blanks)
    if not says_all(found, without_blanks):
        strict_json.decode(without_blanks, where)
    return found


def says_all(found: object, raw: bytes | Raw) -> bool:
    """Whether nothing of `raw` was lost. Without blanks, False may be said of names that are written with escapes.

    The decoder keeps the last of two equal names: sifting would see one code and typing another. Written out again,
    what was found is as long as `raw` only if all of it was found.
    """
    return _length(found) == len(memoryview(raw))


def decoded(decoder: "msgspec.json.Decoder[_Found]", raw: bytes | Raw, where: str) -> _Found:
    """What `raw` says, of equal names the last. Raises NotJson, or NotAHookRequest for what `decoder` does not take."""
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError:
        raise NotAHookRequest("This must be a FHIR resource, or a Bundle with a list of entries.", where) from None
    except (msgspec.DecodeError, RecursionError):
        strict_json.decode(bytes(raw), where)  # says what is wrong
        raise NotJson("This is not JSON.", where) from None


def count(raw: bytes | Raw, character: bytes) -> int:
    """How often a character occurs; in pieces, because counting in all of it would take a copy of it."""
    view = memoryview(raw)
    return sum(bytes(view[at : at + _PIECE]).count(character) for at in range(0, len(view), _PIECE))


def _length(found: object) -> int:
    """Of all that was found, in JSON without blanks between what was taken apart."""
    if not isinstance(found, Bundle) or not found.entry:
        return len(_ENCODE(found))
    entries = sum(len(memoryview(text)) for text in found.entry) + len(found.entry) - 1
    return len(_ENCODE(structs.replace(found, entry=[]))) + entries

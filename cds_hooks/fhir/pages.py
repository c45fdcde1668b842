"""The pages of a search: read one by one, and joined into the one Bundle that a client would have sent.

Joining looks at the outermost members of a Bundle only. Entries stay raw, byte for byte: they are read, and refused,
where those of a prefetch are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from msgspec import Raw

from cds_hooks.errors import NotAHookRequest, NotJson
from cds_hooks.protocol import strict_json

_LIST = msgspec.json.Decoder(list[Raw])
_NEXT = re.compile(b'"next"')


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it came. `entries` is what stands between the brackets of its entry list, `count` how many there are,
    `total` what the server says the whole search has (0: it does not say). `next_url` is None on the last page, and
    empty when there is a next page whose address cannot be told.
    """

    raw: bytes
    entries: bytes = b""
    count: int = 0
    total: int = 0
    next_url: str | None = None


def resource_type(members: dict[str, bytes]) -> str:
    """The resourceType among raw members; empty when there is none."""
    kind = strict_json.decode(members["resourceType"]) if "resourceType" in members else ""
    return kind if isinstance(kind, str) else ""


def read_page(raw: bytes, members: dict[str, bytes]) -> Page:
    """The page in `raw`, whose `members` are those of `strict_json.check_members`.

    Raises NotAHookRequest when it is no Bundle with a list of entries, NotJson.
    """
    if resource_type(members) != "Bundle":
        raise NotAHookRequest("A page of a search must be a Bundle.")
    entries, count = _entries(members.get("entry", b"null"))
    text = members.get("total", b"")
    total = int(text) if text.isdigit() and len(text) < 19 else 0
    return Page(raw, entries, count, total, _next_url(members.get("link", b"null")))


def _entries(raw: bytes) -> tuple[bytes, int]:
    if raw == b"null":
        return b"", 0
    try:
        count = len(_LIST.decode(raw))
    except (msgspec.DecodeError, RecursionError):  # valid JSON, but no list
        raise NotAHookRequest("The entries of a Bundle must be a list.") from None
    return raw[1:-1].strip(), count


def _next_url(raw: bytes) -> str | None:
    links = strict_json.decode(raw)
    every = links if isinstance(links, list) else []
    nexts = [link for link in every if isinstance(link, dict) and link.get("relation") == "next"]
    if not nexts:
        return None
    url = nexts[0].get("url")
    return url if isinstance(url, str) and len(nexts) == 1 else ""


def joined(pages: Sequence[Page], complete: bool) -> bytes:
    """One searchset with the entries of all pages, in their order; one that is not `complete` says so by a next link.

    `total` is the largest that any page announced, so that fewer entries than that are seen to be fewer.
    """
    if len(pages) == 1:
        return pages[0].raw
    parts = [b'{"resourceType":"Bundle","type":"searchset"']
    if total := max(page.total for page in pages):
        parts.append(b',"total":%d' % total)
    if not complete:
        parts.append(b',"link":[{"relation":"next"}]')
    entries = b",".join(page.entries for page in pages if page.count)
    return b"".join((*parts, b',"entry":[', entries, b"]}"))


def next_page(raw: bytes | Raw | None, max_bytes: int) -> tuple[Page, str] | None:
    """What a client sent as the first page of several, with the address of the next; None for anything else, which
    is read, and refused, like any other prefetch.
    """
    if raw is None or not _NEXT.search(raw):
        return None
    sent = bytes(raw)
    try:
        page = read_page(sent, strict_json.check_members(sent, max_bytes))
    except (NotAHookRequest, NotJson):
        return None
    return (page, page.next_url) if page.next_url else None

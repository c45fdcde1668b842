"""Several copies of one resource: the newest speaks, whatever the order in which they came."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cds_hooks.fhir import dates
from cds_hooks.fhir.prefetch import PrefetchKey, Resource
from cds_hooks.fhir.record import LeftOut, Origin

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Document:
    """A resource strictly decoded but not yet typed. `rank` is the place of its key among the service's keys;
    `wanted` is False for one that sifting dropped and that is here only because it shares its name with another.
    """

    reference: str
    key: PrefetchKey
    rank: int
    body: Mapping[str, Any] = field(repr=False)
    resource: Resource = field(repr=False)
    marks: tuple[str, ...] = ()
    wanted: bool = True

    @property
    def last_updated(self) -> str | None:
        """meta.lastUpdated as written."""
        found = self._meta("lastUpdated")
        return found if isinstance(found, str) else None

    @property
    def updated(self) -> tuple[datetime, int]:
        """A key that sorts the newest last: by lastUpdated, then by a versionId that is a number."""
        version = self._meta("versionId")
        number = int(version) if isinstance(version, str) and version.isdigit() and len(version) < 19 else -1
        return dates.moment(self.last_updated) or _NEVER, number

    def origin(self, marks: tuple[str, ...] = ()) -> Origin:
        """Where it came from, with `marks` and its own."""
        return Origin(self.reference, self.key.name, self.last_updated, (*marks, *self.marks))

    def _meta(self, name: str) -> Any:
        meta = self.body.get("meta")
        return meta.get(name) if isinstance(meta, dict) else None


def content_of(body: Any) -> str:
    """A text that is equal for equal content, whatever the order of members."""
    return json.dumps(body, sort_keys=True, default=str)


def anonymous_reference(kind: str, body: Any) -> str:
    """How to name a resource that has neither id nor fullUrl: by its content, not by where it stood."""
    return f"{kind}/#{sha256(content_of(body).encode()).hexdigest()[:8]}"


def newest_of_each(documents: Iterable[Document]) -> tuple[list[Document], list[LeftOut]]:
    """One document per reference, in the order of references, and the copies set aside. Equal copies are one."""
    by_reference: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        by_reference[document.reference].append(document)
    newest: list[Document] = []
    left_out: list[LeftOut] = []
    for reference, copies in sorted(by_reference.items()):
        latest = copies[0]
        if len(copies) > 1:
            latest, why = _newest(copies)
            left_out += [LeftOut(reference, why)] if why else []
        if latest.wanted:
            newest.append(latest)
    return newest, left_out


def _newest(copies: list[Document]) -> tuple[Document, str | None]:
    """The newest copy, and why the others are left out if they differ from it. Where nothing tells which is newest,
    the content decides: arbitrary, but the same in whatever order they came.
    """
    contents = {id(copy): content_of(copy.body) for copy in copies}
    latest = max(copies, key=lambda copy: (*copy.updated, contents[id(copy)], -copy.rank))
    others = [copy for copy in copies if contents[id(copy)] != contents[id(latest)]]
    if not others:
        return latest, None
    newer = latest.updated > max(copy.updated for copy in others)
    return latest, "older copy of the same resource" if newer else "another copy of the same resource, no newer"

"""From the lines of one patient to the prefetch that an EHR would send, searches answered in full."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from cds_hooks.fhir.prefetch import PrefetchKey
from cds_hooks.fhir.versions import RENAMED

_OPEN = b'{"resourceType":"Bundle","type":"searchset","entry":['
_MATCH = b',"search":{"mode":"match"}}'
_CAME_ALONG = b',"search":{"mode":"include"}}'


def prefetch(
    lines: Iterable[tuple[int, bytes]],
    medications: Collection[bytes],
    keys: Sequence[PrefetchKey],
    exported: Collection[str],
) -> dict[str, bytes | None]:
    """The prefetch of one patient. `lines` are resources with the bits of the keys that find them (bit n: the nth),
    `medications` what their references need.

    A key whose resource type is not among those `exported` is left out, as an EHR leaves out what it cannot search:
    what nobody could see is not known, never absent.
    """
    found: list[list[bytes]] = [[] for _ in keys]
    for found_by, line in lines:
        for n, matches in enumerate(found):
            if found_by >> n & 1:
                matches.append(line)
    sent: dict[str, bytes | None] = {}
    for key, matches in zip(keys, found, strict=True):
        if key.is_read:
            sent[key.name] = _searchset(matches, ()) if matches else None
        elif key.resource_type in exported:
            sent[key.name] = _searchset(matches, medications if key.resource_type.startswith("Medication") else ())
    return sent


def exported_types(kinds: Mapping[str, int]) -> frozenset[str]:
    """The types, by their names in R4, of which an export holds any."""
    return frozenset(RENAMED.get(kind, kind) for kind, count in kinds.items() if count)


def _searchset(matches: Iterable[bytes], came_along: Iterable[bytes]) -> bytes:
    parts = [b'{"resource":' + line + _MATCH for line in matches]
    parts += [b'{"resource":' + line + _CAME_ALONG for line in came_along]
    return _OPEN + b",".join(parts) + b"]}"

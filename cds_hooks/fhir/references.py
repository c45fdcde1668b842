"""References in one form: "Type/id", whether written relative, absolute, versioned or as the fullUrl of an entry."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cds_hooks.fhir.prefetch import Resource
from cds_hooks.protocol import strict_json

# The type is the segment before the id: an id alone never tells what it names, ids repeat across types.
_RESTFUL = re.compile(r"(?:[^?#]*/)?([A-Z][A-Za-z]*)/([^/?#]+)(?:/_history/[^/?#]*)?/?")


def restful(text: str) -> str | None:
    """A relative, absolute or versioned reference as "Type/id"; None for any other ("#x", "urn:uuid:…", "x")."""
    found = _RESTFUL.fullmatch(text.strip())
    return f"{found[1]}/{found[2]}" if found else None


class Addresses:
    """Which resource stands under which fullUrl or urn:uuid. One that fits two different resources names neither."""

    def __init__(self, resources: Iterable[Resource], known: Mapping[str, str] | None = None) -> None:
        """`known`, if given, is all there is to know: what was found when the resources were read before."""
        self._resources = resources
        self._known = None if known is None else dict(known)
        self.found: dict[str, str] = {}  # what was looked up and could be told

    def resolve(self, text: str) -> str:
        """The reference as "Type/id" where that can be told, else as written."""
        return restful(text) or self._looked_up(text.strip())

    def _looked_up(self, text: str) -> str:
        address = text.lower()
        if (name := self._by_address().get(address)) is None:
            return text
        self.found[address] = name
        return name

    def _by_address(self) -> dict[str, str]:
        """Built when first needed: most charts refer by type and id."""
        if self._known is None:
            found: dict[str, set[str]] = {}
            for resource in self._resources:
                own = own_reference(resource)
                for address in _addresses_of(resource):
                    found.setdefault(address.strip().lower(), set()).add(own or address.strip())
            self._known = {address: min(names) for address, names in found.items() if len(names) == 1}
        return self._known


def _addresses_of(resource: Resource) -> Iterator[str]:
    """Its fullUrl, and urn:uuid: with its id: servers keep the id of a loaded entry and drop its fullUrl."""
    if url := _text(resource.full_url):
        yield url
    if own_id := _text(resource.members.get("id")):
        yield f"urn:uuid:{own_id}"


def by_name(resources: Iterable[Resource], kind: str) -> dict[str, Resource]:
    """The resources of one type that have a name. Two of one name that differ name nothing."""
    found: dict[str, Resource] = {}
    clashing = set()
    for resource in [r for r in resources if r.kind == kind]:  # there may be thousands of others
        name = own_reference(resource)
        if name and _content(found.setdefault(name, resource)) != _content(resource):
            clashing.add(name)
    return {name: resource for name, resource in found.items() if name not in clashing}


def _content(resource: Resource) -> list[bytes]:
    return sorted(name.encode() + bytes(raw) for name, raw in resource.members.items())


def own_reference(resource: Resource) -> str | None:
    """The resource's own "Type/id", by its id or else its fullUrl; else a fullUrl like urn:uuid:…; else None."""
    own_id = _text(resource.members.get("id"))
    if own_id:
        return f"{resource.kind}/{own_id}"
    url = _text(resource.full_url)
    return (restful(url) or url.strip()) if url else None


def _text(raw: Any) -> str | None:
    value = strict_json.decode(bytes(raw), "prefetch") if raw else None
    return value if isinstance(value, str) and value.strip() else None

"""References in one form: "Type/id", whether written relative, absolute, versioned or as the fullUrl of an entry."""

import re
from collections.abc import Iterable
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
    """Which resource stands under which fullUrl. A fullUrl of two different resources names neither."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._resources = resources
        self._known: dict[str, str] | None = None

    def resolve(self, text: str) -> str:
        """The reference as "Type/id" where that can be told, else as written."""
        return restful(text) or self._by_full_url().get(text.strip().lower(), text.strip())

    def _by_full_url(self) -> dict[str, str]:
        """Built when first needed: most charts refer by type and id."""
        if self._known is None:
            found: dict[str, set[str]] = {}
            for resource in self._resources:
                if resource.full_url is not None and resource.full_url:
                    url = strict_json.decode(bytes(resource.full_url), "prefetch")
                    if isinstance(url, str):
                        found.setdefault(url.strip().lower(), set()).add(own_reference(resource) or url.strip())
            self._known = {url: min(names) for url, names in found.items() if len(names) == 1}
        return self._known


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

"""Keeping people out of a page: those who see decisions see pseudonyms, and an id of a resource may tell a patient."""

import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\b([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})")
_TELLS = 4  # characters; a shorter id is found in others by chance


def hidden(page: str, who: Mapping[str, str]) -> str:
    """The page with the ids of these people taken out of every FHIR reference in it. `who` is as `StoredDecision.who`:
    a plain id, or a reference.
    """
    ids = sorted({name.rpartition("/")[2] for name in who.values()} - {""}, key=len, reverse=True)

    def without(reference: re.Match[str]) -> str:
        kind, id_ = reference.groups()
        for known in ids:
            if id_ == known or len(known) >= _TELLS:
                id_ = id_.replace(known, "…")
        return f"{kind}/{id_}"

    return _REFERENCE.sub(without, page)

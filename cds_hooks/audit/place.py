"""Where the user was: the place of the encounter that a call was made in, as far as the chart tells."""

from typing import Any

import msgspec

from cds_hooks.fhir.used import Used


def place_of(used: Used, encounter_id: str | None) -> str | None:
    """The Location of the encounter, else the Organization that is responsible for it; None if it was not sent."""
    if encounter_id is None:
        return None
    for opened in used.opened:
        for resource in opened.matches:
            members = resource.members
            if resource.kind == "Encounter" and _decoded(members.get("id")) == encounter_id.removeprefix("Encounter/"):
                places = _decoded(members.get("location"))
                first = places[0] if isinstance(places, list) and places else {}
                located = first.get("location") if isinstance(first, dict) else None
                return _reference(located) or _reference(_decoded(members.get("serviceProvider")))
    return None


def _decoded(raw: msgspec.Raw | None) -> Any:
    return None if raw is None else msgspec.json.decode(raw)


def _reference(node: Any) -> str | None:
    found = node.get("reference") if isinstance(node, dict) else None
    return found if isinstance(found, str) and found else None

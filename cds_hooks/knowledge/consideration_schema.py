"""The JSON Schema of a consideration's file, and of the record of approvals."""

from collections.abc import Mapping
from typing import Any

from cds_hooks.knowledge.shapes import (
    CITATION,
    ID,
    NOT_HERE,
    TEXT,
    Schema,
    a_file,
    conditions,
    given,
    list_of,
    map_of,
    object_of,
)
from cds_hooks.picture.vocabulary import Scope
from cds_hooks.reasoning.considerations import CardKind, Effect, Outcome, Status

_NO_CONSIDERATIONS = frozenset({CardKind.TIER, CardKind.UNSUPPORTED_DATA})
_CONDITION: Schema = {"$ref": "#/$defs/condition"}
_DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_POSITIVE: Schema = {"type": "integer", "minimum": 1}
_TITLE: Schema = {**TEXT, "maxLength": 100}  # it stands in for a summary that has no room for "and 2 more"
_TOPIC: Schema = {"type": "string", "pattern": "^[A-Za-z0-9]{1,100}$"}  # by which an EHR locks an overridden topic out
_NULL: Schema = {"type": "null"}
_WHO: Schema = {"anyOf": [TEXT, _NULL]}
_WHEN: Schema = {"anyOf": [_DAY, _NULL]}
_REVIEW = {"author": _WHO, "reviewer": _WHO, "role": _WHO, "approved_on": _WHEN, "due": _WHEN}


def consideration(facts: Mapping[str, Any]) -> Schema:
    """The schema of considerations/<id>.yaml; `facts` is the checked mapping of `facts.yaml`."""
    months = [id_ for id_, fact in facts.items() if fact["kind"] == "number" and fact.get("unit") == "months"]
    tested = [id_ for id_, fact in facts.items() if "as_recorded" not in fact]
    members = {
        "id": ID,
        **governed(*Status),
        "title": _TITLE,
        "why": TEXT,
        "scope": _one_of(Scope),
        "gate": ID,
        "when": _CONDITION,
        "due": _due(months) if months else NOT_HERE,
        "cautions": list_of(caution()),
        "ask_for": {**list_of({"enum": tested}), "uniqueItems": True},
        "card": _card(),
        "suggestions": list_of(_order()),
        "limits": list_of(TEXT),
        "citations": list_of(CITATION),
        "examples": list_of(_example(facts)),
    }
    optional = {"scope", "due", "cautions", "ask_for", "suggestions"}
    schema = object_of(members, tuple(name for name in members if name not in optional))
    return a_file("A consideration", {**schema, "$defs": conditions(facts)})


def governed(*statuses: Status) -> dict[str, Schema]:
    """The members that tell of a file's review."""
    return {
        "version": _POSITIVE,
        "status": {"enum": [status.value for status in statuses]},
        "review": object_of(_REVIEW, ("author", "reviewer", "approved_on", "due")),
    }


def caution() -> Schema:
    """One caution, of a consideration or of a gate."""
    members = {"effect": _one_of(Effect), "when": _CONDITION, "say": TEXT, "confirm": TEXT}
    return object_of(members, tuple(members))


def approvals() -> Schema:
    """The schema of approvals.yaml: of each approved file the version and the hash."""
    members = {"version": _POSITIVE, "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}
    every = map_of(ID, object_of(members, tuple(members)), minProperties=0)
    return a_file("What was approved, by the hash of its file", object_of({"approvals": every}, ("approvals",)))


def _one_of(values: type[Scope] | type[Effect] | type[Outcome]) -> Schema:
    return {"enum": [value.value for value in values]}


def _due(months: list[str]) -> Schema:
    members = {"fact": {"enum": months}, "every_months": _POSITIVE, "none_found": TEXT}
    return object_of(members, tuple(members))


def _card() -> Schema:
    members = {
        "kind": {"enum": [kind.value for kind in CardKind if kind not in _NO_CONSIDERATIONS]},
        "indicator": {"enum": ["info", "warning"]},
        "topic": _TOPIC,
        "rank": {"type": "integer", "minimum": 1, "maximum": 99},
        "summary": TEXT,
        "detail": TEXT,
    }
    return object_of(members, tuple(name for name in members if name != "rank"))


def _order() -> Schema:
    code = object_of({"system": TEXT, "code": TEXT, "display": TEXT}, ("system", "code", "display"))
    members = {
        "id": ID,
        "label": TEXT,
        "code": code,
        "within_days": _POSITIVE,
        "body_side": {"enum": ["same", "other"]},
    }
    return object_of(members, ("id", "label", "code", "within_days"))


def _example(facts: Mapping[str, Any]) -> Schema:
    members = {"story": TEXT, "given": given(facts), "expect": _one_of(Outcome)}
    return object_of(members, tuple(members))

"""JSON Schemas (2020-12) of the knowledge files, generated: a condition may only name facts of `facts.yaml`, with the
tests and words that the fact's kind allows. So a typing error is found at start, with its line, not at the bedside.

`python -m cds_hooks.knowledge.schema` writes them beside the files, where editors pick them up.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema

from cds_hooks.knowledge.strict_yaml import Document, read_yaml

Schema = dict[str, Any]

OPERATORS = ("all", "any", "none", "at_least")
SEEN = ("full", "abstract", "secondary", "recalled")
PLAIN = ("facts", "services", "sources", "wording")  # schemas that do not depend on the vocabulary
ALL = (*PLAIN, "tiers", "gates")

_TEXT: Schema = {"type": "string", "minLength": 1}
_YES_NO: Schema = {"enum": ["yes", "no"]}
_NOT_HERE: Schema = {"not": {}}
_NUMBER: Schema = {"type": "number"}
_ID: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "not": {"enum": list(OPERATORS)}}
_SLUG: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"}
_KEY: Schema = {"type": "string", "pattern": "^[a-z][A-Za-z0-9]*$"}


def schemas(facts: Mapping[str, Any]) -> dict[str, Schema]:
    """Every schema by the name of its file; `facts` is the checked mapping of `facts.yaml`."""
    return {**plain_schemas(), "tiers": _tiers(facts), "gates": _gates(facts)}


def plain_schemas() -> dict[str, Schema]:
    """The schemas that can be made before the vocabulary is read."""
    return {"facts": _facts(), "services": _services(), "sources": _sources(), "wording": _wording()}


def problems_in(document: Document, schema: Schema) -> list[str]:
    """Where a document departs from its schema, one line each with file and line."""
    validator = jsonschema.Draft202012Validator(schema)
    found = []
    for error in sorted(validator.iter_errors(document.value), key=lambda e: [str(part) for part in e.absolute_path]):
        path = tuple(error.absolute_path)
        where = ".".join(str(part) for part in path) or "the file"
        what = "does not belong here" if error.schema == _NOT_HERE else error.message
        found.append(f"{document.at(path)}: {where}: {what}")
    return found


def schema_text(schema: Schema) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema into a knowledge folder; returns the files written."""
    facts = read_yaml((folder / "facts.yaml").read_text(encoding="utf-8"), "facts.yaml").value["facts"]
    written = []
    for name, schema in schemas(facts).items():
        path = folder / f"{name}.schema.json"
        path.write_text(schema_text(schema), encoding="utf-8")
        written.append(path)
    return written


def _object(properties: Mapping[str, Schema], required: tuple[str, ...] = (), **more: Any) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def _file(title: str, schema: Schema) -> Schema:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}


def _map_of(key: Schema, value: Schema, **more: Any) -> Schema:
    return {"type": "object", "propertyNames": key, "additionalProperties": value, "minProperties": 1, **more}


def _list_of(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1}


_CITATION = _object(
    {"source": _SLUG, "says": _TEXT, "where": _TEXT, "seen": {"enum": list(SEEN)}}, ("source", "says", "where", "seen")
)
_LISTS: Schema = {**_list_of(_ID), "uniqueItems": True}
_LIMITS = _list_of(_object({"say": _TEXT, "cite": _CITATION}, ("say", "cite")))


def _facts() -> Schema:
    words_only = {
        "properties": {"unit": _NOT_HERE, "whole": _NOT_HERE},
        "oneOf": [{"required": ["words"]}, {"required": ["as_recorded"]}],
    }
    no_words = dict.fromkeys(("words", "as_recorded", "if_absent", "absent_means"), _NOT_HERE)
    numbers_only = {"properties": no_words, "required": ["unit"]}
    fact = _object(
        {
            "title": _TEXT,
            "scope": {"enum": ["patient", "episode"]},
            "kind": {"enum": ["number", "word", "list"]},
            "unit": _TEXT,
            "whole": _YES_NO,
            "words": {**_list_of(_TEXT), "uniqueItems": True},
            "as_recorded": {"const": "yes"},
            "if_absent": _TEXT,
            "absent_means": _TEXT,
            "read_from": _map_of(_KEY, {"type": "array", "items": _ID, "uniqueItems": True}),
            "also_from": _map_of(_KEY, {"type": "array", "items": _ID, "uniqueItems": True}),
            "uses": _LISTS,
            "for_display": _YES_NO,
            "note": _TEXT,
        },
        ("title", "scope", "kind", "read_from"),
        dependentRequired={"if_absent": ["absent_means", "words"], "absent_means": ["if_absent"]},
        **{"if": {"properties": {"kind": {"const": "number"}}}, "then": numbers_only, "else": words_only},
    )
    number = _object({"value": _NUMBER, "unit": _TEXT, "cite": _CITATION}, ("value", "unit", "cite"))
    members = {"facts": _map_of(_ID, fact), "for_every_fact": _LISTS, "numbers": _map_of(_ID, number)}
    return _file("The vocabulary of facts, and the numbers that their readers need", _object(members, tuple(members)))


def _services() -> Schema:
    key = _object(
        {
            "resource": {"type": "string", "pattern": "^[A-Z][A-Za-z]+$"},
            "query": _TEXT,
            "required": _YES_NO,
            "keep_all": _YES_NO,
            "note": _TEXT,
        },
        ("resource", "query", "required"),
    )
    service = _object(
        {
            "hook": {"const": "patient-view"},
            "title": _TEXT,
            "description": _TEXT,
            "usage_requirements": _TEXT,
            "prefetch": _map_of(_KEY, key),
        },
        ("hook", "title", "description", "usage_requirements", "prefetch"),
    )
    services = _map_of(_SLUG, service, maxProperties=1)
    return _file("What discovery announces", _object({"services": services}, ("services",)))


def _sources() -> Schema:
    url: Schema = {"type": "string", "pattern": "^https://[^ ]+$"}
    source = _object({"label": _TEXT, "url": url, "note": _TEXT}, ("label", "note"))
    return _file("Where statements come from", _object({"sources": _map_of(_SLUG, source)}, ("sources",)))


def _wording() -> Schema:
    key: Schema = {"type": "string", "pattern": "^[a-z][A-Za-z0-9_]*([.][A-Za-z0-9_]+)*$"}
    return _file("Everything that a card can say, as templates", _map_of(key, _TEXT))


def _tiers(facts: Mapping[str, Any]) -> Schema:
    condition: Schema = {"$ref": "#/$defs/condition"}
    factor = _object(
        {
            "factor": _ID,
            "title": _TEXT,
            "low": condition,
            "moderate": condition,
            "high": condition,
            "citations": _list_of(_CITATION),
            "limits": _LIMITS,
        },
        ("factor", "title", "high", "citations"),
    )
    required = _object({"require": condition, "why": _TEXT}, ("require", "why"))
    tier: Schema = {"enum": ["low", "moderate", "high"]}
    between = _object({"at_least": tier, "at_most": tier}, ("at_least", "at_most"))
    example = _object(
        {"story": _TEXT, "given": _given(facts), "expect": {"anyOf": [tier, between]}}, ("story", "given", "expect")
    )
    members = {
        "title": _TEXT,
        "gate": _ID,
        "factors": _list_of(factor),
        "low_requires": _list_of(required),
        "limits": _LIMITS,
        "examples": _list_of(example),
    }
    return _file("The tier table", {**_object(members, tuple(members)), "$defs": _conditions(facts)})


def _gates(facts: Mapping[str, Any]) -> Schema:
    required = _object({"require": {"$ref": "#/$defs/condition"}, "otherwise": _ID}, ("require", "otherwise"))
    gate = _object(
        {"why": _TEXT, "patient": _list_of(required), "episode": _list_of(required)}, ("why", "patient", "episode")
    )
    schema = _object({"gates": _map_of(_ID, gate)}, ("gates",))
    return _file("What must hold before a card may speak", {**schema, "$defs": _conditions(facts)})


def _conditions(facts: Mapping[str, Any]) -> Schema:
    many = _list_of({"$ref": "#/$defs/condition"})
    counted = _object({"n": {"type": "integer", "minimum": 1}, "of": many}, ("n", "of"))
    tests = {fact: _test(entry) for fact, entry in facts.items() if "as_recorded" not in entry}
    one_of_each = {"all": many, "any": many, "none": many, "at_least": counted, **tests}
    return {"condition": _object(one_of_each, minProperties=1, maxProperties=1)}


def _test(fact: Mapping[str, Any]) -> Schema:
    if fact["kind"] == "number":
        bounds = dict.fromkeys(("at_least", "above", "at_most", "below"), _NUMBER)
        return _object(bounds, minProperties=1)
    word: Schema = {"enum": fact["words"]}
    words = {**_list_of(word), "uniqueItems": True}
    tests = {"is": word, "is_one_of": words} if fact["kind"] == "word" else {"include": word, "include_any_of": words}
    return _object(tests, minProperties=1, maxProperties=1)


def _given(facts: Mapping[str, Any]) -> Schema:
    return _object({fact: _value(entry) for fact, entry in facts.items() if "as_recorded" not in entry})


def _value(fact: Mapping[str, Any]) -> Schema:
    if fact["kind"] == "number":
        return _NUMBER
    word: Schema = {"enum": fact["words"]}
    return word if fact["kind"] == "word" else {"type": "array", "items": word}


if __name__ == "__main__":
    write_schemas(Path(__file__).parents[2] / "cards")

"""The shapes that knowledge files are made of, as JSON Schema: objects without strangers, conditions, citations."""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

OPERATORS = ("all", "any", "none", "at_least")
SEEN = ("full", "abstract", "secondary", "recalled")
TEXT: Schema = {"type": "string", "minLength": 1}
YES_NO: Schema = {"enum": ["yes", "no"]}
NOT_HERE: Schema = {"not": {}}
NUMBER: Schema = {"type": "number"}
ID: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "not": {"enum": list(OPERATORS)}}
SLUG: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"}
KEY: Schema = {"type": "string", "pattern": "^[a-z][A-Za-z0-9]*$"}


def object_of(properties: Mapping[str, Schema], required: tuple[str, ...] = (), **more: Any) -> Schema:
    """An object with these members and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def a_file(title: str, schema: Schema) -> Schema:
    """The schema of a whole file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}


def map_of(key: Schema, value: Schema, **more: Any) -> Schema:
    """An object whose keys are free within `key`, at least one unless `more` says otherwise."""
    return {"type": "object", "propertyNames": key, "additionalProperties": value, "minProperties": 1, **more}


def list_of(item: Schema) -> Schema:
    """A list that is not empty."""
    return {"type": "array", "items": item, "minItems": 1}


CITATION = object_of(
    {"source": SLUG, "says": TEXT, "where": TEXT, "seen": {"enum": list(SEEN)}}, ("source", "says", "where", "seen")
)
LISTS: Schema = {**list_of(ID), "uniqueItems": True}
LIMITS = list_of(object_of({"say": TEXT, "cite": CITATION}, ("say", "cite")))


def conditions(facts: Mapping[str, Any]) -> Schema:
    """The definition `condition`: operators, and for each fact the tests that its kind allows."""
    many = list_of({"$ref": "#/$defs/condition"})
    counted = object_of({"n": {"type": "integer", "minimum": 1}, "of": many}, ("n", "of"))
    tests = {fact: _test(entry) for fact, entry in facts.items() if "as_recorded" not in entry}
    one_of_each = {"all": many, "any": many, "none": many, "at_least": counted, **tests}
    return {"condition": object_of(one_of_each, minProperties=1, maxProperties=1)}


def _test(fact: Mapping[str, Any]) -> Schema:
    if fact["kind"] == "number":
        bounds = dict.fromkeys(("at_least", "above", "at_most", "below"), NUMBER)
        return object_of(bounds, minProperties=1)
    word: Schema = {"enum": fact["words"]}
    words = {**list_of(word), "uniqueItems": True}
    tests = {"is": word, "is_one_of": words} if fact["kind"] == "word" else {"include": word, "include_any_of": words}
    return object_of(tests, minProperties=1, maxProperties=1)


def given(facts: Mapping[str, Any]) -> Schema:
    """The facts that an example gives, each with a value that it can take."""
    return object_of({fact: _value(entry) for fact, entry in facts.items() if "as_recorded" not in entry})


def _value(fact: Mapping[str, Any]) -> Schema:
    if fact["kind"] == "number":
        return NUMBER
    word: Schema = {"enum": fact["words"]}
    return word if fact["kind"] == "word" else {"type": "array", "items": word}

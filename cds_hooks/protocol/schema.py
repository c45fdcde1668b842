"""Our JSON Schemas (2020-12) for CDS Hooks 2.0.1 messages, compiled once, and problems in words without values."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: a path of member names inside the message ("context.userId"), and what is needed there."""

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}" if self.where else self.text


def text(name: str) -> dict[str, Any]:
    """The schema of a message as it is written: "request", "response", "discovery", "feedback" or "outcome"."""
    found = json.loads((files("cds_hooks.protocol") / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return dict(found)


@cache
def validator(name: str) -> Draft202012Validator:
    """The compiled schema of a message."""
    written = text(name)
    Draft202012Validator.check_schema(written)
    return Draft202012Validator(_inlined(written, written.get("$defs", {})))


def _inlined(node: Any, definitions: Mapping[str, Any]) -> Any:
    """The same schema with each definition in the place of the reference to it: looking a reference up at each use
    takes as long as all the rest. None of our definitions holds itself.
    """
    if isinstance(node, list):
        return [_inlined(child, definitions) for child in node]
    if not isinstance(node, dict):
        return node
    rest = {name: _inlined(child, definitions) for name, child in node.items() if name not in ("$ref", "$defs")}
    if "$ref" not in node:
        return rest
    definition = _inlined(definitions[node["$ref"].removeprefix("#/$defs/")], definitions)
    return {"allOf": [definition], **rest} if rest else definition


def problems(name: str, message: object) -> tuple[Problem, ...]:
    """Everything in which `message` breaks its schema, in the order of the message; no value of it is repeated."""
    known = _member_names(name)
    found = sorted(validator(name).iter_errors(message), key=lambda error: [str(step) for step in error.absolute_path])
    return tuple(Problem(_where(error, known), _needed(error)) for error in found)


@cache
def _member_names(name: str) -> frozenset[str]:
    """Every member name that the schema itself writes: only these may be repeated to a client."""
    return frozenset(_names_in(validator(name).schema))


def _names_in(node: object) -> list[str]:
    if isinstance(node, list):
        return [name for child in node for name in _names_in(child)]
    if not isinstance(node, dict):
        return []
    own = list(node["properties"]) if isinstance(node.get("properties"), dict) else []
    return own + [name for child in node.values() for name in _names_in(child)]


def _where(error: ValidationError, known: frozenset[str]) -> str:
    where = ""
    for step in error.absolute_path:
        if isinstance(step, int):
            where += f"[{step}]"
        else:
            where += ("." if where else "") + (step if step in known else "*")
    return where


def _needed(error: ValidationError) -> str:
    """What the schema asks for, in the schema's own words alone: jsonschema's messages repeat values."""
    phrase = _PHRASES.get(str(error.validator))
    if phrase is None:
        return "is not allowed here"
    title = error.schema.get("title", "") if isinstance(error.schema, Mapping) else ""
    return phrase(error.validator_value, error.instance, title)


def _dependent(rule: Mapping[str, list[str]], instance: Mapping[str, Any], _: str) -> str:
    lacking = [
        f"{name} needs {other}"
        for name, others in rule.items()
        for other in others
        if name in instance and other not in instance
    ]
    return "; ".join(lacking)


# By rule of JSON Schema: (what the rule says, the instance, the title beside the rule) -> what is needed.
_PHRASES: Mapping[str, Callable[[Any, Any, str], str]] = {
    "type": lambda rule, _, __: f"must be of type {rule if isinstance(rule, str) else ' or '.join(rule)}",
    "required": lambda rule, instance, _: "needs " + ", ".join(name for name in rule if name not in instance),
    "dependentRequired": _dependent,
    "enum": lambda rule, _, __: "must be one of " + ", ".join(rule),
    "pattern": lambda _, __, title: f"must be {title}",
    "maxLength": lambda rule, _, __: f"must have at most {rule} characters",
    "maxContains": lambda rule, _, __: f"at most {rule} may be recommended",
    "contains": lambda _, __, ___: "at most 1 may be recommended",
    "minLength": lambda _, __, ___: "must not be empty",
    "minItems": lambda _, __, ___: "must not be empty",
    "minProperties": lambda _, __, ___: "must not be empty",
    "additionalProperties": lambda _, __, ___: "has a member that is not defined",
}

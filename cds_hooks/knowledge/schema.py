"""JSON Schemas (2020-12) of the knowledge files, generated: a condition may only name facts of `facts.yaml`, with the
tests and words that the fact's kind allows. So a typing error is found at start, with its line, not at the bedside.

`python -m cds_hooks.knowledge.schema` writes them beside the files, where editors pick them up.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema

from cds_hooks.knowledge import predictive
from cds_hooks.knowledge.consideration_schema import approvals, caution, consideration, governed
from cds_hooks.knowledge.shapes import (
    CITATION,
    ID,
    KEY,
    LIMITS,
    LISTS,
    NOT_HERE,
    NUMBER,
    SLUG,
    TEXT,
    YES_NO,
    Schema,
    a_file,
    conditions,
    given,
    list_of,
    map_of,
    object_of,
)
from cds_hooks.knowledge.strict_yaml import Document, read_yaml
from cds_hooks.reasoning.considerations import Status

# those whose schema does not depend on the vocabulary
PLAIN = ("facts", "services", "sources", "wording", "approvals", "predictive")
ALL = (*PLAIN, "tiers", "gates")  # the files of which there is one
CONSIDERATION = "consideration"
_GOVERNED = governed(Status.DRAFT, Status.APPROVED)  # what every card rests on cannot be retired


def schemas(facts: Mapping[str, Any]) -> dict[str, Schema]:
    """Every schema by the name of its file; `facts` is the checked mapping of `facts.yaml`."""
    return {**plain_schemas(), "tiers": _tiers(facts), "gates": _gates(facts), CONSIDERATION: consideration(facts)}


def plain_schemas() -> dict[str, Schema]:
    """The schemas that can be made before the vocabulary is read."""
    return {
        "facts": _facts(),
        "services": _services(),
        "sources": _sources(),
        "wording": _wording(),
        "approvals": approvals(),
        "predictive": predictive.schema(),
    }


def problems_in(document: Document, schema: Schema) -> list[str]:
    """Where a document departs from its schema, one line each with file and line."""
    validator = jsonschema.Draft202012Validator(schema)
    found = []
    for error in sorted(validator.iter_errors(document.value), key=lambda e: [str(part) for part in e.absolute_path]):
        path = tuple(error.absolute_path)
        where = ".".join(str(part) for part in path) or "the file"
        what = "does not belong here" if error.schema == NOT_HERE else error.message
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


def _facts() -> Schema:
    words_only = {
        "properties": {"unit": NOT_HERE, "whole": NOT_HERE},
        "oneOf": [{"required": ["words"]}, {"required": ["as_recorded"]}],
    }
    no_words = dict.fromkeys(("words", "as_recorded", "if_absent", "absent_means"), NOT_HERE)
    numbers_only = {"properties": no_words, "required": ["unit"]}
    fact = object_of(
        {
            "title": TEXT,
            "scope": {"enum": ["patient", "episode"]},
            "kind": {"enum": ["number", "word", "list"]},
            "unit": TEXT,
            "whole": YES_NO,
            "words": {**list_of(TEXT), "uniqueItems": True},
            "as_recorded": {"const": "yes"},
            "if_absent": TEXT,
            "absent_means": TEXT,
            "read_from": map_of(KEY, {"type": "array", "items": ID, "uniqueItems": True}),
            "also_from": map_of(KEY, {"type": "array", "items": ID, "uniqueItems": True}),
            "uses": LISTS,
            "for_display": YES_NO,
            "note": TEXT,
        },
        ("title", "scope", "kind", "read_from"),
        dependentRequired={"if_absent": ["absent_means", "words"], "absent_means": ["if_absent"]},
        **{"if": {"properties": {"kind": {"const": "number"}}}, "then": numbers_only, "else": words_only},
    )
    number = object_of({"value": NUMBER, "unit": TEXT, "cite": CITATION}, ("value", "unit", "cite"))
    members = {"facts": map_of(ID, fact), "for_every_fact": LISTS, "numbers": map_of(ID, number)}
    return a_file(
        "The vocabulary of facts, and the numbers that their readers need", object_of(members, tuple(members))
    )


def _services() -> Schema:
    key = object_of(
        {
            "resource": {"type": "string", "pattern": "^[A-Z][A-Za-z]+$"},
            "query": TEXT,
            "required": YES_NO,
            "keep_all": YES_NO,
            "note": TEXT,
        },
        ("resource", "query", "required"),
    )
    service = object_of(
        {
            "hook": {"const": "patient-view"},
            "title": TEXT,
            "description": TEXT,
            "usage_requirements": TEXT,
            "prefetch": map_of(KEY, key),
        },
        ("hook", "title", "description", "usage_requirements", "prefetch"),
    )
    services = map_of(SLUG, service, maxProperties=1)
    return a_file("What discovery announces", object_of({"services": services}, ("services",)))


def _sources() -> Schema:
    url: Schema = {"type": "string", "pattern": "^https://[^ ]+$"}
    short: Schema = {**TEXT, "maxLength": 40}
    source = object_of({"label": TEXT, "short": short, "url": url, "note": TEXT}, ("label", "short", "note"))
    return a_file("Where statements come from", object_of({"sources": map_of(SLUG, source)}, ("sources",)))


def _wording() -> Schema:
    key: Schema = {"type": "string", "pattern": "^[a-z][A-Za-z0-9_]*([.][A-Za-z0-9_]+)*$"}
    templates = map_of(key, TEXT, properties=_GOVERNED, required=list(_GOVERNED))
    return a_file("Everything that a card can say, as templates", templates)


def _tiers(facts: Mapping[str, Any]) -> Schema:
    condition: Schema = {"$ref": "#/$defs/condition"}
    factor = object_of(
        {
            "factor": ID,
            "title": TEXT,
            "low": condition,
            "moderate": condition,
            "high": condition,
            "citations": list_of(CITATION),
            "limits": LIMITS,
        },
        ("factor", "title", "high", "citations"),
    )
    required = object_of({"require": condition, "why": TEXT}, ("require", "why"))
    tier: Schema = {"enum": ["low", "moderate", "high"]}
    between = object_of({"at_least": tier, "at_most": tier}, ("at_least", "at_most"))
    example = object_of(
        {"story": TEXT, "given": given(facts), "expect": {"anyOf": [tier, between]}}, ("story", "given", "expect")
    )
    members = {
        "title": TEXT,
        **_GOVERNED,
        "gate": ID,
        "factors": list_of(factor),
        "low_requires": list_of(required),
        "limits": LIMITS,
        "examples": list_of(example),
    }
    return a_file("The tier table", {**object_of(members, tuple(members)), "$defs": conditions(facts)})


def _gates(facts: Mapping[str, Any]) -> Schema:
    required = object_of({"require": {"$ref": "#/$defs/condition"}, "otherwise": ID}, ("require", "otherwise"))
    gate = object_of(
        {
            "why": TEXT,
            "patient": list_of(required),
            "episode": list_of(required),
            "every_episode": list_of(required),
            "cautions": list_of(caution()),
        },
        ("why", "patient", "episode"),
    )
    members = {**_GOVERNED, "gates": map_of(ID, gate)}
    schema = object_of(members, tuple(members))
    return a_file("What must hold before a card may speak", {**schema, "$defs": conditions(facts)})


if __name__ == "__main__":
    write_schemas(Path(__file__).parents[2] / "cards")

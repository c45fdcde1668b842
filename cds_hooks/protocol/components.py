"""Our JSON Schemas as components of an OpenAPI 3.1 document, which shares their dialect: same text, other addresses."""

from typing import Any

from cds_hooks.protocol import schema

MESSAGES = ("discovery", "request", "response", "feedback", "outcome")


def components() -> dict[str, Any]:
    """Name -> schema: each message under its name, and each of its definitions as "message.definition"."""
    found: dict[str, Any] = {}
    for name in MESSAGES:
        whole = schema.text(name)
        for inner, definition in whole.pop("$defs", {}).items():
            found[f"{name}.{inner}"] = _readdressed(definition, name)
        del whole["$schema"]
        found[name] = _readdressed(whole, name)
    return found


def reference(name: str) -> dict[str, str]:
    """A reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def _readdressed(node: Any, message: str) -> Any:
    if isinstance(node, list):
        return [_readdressed(child, message) for child in node]
    if not isinstance(node, dict):
        return node
    own = {name: _readdressed(child, message) for name, child in node.items()}
    if "$ref" in own:
        own |= reference(f"{message}.{own['$ref'].removeprefix('#/$defs/')}")
    return own

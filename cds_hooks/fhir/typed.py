"""Typing: what we read of a resource is checked against fhir.resources (R4B), mended where that loses nothing but
precision, and refused otherwise.

What is written as plainly as most charts write it is told first, by `plain`; fhir.resources is asked of the rest.

Only members that we read are typed, so a mistake elsewhere harms nothing. Below them, a failing path that we do not
read is cut out and typing tried again. A failing path that we read makes the whole resource unreadable, except for
these mends:

| what is written                                      | what it is read as                 | lost      |
|------------------------------------------------------|------------------------------------|-----------|
| a date with a time but no zone, or no seconds        | its date                           | precision |
| an empty string, list or object (forbidden by FHIR)  | not there                          | nothing   |
| one object where a list of them belongs (STU3)       | a list of one                      | nothing   |
| a Condition's status as a bare code (DSTU2, STU3)    | the same code with its system      | nothing   |
| a required member that is missing                    | not known: typed with a stand-in   | nothing   |
| two value[x] in one place                            | both, each typed for itself        | nothing   |
| an id that is too long or has other characters       | as written: not typed              | nothing   |
| a number, `true` or `false` written as a string      | the number or truth value          | nothing   |
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from cds_hooks.fhir.codes import CONDITION_CLINICAL, CONDITION_VERIFICATION
from cds_hooks.fhir.paths import READ, below, read_members
from cds_hooks.fhir.plain import is_plain


class Untypeable(ValueError):
    """A path that we read is wrong. The text names the path and never repeats a value."""


# Required members whose absence is a meaning of its own: status and subject have been judged before typing.
_STAND_INS: Mapping[str, Mapping[str, Any]] = {
    "Observation": {"status": "unknown"},
    "Condition": {"subject": {"display": "judged before"}},
    "Procedure": {"status": "unknown", "subject": {"display": "judged before"}},
    "MedicationRequest": {"status": "unknown", "intent": "order", "subject": {"display": "judged before"}},
    "MedicationAdministration": {"status": "unknown", "subject": {"display": "judged before"}},
    "MedicationStatement": {"status": "unknown", "subject": {"display": "judged before"}},
    "DiagnosticReport": {"status": "unknown"},
    "DocumentReference": {"status": "current", "content": [{"attachment": {"title": "not read"}}]},
    "ImagingStudy": {"status": "unknown", "subject": {"display": "judged before"}},
    "Encounter": {"status": "unknown", "class": {"display": "not stated"}},
}
_SERIES = {"uid": "0", "modality": {"display": "not stated"}}
_DATED = "MedicationAdministration"  # the only one whose date R4B requires
_STATUS_SYSTEMS = {"clinicalStatus": CONDITION_CLINICAL, "verificationStatus": CONDITION_VERIFICATION}
_DAY_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d")
_ROUNDS = 4  # a mend can bring to light what was wrong below it


@cache
def _model(kind: str) -> Any:
    """The fhir.resources model: imported when first needed, because importing takes a tenth of a second."""
    return getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)


def warm_up() -> None:
    """Import and build all models now rather than in the first answer (about half a second)."""
    for kind in READ:
        try:
            _model(kind).model_validate({"resourceType": kind})
        except ValidationError:  # most miss something required: building the validator is all that is wanted
            continue


def typed(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a strictly decoded resource that we read, checked and mended. Raises Untypeable."""
    members = _lean(kind, read_members(kind, body))
    if is_plain(kind, members):
        return members
    _refuse_modified(members)
    stand_ins = dict(_STAND_INS.get(kind, {}))
    if kind == _DATED and not any(name.startswith("effective") for name in members):
        stand_ins["effectiveDateTime"] = "1900"
    model = _model(kind)
    for _ in range(_ROUNDS):
        try:
            model.model_validate({**stand_ins, **_filled(members), "resourceType": kind})
        except ValidationError as failed:
            members = _mended(kind, members, failed)
        except Exception:  # its validators take shapes for granted that JSON need not have ("_code": 1)
            raise Untypeable("a shape that no FHIR resource has") from None
        else:
            return members
    raise Untypeable("several paths")


def _lean(kind: str, members: dict[str, Any]) -> dict[str, Any]:
    """Without the instances of an ImagingStudy, of which there may be thousands."""
    series = members.get("series") if kind == "ImagingStudy" else None
    if not isinstance(series, list):
        return members
    read = {*READ[kind]["series"], "modifierExtension"}
    lean = [{n: v for n, v in s.items() if n in read} if isinstance(s, dict) else s for s in series]
    return {**members, "series": lean}


def _filled(members: dict[str, Any]) -> dict[str, Any]:
    """With stand-ins for what each series of an ImagingStudy must have."""
    series = members.get("series")
    if not isinstance(series, list):
        return members
    return {**members, "series": [{**_SERIES, **s} if isinstance(s, dict) else s for s in series]}


def _refuse_modified(node: Any) -> None:
    """FHIR: an element with a modifierExtension that is not understood must not be used. We understand none."""
    if isinstance(node, dict):
        if node.get("modifierExtension") or node.get("implicitRules"):
            raise Untypeable("modifierExtension or implicitRules")
        for value in node.values():
            _refuse_modified(value)
    elif isinstance(node, list):
        for item in node:
            _refuse_modified(item)


def _mended(kind: str, members: dict[str, Any], failed: ValidationError) -> dict[str, Any]:
    mended = deepcopy(members)
    for error in failed.errors(include_url=False, include_context=False, include_input=False):
        _mend(kind, mended, error["loc"], error["type"])
    return mended


def _mend(kind: str, members: dict[str, Any], path: tuple[int | str, ...], problem: str) -> None:
    unread = _first_unread(kind, path)
    if unread is not None:
        parent = _at(members, path[:unread])
        if isinstance(parent, dict):
            parent.pop(str(path[unread]), None)
        return
    parent, name = _at(members, path[:-1]), path[-1] if path else ""
    value = parent.get(name) if isinstance(parent, dict) and isinstance(name, str) else None
    if not isinstance(parent, dict) or value is None:
        raise Untypeable(_named(path))
    if value in ("", [], {}) or (isinstance(value, str) and not value.strip()):
        del parent[name]
    elif isinstance(value, dict) and problem == "list_type":
        parent[name] = [value]
    elif isinstance(value, str):
        parent[name] = _mended_text(str(name), value, path)
    else:
        raise Untypeable(_named(path))


def _mended_text(name: str, value: str, path: Sequence[int | str]) -> Any:
    if name in _STATUS_SYSTEMS:
        return {"coding": [{"system": _STATUS_SYSTEMS[name], "code": value}]}
    if _DAY_AND_TIME.match(value):
        return value[:10]
    raise Untypeable(_named(path))


def _first_unread(kind: str, path: Iterable[int | str]) -> int | None:
    """The position in the path of the first member that we do not read; None if we read all of it."""
    tree = READ[kind]
    for position, name in enumerate(path):
        if isinstance(name, int):
            continue
        found = below(tree, name)
        if found is None:
            return None if not tree else position
        tree = found
    return None


def _at(node: Any, path: Iterable[int | str]) -> Any:
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return None
    return node


def _named(path: Iterable[int | str]) -> str:
    return ".".join(str(step) for step in path) or "several members together"

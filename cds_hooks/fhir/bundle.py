"""A whole patient in one document, as the prefetch that an EHR would send for the service's templates."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from msgspec import UNSET, Raw

from cds_hooks.errors import NotAHookRequest, WrongPatient
from cds_hooks.fhir.opening import Entry, split_entries, split_members
from cds_hooks.fhir.prefetch import PrefetchKey, Resource
from cds_hooks.fhir.references import Addresses, own_reference
from cds_hooks.fhir.subjects import Standing, Subjects
from cds_hooks.fhir.versions import RENAMED
from cds_hooks.protocol import strict_json

_ENCODE = msgspec.json.Encoder().encode
# The search parameters whose element is not of the same name, and those that a whole-patient document answers itself.
_ELEMENTS = {"clinical-status": "clinicalStatus"}
_TOKENS = frozenset({"code", "category", "type", "status", "intent", "clinical-status"})


def prefetch_of(
    document: bytes, keys: tuple[PrefetchKey, ...], patient_id: str | None
) -> tuple[str, dict[str, bytes | None]]:
    """The patient's id and the prefetch by keys, out of a Bundle of any type, a list of resources or a hook request.

    A hook request gives its own prefetch as it is. From a Bundle or list, each template is answered as an EHR would:
    by patient, and by code, category, status and intent. `patient_id` chooses among several patients; None takes the
    only one. Raises NotJson, NotAHookRequest (neither of the three, or several patients).
    """
    if document.lstrip()[:1] == b"[":
        entries = split_entries(b'{"entry":[' + b",".join(_as_entries(document)) + b"]}", "")
        return _of_entries(entries, keys, patient_id)
    members = split_members(document, "")
    if "hook" in members or "prefetch" in members:
        return _of_request(members, patient_id)
    if members.get("resourceType") != Raw(b'"Bundle"'):
        raise NotAHookRequest("This is neither a Bundle, nor a list of resources, nor a hook request.")
    return _of_entries(split_entries(document, ""), keys, patient_id)


def _as_entries(document: bytes) -> list[bytes]:
    try:
        return [b'{"resource":' + bytes(item) + b"}" for item in msgspec.json.decode(document, type=list[Raw])]
    except msgspec.DecodeError:
        strict_json.decode(document)
        raise


def _of_request(members: dict[str, Raw], patient_id: str | None) -> tuple[str, dict[str, bytes | None]]:
    context = strict_json.decode(bytes(members["context"]), "context") if "context" in members else None
    found = patient_id or (context.get("patientId") if isinstance(context, dict) else None)
    if not isinstance(found, str) or not found:
        raise NotAHookRequest("The hook request names no patient.", "context.patientId")
    sent = split_members(bytes(members["prefetch"]), "prefetch") if "prefetch" in members else {}
    prefetch = {name: None if bytes(raw) == b"null" else bytes(raw) for name, raw in sent.items()}
    return found.removeprefix("Patient/"), prefetch


def _of_entries(
    entries: Sequence[Entry], keys: Iterable[PrefetchKey], patient_id: str | None
) -> tuple[str, dict[str, bytes | None]]:
    resources = [(entry, _resource(entry)) for entry in entries if entry.resource]
    addresses = Addresses([resource for _, resource in resources])
    found = patient_id or _only_patient([resource for _, resource in resources])
    subjects = Subjects(found, addresses)
    ours = [(entry, resource) for entry, resource in resources if _is_ours(subjects, resource)]
    medicines = [entry for entry, resource in resources if resource.kind == "Medication"]
    prefetch: dict[str, bytes | None] = {}
    for key in keys:
        matches = [entry for entry, resource in ours if answers(resource, key)]
        # the Patient keeps its entry: its fullUrl may be what the subjects refer to
        prefetch[key.name] = None if key.is_read and not matches else _searchset(matches, key, medicines)
    return found, prefetch


def _resource(entry: Entry) -> Resource:
    members = entry.resource or {}
    kind = strict_json.decode(bytes(members["resourceType"])) if "resourceType" in members else None
    url = None if entry.full_url is UNSET else entry.full_url
    return Resource(kind if isinstance(kind, str) else "", members or {}, url)


def _only_patient(resources: Iterable[Resource]) -> str:
    names = {own_reference(r) or "" for r in resources if r.kind == "Patient"}
    ids = {name.partition("/")[2] for name in names}
    if len(ids) != 1 or not all(ids):
        raise NotAHookRequest("The document must hold one Patient with an id, or the patient be named.")
    return ids.pop()


def _is_ours(subjects: Subjects, resource: Resource) -> bool:
    try:
        return subjects.standing(resource) is not Standing.NOT_A_PATIENT
    except WrongPatient:
        return False


def answers(resource: Resource, key: PrefetchKey) -> bool:
    """Whether a search by the key's template would find this resource of the patient. Raises NotJson."""
    if RENAMED.get(resource.kind, resource.kind) != key.resource_type:
        return False
    return all(_has_token(resource, name, wanted) for name, wanted in searched(key))


@lru_cache(maxsize=256)
def searched(key: PrefetchKey) -> tuple[tuple[str, frozenset[str]], ...]:
    """The members that a template searches by, beside the patient, and the tokens that it asks for."""
    parameters = parse_qsl(key.template.partition("?")[2])
    return tuple(
        (_ELEMENTS.get(name, name), frozenset(text.split(","))) for name, text in parameters if name in _TOKENS
    )


def _has_token(resource: Resource, name: str, wanted: frozenset[str]) -> bool:
    """FHIR token search: "code" in any system, "system|code" in that one."""
    raw = resource.members.get(name)
    return raw is not None and not wanted.isdisjoint(_tokens(strict_json.decode(bytes(raw))))


def _tokens(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in node:
            yield from _tokens(item)
    elif isinstance(node, dict):
        if isinstance(node.get("code"), str):
            yield node["code"]
            yield f"{node.get('system') or ''}|{node['code']}"
        yield from _tokens(node.get("coding") or [])


def _searchset(matches: Iterable[Entry], key: PrefetchKey, medicines: Iterable[Entry]) -> bytes:
    """A searchset of the matches; Medications come along with the resources that may refer to them."""
    came_along = medicines if key.resource_type.startswith("Medication") else ()
    parts = [_written(entry, b"match") for entry in matches] + [_written(entry, b"include") for entry in came_along]
    return b'{"resourceType":"Bundle","type":"searchset","entry":[' + b",".join(parts) + b"]}"


def _written(entry: Entry, mode: bytes) -> bytes:
    search = Raw(b'{"mode":"' + mode + b'"}')
    return _ENCODE(Entry(resource=entry.resource, full_url=entry.full_url, search=search))

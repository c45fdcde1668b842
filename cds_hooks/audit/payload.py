"""The sealed part of a decision's row: all that it rests on and all that it said, as one JSON text.

Resources stand in it letter by letter as they came (a FHIR decimal of 1.50 is not 1.5), each with its sha-256; the rest
is canonical JSON. What is read back is enough to decide again, with the knowledge that the row names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from cds_hooks.audit.entry import Who
from cds_hooks.audit.trace import encoded, trace
from cds_hooks.decide import Circumstances, Decision
from cds_hooks.fhir.prefetch import Opened, PrefetchKey, Resource
from cds_hooks.fhir.read import Reading
from cds_hooks.fhir.record import KeyState
from cds_hooks.fhir.used import Used
from cds_hooks.protocol.request import HookRequest
from cds_hooks.reasoning.consider import History
from cds_hooks.writing.compose import Pages

FORM = 1
_ENCODE = msgspec.json.Encoder(order="sorted").encode
_AS_IT_CAME = msgspec.json.Encoder().encode


class KeptResource(Struct, rename="camel", omit_defaults=True):
    """A resource as it came, without insignificant blanks, and the sha-256 of these bytes in hex."""

    resource: Raw
    sha256: str
    kind: str
    full_url: str | UnsetType = UNSET


class KeptKey(Struct, omit_defaults=True):
    """A prefetch key: its state, how it came ("prefetch", or the outcome of loading it), and its resources."""

    name: str
    resource_type: str
    state: str
    source: str
    matches: list[KeptResource]
    included: list[KeptResource]


class Settled(Struct, omit_defaults=True):
    """The settings that matter to an answer."""

    base_url: str | None = None
    explanation: str | None = None
    require_approval: bool = False

    @property
    def pages(self) -> Pages | None:
        """Where readers reached this service."""
        return None if self.base_url is None else Pages(self.base_url, self.explanation)


class Payload(Struct, omit_defaults=True):
    """What is sealed. `response` are the bytes of the answer as it was decided, `trace` how it came about."""

    who: dict[str, str]
    request: dict[str, str]
    form: int = FORM
    day: str = ""
    keys: list[KeptKey] = []
    addresses: dict[str, str] = {}
    left_out: list[tuple[str, str]] = []
    unreadable: list[dict[str, Any]] = []
    settings: Settled | None = None
    history: History | None = None
    trace: Raw | UnsetType = UNSET
    response: Raw | UnsetType = UNSET
    refusal: dict[str, str] = {}
    items: list[dict[str, Any]] = []
    set_aside: list[dict[str, Any]] = []


_DECODER = msgspec.json.Decoder(Payload)


def written(payload: Payload) -> bytes:
    """The bytes that are sealed."""
    return _ENCODE(payload)


def read(content: bytes) -> Payload:
    """What was sealed."""
    return _DECODER.decode(content)


def people(who: Who) -> dict[str, str]:
    """Those who are named."""
    named = {"patient": who.patient, "user": who.user, "encounter": who.encounter, "location": who.location}
    return {kind: name for kind, name in named.items() if name is not None}


def kept_keys(used: Used, sources: Mapping[str, str]) -> list[KeptKey]:
    """What was used, key by key; `sources` says how a key came that did not come with the request."""
    return [
        KeptKey(
            name=opened.key.name,
            resource_type=opened.key.resource_type,
            state=opened.state.value,
            source=sources.get(opened.key.name, "prefetch"),
            matches=[_kept(resource) for resource in opened.matches],
            included=[_kept(resource) for resource in opened.included],
        )
        for opened in used.opened
    ]


def used_again(payload: Payload, keys: Iterable[PrefetchKey]) -> Used:
    """What was used, for reading it again under these keys: those of the knowledge that judges it."""
    kept = {key.name: key for key in payload.keys}
    opened = [
        Opened(key, KeyState(found.state), tuple(map(_again, found.matches)), tuple(map(_again, found.included)))
        if (found := kept.get(key.name)) is not None
        else Opened(key, KeyState.ABSENT)
        for key in keys
    ]
    return Used(tuple(opened), payload.addresses)


def input_digest(keys: Iterable[KeptKey]) -> bytes:
    """sha-256 over each key's name and state and the digests of its resources, in their order."""
    digest = sha256()
    for key in keys:
        listed = (f"{each.kind} {each.sha256}" for each in (*key.matches, *key.included))
        digest.update("\n".join((f"{key.name} {key.state}", *listed, "")).encode())
    return digest.digest()


@dataclass(frozen=True, slots=True)
class Answered:
    """A request with all that its answer rests on, and the answer; `body` are the bytes of it."""

    request: HookRequest
    keys: list[KeptKey]
    reading: Reading
    given: Circumstances
    decision: Decision
    body: bytes


def of_decision(who: Who, answered: Answered) -> bytes:
    """The sealed part of a decision's row."""
    request, given = answered.request, answered.given
    record, consultation = answered.reading.record, answered.decision.consultation
    server = {} if request.fhir_server is None else {"fhirServer": request.fhir_server}
    payload = Payload(
        who=people(who),
        request={"hook": request.hook, "hookInstance": request.hook_instance, **server},
        day=given.today.isoformat(),
        keys=answered.keys,
        addresses=dict(answered.reading.used.addresses),
        left_out=[(one.reference, one.why) for one in record.left_out],
        unreadable=[
            {"reference": one.reference, "type": one.resource_type, "key": one.key, "why": one.why}
            for one in record.unreadable
        ],
        settings=settled(given),
        history=given.history,
        trace=UNSET if consultation is None else Raw(encoded(trace(consultation))),
        response=Raw(answered.body),
    )
    return written(payload)


def settled(given: Circumstances) -> Settled:
    """The settings of an answer."""
    pages = given.pages
    return Settled(
        base_url=pages.base_url if pages else None,
        explanation=pages.explanation if pages else None,
        require_approval=given.require_approval,
    )


def _kept(resource: Resource) -> KeptResource:
    raw = _AS_IT_CAME(resource.members)
    url = UNSET if resource.full_url is None else msgspec.json.decode(resource.full_url)
    digest = sha256(raw).hexdigest()
    return KeptResource(Raw(raw), digest, resource.kind, url if isinstance(url, str) else UNSET)


def _again(kept: KeptResource) -> Resource:
    members = msgspec.json.decode(kept.resource, type=dict[str, Raw])
    url = None if kept.full_url is UNSET else Raw(msgspec.json.encode(kept.full_url))
    return Resource(kept.kind, members, url)

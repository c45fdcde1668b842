"""A CDS Hooks request as a value (CDS Hooks 2.0.1, "Calling a CDS Service"), and how it is read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType, json

from cds_hooks.errors import NotAHookRequest, WrongHook, WrongPatient
from cds_hooks.protocol import schema, strict_json

_ADDRESS = re.compile(r"https?://\S+/([A-Z][A-Za-z]+)/([^/\s?#]+)")
# What we read of a request; other members ("extension", those of older versions) are ignored, as the spec asks.
_DECODED = ("hook", "hookInstance", "fhirServer", "context", "fhirAuthorization")
_LONGEST = 256 * 1024  # bytes of each of them: a token has a few thousand, and decoding thoroughly takes its time


class _Envelope(Struct, forbid_unknown_fields=True):
    """The members of a request; most clients send no other."""

    hook: Raw | UnsetType = UNSET
    hookInstance: Raw | UnsetType = UNSET  # noqa: N815 (the name on the wire)
    fhirServer: Raw | UnsetType = UNSET  # noqa: N815
    fhirAuthorization: Raw | UnsetType = UNSET  # noqa: N815
    context: Raw | UnsetType = UNSET
    prefetch: dict[str, Raw] | UnsetType = UNSET
    extension: Raw | UnsetType = UNSET


_ENVELOPE = json.Decoder(_Envelope)


@dataclass(frozen=True, slots=True)
class FhirAuthorization:
    """The client's short-lived token for its FHIR server; never stored, never logged."""

    access_token: str = field(repr=False)
    subject: str = ""


@dataclass(frozen=True, slots=True)
class HookRequest:
    """A valid patient-view request.

    `user_id` is "Type/id" (of a whole address, its end); `patient_id` is the plain id (a leading "Patient/" is taken
    off). `prefetch` maps each key that was sent to its raw JSON, or None for null; unread, undecoded and not copied out
    of the body, because a chart may be 10 MB with a dozen resources that matter.
    """

    hook: str
    hook_instance: str
    user_id: str
    patient_id: str
    encounter_id: str | None = None
    fhir_server: str | None = None
    fhir_authorization: FhirAuthorization | None = None
    prefetch: Mapping[str, bytes | Raw | None] = field(default_factory=dict)

    @property
    def user_type(self) -> str:
        """The resource type of the user: Practitioner, PractitionerRole, Patient or RelatedPerson."""
        return self.user_id.partition("/")[0]


def read_request(body: bytes, hook: str, max_bytes: int) -> HookRequest:
    """The request in `body`, for a service on `hook`.

    Everything but the prefetch values is strictly decoded and validated. Raises TooLarge, NotJson, NotAHookRequest
    (with the first thing to mend), WrongHook, or WrongPatient when the token was given for another patient.
    """
    raw = strict_json.check_known(body, max_bytes, _ENVELOPE) or strict_json.check_members(body, max_bytes)
    envelope = {name: _decoded(bytes(raw[name]), name) for name in _DECODED if name in raw}
    if isinstance(envelope.get("hook"), str) and envelope["hook"] != hook:
        raise WrongHook(f"This service answers the hook {hook}.", "hook")
    sent: dict[str, bytes | Raw] | bytes = raw.get("prefetch", {})
    prefetch = sent if isinstance(sent, dict) else strict_json.members(sent, "prefetch")
    envelope = _relative(envelope)
    found = schema.problems("request", {**envelope, "prefetch": _kinds(prefetch)})
    if found:
        raise NotAHookRequest(found[0].text, found[0].where)
    return _request(envelope, {key: None if _is_null(value) else value for key, value in prefetch.items()})


def _relative(envelope: dict[str, Any]) -> dict[str, Any]:
    """User and patient as "Type/id" where the client sent their whole address."""
    context = envelope.get("context")
    if not isinstance(context, dict):
        return envelope
    shortened = {
        name: f"{found[1]}/{found[2]}"
        for name in ("userId", "patientId")
        if isinstance(context.get(name), str) and (found := _ADDRESS.fullmatch(context[name]))
    }
    return {**envelope, "context": {**context, **shortened}}


def _decoded(raw: bytes, name: str) -> Any:
    if len(raw) > _LONGEST:
        raise NotAHookRequest(f"must have at most {_LONGEST} bytes", name)
    return strict_json.decode(raw, name)


def _kinds(prefetch: Mapping[str, bytes | Raw]) -> dict[str, Any]:
    """Stand-ins for the undecoded values, of the same JSON type as far as the schema asks."""
    return {key: None if _is_null(raw) else {} if _begins(raw, b"{") else [] for key, raw in prefetch.items()}


def _is_null(raw: bytes | Raw) -> bool:
    return _begins(raw, b"null")


def _begins(raw: bytes | Raw, text: bytes) -> bool:
    return bytes(memoryview(raw)[: len(text)]) == text


def _request(envelope: Mapping[str, Any], prefetch: Mapping[str, bytes | Raw | None]) -> HookRequest:
    context, authorization = envelope["context"], envelope.get("fhirAuthorization")
    patient_id = context["patientId"].removeprefix("Patient/")
    if authorization and authorization.get("patient", patient_id).removeprefix("Patient/") != patient_id:
        text = "The token is for another patient than the one in the context."
        raise WrongPatient(text, "fhirAuthorization.patient")
    return HookRequest(
        hook=envelope["hook"],
        hook_instance=envelope["hookInstance"],
        user_id=context["userId"],
        patient_id=patient_id,
        encounter_id=context.get("encounterId"),
        fhir_server=envelope.get("fhirServer"),
        fhir_authorization=FhirAuthorization(authorization["access_token"], authorization["subject"])
        if authorization
        else None,
        prefetch=prefetch,
    )

"""What a resource's status makes of it: left out, used with a mark, or not understood.

The value sets are those of R4B, with the codes that earlier releases used for the same. fhir.resources accepts any
word, so they are checked here; a word that we do not know could mean "entered in error".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cds_hooks.fhir.codes import CONDITION_CLINICAL, CONDITION_VERIFICATION, canonical_system

_OUT = {
    "entered-in-error": "entered in error",
    "cancelled": "cancelled",
    "not-done": "not done",
    "not-taken": "not taken",
    "refuted": "refuted",
    "superseded": "superseded",
}
NOT_DONE = frozenset({"not done", "not taken"})  # reasons for which a treatment is left out, and yet tells something
_OBSERVATION = frozenset(
    {"registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"}
)
_PROCEDURE = frozenset(
    {"preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown"}
    | {"suspended", "aborted"}  # STU3
)
_MEDICATION_REQUEST = frozenset(
    {"active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown"} | {"ended"}  # R5
)
_MEDICATION_ADMINISTRATION = frozenset(
    {"in-progress", "not-done", "on-hold", "completed", "entered-in-error", "stopped", "unknown"}
)
_MEDICATION_STATEMENT = frozenset(
    {"active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken"}
)
_DIAGNOSTIC_REPORT = frozenset(
    {"registered", "partial", "preliminary", "final", "amended", "corrected", "appended", "cancelled"}
    | {"entered-in-error", "unknown"}
)
_STATUSES = {
    "Observation": _OBSERVATION,
    "Procedure": _PROCEDURE,
    "MedicationRequest": _MEDICATION_REQUEST,
    "MedicationAdministration": _MEDICATION_ADMINISTRATION,
    "MedicationStatement": _MEDICATION_STATEMENT,
    "MedicationOrder": _MEDICATION_REQUEST,  # DSTU2
    "MedicationUsage": _MEDICATION_STATEMENT,
    "DiagnosticReport": _DIAGNOSTIC_REPORT,
    "DocumentReference": frozenset({"current", "superseded", "entered-in-error"}),
    "ImagingStudy": frozenset({"registered", "available", "cancelled", "entered-in-error", "unknown"}),
    "Encounter": frozenset(
        {"planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled"}
        | {"entered-in-error", "unknown"}
    ),
    "Specimen": frozenset({"available", "unavailable", "unsatisfactory", "entered-in-error"}),
}
_VERIFICATION = frozenset({"unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"})
_CLINICAL = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved", "unknown"})
_MARKED = {
    "registered": "registered",
    "partial": "partial",
    "preliminary": "preliminary",
    "unknown": "status unknown",
    "unsatisfactory": "unsatisfactory",
}
_UNPROVEN = frozenset({"unconfirmed", "provisional", "differential"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """`left_out` or `unreadable` hold the reason, if there is one; `marks` weaken what is used."""

    left_out: str | None = None
    unreadable: str | None = None
    marks: tuple[str, ...] = ()


def judge_status(kind: str, body: Mapping[str, Any]) -> Judgement:
    """What the status of a decoded resource makes of it. `kind` is its type; Patients have none."""
    if kind == "Condition":
        return _judge_condition(body)
    if kind not in _STATUSES:
        return Judgement()
    status = _status_of(kind, body)
    if status is None or status == "":
        return Judgement(marks=("status missing",))
    if not isinstance(status, str) or status not in _STATUSES[kind]:
        return Judgement(unreadable="status not understood")
    if status in _OUT:
        return Judgement(left_out=_OUT[status])
    return Judgement(marks=(_MARKED[status],) if status in _MARKED else ())


def _status_of(kind: str, body: Mapping[str, Any]) -> Any:
    """The status; a DocumentReference may be in force while its document was entered in error."""
    withdrawn = kind == "DocumentReference" and body.get("docStatus") == "entered-in-error"
    return "entered-in-error" if withdrawn else body.get("status")


def verification_of(body: Mapping[str, Any]) -> str | None:
    """The one verificationStatus code of a Condition that we understand; None if there is none, or several."""
    return _only(_codes(body.get("verificationStatus"), CONDITION_VERIFICATION, _VERIFICATION))


def clinical_status_of(body: Mapping[str, Any]) -> str | None:
    """The one clinicalStatus code of a Condition that we understand; None if there is none, or several."""
    return _only(_codes(body.get("clinicalStatus"), CONDITION_CLINICAL, _CLINICAL))


def _judge_condition(body: Mapping[str, Any]) -> Judgement:
    """A missing verificationStatus is common and says nothing; one that we do not understand may say "refuted"."""
    verification = verification_of(body)
    if verification is None and body.get("verificationStatus"):
        return Judgement(unreadable="verification status not understood")
    if verification in _OUT:
        return Judgement(left_out=_OUT[verification])
    marks = (verification,) if verification in _UNPROVEN else ()
    if clinical_status_of(body) is None and body.get("clinicalStatus"):
        marks = (*marks, "clinical status not understood")
    return Judgement(marks=marks)


def _codes(concept: Any, system: str, known: frozenset[str]) -> set[str]:
    """The known codes in a status concept; before R4 it was a bare code, and some leave the system out."""
    if isinstance(concept, str):
        return {concept} & known
    codings = concept.get("coding") if isinstance(concept, dict) else None
    return {
        coding["code"]
        for coding in (codings if isinstance(codings, list) else [])
        if isinstance(coding, dict) and _is_one_of(coding.get("code"), known) and _is_in(coding.get("system"), system)
    }


def _is_one_of(code: Any, known: frozenset[str]) -> bool:
    return isinstance(code, str) and code in known


def _is_in(written: Any, system: str) -> bool:
    return written is None or (isinstance(written, str) and canonical_system(written) == system)


def _only(codes: set[str]) -> str | None:
    return next(iter(codes)) if len(codes) == 1 else None

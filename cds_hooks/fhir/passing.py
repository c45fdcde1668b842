"""What no reader asks for, told in one go: most of a long chart is results that have nothing to do with a tumour.

Only what is written plainly is let pass: an Observation of the patient in a form that decoding loses nothing of. All
else, whatever may be wrong with it, is opened, checked and sifted one by one.
"""

from collections.abc import Callable
from functools import partial
from typing import Literal

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from cds_hooks.errors import NotJson
from cds_hooks.fhir.prefetch import Remembered
from cds_hooks.fhir.references import restful
from cds_hooks.fhir.sift import Sieve, codes_of
from cds_hooks.protocol import strict_json

KIND = "Observation"


class _Result(Struct, gc=False, omit_defaults=True, forbid_unknown_fields=True, rename="camel"):
    """An Observation with the members that results have, in the order of R4B."""

    resource_type: Literal["Observation"]
    id: Raw | UnsetType = UNSET
    meta: Raw | UnsetType = UNSET
    language: Raw | UnsetType = UNSET
    text: Raw | UnsetType = UNSET
    extension: Raw | UnsetType = UNSET
    identifier: Raw | UnsetType = UNSET
    based_on: Raw | UnsetType = UNSET
    status: Raw | UnsetType = UNSET
    category: Raw | UnsetType = UNSET
    code: Raw | UnsetType = UNSET
    subject: Raw | UnsetType = UNSET
    encounter: Raw | UnsetType = UNSET
    effective_date_time: Raw | UnsetType = UNSET
    effective_period: Raw | UnsetType = UNSET
    issued: Raw | UnsetType = UNSET
    performer: Raw | UnsetType = UNSET
    value_quantity: Raw | UnsetType = UNSET
    value_codeable_concept: Raw | UnsetType = UNSET
    value_string: Raw | UnsetType = UNSET
    data_absent_reason: Raw | UnsetType = UNSET
    interpretation: Raw | UnsetType = UNSET
    note: Raw | UnsetType = UNSET
    body_site: Raw | UnsetType = UNSET
    method: Raw | UnsetType = UNSET
    specimen: Raw | UnsetType = UNSET
    device: Raw | UnsetType = UNSET
    reference_range: Raw | UnsetType = UNSET
    has_member: Raw | UnsetType = UNSET


class _Match(Struct, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    mode: Literal["match"]
    score: Raw | UnsetType = UNSET


class _Entry(Struct, gc=False, omit_defaults=True, forbid_unknown_fields=True, rename="camel"):
    resource: _Result
    full_url: Raw | UnsetType = UNSET
    search: _Match | UnsetType = UNSET
    link: Raw | UnsetType = UNSET


_DECODE = msgspec.json.Decoder(_Entry).decode
_ENCODE = msgspec.json.Encoder().encode


class Passing:
    """Tells of the entries of one request; the few different subjects and questions of a chart are decoded once."""

    def __init__(self, sieve: Sieve, patient_id: str) -> None:
        self._applies = KIND not in sieve.everything
        self._asked: Remembered[bool] = Remembered(partial(_is_asked, sieve), "prefetch")
        self._ours: Remembered[bool] = Remembered(partial(_is_of, f"Patient/{patient_id}"), "prefetch")

    def of(self, kind: str) -> Callable[[Raw], bytes | None]:
        """For a key of this type: tells the raw id of an entry that no reader asks for, None for all others."""
        return self._id_if_unasked if kind == KIND and self._applies else _none

    def _id_if_unasked(self, text: Raw) -> bytes | None:
        try:
            entry = _DECODE(text)
        except msgspec.DecodeError:
            return None
        result = entry.resource
        if (
            result.code is UNSET
            or result.subject is UNSET
            or self._asked[bytes(result.code)]
            or not self._ours[bytes(result.subject)]
            or len(_ENCODE(entry)) != len(memoryview(text))  # a name that stands twice
        ):
            return None
        return b"" if result.id is UNSET else bytes(result.id)


def _is_asked(sieve: Sieve, raw: bytes, where: str) -> bool:
    try:
        return sieve.wants(KIND, codes_of(raw, where))
    except NotJson:  # said where it is looked at for itself
        return True


def _is_of(patient: str, raw: bytes, where: str) -> bool:
    try:
        subject = strict_json.decode(raw, where)
    except NotJson:
        return False
    reference = subject.get("reference") if isinstance(subject, dict) else None
    return isinstance(reference, str) and restful(reference) == patient


def _none(_: Raw) -> None:
    return None

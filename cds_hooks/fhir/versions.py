"""Shapes of other FHIR versions that reading as R4 would lose or misread.

Only what concerns the paths that we read is told: a resource of another version whose differences lie elsewhere, or
that `typed` mends, is read as R4. A member that could turn the meaning round (`notDone`, `taken`) makes the resource
unsupported unless it says what R4 says without it.
"""

from collections.abc import Callable, Mapping
from typing import Any

Body = Mapping[str, Any]
_Test = Callable[[Body], str | None]  # the member that tells, or None

DSTU2, STU3, R5 = "DSTU2", "STU3", "R5"
OLDER = "DSTU2 or STU3"
# resource types that R4 names otherwise
RENAMED: Mapping[str, str] = {"MedicationOrder": "MedicationRequest", "MedicationUsage": "MedicationStatement"}


def foreign(kind: str, body: Body) -> tuple[str, str] | None:
    """The version whose shape a decoded resource has, and the member that tells; None if it can be read as R4."""
    for version, test in _SHAPES.get(kind, ()):
        member = test(body)
        if member is not None:
            return version, member
    return None


def _named_so(_: Body) -> str:
    return "resourceType"


def _has(*names: str) -> _Test:
    """One of these members is there; a name that ends in "*" stands for all that begin so."""

    def test(body: Body) -> str | None:
        for name in names:
            found = [m for m in sorted(body) if m == name or (name[-1] == "*" and m.startswith(name[:-1]))]
            if found:
                return found[0]
        return None

    return test


def _but(name: str, harmless: object) -> _Test:
    """The member is there and says something else than R4 says without it."""

    def test(body: Body) -> str | None:
        said = body.get(name)
        return None if said is None or (type(said) is type(harmless) and said == harmless) else name

    return test


def _is(name: str, *words: str) -> _Test:
    return lambda body: name if body.get(name) in words else None


def _shaped(name: str, shape: type) -> _Test:
    return lambda body: name if isinstance(body.get(name), shape) else None


def _holds(name: str, inner: str) -> _Test:
    """The member, or one in its list, is an object with a member `inner`."""

    def test(body: Body) -> str | None:
        value = body.get(name)
        items = value if isinstance(value, list) else [value]
        return name if any(isinstance(item, dict) and inner in item for item in items) else None

    return test


def _collected_from(body: Body) -> str | None:
    collection = body.get("collection")
    told = _holds("bodySite", "concept")(collection) if isinstance(collection, dict) else None
    return f"collection.{told}" if told else None


_DRUG = ((R5, _has("medication", "reason")),)
_SHAPES: Mapping[str, tuple[tuple[str, _Test], ...]] = {
    "MedicationOrder": ((DSTU2, _named_so),),
    "MedicationUsage": ((R5, _named_so),),
    "MedicationRequest": _DRUG,
    "MedicationAdministration": (
        *_DRUG,
        (R5, _has("occurrence*", "occurence*")),  # R5 itself misspells it
        (DSTU2, _has("effectiveTime*")),
        (DSTU2, _but("wasNotGiven", False)),
        (STU3, _but("notGiven", False)),
    ),
    "MedicationStatement": (
        *_DRUG,
        (R5, _is("status", "recorded", "draft")),
        (DSTU2, _but("wasNotTaken", False)),
        (STU3, _but("taken", "y")),
    ),
    "Procedure": (
        (R5, _has("occurrence*", "reason")),
        (DSTU2, _but("notPerformed", False)),
        (STU3, _but("notDone", False)),
    ),
    "Condition": (
        (DSTU2, _has("onsetQuantity", "abatementQuantity")),
        (OLDER, _has("abatementBoolean")),
    ),
    "DiagnosticReport": ((OLDER, _has("codedDiagnosis")),),
    "DocumentReference": ((OLDER, _has("indexed")),),
    "ImagingStudy": (
        (OLDER, _has("modalityList", "uid")),
        (R5, _has("procedure")),
        (R5, _holds("modality", "coding")),
    ),
    "Encounter": (
        (R5, _has("actualPeriod", "admission", "plannedStartDate")),
        (R5, _shaped("class", list)),
        (R5, _shaped("serviceType", list)),
        (R5, _is("status", "discharged", "completed", "discontinued")),
        (R5, _holds("reason", "value")),
        (DSTU2, _shaped("class", str)),
        (OLDER, _has("reason")),
    ),
    "Specimen": ((R5, _collected_from),),
}

"""By whom a report is sliced: age, sex, and race, ethnicity and birth sex where the Patient states them.

None of this is an input of any decision but age and sex, which the facts read for themselves. Codes of the US Core
extensions (https://hl7.org/fhir/us/core/StructureDefinition-us-core-race.html and -ethnicity, -birthsex): the
categories of the US Office of Management and Budget. A text in place of a category is not passed on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cds_hooks.fhir.record import Patient
from cds_hooks.protocol import strict_json

_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
_CATEGORIES: Mapping[str, str] = {
    "1002-5": "American Indian or Alaska Native",
    "2028-9": "Asian",
    "2054-5": "Black or African American",
    "2076-8": "Native Hawaiian or Other Pacific Islander",
    "2106-3": "White",
    "2131-1": "Other race",
    "2135-2": "Hispanic or Latino",
    "2186-5": "Not Hispanic or Latino",
    "UNK": "unknown",
    "ASKU": "asked but unknown",
}
_BIRTH_SEX: Mapping[str, str] = {"F": "female", "M": "male", "UNK": "unknown", "OTH": "other", "ASKU": "unknown"}
_STATED_OTHERWISE = "stated without a category"


@dataclass(frozen=True, slots=True)
class Demographics:
    """What a Patient resource states beside what is read from it. Several races may be stated."""

    birth_sex: str | None = None
    race: tuple[str, ...] = ()
    ethnicity: str | None = None


def demographics(line: bytes) -> Demographics:
    """Those of a Patient resource. Raises NotJson."""
    if _US_CORE.encode() not in line:
        return Demographics()
    body = strict_json.decode(line)
    listed = body.get("extension")
    extensions = [e for e in listed if isinstance(e, dict)] if isinstance(listed, list) else []
    ethnicity = sorted(_categories(extensions, "ethnicity"))
    return Demographics(
        birth_sex=next(
            (_BIRTH_SEX.get(str(e.get("valueCode")), "unknown") for e in _named(extensions, "birthsex")), None
        ),
        race=tuple(sorted(set(_categories(extensions, "race")))),
        ethnicity=ethnicity[0] if ethnicity else None,
    )


def _named(extensions: list[dict[str, Any]], name: str) -> Iterator[dict[str, Any]]:
    return (e for e in extensions if e.get("url") == f"{_US_CORE}{name}")


def _categories(extensions: list[dict[str, Any]], name: str) -> Iterator[str]:
    for extension in _named(extensions, name):
        parts = extension.get("extension")
        inner = [p for p in parts if isinstance(p, dict)] if isinstance(parts, list) else []
        codings = [p.get("valueCoding") for p in inner if p.get("url") == "ombCategory"]
        codes = [str(coding.get("code")) for coding in codings if isinstance(coding, dict)]
        yield from (_CATEGORIES.get(code, _STATED_OTHERWISE) for code in codes or [""])


def age(patient: Patient, as_of: date) -> int | None:
    """Full years on a day; of a birth date known only by its year or month, the fewest that it can be."""
    born = patient.birth_date.latest if patient.birth_date else None
    if born is None or born > as_of:
        return None
    return as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))

"""By whom a report is sliced."""

import json
from datetime import date
from typing import Any

import pytest

from cds_hooks.cohort.demographics import Demographics, age, demographics
from cds_hooks.fhir.datatypes import Origin
from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import Patient

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"


def stated(*extensions: Any) -> Demographics:
    return demographics(json.dumps({"resourceType": "Patient", "id": "a", "extension": extensions}).encode())


def category(name: str, *codes: str) -> dict[str, Any]:
    parts = [{"url": "ombCategory", "valueCoding": {"code": code}} for code in codes]
    return {"url": f"{US_CORE}{name}", "extension": [*parts, {"url": "text", "valueString": "free words"}]}


def test_race_and_ethnicity_are_the_categories_that_the_patient_states() -> None:
    found = stated(category("race", "2106-3", "2028-9"), category("ethnicity", "2135-2"))
    assert found == Demographics(None, ("Asian", "White"), "Hispanic or Latino")


def test_a_race_in_words_alone_is_counted_and_its_words_are_not_passed_on() -> None:
    assert stated(category("race"), category("ethnicity", "x")) == Demographics(
        None, ("stated without a category",), "stated without a category"
    )


@pytest.mark.parametrize(("code", "word"), [("F", "female"), ("M", "male"), ("UNK", "unknown"), (None, "unknown")])
def test_birth_sex_is_a_word(code: str | None, word: str) -> None:
    assert stated({"url": f"{US_CORE}birthsex", "valueCode": code}).birth_sex == word


@pytest.mark.parametrize("extensions", [(), ("no object",), ({"url": f"{US_CORE}race", "extension": "none"},)])
def test_odd_extensions_state_no_ethnicity(extensions: tuple[Any, ...]) -> None:
    assert stated(*extensions).ethnicity is None


def test_an_extension_that_is_no_list_states_nothing() -> None:
    assert demographics(f'{{"extension": "{US_CORE}"}}'.encode()) == Demographics()


@pytest.mark.parametrize(
    ("first", "last", "years"),
    [
        (date(1960, 1, 1), date(1960, 1, 1), 66),
        (date(1960, 1, 2), date(1960, 1, 2), 65),
        (date(1960, 1, 1), date(1960, 12, 31), 65),
        (date(2026, 6, 1), date(2026, 6, 1), None),
        (None, None, None),
    ],
)
def test_age_is_full_years_and_never_more_than_is_sure(
    first: date | None, last: date | None, years: int | None
) -> None:
    born = DateInterval(first, last) if first else None
    assert age(Patient(Origin("Patient/a", "patient"), birth_date=born), date(2026, 1, 1)) == years

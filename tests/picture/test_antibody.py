"""How long ago trastuzumab was last given."""

from dataclasses import replace
from typing import Any

import pytest

from cds_hooks.fhir.record import KeyState
from tests.picture.charts import concept, condition, drug, facts, value
from tests.picture.courses import dose, ordered, stated

TRASTUZUMAB, CONJUGATE, LISINOPRIL = "rxnorm 224905", concept(text="trastuzumab emtansine"), "rxnorm 314076"
CANCER = condition(on="2023-01-10", name="cancer")


def since(*resources: Any, **more: Any) -> Any:
    return value(facts(CANCER, *resources, **more)["months_since_trastuzumab"])


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        ([dose(TRASTUZUMAB, "2024-06-30"), dose(TRASTUZUMAB, "2024-12-31")], (5.9, 6)),
        ([stated(TRASTUZUMAB, "2023-12-01", "2024-12-31", "completed")], (5.9, 6)),
        ([ordered(TRASTUZUMAB, "2025-05-01")], 0),
        ([stated(TRASTUZUMAB, "2024-01-01", asserted="2025-05-01")], 0),
        ([ordered(TRASTUZUMAB, "2024-12-31", "completed")], (0, 6)),
        ([ordered(TRASTUZUMAB, "2024-12-31", "completed"), dose(TRASTUZUMAB, "2025-02-28")], (0, 4.1)),
        ([dose(CONJUGATE, "2024-12-31")], "not_recorded"),
        ([dose(LISINOPRIL, "2024-12-31")], "not_recorded"),
        ([], "not_recorded"),
    ],
)
def test_the_last_dose_or_the_end_tells_how_long_ago(uses: list[Any], expected: Any) -> None:
    assert since(*uses) == expected


def test_an_undated_dose_tells_nothing() -> None:
    assert since(replace(dose(TRASTUZUMAB, "2024-12-31"), when=None, started=None, ended=None)) == "not_recorded"


def test_a_drug_without_a_name_may_be_a_later_one() -> None:
    unnamed = replace(drug(concept(), "2025-05-01"), drug_unresolved="Medication/gone")
    assert since(dose(TRASTUZUMAB, "2024-12-31"), unnamed) == (0, 6)
    assert since(unnamed) == "not_loaded"


def test_one_of_which_code_and_text_name_different_drugs_may_be_a_later_one() -> None:
    unclear = dose(concept(TRASTUZUMAB, text="paclitaxel"), "2025-05-01")
    assert since(dose(TRASTUZUMAB, "2024-12-31"), unclear) == (0, 6)
    assert since(unclear) == "equivocal"


def test_a_page_that_was_not_sent_may_hold_a_later_one() -> None:
    states = {"medicationAdministrations": KeyState.PARTIAL}
    assert since(dose(TRASTUZUMAB, "2024-12-31"), states=states) == (0, 6)

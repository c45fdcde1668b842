"""Remission, as the diagnosis or the latest word on the course has it."""

from typing import Any

import pytest

from cds_hooks.fhir.record import KeyState
from tests.picture.charts import condition, facts, observation, value

CLEAR, WORSENED, STABLE = "sct 281900007", "sct 271299001", "sct 359746009"


def remission(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["in_remission"])


def told(status: str, on: str | None, question: str = "loinc 97509-4", **more: Any) -> Any:
    return observation(question, status, on=on, **more)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"clinical_status": "remission"}, "yes"),
        ({"clinical_status": "resolved"}, "yes"),
        ({"clinical_status": "recurrence"}, "no"),
        ({"clinical_status": "relapse"}, "no"),
        ({"clinical_status": "active"}, "not_recorded"),
        ({"clinical_status": None}, "not_recorded"),
        ({"clinical_status": "remission", "verification_status": "provisional"}, "not_recorded"),
    ],
)
def test_the_status_of_the_diagnosis_can_say_so(more: dict[str, Any], expected: str) -> None:
    assert remission(condition(**more)) == expected


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        ([told(CLEAR, "2025-05-01")], "yes"),
        ([told(CLEAR, "2025-05-01", "loinc 88040-1")], "yes"),
        ([told("no evidence of disease", "2025-05-01")], "yes"),
        ([told(WORSENED, "2024-05-01"), told(CLEAR, "2025-05-01")], "yes"),
        ([told(CLEAR, "2024-05-01"), told(WORSENED, "2025-05-01")], "no"),
        ([told(CLEAR, "2025-05-01"), told(WORSENED, "2025-05-01")], "no"),
        ([told(CLEAR, "2024-05-01"), told(STABLE, "2025-05-01")], "not_recorded"),
        ([told("sct 709137006", "2025-05-01")], "not_recorded"),
        ([told("something else", "2025-05-01")], "not_recorded"),
    ],
)
def test_the_latest_word_on_the_course_can_say_so(course: list[Any], expected: str) -> None:
    assert remission(*course) == expected


def test_a_relapse_on_file_is_no_remission_whatever_the_course_said() -> None:
    assert remission(condition(clinical_status="relapse"), told(CLEAR, "2025-05-01")) == "no"


def test_a_later_word_may_be_unseen() -> None:
    assert remission(told(CLEAR, "2025-05-01"), states={"obsStage": KeyState.PARTIAL}) == "incomplete_page"
    assert remission(told(WORSENED, "2025-05-01"), states={"obsStage": KeyState.PARTIAL}) == "no"

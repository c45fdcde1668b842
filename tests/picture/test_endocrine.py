"""Endocrine therapy: the agent, whether it goes on, for how long, and suppression of the ovaries."""

from dataclasses import replace
from typing import Any

import pytest

from cds_hooks.fhir.record import KeyState
from tests.picture.charts import concept, condition, facts, known, picture, procedure, value
from tests.picture.courses import ANASTROZOLE, GOSERELIN, LETROZOLE, TAMOXIFEN, dose, ordered, stated

CANCER = condition(on="2015-01-10", name="cancer")
DECLINED, COMPLETED = (concept("sct 182895007"),), (concept("sct 182992009"),)


def of(name: str, *resources: Any, **more: Any) -> Any:
    return value(facts(CANCER, *resources, **more)[name])


@pytest.mark.parametrize(
    ("uses", "agent", "status"),
    [
        ([ordered(TAMOXIFEN, "2025-01-10")], "tamoxifen", "on"),
        ([ordered(TAMOXIFEN, "2020-01-10", until="2026-01-10")], "tamoxifen", "on"),
        ([ordered(TAMOXIFEN, "2020-01-10")], "tamoxifen", "equivocal"),
        ([ordered(TAMOXIFEN, "2025-01-10", until="2025-04-10")], "tamoxifen", "equivocal"),
        ([ordered(TAMOXIFEN, "2025-01-10", "on-hold")], "tamoxifen", "equivocal"),
        ([ordered(TAMOXIFEN, "2025-01-10", "unknown")], "tamoxifen", "equivocal"),
        ([stated(ANASTROZOLE, "2020-01-10", asserted="2025-05-01")], "aromatase_inhibitor", "on"),
        ([stated(ANASTROZOLE, "2020-01-10", asserted="2022-05-01")], "aromatase_inhibitor", "equivocal"),
        ([stated(ANASTROZOLE, "2020-01-10")], "aromatase_inhibitor", "equivocal"),
        ([stated(TAMOXIFEN, "2019-01-10", "2024-01-10", "completed")], "tamoxifen", "completed"),
        ([stated(TAMOXIFEN, "2019-01-10", "2021-01-10", "stopped")], "tamoxifen", "stopped"),
        ([stated(TAMOXIFEN, "2019-01-10", status="stopped")], "tamoxifen", "stopped"),
        ([stated(TAMOXIFEN, "2019-01-10", status="completed")], "tamoxifen", "equivocal"),
        ([dose(TAMOXIFEN, "2025-05-10")], "tamoxifen", "equivocal"),
        ([ordered(TAMOXIFEN, "2019-01-10", "stopped")], "tamoxifen", "stopped"),
        ([ordered(TAMOXIFEN, "2019-01-10", "completed")], "tamoxifen", "equivocal"),
        ([ordered(TAMOXIFEN, "2019-01-10", "completed", until="2024-01-10")], "tamoxifen", "completed"),
        ([ordered(TAMOXIFEN, "2024-05-10", "completed", until="2025-05-10")], "tamoxifen", "equivocal"),
        ([stated(TAMOXIFEN, "2019-01-10", status="stopped", status_reason=COMPLETED)], "tamoxifen", "completed"),
        ([stated("rxnorm 282357", "2024-01-10", asserted="2025-05-01")], "other", "on"),
        ([ordered(GOSERELIN, "2025-01-10")], "not_recorded", "not_recorded"),
        ([ordered(TAMOXIFEN, "2025-01-10", intent="plan")], "not_recorded", "not_recorded"),
        ([ordered(TAMOXIFEN, "2025-09-10")], "not_recorded", "not_recorded"),
        ([ordered(TAMOXIFEN, "2010-01-10", "stopped")], "not_recorded", "not_recorded"),
        ([], "not_recorded", "not_recorded"),
    ],
)
def test_the_agent_and_whether_it_goes_on(uses: list[Any], agent: str, status: str) -> None:
    assert (of("endocrine_agent", *uses), of("endocrine_status", *uses)) == (agent, status)


SWITCHED = (
    stated(TAMOXIFEN, "2020-01-01", "2022-01-01", "stopped"),
    stated(ANASTROZOLE, "2022-01-15", asserted="2025-05-01"),
)


def test_a_stopped_agent_that_another_followed_was_switched_and_the_years_add_up() -> None:
    assert of("endocrine_agent", *SWITCHED) == "aromatase_inhibitor"
    assert of("endocrine_status", *SWITCHED) == "on"
    assert of("endocrine_years", *SWITCHED) == (5.49, 5.5)
    assert of("endocrine_gap", *SWITCHED) == "no"
    assert of("months_since_endocrine_start", *SWITCHED) == (65.9, 66)


def test_two_agents_begun_together_are_a_conflict() -> None:
    uses = (ordered(TAMOXIFEN, "2025-01-10"), ordered(LETROZOLE, "2025-01-10"))
    assert of("endocrine_agent", *uses) == "conflicting"
    assert of("endocrine_status", *uses) == "on"


def test_an_order_of_an_older_agent_that_was_never_closed_is_noted() -> None:
    fact = facts(CANCER, ordered(TAMOXIFEN, "2018-01-10"), ordered(LETROZOLE, "2025-01-10"))["endocrine_agent"]
    assert value(fact) == "aromatase_inhibitor"
    assert any("tamoxifen" in note for note in known(fact).notes)


@pytest.mark.parametrize(("end", "expected"), [("2025-05-01", "stopped"), ("2022-05-01", "on")])
def test_an_order_left_open_is_closed_by_a_later_end_of_the_same_agent(end: str, expected: str) -> None:
    uses = (ordered(TAMOXIFEN, "2025-01-10"), stated(TAMOXIFEN, "2020-01-10", end, "stopped"))
    assert of("endocrine_status", *uses) == expected


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        ([stated(TAMOXIFEN, "2019-01-10", "2024-01-10", "completed")], (4.99, 5)),
        ([stated(TAMOXIFEN, "2019-01", "2024-01-10", "completed")], (4.94, 5.03)),
        ([stated(TAMOXIFEN, "2019", "2024", "completed")], (4, 6)),
        ([stated(TAMOXIFEN, "2019-01-10", status="stopped")], (0, 6.47)),
        ([stated(TAMOXIFEN, None, "2024-01-10", "stopped")], (0, 9)),
        ([ordered(TAMOXIFEN, "2019-01-10")], (0, 6.47)),
        ([dose(TAMOXIFEN, "2019-01-10")], (0, 6.47)),
        ([dose(TAMOXIFEN, "2019-01-10"), dose(TAMOXIFEN, "2020-01-10")], (0, 6.47)),
        ([dose("rxnorm 282357", f"2025-0{month}-10") for month in range(1, 7)], (0.41, 0.47)),
        ([ordered(TAMOXIFEN, "2024-06-30", until="2026-01-01")], (0.99, 1)),
        ([ordered(TAMOXIFEN, f"{year}-01-10", "completed") for year in range(2020, 2025)], (4, 5.48)),
        ([], "not_recorded"),
    ],
)
def test_the_years_are_known_within_the_bounds_of_their_dates(uses: list[Any], expected: Any) -> None:
    assert of("endocrine_years", *uses) == expected


BROKEN = (
    stated(TAMOXIFEN, "2018-01-01", "2020-01-01", "stopped"),
    stated(TAMOXIFEN, "2021-01-01", "2024-01-01", "completed"),
)


def test_a_long_break_is_cut_out_and_noted() -> None:
    fact = known(facts(CANCER, *BROKEN)["endocrine_years"])
    assert value(fact) == (4.99, 5)
    assert fact.notes == ("break from 2020-01-01 to 2021-01-01 not counted",)
    assert of("endocrine_gap", *BROKEN) == "yes"


def test_a_short_break_counts_as_therapy() -> None:
    uses = (
        stated(TAMOXIFEN, "2018-01-01", "2020-01-01", "stopped"),
        stated(TAMOXIFEN, "2020-06-01", "2024-01-01", "completed"),
    )
    assert of("endocrine_years", *uses) == (5.99, 6)
    assert of("endocrine_gap", *uses) == "no"


def test_therapy_that_was_stopped_is_not_taken_to_have_gone_on_to_the_next_start() -> None:
    stopped = ordered(TAMOXIFEN, "2020-01-01", "stopped")
    low, _ = of("endocrine_years", stopped, stated(ANASTROZOLE, "2021-01-01", "2022-01-01", "completed"))
    assert low == 0.99


def test_whether_there_was_a_break_is_unknown_where_an_end_is_not_recorded() -> None:
    uses = (stated(TAMOXIFEN, "2016-01-01", status="stopped"), stated(TAMOXIFEN, "2020-01-01", "2024-01-01", "stopped"))
    assert of("endocrine_gap", *uses) == "equivocal"
    assert of("endocrine_years", *uses) == (4, 8)


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        (stated(TAMOXIFEN, "2024-03-01", status="not-taken", status_reason=DECLINED), "declined"),
        (
            stated(TAMOXIFEN, "2024-03-01", status="not-taken", status_reason=(concept(text="Patient declined"),)),
            "declined",
        ),
        (stated(TAMOXIFEN, "2024-03-01", status="not-taken"), "not_recorded"),
        (stated("rxnorm 56946", "2024-03-01", status="not-taken", status_reason=DECLINED), "not_recorded"),
    ],
)
def test_endocrine_therapy_that_was_never_taken_is_declined_only_if_the_chart_says_so(
    refused: Any, expected: str
) -> None:
    assert of("endocrine_status", not_done=(refused,)) == expected
    assert of("endocrine_status", ordered(TAMOXIFEN, "2025-01-10"), not_done=(refused,)) == "on"


@pytest.mark.parametrize(
    ("code", "on", "agent", "status"),
    [
        ("icd Z79.811", "2025-01-10", "aromatase_inhibitor", "on"),
        ("icd Z79.811", "2020-01-10", "aromatase_inhibitor", "equivocal"),
        ("icd Z79.810", "2025-01-10", "equivocal", "on"),
    ],
)
def test_long_term_use_on_file_as_a_condition_counts(code: str, on: str, agent: str, status: str) -> None:
    uses = (condition(code, on=on, clinical_status="active"),)
    assert (of("endocrine_agent", *uses), of("endocrine_status", *uses)) == (agent, status)
    low, high = of("endocrine_years", *uses)
    assert low <= 5.5 < high


def test_an_unspecific_code_of_long_term_use_does_not_unsettle_a_named_agent() -> None:
    uses = (condition("icd Z79.810", on="2025-02-10"), ordered(TAMOXIFEN, "2025-01-10"))
    assert of("endocrine_agent", *uses) == "tamoxifen"


@pytest.mark.parametrize("key", ["medicationRequests", "medicationStatements"])
@pytest.mark.parametrize("state", [KeyState.ABSENT, KeyState.PARTIAL])
def test_missing_records_leave_only_what_nothing_can_undo(key: str, state: KeyState) -> None:
    states = {key: state}
    assert of("endocrine_status", *SWITCHED, states=states) == "on"
    assert of("endocrine_agent", *SWITCHED, states=states) in ("not_loaded", "incomplete_page")
    assert of("endocrine_years", *SWITCHED, states=states) == (5.49, None)
    assert of("months_since_endocrine_start", *SWITCHED, states=states) == (65.9, None)
    assert of("endocrine_gap", *SWITCHED, states=states) in ("not_loaded", "incomplete_page")
    assert of("endocrine_status", *BROKEN, states=states) in ("not_loaded", "incomplete_page")


def test_therapy_that_may_be_for_either_of_two_tumours_is_unknown_for_both() -> None:
    both = (condition(on="2010-01-10"), condition("icd C50.911", on="2024-02-01"))
    seen = picture(*both, ordered(TAMOXIFEN, "2025-01-10"))
    assert {value(e.facts["endocrine_status"]) for e in seen.episodes} == {"conflicting"}
    told = picture(*both, ordered(TAMOXIFEN, "2025-01-10", reason=(concept("icd C50.911"),)))
    assert {e.side: value(e.facts["endocrine_status"]) for e in told.episodes} == {
        "left": "not_recorded",
        "right": "on",
    }


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([ordered(GOSERELIN, "2025-01-10")], "yes"),
        ([dose(GOSERELIN, "2025-05-10")], "yes"),
        ([dose(GOSERELIN, "2024-05-10")], "equivocal"),
        ([stated(GOSERELIN, "2020-01-10", "2022-01-10", "stopped")], "no"),
        ([stated(GOSERELIN, "2020-01-10", status="stopped")], "equivocal"),
        ([stated(GOSERELIN, "2020-01-10", "2022-01-10", "stopped"), dose(GOSERELIN, "2025-05-10")], "yes"),
        ([procedure("sct 29827000", "2022-01-10")], "yes"),
        ([procedure("sct 29827000", "2022-01-10", status="not-done")], "not_recorded"),
        ([procedure("sct 83152002", "2022-01-10")], "not_recorded"),
        ([condition("icd Z90.722")], "yes"),
        ([condition("icd Z90.721")], "not_recorded"),
        ([ordered(TAMOXIFEN, "2025-01-10")], "not_recorded"),
        ([], "not_recorded"),
    ],
)
def test_the_ovaries_are_suppressed_as_long_as_it_goes_on_or_if_both_are_gone(resources: Any, expected: str) -> None:
    assert of("ovarian_suppression", *resources) == expected


def test_order_and_repetition_of_treatments_change_nothing() -> None:
    chart = [CANCER, *SWITCHED, *BROKEN, ordered(LETROZOLE, "2025-01-10"), dose(GOSERELIN, "2025-05-10")]
    again = [*reversed(chart), *(replace(r) for r in chart[1:4])]
    assert facts(*chart) == facts(*again)

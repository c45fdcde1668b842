"""H: statuses and time."""

import pytest

from tests.conformance.answers import Answered
from tests.conformance.live import Live

requirement = pytest.mark.requirement


@requirement("H1", "A1")
def test_success_is_200_with_a_list_of_cards(answered: Answered) -> None:
    for answer in answered.answers.values():
        assert answer.status_code == 200
        assert isinstance(answer.json()["cards"], list)
        assert len(answer.json()["cards"]) <= 3


@requirement("H2", "A1")
@pytest.mark.parametrize("story", ["nothing_but_a_patient", "high_risk_but_deceased", "lymphoma_of_the_breast"])
def test_nothing_to_say_is_an_empty_list(answered: Answered, story: str) -> None:
    assert answered.answers[story].json() == {"cards": []}


@requirement("H4", "H5")
@pytest.mark.parametrize(
    ("status", "path", "body"),
    [
        (400, "", b"{"),
        (404, "/cds-services/none", b"{}"),
        (404, "/none", b"{}"),
        (405, "/cds-services", b"{}"),
        (412, "", b"the request without its prefetch"),
        (413, "", b" " * 5_000_000),
        (422, "", b"{}"),
        (422, "feedback", b"{}"),
    ],
)
def test_every_refusal_says_what_to_mend_in_an_operation_outcome(
    live: Live, status: int, path: str, body: bytes
) -> None:
    sent = {**live.request(), "prefetch": {}} if status == 412 else body
    answer = live.post(sent, live.feedback if path == "feedback" else path)
    (issue,) = answer.json()["issue"]
    assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")
    assert answer.headers["Content-Type"] == "application/json"
    assert issue["severity"] == "error"
    assert issue["code"]
    assert issue["details"]["text"]


@requirement("H6")
def test_nineteen_of_twenty_charts_are_answered_within_half_a_second(answered: Answered) -> None:
    took = sorted(answer.elapsed.total_seconds() for answer in answered.answers.values())
    assert took[len(took) * 19 // 20] < 0.5

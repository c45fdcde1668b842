import json
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from cds_hooks.decide import Circumstances, Decision
from cds_hooks.errors import JournalUnavailable
from cds_hooks.fhir.record import Record
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.protocol.response import check_answer
from cds_hooks.web import hooks
from cds_hooks.web.wire import answer_of
from tests.web.desk import KNOWLEDGE, NOW, SERVICE, Desk, from_user, opened, with_cards, without_cards

CARD = "org.recurrence-cds.card"


def test_a_chart_is_answered_with_a_card_that_clients_can_take(desk: Desk) -> None:
    """H1, A1, J3."""
    answer = desk.post(with_cards())
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert len(answer.get_json()["cards"]) == 1
    assert check_answer(answer.get_json()) == []


def test_nothing_to_say_is_an_answer_without_cards(desk: Desk) -> None:
    """H2."""
    answer = desk.post(without_cards())
    assert (answer.status_code, answer.get_json()) == (200, {"cards": []})


@pytest.mark.parametrize("user", ["Patient/p1", "RelatedPerson/1"])
def test_no_card_is_shown_to_a_patient_or_a_relative(desk: Desk, user: str) -> None:
    """C1."""
    assert desk.post(from_user(with_cards(), user)).get_json() == {"cards": []}
    assert desk.calls()[0]["silence"] == "user_is_not_a_professional"


def test_a_request_by_a_patient_is_checked_all_the_same(desk: Desk) -> None:
    request = from_user(with_cards(), "Patient/p1")
    request["prefetch"]["patient"]["id"] = "somebody-else"
    assert desk.post(request).status_code == 422


@pytest.mark.parametrize("path", [f"/cds-services//{KNOWLEDGE.service.id}", f"{SERVICE}"])
def test_the_service_answers_behind_a_double_slash_too(desk: Desk, path: str) -> None:
    """The sandbox makes one of a discovery address with a slash at its end."""
    assert desk.post(without_cards(), path).status_code == 200


def test_members_and_keys_that_we_do_not_know_are_ignored(desk: Desk) -> None:
    """R10, P14."""
    request = {**without_cards(), "extension": {"com.example": None}, "user": "Practitioner/1"}
    request["prefetch"]["unknown"] = {"resourceType": "Basic"}
    assert desk.post(request).status_code == 200


@pytest.mark.parametrize("missing", ["patient", "conditions"])
def test_without_required_data_nothing_is_said(desk: Desk, missing: str) -> None:
    """P11, H3."""
    request = without_cards()
    del request["prefetch"][missing]
    assert desk.post(request).status_code == 412


def test_without_any_prefetch_nothing_is_said(desk: Desk) -> None:
    """R7, P11."""
    request = without_cards()
    del request["prefetch"]
    assert desk.post(request).status_code == 412


def test_the_same_request_gets_the_same_cards_with_uuids_of_their_own(desk: Desk) -> None:
    """A3, C4."""
    first, second = (desk.post(with_cards()).get_json()["cards"][0] for _ in range(2))
    assert first["uuid"] != second["uuid"]
    assert first["summary"] == second["summary"]
    assert len(desk.calls()) == 2


def test_an_answer_is_recorded_with_its_cards(desk: Desk) -> None:
    request = with_cards()
    (card,) = desk.post(request).get_json()["cards"]
    (decision,), (kept,) = desk.calls(), desk.rows("shown")
    assert (decision["service"], decision["status"], decision["silence"]) == (KNOWLEDGE.service.id, 200, None)
    assert (decision["hook"], decision["hook_instance"]) == ("patient-view", request["hookInstance"])
    assert decision["knowledge"] == KNOWLEDGE.fingerprint
    assert decision["received_at"].startswith("2026-03-01T23:30:00")
    assert decision["duration_ms"] > 0
    assert (kept["uuid"], kept["card_id"]) == (card["uuid"], card["extension"][CARD]["id"])


def test_the_reason_for_silence_is_recorded(desk: Desk) -> None:
    desk.post(without_cards())
    (decision,) = desk.calls()
    assert decision["silence"]


def test_a_refusal_is_recorded_with_what_could_be_read(desk: Desk) -> None:
    request = without_cards()
    request["prefetch"]["patient"]["id"] = "somebody-else"
    desk.post(request)
    desk.post(b"{")
    read, unread = desk.calls()
    assert (read["status"], read["error"], read["hook_instance"]) == (422, "WrongPatient", request["hookInstance"])
    assert (unread["status"], unread["error"], unread["hook_instance"]) == (400, "NotJson", None)


def test_an_answer_that_cannot_be_recorded_is_not_given(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise JournalUnavailable("disk full")

    monkeypatch.setattr(type(desk.journal), "record", fail)
    answer = desk.post(with_cards())
    assert answer.status_code == 503
    assert "cards" not in answer.get_json()


def test_the_answer_is_recorded_before_it_is_made(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded: list[int] = []

    def answer(body: bytes) -> object:
        recorded.append(len(desk.calls()))
        return answer_of(body)

    monkeypatch.setattr(hooks, "answer_of", answer)
    assert desk.post(with_cards()).status_code == 200
    assert recorded == [1]


def test_today_is_the_day_of_the_call_in_utc(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    days: list[date] = []

    def decide(_: Record, __: Knowledge, given: Circumstances) -> Decision:
        days.append(given.today)
        return Decision((), "nothing_to_say")

    monkeypatch.setattr(hooks, "decide", decide)
    desk.post(with_cards())
    assert days == [NOW.date()] == [date(2026, 3, 1)]


def test_silence_for_want_of_approval_is_recorded_with_its_reason(tmp_path: Path) -> None:
    with opened(tmp_path, require_approval=True) as desk:
        answer = desk.post(with_cards())
        (row,) = desk.calls()
    assert (answer.status_code, answer.get_json(), row["silence"]) == (200, {"cards": []}, "nothing_approved")


class InPieces(BytesIO):
    """What a network gives: less than was asked for."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size, 1000) if size and size > 0 else 1000)


@pytest.mark.parametrize(("lacking", "status"), [(0, 200), (1, 400), (5000, 400)])
def test_a_body_is_read_to_its_end_and_one_that_breaks_off_is_refused(desk: Desk, lacking: int, status: int) -> None:
    body = json.dumps(without_cards()).encode()
    answer = desk.client.post(
        SERVICE,
        input_stream=InPieces(body),
        content_type="application/json",
        environ_overrides={"CONTENT_LENGTH": str(len(body) + lacking)},  # the test client would count for itself
    )
    assert answer.status_code == status

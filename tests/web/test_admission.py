"""Beyond what a worker can answer, a client is told at once to try again."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug.test import TestResponse

from cds_hooks.decide import decide as real_decide
from cds_hooks.settings import Settings
from cds_hooks.web import hooks
from tests.web.desk import SERVICE, Desk, opened, without_cards


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Desk]:
    """A desk that gives one answer at a time."""
    with opened(tmp_path, Settings(max_in_progress=1, max_body_bytes=5000)) as desk:
        yield desk


@pytest.fixture
def meanwhile(narrow: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[..., TestResponse]:
    """Asks for something while an answer is in progress."""

    def ask(method: str, path: str, **options: Any) -> TestResponse:
        answers: list[TestResponse] = []

        def decide(*given: Any) -> Any:
            monkeypatch.undo()
            answers.append(narrow.client.open(path, method=method, **options))
            return real_decide(*given)

        monkeypatch.setattr(hooks, "decide", decide)
        assert narrow.post(without_cards()).status_code == 200
        return answers[0]

    return ask


def test_one_more_than_can_be_answered_is_told_to_try_again(
    meanwhile: Callable[..., TestResponse], narrow: Desk
) -> None:
    answer = meanwhile("POST", SERVICE, json=without_cards())
    (issue,) = answer.get_json()["issue"]
    assert (answer.status_code, issue["code"], answer.headers["Retry-After"]) == (503, "throttled", "1")
    assert answer.headers["X-Request-Id"]
    assert [line["status"] for line in narrow.logged() if line["event"] == "answered"] == [503, 200]
    assert not [line for line in narrow.logged() if line["event"] == "failed"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/cds-services"])
def test_all_other_addresses_stay_open(meanwhile: Callable[..., TestResponse], path: str) -> None:
    assert meanwhile("GET", path).status_code == 200


def test_feedback_is_still_taken(meanwhile: Callable[..., TestResponse]) -> None:
    assert meanwhile("POST", f"{SERVICE}/feedback", json={"feedback": []}).status_code != 503


@pytest.mark.parametrize(("size", "taken"), [(4000, 4000), (9000, 5000)])
def test_what_a_refused_client_sends_is_taken_in(meanwhile: Callable[..., TestResponse], size: int, taken: int) -> None:
    sent = BytesIO(b" " * size)
    answer = meanwhile("POST", SERVICE, input_stream=sent, content_length=size, content_type="application/json")
    assert (answer.status_code, sent.tell()) == (503, taken)


@pytest.mark.parametrize("body", [b"{", without_cards()], ids=["refused", "answered"])
def test_the_place_is_free_again_however_it_ended(narrow: Desk, body: Any) -> None:
    assert [narrow.post(body).status_code for _ in range(3)].count(503) == 0
    assert narrow.post(without_cards()).status_code == 200


def test_the_place_is_free_again_after_a_mistake_of_ours(narrow: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(hooks, "decide", lambda *_: 1 / 0)
        assert narrow.post(without_cards()).status_code == 500
    assert narrow.post(without_cards()).status_code == 200


def test_one_answer_is_computed_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []

    def decide(*given: Any) -> Any:
        begun.append(len(begun))
        if begun == [0]:
            other.start()
            other.join(0.2)  # it would be through in a tenth of that
            assert begun == [0]
        return real_decide(*given)

    with opened(tmp_path) as desk:
        other = Thread(target=desk.post, args=[without_cards()])
        monkeypatch.setattr(hooks, "decide", decide)
        assert desk.post(without_cards()).status_code == 200
        other.join()
        assert [call["status"] for call in desk.calls()] == [200, 200]


@pytest.mark.parametrize("step", ["read_body", "load", "overrides_of", "commit"])
def test_while_one_answer_waits_for_others_another_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    real = getattr(hooks, step)

    def slow(*given: Any) -> Any:
        monkeypatch.undo()
        other = Thread(target=desk.post, args=[without_cards()])
        other.start()
        other.join(10)
        assert not other.is_alive()
        return real(*given)

    with opened(tmp_path) as desk:
        monkeypatch.setattr(hooks, step, slow)
        assert desk.post(without_cards()).status_code == 200
        assert len(desk.calls()) == 2

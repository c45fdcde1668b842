"""The pages of figures, on calls that were really made."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from cds_hooks.audit.comments import PAGE
from cds_hooks.audit.entry import Kind
from cds_hooks.audit.measures.statistics import p_chart
from cds_hooks.errors import JournalUnavailable
from cds_hooks.web.console.access import Role
from cds_hooks.web.console.feedback import MOST_LISTED, pareto
from cds_hooks.web.console.filters import drawn
from cds_hooks.web.console.watch import MOST_DRAWN, grouped
from cds_hooks.web.heartbeat import Heart
from tests.audit import busy
from tests.console.visitors import WORD, session, text, visitor
from tests.web.desk import NOW, SERVICE, Desk, opened, with_cards

COMMENT = "<i>not for this patient</i>"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened(Path(tmp_path_factory.mktemp("pages")), console_word=WORD) as running:
        running.post(with_cards())
        dismiss(running, running.rows("shown")[0]["uuid"], COMMENT)
        yield running


def dismiss(desk: Desk, card: str, comment: str) -> None:
    reason = {"reason": {"code": "done_or_planned"}, "userComment": comment}
    item = {"card": card, "outcome": "overridden", "outcomeTimestamp": NOW.isoformat(), "overrideReason": reason}
    assert desk.post({"feedback": [item]}, f"{SERVICE}/feedback").status_code == 200


def seen(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return text(answer)


def test_feedback_tells_reasons_and_what_is_overridden_most(desk: Desk) -> None:
    page = seen(session(desk, visitor(Role.VIEWER)), "/console/feedback")
    assert "done or planned 1 1 100.0 % 100.0 %" in page
    assert "tier 1 1 0 1 100.0 % 20.7 % to 100.0 % 0.0 %" in page
    assert "Comments: 1. They are sealed" in page
    assert "About unknown cards 0" in page
    assert "Reports about unknown cards" not in page


def test_comments_are_read_by_auditors_and_escaped(desk: Desk) -> None:
    browser = session(desk, visitor(Role.AUDITOR))
    assert "Read the comments (1)" in seen(browser, "/console/feedback")
    page = browser.get("/console/feedback/comments").text
    assert COMMENT not in page
    assert "&lt;i&gt;not for this patient&lt;/i&gt;" in page


def test_a_comment_on_an_unknown_card_is_there_too_and_pages_follow(tmp_path: Path) -> None:
    with opened(tmp_path, console_word=WORD) as running:
        for number in range(PAGE + 2):
            dismiss(running, f"card-{number}", f"comment {number};")
        browser = session(running, visitor(Role.PRIVACY))
        first = browser.get("/console/feedback/comments")
        assert first.text.count("a card that this journal does not hold") == PAGE
        assert "comment 1;" not in first.text
        (after,) = re.findall(r'href="(\?after=[^"]*)"', first.text)
        assert "comment 1;" in browser.get(f"/console/feedback/comments{after}").text


def test_reports_on_unknown_cards_are_listed_for_those_who_read_single_decisions(tmp_path: Path) -> None:
    unknown = "00000000-0000-4000-8000-000000000009"
    with opened(tmp_path, console_word=WORD) as running:
        for number in range(MOST_LISTED):
            dismiss(running, f"card of {number}", "")
        dismiss(running, unknown, "said")
        page = seen(session(running, visitor(Role.AUDITOR)), "/console/feedback")
        figures_alone = seen(session(running, visitor(Role.VIEWER)), "/console/feedback")
    assert f"The latest {MOST_LISTED} of {MOST_LISTED + 1}." in page
    assert f"{NOW:%Y-%m-%d} {unknown} overridden done or planned yes" in page
    assert "card of" not in page  # words of the client's own are a pseudonym
    assert "About unknown cards 31" in figures_alone
    assert unknown not in figures_alone


def test_the_most_exposed_are_a_number_to_those_who_see_figures_alone(desk: Desk) -> None:
    (row,) = desk.calls()
    assert row["user"][:16] in seen(session(desk, visitor(Role.AUDITOR)), "/console/burden")
    page = seen(session(desk, visitor(Role.VIEWER)), "/console/burden")
    assert row["user"][:16] not in page
    assert "user 1 1 1 1.0" in page


def test_the_watch_lists_what_was_read_from_where(desk: Desk) -> None:
    page = seen(session(desk, visitor(Role.VIEWER)), "/console/watch?days=7")
    assert "positive nodes=" in page
    assert "Has stopped" not in page


def test_what_has_stopped_is_said_first(tmp_path: Path) -> None:
    with opened(tmp_path, console_word=WORD) as running:
        busy.stop_firing(running.journal, NOW)
        page = seen(session(running, visitor(Role.VIEWER)), "/console/watch?days=7")
    assert "Has stopped: surveillance mammography was not found on the last day" in page


def test_silent_mode_is_told_apart(tmp_path: Path) -> None:
    with opened(tmp_path, console_word=WORD) as running:
        browser = session(running, visitor(Role.VIEWER))
        assert "No call of default was silent" in seen(browser, "/console/silent")
        busy.silent_call(running.journal, NOW)
        page = seen(browser, "/console/silent")
    assert "Silent calls 1" in page
    assert "surveillance mammography 1" in page


def test_only_so_many_charts_are_drawn() -> None:
    days = [*((f"{day:02}", 50, 100) for day in range(20)), ("21", 0, 100)]
    found = grouped({f"rule-{number}": p_chart(days) for number in range(MOST_DRAWN + 2)})
    assert (len(found.drawn), len(found.others)) == (MOST_DRAWN, 2)


def test_a_day_without_answers_is_drawn_as_a_gap() -> None:
    assert drawn(p_chart([("a", 1, 2), ("b", 0, 0)])).endswith('{"day":"b","rate":null,"lower":null,"upper":null}]')


def test_nothing_has_no_pareto() -> None:
    assert list(pareto([])) == []


def test_the_synthetic_patient_is_consulted_apart_from_all_figures(tmp_path: Path) -> None:
    with opened(tmp_path, console_word=WORD) as running:
        browser = session(running, visitor(Role.VIEWER))
        for _ in range(2):  # once a minute, however often somebody looks
            page = seen(browser, "/console/watch")
        assert "1 consultation of a synthetic patient in the last 24 hours, 1 with the tier they must have" in page
        (row,) = running.calls(Kind.HEARTBEAT)
        assert (row["tenant"], row["tier"], row["status"], row["cards"]) == ("heartbeat", "high", 200, 0)
        assert "Calls 0" in seen(browser, "/console/")


def test_a_synthetic_patient_that_cannot_be_consulted_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds_hooks.web.heartbeat.STORY", "nobody")
    with opened(tmp_path, console_word=WORD) as running:
        page = seen(session(running, visitor(Role.VIEWER)), "/console/watch")
        (row,) = running.calls(Kind.HEARTBEAT)
    assert "1 of 1 consultations of the synthetic patient" in page
    assert (row["status"], row["error"]) == (500, "FileNotFoundError")


def test_a_beat_that_cannot_be_journaled_is_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def fail(*_: object) -> None:
        raise JournalUnavailable("the journal could not commit")

    inner = SimpleNamespace(journal=SimpleNamespace(record=fail), metrics=SimpleNamespace(beaten=said.append))
    heart = Heart(inner)  # type: ignore[arg-type]
    monkeypatch.setattr(Heart, "_consulted", lambda _: None)
    heart.beat()
    assert said == ["not_journaled"]

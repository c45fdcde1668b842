"""The page behind a card: who has its link sees how the decision came about, for as long as it can be opened."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.addresses import Address
from cds_hooks.audit.entry import Kind
from cds_hooks.audit.explaining import decision_of, word_for
from cds_hooks.audit.keyring import Keyring
from cds_hooks.settings import Settings
from tests.support.expectation import told
from tests.web.desk import KEY, NOW, Desk, opened, request_about, with_cards

BASE = "https://cds.example.org/cds"
SETTINGS = Settings(base_url=Address("https", "cds.example.org", 443, "/cds"), explanation_hours=24)
RING = Keyring.of(KEY)


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    with opened(tmp_path, SETTINGS, clock=clock) as desk:
        yield desk


def link_of(desk: Desk, request: dict[str, object] | None = None) -> str:
    """The path of the explanation that the first card links to."""
    card = desk.post(request or with_cards()).get_json()["cards"][0]
    assert [link["type"] for link in card["links"]] == ["absolute", "absolute"]
    assert card["links"][0]["url"].startswith(f"{BASE}/explanation/")
    return str(card["links"][0]["url"]).removeprefix(BASE)


def test_a_card_links_to_an_address_that_names_nobody(desk: Desk) -> None:
    request = with_cards()
    assert request["context"]["patientId"] not in link_of(desk, request)


def test_the_page_tells_the_table_the_evidence_and_what_is_missing(desk: Desk) -> None:
    page = desk.client.get(link_of(desk)).get_data(as_text=True)
    assert "positive nodes" in page
    assert "could change it:" in page or "without effect:" in page
    assert len(re.findall(r'<td class="lit high">', page)) == 1
    assert "Observation/" in page


def test_whose_chart_it_is_does_not_stand_on_the_page(desk: Desk) -> None:
    request = with_cards()
    page = desk.client.get(link_of(desk, request)).get_data(as_text=True)
    assert request["context"]["patientId"] not in page
    assert request["context"]["userId"] not in page


def test_no_script_runs_on_it_and_nobody_keeps_it(desk: Desk) -> None:
    answer = desk.client.get(link_of(desk))
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "<script" not in answer.get_data(as_text=True)


def test_every_look_is_a_row_of_the_journal(desk: Desk) -> None:
    link = link_of(desk)
    desk.client.get(link)
    (decision,), (look,) = desk.calls(), desk.calls(Kind.EXPLANATION)
    assert (look["about"], look["status"], look["tenant"]) == (decision["id"], 200, decision["tenant"])


def test_it_can_be_opened_for_as_long_as_the_settings_say(desk: Desk, clock: Clock) -> None:
    link = link_of(desk)
    clock.now = NOW + timedelta(hours=24)
    assert desk.client.get(link).status_code == 200
    clock.now += timedelta(seconds=1)
    assert desk.client.get(link).status_code == 410
    assert [row["status"] for row in desk.calls(Kind.EXPLANATION)] == [200, 410]


def test_whatever_opens_nothing_is_answered_alike(desk: Desk) -> None:
    link = link_of(desk)
    refused = desk.post(b"{}")
    decision = desk.calls()[-1]["id"]
    assert refused.status_code == 422
    words = ["x", link[13:-1], link[13:] + "A", "A" * 43, word_for(RING, str(uuid4())), word_for(RING, decision), "é"]
    answers = [desk.client.get(f"/explanation/{word}") for word in words]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert len(desk.calls(Kind.EXPLANATION)) == len(words)


def test_without_a_journal_there_is_nothing_to_see(desk: Desk) -> None:
    link = link_of(desk)
    desk.journal.database.engine.dispose()
    desk.database.unlink()
    desk.database.mkdir()
    assert desk.client.get(link).status_code == 503


@pytest.mark.parametrize(
    "story", ["two_tumours_small_left_and_large_right", "vessel_invasion_not_reported", "metastatic_to_bone"]
)
def test_every_kind_of_story_is_explained(desk: Desk, story: str) -> None:
    page = desk.client.get(link_of(desk, request_about(told(story).resources))).get_data(as_text=True)
    assert "What applies" in page
    assert "cannot be shown" not in page


@given(st.uuids(), st.data())
def test_only_our_own_words_open_anything(id_: object, data: st.DataObject) -> None:
    word = word_for(RING, str(id_))
    assert decision_of(RING, word) == str(id_)
    place = data.draw(st.integers(0, len(word) - 2))  # the last character also holds bits that do not count
    other = data.draw(st.sampled_from("ABCDEFGHijklmnop0123456789-_").filter(lambda c: c != word[place]))
    assert decision_of(RING, word[:place] + other + word[place + 1 :]) is None
    assert decision_of(Keyring.of(b"another key that only tests use.."), word) is None

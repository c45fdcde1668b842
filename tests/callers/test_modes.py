"""How much a client is shown, and the switch that holds it back."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cds_hooks.__main__ import main
from cds_hooks.addresses import read_base
from cds_hooks.audit.replay import replay
from cds_hooks.audit.switches import LOOK_EVERY, Switches
from cds_hooks.audit.verify import verify
from cds_hooks.settings import Settings
from cds_hooks.web.clients import Client, Clients, Mode, Pilot
from tests.callers.tables import AT, ENDPOINT, registered
from tests.support.tokens import BASE, good
from tests.web.desk import KEY, KNOWLEDGE, Desk, from_user, opened, with_cards

SETTINGS = Settings(base_url=read_base(BASE))
SITE = "https://ehr.example.org/fhir/oncology"


class Clock:
    """A monotonic clock that tests move."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def running(folder: Path, mode: Mode, clock: Clock, **more: Any) -> Any:
    """A desk at which the client `ehr` is in this mode."""
    ehr, *others = registered()
    return opened(folder, SETTINGS, clients=Clients((replace(ehr, mode=mode, **more), *others)), monotonic=clock)


@pytest.fixture
def live(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    with running(tmp_path, Mode.LIVE, clock) as desk:
        yield desk


def cards(desk: Desk, request: dict[str, Any] | None = None, **claims: Any) -> list[Any]:
    answer = desk.post(request or with_cards(), Authorization=f"Bearer {good(AT, ENDPOINT, **claims)}")
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["cards"])


def last(desk: Desk) -> dict[str, Any]:
    return desk.rows("entry")[-1]


def test_live_shows_its_cards_and_silent_keeps_the_same_ones_back(tmp_path: Path, clock: Clock) -> None:
    with running(tmp_path, Mode.LIVE, clock) as desk:
        shown = cards(desk)
        live = last(desk)
    with running(tmp_path, Mode.SILENT, clock) as desk:
        assert cards(desk) == []
        silent = last(desk)
        (sent, kept) = desk.rows("shown")
    assert shown
    assert (live["mode"], silent["mode"]) == ("live", "silent")
    assert (live["cards"], live["tier"]) == (silent["cards"], silent["tier"])
    assert (sent["sent"], kept["sent"], sent["card_id"]) == (1, 0, kept["card_id"])


def test_a_decision_that_was_kept_back_can_be_made_again(tmp_path: Path, clock: Clock) -> None:
    with running(tmp_path, Mode.SILENT, clock) as desk:
        assert cards(desk) == []
        (stored,) = desk.decisions()
    made = replay(stored, KNOWLEDGE)
    assert made.same
    assert json.loads(made.again)["cards"]


def test_off_reads_nothing_judges_nothing_and_says_so_in_the_journal(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cds_hooks.web.hooks.decide", None)
    monkeypatch.setattr("cds_hooks.web.hooks.read_supplemented", None)
    with running(tmp_path, Mode.OFF, clock) as desk:
        assert cards(desk) == []
        row = last(desk)
    assert (row["status"], row["silence"], row["mode"], row["cards"]) == (200, "switched_off", "off", 0)


def test_off_still_refuses_what_is_no_request(tmp_path: Path, clock: Clock) -> None:
    with running(tmp_path, Mode.OFF, clock) as desk:
        assert desk.post({}, Authorization=f"Bearer {good(AT, ENDPOINT)}").status_code == 422


@pytest.mark.parametrize(
    ("user", "server", "mode"),
    [
        ("Practitioner/named", None, "pilot"),
        ("Practitioner/other", None, "silent"),
        ("PractitionerRole/named", None, "silent"),
        ("Practitioner/other", SITE, "pilot"),
        ("Practitioner/other", "https://ehr.example.org/fhir", "silent"),
    ],
)
def test_a_pilot_shows_cards_to_those_who_are_named(
    tmp_path: Path, clock: Clock, user: str, server: str | None, mode: str
) -> None:
    pilot = Pilot(frozenset({"Practitioner/named"}), (read_base(SITE),))
    request = from_user(with_cards(), user)
    if server:
        request["fhirServer"] = server
    with running(tmp_path, Mode.PILOT, clock, pilot=pilot) as desk:
        assert bool(cards(desk, request)) is (mode == "pilot")
        assert last(desk)["mode"] == mode


def switch(desk: Desk, *arguments: str, **more: str) -> Result:
    """`recurrence-cds mode` with the settings of the running service."""
    folder = desk.database.parent
    (folder / "key").write_bytes(KEY)
    registry = folder / "clients.yaml"
    client = "{issuer: https://ehr.example.org, jwks_url: https://ehr.example.org/keys, mode: live}"
    registry.write_text(f"clients:\n  ehr: {client}\n  rs-only: {client.replace('org,', 'org/2,')}\n")
    environ = {
        "RECURRENCE_CDS_CLIENTS_FILE": str(registry),
        "RECURRENCE_CDS_PSEUDONYM_KEY_FILE": str(folder / "key"),
        "RECURRENCE_CDS_DATABASE_URL": f"sqlite:///{desk.database}",
        "COLUMNS": "80",
    }
    return CliRunner().invoke(main, ["mode", *arguments], env={**os.environ, **environ, **more})


WHY = ("--by", "Dr. Canary-Name", "--reason", "canary reason")


@pytest.mark.parametrize("to", ["off", "silent", "pilot"])
def test_the_switch_takes_cards_away_within_its_time_and_gives_them_back(live: Desk, clock: Clock, to: str) -> None:
    assert cards(live)
    done = switch(live, "ehr", to, *WHY)
    assert done.output == f"ehr: {to}. Every worker follows within 15 seconds.\n"
    clock.now += LOOK_EVERY - 0.1
    assert cards(live)
    clock.now += 0.1
    assert cards(live) == []
    switch(live, "ehr", "live", *WHY)
    clock.now += LOOK_EVERY
    assert cards(live)


def test_the_switch_of_one_client_is_no_other_ones(live: Desk) -> None:
    switch(live, "rs-only", "off", *WHY)
    assert cards(live)
    assert cards(live, None, iss="https://out-of-band.example.org")


def test_a_switch_never_gives_more_than_the_registry_does(tmp_path: Path, clock: Clock) -> None:
    with running(tmp_path, Mode.SILENT, clock) as desk:
        switch(desk, "ehr", "live", *WHY)
        assert cards(desk) == []


def test_a_switch_is_a_row_of_its_tenants_chain_that_seals_who_and_why(live: Desk) -> None:
    switch(live, "ehr", "off", *WHY)
    row = last(live)
    assert (row["tenant"], row["kind"], row["action"], row["about"]) == ("ehr", "control", "mode", "off")
    assert "anary" not in json.dumps(row, default=repr)
    assert row["sealed"]


def test_many_calls_at_once_look_for_the_switch_once(live: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, here, told = [], Barrier(4), Event()

    def look(_: object, tenant: str) -> str:
        looked.append(tenant)
        told.wait(10)
        return "silent"

    monkeypatch.setattr("cds_hooks.audit.switches.last_switched", look)
    switches, found = Switches(live.journal.database, lambda: 0.0), []

    def ask() -> None:
        here.wait(10)
        found.append(switches.of("ehr"))

    threads = [Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    here.wait(10)
    told.set()
    for thread in threads:
        thread.join()
    assert (looked, found) == (["ehr"], ["silent"] * 3)


def test_the_switch_holds_after_a_restart(tmp_path: Path, clock: Clock) -> None:
    with running(tmp_path, Mode.LIVE, clock) as desk:
        switch(desk, "ehr", "off", *WHY)
    with running(tmp_path, Mode.LIVE, clock) as desk:
        assert cards(desk) == []


def test_how_all_clients_stand_is_shown(live: Desk) -> None:
    switch(live, "ehr", "silent", *WHY)
    lines = [line.split() for line in switch(live).output.splitlines()]
    assert lines == [
        ["client", "registry", "switch", "now"],
        ["ehr", "live", "silent", "silent"],
        ["rs-only", "live", "-", "live"],
    ]
    assert [line.split() for line in switch(live, "ehr").output.splitlines()][1:] == [lines[1]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody", "off", *WHY), "there is no client 'nobody'; there are: ehr, rs-only"),
        (("ehr", "off"), "--by and --reason are needed"),
        (("ehr", "off", "--by", "me"), "--by and --reason are needed"),
        (("ehr", "loud", *WHY), "'loud' is not one of"),
    ],
)
def test_a_switch_that_cannot_be_put_says_why(live: Desk, arguments: tuple[str, ...], said: str) -> None:
    result = switch(live, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not live.rows("entry")


def test_a_switch_is_not_put_into_a_journal_that_nobody_reads(tmp_path: Path, live: Desk) -> None:
    elsewhere = {"RECURRENCE_CDS_DATABASE_URL": f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}"}
    result = switch(live, "ehr", "off", *WHY, **elsewhere)
    assert result.exit_code == 2
    assert "there is no journal" in result.stderr
    assert not (tmp_path / "elsewhere.sqlite3").exists()


def test_a_switch_stands_under_a_checkpoint_at_once(live: Desk) -> None:
    switch(live, "ehr", "off", *WHY)
    done = verify(live.journal, live.database.parent / "recurrence-cds.checkpoints")
    assert (done.findings, done.checkpoints) == ([], 1)


def test_more_than_the_registry_allows_is_said_at_the_switch(live: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds_hooks.profiles.read_clients", lambda _: Clients((Client("ehr", Mode.SILENT),)))
    said = switch(live, "ehr", "live", *WHY).output
    assert said.startswith("ehr: silent (more than that the registry does not allow). ")

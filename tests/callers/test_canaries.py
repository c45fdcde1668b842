"""A word is put in every string field that a client can fill, one after the other; then all that this service writes is
searched for it: its log, its figures, its refusals, its database, its terminal. It must be nowhere.

In the answers that are given it may stand, as escaped text of the chart, and in the journal's sealed part.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.addresses import read_base
from cds_hooks.settings import Settings
from cds_hooks.web.clients import Client, Clients, Mode
from cds_hooks.web.jwks import read_key_set
from tests.callers.tables import AT, ENDPOINT
from tests.support.expectation import told
from tests.support.fhir_server import FhirServer, running_fhir_server, says
from tests.support.tokens import BASE, ISSUER, JKU, claims_at, ec_key, good, header_of, jwk, signed
from tests.web.desk import KNOWLEDGE, SERVICE, Desk, opened, request_about

CANARY = "Qanary7f3a"
STORIES = (
    "a_generated_chart_without_grade_and_vessels",
    "triple_negative_with_four_positive_nodes",
    "answers_in_words_and_units_in_words",
)
Path_ = tuple[str | int, ...]
Shape = tuple[str, ...]


def strings(node: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Where there are strings."""
    if isinstance(node, str):
        yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, child in children:
        yield from strings(child, (*path, step))


def fields(node: Any) -> dict[Shape, Path_]:
    """One place for each kind of field: entries of a list are alike, and so are those of one resource type."""
    found: dict[Shape, Path_] = {}
    for path in strings(node):
        found.setdefault(tuple("*" if isinstance(step, int) else step for step in path), path)
    return found


def spoilt(node: Any, path: Path_, value: Any) -> Any:
    """A copy with another value there."""
    copied = deepcopy(node)
    place = copied
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return copied


def spoilt_everywhere(node: Any, at_once: int) -> Iterator[Any]:
    """Copies that have the word in some fields each, far from each other: what one of them spoils leaves the others."""
    places = list(fields(node).values())
    assert len(places) > 60
    copies = -(-len(places) // at_once)
    for number in range(copies):
        changed = node
        for path in places[number::copies]:
            changed = spoilt(changed, path, CANARY)
        yield changed


class Watched:
    """A desk, the FHIR server of its client, and every refusal that was given."""

    def __init__(self, desk: Desk, fhir: FhirServer, folder: Path) -> None:
        self.desk, self.fhir, self.folder = desk, fhir, folder
        self.refusals: list[str] = []
        self.statuses: set[int] = set()

    def post(self, body: Any, path: str = SERVICE, token: str | None = None, **headers: str) -> None:
        audience = f"{BASE}{path}"
        headers = {"Authorization": f"Bearer {token or good(AT, audience)}", **headers}
        answer = self.desk.post(body, path, **headers)
        self.statuses.add(answer.status_code)
        if answer.status_code != 200:
            self.refusals.append(answer.text + str(answer.headers))

    def written(self) -> dict[str, str]:
        """Everything, by what it is."""
        files = {file.name: file.read_bytes().decode("latin-1") for file in self.folder.glob("journal.sqlite3*")}
        metrics = self.desk.client.get("/metrics", headers={"Authorization": f"Bearer {'m' * 32}"}).text
        return {**files, "log": self.desk.log.getvalue(), "refusals": "".join(self.refusals), "metrics": metrics}


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    (tmp_path / "token").write_text("m" * 32)
    with running_fhir_server() as fhir:
        keys = read_key_set({"keys": [jwk(ec_key(), "ec-1")]})
        client = Client("ehr", Mode.LIVE, ISSUER, jku=JKU, keys=keys, fhir_servers=(read_base(fhir.base),))
        settings = Settings(base_url=read_base(BASE), metrics_token_file=tmp_path / "token", fetch_deadline_ms=5000)
        with opened(tmp_path, settings, clients=Clients((client,))) as desk:
            yield Watched(desk, fhir, tmp_path)


def assert_nowhere(watched: Watched, capfd: pytest.CaptureFixture[str]) -> None:
    sinks = {**watched.written(), "terminal": "".join(capfd.readouterr())}
    assert all(sinks[name] for name in ("log", "metrics", "refusals", "journal.sqlite3"))
    for name, content in sinks.items():
        at = content.lower().find(CANARY.lower())
        assert at < 0, f"{name}: {content[max(0, at - 200) : at + 100]!r}"


@pytest.mark.parametrize("story", STORIES)
def test_of_a_request_nothing_is_written_in_the_clear(
    watched: Watched, capfd: pytest.CaptureFixture[str], story: str
) -> None:
    """X14, F3."""
    request = {**request_about(told(story).resources), "fhirServer": watched.fhir.base, "extension": {"a": "b"}}
    request["context"]["encounterId"] = "e1"
    rest = {"token_type": "Bearer", "expires_in": 300, "scope": "x", "subject": "cds", "patient": "p"}
    request["fhirAuthorization"] = {"access_token": "a", **rest, "patient": request["context"]["patientId"]}
    for path in fields({name: value for name, value in request.items() if name != "prefetch"}).values():
        watched.post(spoilt(request, path, CANARY))
    for prefetch in spoilt_everywhere(request["prefetch"], at_once=3):
        watched.post({**request, "prefetch": prefetch})
    watched.post(spoilt(request, ("context", "userId"), f"Practitioner/{CANARY}"))
    watched.post({**request, CANARY: CANARY, "extension": {CANARY: {CANARY: CANARY}}})
    watched.post(json.dumps(request)[:-1].encode() + f',"{CANARY}":nul}}'.encode())
    assert {200, 400, 422} <= watched.statuses
    assert 500 not in watched.statuses
    assert_nowhere(watched, capfd)


def test_of_what_a_fhir_server_says_nothing_is_written_in_the_clear(
    watched: Watched, capfd: pytest.CaptureFixture[str]
) -> None:
    request = request_about(told(STORIES[1]).resources)
    prefetch = request["prefetch"]
    rest = {"token_type": "Bearer", "expires_in": 300, "scope": "x", "subject": "cds"}
    lacking = {**request, "prefetch": {}, "fhirServer": watched.fhir.base}
    lacking["fhirAuthorization"] = {"access_token": CANARY, **rest}
    queries = {k.name: k.template.replace("{{context.patientId}}", request["context"]["patientId"]) for k in KEYS}
    for changed in spoilt_everywhere(prefetch, at_once=8):
        watched.fhir.answers.update({queries[name]: says(value) for name, value in changed.items()})
        watched.post(lacking)
    for status in (302, 401, 404, 500):
        watched.fhir.answers.update(
            {query: says({CANARY: CANARY}, status, X_Canary=CANARY) for query in queries.values()}
        )
        watched.post(lacking)
    assert {200, 412} <= watched.statuses <= {200, 412, 422}
    assert_nowhere(watched, capfd)


def test_of_a_token_and_of_headers_nothing_is_written_in_the_clear(
    watched: Watched, capfd: pytest.CaptureFixture[str]
) -> None:
    body = request_about(told(STORIES[0]).resources)
    header, claims = header_of(jku=JKU), claims_at(AT, ENDPOINT, sub="s", tenant="t", azp="a")
    for name in header:
        watched.post(body, token=signed({**header, name: CANARY}, claims_at(AT, ENDPOINT), ec_key(), "ES384"))
    for name in claims:
        watched.post(body, token=signed(header_of(), {**claims_at(AT, ENDPOINT), name: CANARY}, ec_key()))
    watched.post(body, token=CANARY)
    watched.post(body, Content_Type=f"text/{CANARY}", User_Agent=CANARY, Referer=f"https://{CANARY}", Cookie=CANARY)
    watched.post(body, Origin=f"https://{CANARY}", X_Request_Id=CANARY, X_Forwarded_For=CANARY, Content_Encoding=CANARY)
    watched.post(body, f"{SERVICE}?{CANARY}={CANARY}")
    watched.post(body, f"/cds-services/{CANARY}")
    watched.post(body, f"/{CANARY}")
    assert {200, 401, 404, 415} <= watched.statuses
    assert_nowhere(watched, capfd)


def test_of_feedback_nothing_is_written_in_the_clear(watched: Watched, capfd: pytest.CaptureFixture[str]) -> None:
    reason = {"reason": {"code": "c", "system": "s", "display": "d"}, "userComment": "u"}
    own = {"card": "0f1e2d3c-0000-4000-8000-000000000000", "outcomeTimestamp": "2026-03-01T00:00:00Z"}
    overridden = {**own, "outcome": "overridden", "overrideReason": reason}
    accepted = {**own, "outcome": "accepted", "acceptedSuggestions": [{"id": "i"}]}
    for item in (overridden, accepted, {**overridden, "overrideReasons": reason, "extension": {"x": "y"}}):
        for path in fields(item).values():
            watched.post({"feedback": [spoilt(item, path, CANARY)]}, f"{SERVICE}/feedback")
    assert {200, 422} == watched.statuses
    assert_nowhere(watched, capfd)


KEYS = KNOWLEDGE.service.prefetch

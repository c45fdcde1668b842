"""Browsers: which origins are told that they may read an answer, client by client."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from cds_hooks.addresses import read_base
from cds_hooks.settings import Settings
from cds_hooks.web.clients import Clients
from tests.callers.tables import AT, ENDPOINT, registered
from tests.support.tokens import BASE, good
from tests.web.desk import SERVICE, Desk, opened, without_cards

OWN, OTHER, FOREIGN = "https://ehr.example.org", "https://board.example.org", "https://evil.example"
ALLOW = "Access-Control-Allow-Origin"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    origins = {"ehr": (OWN,), "no-jku": (OTHER,)}
    clients = Clients(tuple(replace(each, cors_origins=origins.get(each.name, ())) for each in registered()))
    with opened(tmp_path_factory.mktemp("cors"), Settings(base_url=read_base(BASE)), clients=clients) as running:
        yield running


@pytest.mark.parametrize(("origin", "allowed"), [(OWN, OWN), (OTHER, OTHER), (FOREIGN, None)])
def test_before_it_is_known_who_calls_the_origins_of_all_clients_count(
    desk: Desk, origin: str, allowed: str | None
) -> None:
    """O1, O2: a preflight carries no token, and a refusal must be readable."""
    assert desk.client.options(SERVICE, headers={"Origin": origin}).headers.get(ALLOW) == allowed
    refused = desk.post(without_cards(), Origin=origin)
    assert (refused.status_code, refused.headers.get(ALLOW)) == (401, allowed)


@pytest.mark.parametrize(("origin", "allowed"), [(OWN, OWN), (OTHER, None), (FOREIGN, None)])
def test_an_answer_may_be_read_by_the_origins_of_its_client_alone(desk: Desk, origin: str, allowed: str | None) -> None:
    answer = desk.post(without_cards(), Origin=origin, Authorization=f"Bearer {good(AT, ENDPOINT)}")
    assert (answer.status_code, answer.headers.get(ALLOW)) == (200, allowed)
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("base", "said"), [("https://cds.example.org", "max-age=31536000"), ("http://127.0.0.1", None)]
)
def test_where_the_service_is_reached_by_https_browsers_are_told_to_stay_there(
    tmp_path_factory: pytest.TempPathFactory, base: str, said: str | None
) -> None:
    with opened(tmp_path_factory.mktemp("https"), Settings(base_url=read_base(base))) as running:
        assert running.client.get("/healthz").headers.get("Strict-Transport-Security") == said

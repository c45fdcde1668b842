"""Which tokens hold."""

import pytest

from cds_hooks.errors import NotAuthenticated
from cds_hooks.web.clients import Clients
from cds_hooks.web.keys import Keys
from cds_hooks.web.tokens import Refused, verify
from tests.callers.tables import AT, BAD, ENDPOINT, GOOD, Made, registered

CLIENTS = registered()


def never_fetched(*_: object) -> bytes:
    raise AssertionError("nothing is fetched where the registry has the keys")


KEYS = Keys(never_fetched, lambda: 0.0, lambda _: None)


def who(token: str, clients: Clients = CLIENTS, now: float = AT) -> str:
    return verify(token, clients, KEYS, frozenset({ENDPOINT}), now).client.name


@pytest.mark.parametrize(("make", "why"), BAD.values(), ids=BAD.keys())
def test_a_bad_token_is_refused_with_its_reason(make: Made, why: Refused) -> None:
    with pytest.raises(NotAuthenticated) as refused:
        who(make())
    assert refused.value.reason == why.value


@pytest.mark.parametrize(("make", "client"), GOOD.values(), ids=GOOD.keys())
def test_a_good_token_names_its_client(make: Made, client: str) -> None:
    assert who(make()) == client


def test_the_tables_are_as_large_as_was_promised() -> None:
    assert len(BAD) >= 60
    assert len(GOOD) >= 20


def test_every_reason_but_those_of_the_surroundings_is_in_the_table() -> None:
    elsewhere = {Refused.NO_TOKEN, Refused.KEYS_UNAVAILABLE, Refused.REPLAYED}
    assert {why for _, why in BAD.values()} == set(Refused) - elsewhere


def test_nobody_is_let_in_where_nobody_is_registered() -> None:
    for make, _ in GOOD.values():
        with pytest.raises(NotAuthenticated):
            who(make(), Clients())


def test_a_token_tells_when_it_expires_and_never_shows_its_id() -> None:
    token = verify(GOOD["a jti of the greatest length"][0](), CLIENTS, KEYS, frozenset({ENDPOINT}), AT)
    assert token.expires_at == int(AT) + 300
    assert "jjjj" not in repr(token)

"""What a client may make this service call: its own registered FHIR servers, and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.addresses import read_base
from cds_hooks.settings import Settings
from cds_hooks.web.clients import Clients
from tests.callers.tables import AT, ENDPOINT, registered
from tests.support.fhir_server import FhirServer, running_fhir_server, says
from tests.support.sink import Sink, listening_sink
from tests.support.tokens import BASE, good
from tests.web.desk import KNOWLEDGE, Desk, opened, with_cards

SETTINGS = Settings(base_url=read_base(BASE), fetch_deadline_ms=5000)
CANARY = "canary-access-token-9b1d"
Trick = Callable[[str, int, int], str]

# Each is handed the path of the registered base, its port, and the port of the sink. The sink listens on every address
# of loopback: whatever a parser makes of the trick, a packet that leaves for this computer is heard.
TRICKS: dict[str, Trick] = {
    "another port": lambda p, _, s: f"http://127.0.0.1:{s}{p}",
    "another name of this computer": lambda p, _, s: f"http://localhost:{s}{p}",
    "IPv6": lambda p, _, s: f"http://[::1]:{s}{p}",
    "IPv4 in IPv6": lambda p, _, s: f"http://[::ffff:127.0.0.1]:{s}{p}",
    "IPv4 in IPv6 in hex": lambda p, _, s: f"http://[::ffff:7f00:1]:{s}{p}",
    "an IPv6 zone": lambda p, _, s: f"http://[::1%25lo]:{s}{p}",
    "a decimal address": lambda p, _, s: f"http://2130706433:{s}{p}",
    "a hexadecimal address": lambda p, _, s: f"http://0x7f000001:{s}{p}",
    "an octal address": lambda p, _, s: f"http://0177.0.0.1:{s}{p}",
    "a short address": lambda p, _, s: f"http://127.1:{s}{p}",
    "no address": lambda p, _, s: f"http://0:{s}{p}",
    "all addresses": lambda p, _, s: f"http://0.0.0.0:{s}{p}",
    "another address of loopback": lambda p, _, s: f"http://127.0.0.2:{s}{p}",
    "https": lambda p, _, s: f"https://127.0.0.1:{s}{p}",
    "https with a name": lambda p, _, s: f"https://localhost:{s}{p}",
    "a user": lambda p, r, s: f"http://127.0.0.1:{r}@127.0.0.1:{s}{p}",
    "a user and a word": lambda p, r, s: f"http://a:b@127.0.0.1:{s}{p}",
    "a user that is encoded": lambda p, r, s: f"http://127.0.0.1%3A{r}%40localhost:{s}{p}",
    "a backslash": lambda p, r, s: f"http://127.0.0.1:{r}\\@127.0.0.1:{s}{p}",
    "a fragment": lambda p, r, s: f"http://127.0.0.1:{s}#@127.0.0.1:{r}{p}",
    "a question mark": lambda p, r, s: f"http://127.0.0.1:{s}?@127.0.0.1:{r}{p}",
    "two hosts": lambda p, r, s: f"http://127.0.0.1:{s},127.0.0.1:{r}{p}",
    "a line break": lambda p, r, s: f"http://127.0.0.1:{s}{p}\r\nHost: 127.0.0.1:{r}",
    "an encoded line break": lambda p, r, s: f"http://127.0.0.1:{s}{p}%0d%0aHost:%20x",
    "a tab": lambda p, _, s: f"http://127.0.0.1\t:{s}{p}",
    "a blank before": lambda p, _, s: f" http://127.0.0.1:{s}{p}",
    "a NUL that is encoded": lambda p, r, s: f"http://127.0.0.1:{s}%00.127.0.0.1:{r}{p}",
    "wide characters": lambda p, _, s: f"http://\uff11\uff12\uff17.0.0.1:{s}{p}",
    "circled characters": lambda p, _, s: f"http://\u2460\u2461\u2466.0.0.1:{s}{p}",
    "an ideographic full stop": lambda p, _, s: f"http://127\u30020\u30020\u30021:{s}{p}",
    "a dot at the end": lambda p, _, s: f"http://localhost.:{s}{p}",
    "no scheme": lambda p, _, s: f"//127.0.0.1:{s}{p}",
    "a scheme in other letters": lambda p, _, s: f"hTTp://127.0.0.1:{s}{p}",
    "one slash": lambda p, _, s: f"http:/127.0.0.1:{s}{p}",
    "three slashes": lambda p, _, s: f"http:///127.0.0.1:{s}{p}",
    "backslashes": lambda p, _, s: f"http:\\\\127.0.0.1:{s}{p}",
    "ftp": lambda p, _, s: f"ftp://127.0.0.1:{s}{p}",
    "gopher": lambda p, _, s: f"gopher://127.0.0.1:{s}/_GET%20/",
    "a file": lambda *_: "file:///etc/passwd",
    "data": lambda *_: "data:application/json,{}",
    "a socket": lambda *_: "unix:///var/run/docker.sock",
    "jar": lambda p, _, s: f"jar:http://127.0.0.1:{s}!/",
    "the metadata of a cloud": lambda *_: "http://169.254.169.254/latest/meta-data",
    "the same over https": lambda *_: "https://169.254.169.254/fhir",
    "a private address": lambda *_: "https://10.0.0.1/fhir",
    "a port without end": lambda p, r, s: f"http://127.0.0.1:{s}000000{p}",
    "a port that is a name": lambda p, r, s: f"http://127.0.0.1:http{p}",
    "another path": lambda p, r, _: f"http://127.0.0.1:{r}/admin",
    "a path that begins alike": lambda p, r, _: f"http://127.0.0.1:{r}{p}x",
    "a path in other letters": lambda p, r, _: f"http://127.0.0.1:{r}{p.upper()}",
    "up and down": lambda p, r, _: f"http://127.0.0.1:{r}{p}/../admin",
    "up and down, encoded": lambda p, r, _: f"http://127.0.0.1:{r}{p}/%2e%2e/admin",
    "up and down, half encoded": lambda p, r, _: f"http://127.0.0.1:{r}{p}/.%2e/admin",
    "two slashes": lambda p, r, _: f"http://127.0.0.1:{r}/{p}",
    "a query": lambda p, r, _: f"http://127.0.0.1:{r}{p}?x=http://evil",
}


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with listening_sink() as listening:
        yield listening
    assert listening.heard == []  # all that ever connected has been counted now


@pytest.fixture(scope="module")
def own() -> Iterator[FhirServer]:
    with running_fhir_server() as server:
        yield server


@pytest.fixture(scope="module")
def desk(own: FhirServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened(tmp_path_factory.mktemp("out"), SETTINGS, clients=having("ehr", own.base)) as running:
        yield running


def having(name: str, *bases: str) -> Clients:
    """The registered clients, of whom this one has these FHIR servers."""
    servers = tuple(map(read_base, bases))
    return Clients(tuple(replace(each, fhir_servers=servers if each.name == name else ()) for each in registered()))


def asking(server: str, lacking: str = "procedures") -> dict[str, Any]:
    request = with_cards()
    del request["prefetch"][lacking]
    rest = {"token_type": "Bearer", "expires_in": 300, "scope": "x", "subject": "cds"}
    return {**request, "fhirServer": server, "fhirAuthorization": {"access_token": CANARY, **rest}}


def ask(desk: Desk, body: dict[str, Any], **claims: Any) -> int:
    return desk.post(body, Authorization=f"Bearer {good(AT, ENDPOINT, **claims)}").status_code


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS.keys())
def test_no_trick_makes_a_packet_leave(desk: Desk, own: FhirServer, sink: Sink, trick: Trick) -> None:
    """F6: the answer comes from what was sent."""
    own.calls.clear()
    port = int(own.base.rpartition(":")[2].partition("/")[0])
    assert ask(desk, asking(trick("/fhir", port, sink.port))) in (200, 422)
    assert own.calls == []
    assert sink.heard == []


def test_the_tricks_are_as_many_as_was_promised(desk: Desk, own: FhirServer) -> None:
    assert len(TRICKS) >= 40
    own.calls.clear()
    assert ask(desk, asking(own.base)) == 200
    assert [call.headers["Authorization"] for call in own.calls] == [f"Bearer {CANARY}"]


def test_another_clients_server_is_no_server_of_this_one(tmp_path: Path, own: FhirServer) -> None:
    own.calls.clear()
    with opened(tmp_path, SETTINGS, clients=having("no-jku", own.base)) as running:
        assert ask(running, asking(own.base, "patient")) == 412
        assert own.calls == []
        assert ask(running, asking(own.base), iss="https://out-of-band.example.org") == 200
    assert len(own.calls) == 1


@pytest.mark.parametrize("how", ["a next page", "a redirect", "a redirect that keeps the method"])
def test_the_token_does_not_follow_a_server_elsewhere(desk: Desk, own: FhirServer, sink: Sink, how: str) -> None:
    body = asking(own.base, "procedures")
    elsewhere = f"http://127.0.0.1:{sink.port}/fhir/Procedure?page=2"
    (template,) = [key.template for key in KNOWLEDGE.service.prefetch if key.name == "procedures"]
    query = template.replace("{{context.patientId}}", body["context"]["patientId"])
    page = {"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "next", "url": elsewhere}]}
    answers = {"a next page": says(page), "a redirect": says(b"", 302, Location=elsewhere)}
    own.answers[query] = answers.get(how, says(b"", 307, Location=elsewhere))
    own.calls.clear()
    assert ask(desk, body) == 200
    assert [call.target for call in own.calls] == [query]
    assert sink.heard == []

"""O and E: browser clients and documentation."""

import pytest

from tests.conformance.live import ORIGIN, Live

requirement = pytest.mark.requirement
ASKED = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "authorization,content-type"}


@requirement("O1")
def test_a_preflight_of_an_allowed_origin_is_granted_without_a_token(live: Live) -> None:
    for path in ("/cds-services", live.path, live.feedback):
        answer = live.call("OPTIONS", path, None, Origin=ORIGIN, **ASKED)
        assert answer.status_code == 204
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert {"GET", "POST", "OPTIONS"} == set(answer.headers["Access-Control-Allow-Methods"].split(", "))
        assert {"Authorization", "Content-Type"} == set(answer.headers["Access-Control-Allow-Headers"].split(", "))


@requirement("O1")
@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"{}", 422)])
def test_a_browser_can_read_a_refusal(live: Live, body: bytes, status: int) -> None:
    answer = live.post(body, Origin=ORIGIN)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (status, ORIGIN)


@requirement("O2")
@pytest.mark.parametrize("origin", ["https://evil.example.org", f"{ORIGIN}.evil.org", "http://ehr.example.org", "null"])
def test_another_origin_is_granted_nothing(live: Live, origin: str) -> None:
    answers = [live.call("OPTIONS", live.path, None, Origin=origin, **ASKED), live.post(live.request(), Origin=origin)]
    granted = [name for answer in answers for name in answer.headers if name.startswith("access-control")]
    assert granted == []


@requirement("O2")
def test_no_origin_may_send_credentials_of_the_browser(live: Live) -> None:
    answer = live.call("OPTIONS", live.path, None, Origin=ORIGIN, **ASKED)
    assert "Access-Control-Allow-Credentials" not in answer.headers


@requirement("E3")
@pytest.mark.parametrize("path", ["/guide", "{service}/source-attributes"])
def test_what_the_service_does_can_be_read_by_people(live: Live, path: str) -> None:
    page = live.get(path.format(service=live.path), Accept="text/html")
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "recurrence" in page.text

"""The try-it page as it is served, and the markdown of cards."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cds_hooks.demo.stories import Story
from cds_hooks.demo.try_it import create_try_it, sandbox_address, to_begin_with
from cds_hooks.writing.rendered import card_markdown

FHIR = "http://127.0.0.1:8001/fhir"
STORIES = (Story("A story", "a", ()), Story("Every factor low", "low&<1>", ()))


@pytest.fixture
def page() -> Iterator[FlaskClient]:
    app = Flask("page", static_folder=None)
    app.register_blueprint(create_try_it(STORIES, "http://127.0.0.1:8000", FHIR, "/tmp/journal"))  # noqa: S108 (a name)
    with app.test_client() as client:
        yield client


def test_the_page_lists_the_stories_and_the_telling_ones_first(page: FlaskClient) -> None:
    text = page.get("/").text
    assert 0 < text.index("Every factor low") < text.index("A story")


def test_a_patient_id_is_escaped_on_the_page(page: FlaskClient) -> None:
    assert 'data-patient="low&amp;&lt;1&gt;"' in page.get("/").text


def test_the_page_may_run_its_own_scripts_alone_and_reach_the_fhir_server(page: FlaskClient) -> None:
    policy = page.get("/").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert policy.endswith(f"connect-src 'self' {FHIR}/")


@pytest.mark.parametrize("name", ["try_it.js", "cards.js", "ehr.js", "page.js", "try_it.css", "icon.svg"])
def test_what_the_page_is_made_of_is_served(page: FlaskClient, name: str) -> None:
    with page.get(f"/try-it/static/{name}") as answer:
        assert answer.status_code == 200


def test_the_sandbox_address_names_patient_fhir_server_and_discovery() -> None:
    address = urlsplit(sandbox_address(FHIR, "p 1", "http://127.0.0.1:8000/cds-services"))
    assert (address.scheme, address.netloc) == ("https", "sandbox.cds-hooks.org")
    assert parse_qs(address.query) == {
        "fhirServiceUrl": [FHIR],
        "patientId": ["p 1"],
        "serviceDiscoveryURL": ["http://127.0.0.1:8000/cds-services"],
        "hook": ["patient-view"],
    }


def test_no_story_is_lost_between_the_two_lists() -> None:
    first, others = to_begin_with(STORIES)
    assert [story.patient_id for story in [*first, *others]] == ["low&<1>", "a"]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold**", "<p><strong>bold</strong></p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("a <b onclick=x>b</b>", "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        (
            "![x](https://a.example/x.png)",
            '<p>!<a href="https://a.example/x.png" target="_blank" rel="noopener noreferrer">x</a></p>\n',
        ),
        (
            "| a |\n|--:|",
            '<table>\n<thead>\n<tr>\n<th class="align-right">a</th>\n</tr>\n</thead>\n</table>\n',
        ),
        ("~~old~~", "<p><s>old</s></p>\n"),
    ],
)
def test_markdown_becomes_safe_html(text: str, html: str) -> None:
    assert card_markdown().render(text) == html


def test_a_table_is_rendered(page: FlaskClient) -> None:
    answer = page.post("/try-it/markdown", json={"texts": ["| a |\n|---|\n| 1 |"]})
    assert "<td>1</td>" in answer.get_json()["html"][0]


@pytest.mark.parametrize("body", [{"texts": [1]}, {"texts": "x"}, [], {"texts": ["x" * 1_000_000]}])
def test_markdown_that_is_not_a_list_of_texts_is_refused(page: FlaskClient, body: object) -> None:
    assert page.post("/try-it/markdown", json=body).status_code == 400

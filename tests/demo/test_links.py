"""Every page that a card links to is there."""

from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from cds_hooks.app import create_app
from cds_hooks.demo.run import address_of, listen, start
from tests.support.expectation import told_stories
from tests.support.service import Service


def test_the_links_of_every_storys_cards_answer_on_the_running_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with ExitStack() as running:
        service, fhir = (running.enter_context(closing(listen(0))) for _ in range(2))
        start(create_app, service, fhir, running)
        client = running.enter_context(httpx.Client(base_url=address_of(service), timeout=30))
        asked = Service(client)
        cards = [card for story in told_stories() for card in asked.view(list(story.resources)).cards]
        explanations = [card["links"][0]["url"] for card in cards]
        links = {card["links"][1]["url"] for card in cards}
        pages = {link: client.get(link, headers={"Accept": "text/html"}) for link in links}
        explained = [client.get(link) for link in dict.fromkeys(explanations)]
    assert {page.status_code for page in explained} == {200}
    assert not any("cannot be shown" in page.text for page in explained)
    assert len(links) >= 4
    assert [link for link, page in pages.items() if page.status_code != 200] == []
    assert [link for link, page in pages.items() if f'<h2 id="{link.partition("#")[2]}">' not in page.text] == []

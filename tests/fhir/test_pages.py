import json
from typing import Any

import pytest

from cds_hooks.fhir.pages import Page, joined, read_page
from cds_hooks.protocol import strict_json


def page(body: Any) -> Page:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_page(raw, strict_json.check_members(raw, 10_000))


def bundle(*entries: int, **members: Any) -> Page:
    return page({"resourceType": "Bundle", "entry": list(entries), **members})


def test_a_single_page_stays_byte_for_byte() -> None:
    only = page(b' {"resourceType" : "Bundle" }\n')
    assert joined([only], complete=True) == only.raw


def test_pages_are_joined_in_their_order_without_blank_ones() -> None:
    whole = json.loads(joined([bundle(1, 2), bundle(), page({"resourceType": "Bundle"}), bundle(3)], complete=True))
    assert whole == {"resourceType": "Bundle", "type": "searchset", "entry": [1, 2, 3]}


def test_entries_are_joined_byte_for_byte() -> None:
    first = page(b'{"resourceType":"Bundle","entry":[ {"a": 1.50} ,\n{}]}')
    assert b'[{"a": 1.50} ,\n{},7]' in joined([first, bundle(7)], complete=True)


def test_pages_without_the_last_say_that_there_is_more() -> None:
    part = json.loads(joined([bundle(1), bundle(2)], complete=False))
    assert part["link"] == [{"relation": "next"}]


def test_the_largest_total_is_kept() -> None:
    assert json.loads(joined([bundle(1, total=9), bundle(2, total=3), bundle(total="x")], complete=True))["total"] == 9


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ([{"relation": "self", "url": "a"}, {"relation": "next", "url": "b"}], "b"),
        ([{"relation": "self", "url": "a"}], None),
        ([], None),
        (None, None),
        ("next", None),
        (5, None),
        ([None, "next"], None),
        ([{"relation": "next"}], ""),
        ([{"relation": "next", "url": 7}], ""),
        ([{"relation": "next", "url": "a"}, {"relation": "next", "url": "b"}], ""),
    ],
)
def test_the_next_page_is_where_exactly_one_link_says(link: Any, url: str | None) -> None:
    assert bundle(1, link=link).next_url == url

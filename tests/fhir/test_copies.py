import re
from itertools import permutations
from typing import Any

import pytest

from cds_hooks.fhir.record import Concept, LeftOut, Record
from tests.fhir.charts import bundle, coded, observation, read

OLDER = "older copy of the same resource"


def copy(answer: str, updated: str | None, **members: Any) -> dict[str, Any]:
    meta = {"lastUpdated": updated} if updated else ...
    return observation(**{"valueCodeableConcept": {"text": answer}, "meta": meta, **members})


def every_order(*copies: dict[str, Any]) -> Record:
    """The Record, which must be the same in whatever order the copies come."""
    records = [read(receptors=bundle(*order)) for order in permutations(copies)]
    assert all(record == records[0] for record in records)
    return records[0]


def answers(record: Record) -> list[str | None]:
    return [value.text for o in record.observations for value in o.values if isinstance(value, Concept)]


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"),
        ("2020-01-02T00:30:00+02:00", "2020-01-01T23:00:00Z"),
        (None, "1999-01-01T00:00:00Z"),
        ("not a date", "1999-01-01T00:00:00Z"),
    ],
)
def test_the_newest_copy_speaks(early: str | None, late: str) -> None:
    record = every_order(copy("old", early), copy("new", late))
    assert answers(record) == ["new"]
    assert record.left_out == (LeftOut("Observation/er", OLDER),)
    assert record.observations[0].origin.last_updated == late


def test_of_equal_dates_the_higher_version_speaks() -> None:
    nine, ten = ({"meta": {"versionId": version}} for version in ("9", "10"))
    record = every_order(copy("old", None, **nine), copy("new", None, **ten))
    assert (answers(record), record.left_out[0].why) == (["new"], OLDER)


def test_where_nothing_tells_the_newest_one_is_taken_and_it_is_said() -> None:
    record = every_order(copy("a", None), copy("b", None), copy("c", None))
    assert len(answers(record)) == 1
    assert record.left_out == (LeftOut("Observation/er", "another copy of the same resource, no newer"),)


def test_equal_copies_are_one() -> None:
    record = every_order(copy("same", None), copy("same", None), copy("same", None))
    assert answers(record) == ["same"]
    assert record.left_out == ()


def test_a_copy_under_another_key_is_a_copy_and_the_first_key_is_named() -> None:
    both = observation(component=[{"code": coded("33728-7")}])
    record = read(receptors=bundle(both), tumour=bundle(both))
    assert [o.origin.key for o in record.observations] == ["receptors"]


def test_a_withdrawn_newest_copy_withdraws_the_older() -> None:
    newest = copy("new", "2020-01-02T00:00:00Z", status="entered-in-error")
    record = every_order(copy("old", "2020-01-01T00:00:00Z"), newest)
    assert record.observations == ()
    assert {left.why for left in record.left_out} == {OLDER, "entered in error"}


def test_an_unreadable_newest_copy_is_not_replaced_by_the_older() -> None:
    newest = copy("new", "2020-01-02T00:00:00Z", effectiveDateTime="soon")
    record = every_order(copy("old", "2020-01-01T00:00:00Z"), newest)
    assert record.observations == ()
    assert len(record.unreadable) == 1


def test_a_newest_copy_with_another_code_takes_the_older_away() -> None:
    newest = copy("new", "2020-01-02T00:00:00Z", code="8480-6")
    record = every_order(copy("old", "2020-01-01T00:00:00Z"), newest)
    assert record.observations == ()
    assert record.left_out == (LeftOut("Observation/er", OLDER),)


def test_an_older_copy_with_another_code_changes_nothing() -> None:
    record = every_order(copy("new", "2020-01-02T00:00:00Z"), copy("old", "2020-01-01T00:00:00Z", code="8480-6"))
    assert answers(record) == ["new"]


def test_the_same_id_of_another_type_is_no_copy() -> None:
    record = read(receptors=bundle(observation("c")), conditions=bundle())
    assert record.left_out == ()


def test_without_an_id_the_full_url_is_the_name() -> None:
    entries = [
        {"fullUrl": "urn:uuid:1", "resource": observation(None)},
        {"fullUrl": "https://ehr.example/fhir/Observation/7", "resource": observation(None, valueInteger=1)},
    ]
    record = read(receptors=bundle(*entries))
    assert [o.origin.reference for o in record.observations] == ["Observation/7", "urn:uuid:1"]


def test_without_any_name_the_content_is_the_name() -> None:
    first, second = observation(None, valueInteger=1), observation(None, valueInteger=2)
    record = every_order(first, second, first)
    names = [o.origin.reference for o in record.observations]
    assert len(set(names)) == 2
    assert all(re.fullmatch(r"Observation/#[0-9a-f]{8}", name) for name in names)

from typing import Any

import pytest

from cds_hooks.errors import WrongPatient
from cds_hooks.fhir.dates import written
from cds_hooks.fhir.record import Coding, Concept, Observation, Record
from tests.fhir.beside import SNOMED, read, report, specimen
from tests.fhir.charts import bundle, coded, observation

LATERALITY = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-laterality-qualifier"
LEFT = [{"url": LATERALITY, "valueCodeableConcept": coded("7771000", SNOMED)}]
TAKEN = {
    "method": coded("122737001", SNOMED),
    "bodySite": {
        **coded("76752008", SNOMED),
        "extension": LEFT,
    },
    "collectedDateTime": "2020-01-02",
}
OF_S: dict[str, Any] = {"specimen": {"reference": "Specimen/s"}}


def named(code: str) -> Concept:
    return Concept((Coding(SNOMED, code),))


def result(record: Record) -> Observation:
    return record.observations[0]


@pytest.mark.parametrize("key", ["specimens", "receptors", "conditions"])
@pytest.mark.parametrize("mode", ["match", "include"])
def test_a_specimen_is_found_under_any_key(key: str, mode: str) -> None:
    taken = {"resource": specimen(collection=TAKEN, type=coded("309049000", SNOMED)), "search": {"mode": mode}}
    keys = {"receptors": bundle(observation(**OF_S))}
    keys[key] = bundle(*(e["resource"] for e in keys.get(key, {"entry": []})["entry"]), taken)
    record = read(**keys)
    found = record.specimen_of(result(record))
    assert found is not None
    assert (found.type, found.method, found.body_site) == (named("309049000"), named("122737001"), named("76752008"))
    assert (found.laterality, found.collected) == ((named("7771000"),), written("2020-01-02"))


def test_a_contained_specimen_is_named_by_what_contains_it() -> None:
    inside = [{"resourceType": "Organization", "id": "s"}, specimen(subject=..., collection=TAKEN)]
    record = read(receptors=bundle(observation(contained=inside, specimen={"reference": "#s"}), observation("er2")))
    assert result(record).specimen == "Observation/er#s"
    found = record.specimen_of(result(record))
    assert found is not None
    assert found.method == named("122737001")
    assert record.specimen_of(record.observations[1]) is None


def test_a_specimen_of_a_report_is_read_too() -> None:
    record = read(reports=bundle(report(specimen=[{"reference": "Specimen/s"}])), specimens=bundle(specimen()))
    assert [s.origin.reference for s in record.specimens] == ["Specimen/s"]
    assert record.specimens[0].origin.key == "specimens"


def test_specimens_that_nothing_refers_to_are_not_read() -> None:
    record = read(receptors=bundle(observation()), specimens=bundle(specimen(type="blood")))
    assert (*record.specimens, *record.unreadable, *record.left_out) == ()


@pytest.mark.parametrize(
    "others",
    [
        (),
        (specimen("other"),),
        (specimen(status="entered-in-error"),),
        (specimen(status="left in the fridge"),),
        (specimen(collection={"collectedDateTime": "soon"}),),
        (specimen(), specimen(type=coded("309049000", SNOMED))),
    ],
)
def test_a_specimen_that_cannot_be_told_leaves_the_result_as_it_is(others: tuple[Any, ...]) -> None:
    record = read(receptors=bundle(observation(**OF_S, issued="2020-02-03")), specimens=bundle(*others))
    assert record.specimen_of(result(record)) is None
    assert (result(record).effective, result(record).origin.marks) == (written("2020-02-03"), ("dated by issue",))


def test_a_specimen_that_cannot_be_read_is_named_and_opens_no_fact() -> None:
    record = read(receptors=bundle(observation(**OF_S)), specimens=bundle(specimen(type="tissue")))
    (unreadable,) = record.unreadable
    assert (unreadable.reference, unreadable.key, unreadable.codes) == ("Specimen/s", "specimens", ())


def test_the_specimen_of_another_patient_is_refused() -> None:
    with pytest.raises(WrongPatient):
        read(receptors=bundle(observation()), specimens=bundle(specimen(subject={"reference": "Patient/q"})))


@pytest.mark.parametrize(
    ("members", "collection", "day", "marks"),
    [
        ({"effectiveDateTime": "2020-01-09"}, TAKEN, "2020-01-09", ()),
        ({"issued": "2020-01-08"}, TAKEN, "2020-01-02", ("dated by specimen",)),
        ({}, TAKEN, "2020-01-02", ("dated by specimen",)),
        ({}, {"collectedPeriod": {"start": "2020", "end": "2020"}}, "2020", ("dated by specimen",)),
        ({"issued": "2020-01-08"}, {}, "2020-01-08", ("dated by issue",)),
        ({}, {}, "2020-01-20", ("dated by report",)),
    ],
)
def test_a_result_without_a_time_is_dated_by_its_specimen_its_issue_or_its_report(
    members: dict[str, Any], collection: dict[str, Any], day: str, marks: tuple[str, ...]
) -> None:
    listed = report(result=[{"reference": "Observation/er"}], effectiveDateTime="2020-01-20")
    tissue = bundle(specimen(collection=collection))
    record = read(receptors=bundle(observation(**OF_S, **members)), reports=bundle(listed), specimens=tissue)
    assert (result(record).effective, result(record).origin.marks) == (written(day), marks)


def test_two_reports_of_different_days_date_nothing() -> None:
    listed = [report(d, result=[{"reference": "Observation/er"}], effectiveDateTime=d) for d in ("2020", "2021")]
    assert result(read(receptors=bundle(observation()), reports=bundle(*listed))).effective is None


def test_a_specimen_without_a_day_of_collection_has_that_of_its_receipt() -> None:
    received = specimen(receivedTime="2020-01-05")
    found = read(receptors=bundle(observation(**OF_S)), specimens=bundle(received)).specimens[0]
    assert (found.collected, found.origin.marks) == (written("2020-01-05"), ("dated by receipt",))

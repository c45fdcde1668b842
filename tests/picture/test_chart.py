"""The chart finds each resource under every list that has a code or words of it."""

import pytest

from cds_hooks.fhir.record import Coding, Concept, Patient, Record
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.in_words import said_in_words
from cds_hooks.picture.vocabulary import TEXT_SYSTEM
from tests.picture.charts import TODAY, condition, drug, observation, origin, procedure, vocabulary

LISTS = sorted(vocabulary().codelists)
LOCAL = "urn:oid:1.2.3"


def chart_of(concept: Concept) -> Chart:
    resources = (condition(concept),), (drug(concept, "2025-01-01"),)
    return Chart(Record(Patient(origin("Patient")), resources[0], medications=resources[1]), vocabulary(), TODAY)


def names(chart: Chart, name: str) -> bool:
    found = (chart.conditions(name), chart.medications(name))
    assert found[0] or not found[1]
    return bool(found[0] and found[1])


@pytest.mark.parametrize("name", LISTS)
def test_a_list_names_what_has_one_of_its_codes_or_a_longer_one_than_its_prefixes(name: str) -> None:
    codelist = vocabulary().codelists[name]
    codes = [*codelist.meanings, *((system, f"{prefix}9") for system, prefix in codelist.prefixes)]
    for system, code in codes:
        concept = Concept((Coding(LOCAL, "1"), Coding(system, code)))
        assert codelist.meanings_of(concept)
        assert names(chart_of(concept), name), (system, code)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_names_what_has_its_words_as_a_whole_text_or_in_the_midst_of_one(name: str) -> None:
    codelist = vocabulary().codelists[name]
    for text in (code for system, code in codelist.meanings if system == TEXT_SYSTEM):
        assert names(chart_of(Concept(text=text.title())), name), text
        inside = Concept((Coding(LOCAL, "1", f"Seen: {text}, 2019"),))
        assert names(chart_of(inside), name) or not said_in_words(inside, codelist, vocabulary()), text


@pytest.mark.parametrize("name", LISTS)
def test_a_list_names_what_has_a_word_that_one_of_its_prefixes_begins(name: str) -> None:
    for prefix in (code for system, code in vocabulary().codelists[name].prefixes if system == TEXT_SYSTEM):
        if prefix.isalpha():
            assert names(chart_of(Concept(text=f"Seen {prefix}xyz 2x")), name), prefix


def test_what_no_list_has_is_found_under_none() -> None:
    chart = chart_of(Concept((Coding(LOCAL, "1", "Ganglion of the wrist"), Coding(None, "C50.9"))))
    assert not any(chart.conditions(name) for name in LISTS if "laterality" not in name and "words" not in name)


def test_a_resource_that_several_lists_name_is_found_once() -> None:
    breast = condition(Concept(text="Neoadjuvant chemotherapy of breast cancer with DVT"))
    chart = Chart(Record(Patient(origin("Patient")), (breast,)), vocabulary(), TODAY)
    assert chart.conditions("therapy_hints", "venous_thromboembolism", "diagnosis_words") == (breast,)
    assert chart.procedures("therapy_hints") == ()


def test_observations_come_once_each_in_an_order_of_their_own() -> None:
    same = [observation("loinc 21889-1", value, name="b") for value in ("12 mm", "14 mm", "12 mm")]
    first = observation("loinc 21889-1", "9 mm", name="a")
    charts = [
        Chart(Record(Patient(origin("Patient")), observations=tuple(order)), vocabulary(), TODAY)
        for order in ((*same, first), (first, *reversed(same)))
    ]
    assert charts[0].observations == charts[1].observations
    assert [o.values for o in charts[0].observations] == [("9 mm",), ("12 mm",), ("14 mm",)]
    assert [at for at, _ in charts[0].asked("size_questions")] == [0, 1, 2]


def test_procedures_are_found_by_the_words_of_their_code() -> None:
    done = procedure("sct 392021009", "2024-02-01")
    chart = Chart(Record(Patient(origin("Patient")), procedures=(done,)), vocabulary(), TODAY)
    assert chart.procedures("surgery_procedures") == (done,)

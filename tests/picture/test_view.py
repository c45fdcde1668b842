"""What is read once of a tumour, and what is read again when its Observations are placed in the course of treatment."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cds_hooks.fhir.record import Patient, Record
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.episodes import tumours_in
from cds_hooks.picture.readers import drugs, radiotherapy, stage, surgery, systemic
from cds_hooks.picture.view import Course, View, dated, views_of
from tests.picture.charts import TODAY, condition, drug, observation, origin, procedure, vocabulary, when
from tests.picture.courses import TAMOXIFEN, ordered

RECORD = Record(
    Patient(origin("Patient")),
    conditions=(condition(),),
    observations=(observation("sct 399504009", "ypT2", on="2024-09-01"),),
    procedures=(procedure("sct 392021009", "2024-02-01"), procedure("sct 108290001", "2024-05-01")),
    medications=(ordered(TAMOXIFEN, "2024-06-01"), drug("rxnorm 3639", "2024-03-01")),
)


def view() -> View:
    chart = Chart(RECORD, vocabulary(), TODAY)
    return views_of(chart, tumours_in(chart))[0]


@pytest.mark.parametrize(
    "read",
    [
        drugs.drugs,
        drugs.refused_drugs,
        drugs.unnamed_drugs,
        radiotherapy.courses,
        surgery.operations,
        systemic.chemotherapies,
    ],
)
def test_what_is_read_once_of_a_tumour_looks_at_no_observation(read: Callable[[View], Any]) -> None:
    assert read(view()) == read(replace(view(), placed=(None,)))
    first = view()
    assert read(first) is read(dated(first, Course(True, when("2024-03-01"))))


def test_observations_are_read_again_when_they_are_placed_in_the_course_of_treatment() -> None:
    first = view()
    before = stage.categories(first, "T")
    after = stage.categories(dated(first, Course(operated=when("2024-02-01"))), "T")
    assert [s.finding.surgical for s in (*before, *after)] == [False, True]
    assert stage.categories(first, "T") is before


def test_a_view_in_which_nothing_moves_stays_what_it_is() -> None:
    first = view()
    assert dated(first, Course()) is first

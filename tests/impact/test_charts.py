"""The charts that are compared over."""

from datetime import date
from pathlib import Path

import pytest

from cds_hooks.errors import ImpactImpossible
from cds_hooks.impact.answers import Answer, answer
from cds_hooks.impact.charts import Chart, charts_in, shipped_charts
from cds_hooks.knowledge.load import load_knowledge

DAY = date(2026, 3, 2)
KNOWLEDGE = load_knowledge()
BY_NAME = {chart.name: chart for chart in shipped_charts()}


def answered(story: str, *, require_approval: bool = False) -> Answer:
    return answer(BY_NAME[story], KNOWLEDGE, DAY, require_approval=require_approval)


def test_a_folder_gives_a_chart_for_each_file_and_each_line(tmp_path: Path) -> None:
    for name in ("two/bundle.json", "one.json", "many.ndjson", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text('{"n":1}\n\n{"n":2}\n')
    assert [chart.name for chart in charts_in(tmp_path)] == ["many:1", "many:3", "one", "two"]


def test_a_folder_without_charts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImpactImpossible, match="there is no chart"):
        charts_in(tmp_path)


def test_an_answer_is_taken_apart() -> None:
    found = answered("five_years_of_an_aromatase_inhibitor_with_two_positive_nodes")
    assert found.tiers == ("left: moderate",)
    assert [card.kind for card in found.cards] == ["tier", "surveillance", "treatment"]
    assert ("extended_endocrine_node_positive", "applies") in found.considerations
    assert (found.silence, found.refused) == ("", "")


def test_orders_are_compared_by_their_codes_and_sides() -> None:
    surveillance = answered("a_conserved_breast_with_an_overdue_mammogram").cards[1]
    assert surveillance.indicator == "warning"
    assert any(order.startswith("http://snomed.info/sct|") for order in surveillance.orders)


def test_tiers_that_are_withheld_and_silence_have_their_reasons() -> None:
    assert answered("high_risk_but_deceased") == Answer(("patient: none (deceased)",), silence="deceased")
    silent = answered("every_factor_low", require_approval=True)
    assert (silent.tiers, silent.cards, silent.silence) == (("left: low",), (), "nothing_approved")


def test_a_chart_that_cannot_be_read_says_why() -> None:
    refused = answer(Chart("x", b"{}"), KNOWLEDGE, DAY, require_approval=False).refused
    assert refused == "This is neither a Bundle, nor a list of resources, nor a hook request."

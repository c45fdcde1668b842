"""The wording that ships is sound, and broken wording is found before a clinician sees it."""

from dataclasses import replace
from datetime import date

import pytest

from cds_hooks.writing.checks import AnswerCheck, check_cards
from cds_hooks.writing.compose import compose
from cds_hooks.writing.extremes import extremes
from tests.writing.made_up import knowledge

DAY = date(2026, 3, 2)


def problems(**changes: str | None) -> list[str]:
    words = {**knowledge().wording, **{key.replace("__", "."): text for key, text in changes.items()}}
    return check_cards(replace(knowledge(), wording={key: text for key, text in words.items() if text is not None}))


def test_the_wording_that_ships_is_sound() -> None:
    assert check_cards(knowledge()) == []


BROKEN = [
    ("tier__high", None, "tier.high is missing"),
    ("why__equivocal", None, "why.equivocal is missing"),
    ("withheld__metastatic", None, "withheld.metastatic is missing"),
    ("value__her2__positive", None, "value.her2.positive is missing"),
    ("tier__hihg", "high", "tier.hihg is not used"),
    ("driver__grade", "grade {vlaue}", "driver.grade uses {vlaue}, which is not filled"),
    ("driver__grade", "grade", "driver.grade does not show {value}"),
    ("driver__grade", "grade {value", "driver.grade has a brace"),
    ("driver__grade", "grade {value}, start chemotherapy", "driver.grade says 'start'"),
    ("detail__rule", "give tamoxifen", "detail.rule says 'give'"),
    ("detail__nothing_raises", "low risk", "detail.nothing_raises says 'low'"),
    ("driver__either_way", "triple-negative", "driver.either_way says triple negative"),
    ("caveat__her2__sources", "hearsay", "caveat.her2.sources names hearsay"),
    ("card__tier__version", "one", "card.tier.version is not a whole number"),
    ("topic__tier__code", "recurrence-tier", "topic.tier.code is not 1 to 100 letters and digits"),
    ("override__lasting", "bored", "override.lasting names bored"),
    ("override__lasting_months", "a year", "override.lasting_months is not a whole number"),
    ("driver__order", "grade, size", "driver.order does not name each factor"),
    ("summary__several_worst", "x" * 140 + "{tier}{count}", "no summary fits into 139 characters"),
]


@pytest.mark.parametrize(("key", "text", "problem"), BROKEN)
def test_broken_wording_is_named(key: str, text: str | None, problem: str) -> None:
    assert any(problem in found for found in problems(**{key: text})), problems(**{key: text})


def test_without_reasons_for_an_override_there_is_a_problem() -> None:
    words = {key: text for key, text in knowledge().wording.items() if not key.startswith("override.reason.")}
    assert "wording.yaml: there is no override.reason.*" in check_cards(replace(knowledge(), wording=words))


def test_a_factor_that_the_assessment_has_no_place_for_is_named() -> None:
    rows = tuple(replace(row, key="mood") if row.key == "grade" else row for row in knowledge().tiers.rows)
    found = check_cards(replace(knowledge(), tiers=replace(knowledge().tiers, rows=rows)))
    assert "tiers.yaml: the factor mood has no place in the assessment" in found


def test_an_empty_label_makes_an_invalid_card() -> None:
    assert any("source" in found for found in problems(source__label=""))


def test_a_reason_for_an_override_without_words_makes_an_invalid_card() -> None:
    reason = next(key for key in knowledge().wording if key.startswith("override.reason."))
    found = check_cards(replace(knowledge(), wording={**knowledge().wording, reason: ""}))
    assert any("overrideReasons" in problem and "display" in problem for problem in found)


def test_equal_reasons_for_an_override_are_checked_once_and_every_other_too() -> None:
    card = compose(next(extremes(knowledge())), knowledge(), "00000000-0000-4000-8000-000000000000", DAY)[0]
    broken = {**card, "overrideReasons": [{"code": "bored"}]}
    check = AnswerCheck()
    assert check.problems([card]) == []
    assert check.problems([card, broken]) != []
    assert check.problems([broken]) == []  # it is said already
    assert check.problems([{**broken, "overrideReasons": [{"code": "tired"}]}]) != []
    assert check.problems([{**card, "indicator": "hard-stop"}]) != []

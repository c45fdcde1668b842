"""A consultation is told in the words of the knowledge, with every cell of the tier table in one of three states."""

from functools import cache

import pytest

from cds_hooks.consult import consult
from cds_hooks.reasoning.consider import History
from cds_hooks.writing.telling import Told, ToldFactor, told
from tests.stories.test_approval import chart, drafts
from tests.support.expectation import names
from tests.web.desk import NOW

ORDER = ("low", "moderate", "high")
EACH = pytest.mark.parametrize("story", names())


@cache
def telling(story: str) -> Told:
    """A story, told."""
    return told(consult(chart(story), History(), drafts(), NOW.date()), drafts())


def states(factor: ToldFactor) -> list[str]:
    return [cell.state for cell in factor.cells]


@EACH
def test_a_value_lights_one_cell_and_a_doubt_frames_several(story: str) -> None:
    for tumour in telling(story).tumours:
        for factor in tumour.factors:
            assert [cell.tier for cell in factor.cells] == list(ORDER)
            lit, could = states(factor).count("lit"), states(factor).count("could")
            assert (lit, could) in {(1, 0), (0, 2), (0, 3), (0, 0)}, factor.fact.title


@EACH
def test_the_tier_is_the_highest_cell(story: str) -> None:
    for tumour in telling(story).tumours:
        reached = [ORDER.index(c.tier) for f in tumour.factors for c in f.cells if c.state == "lit"]
        assert max(reached, default=0) <= ORDER.index(tumour.at_most)
        assert ORDER.index(tumour.at_least) <= ORDER.index(tumour.at_most)
        if tumour.at_least == tumour.at_most != "low":
            assert tumour.drivers


@EACH
def test_what_is_not_known_says_why(story: str) -> None:
    for tumour in telling(story).tumours:
        assert all(factor.fact.value or factor.fact.why for factor in tumour.factors)
    assert all(why and titles for why, titles in telling(story).unknown)


def test_drivers_and_their_evidence_are_named() -> None:
    (tumour,) = telling("six_positive_nodes_and_nothing_else").tumours
    (nodes,) = (factor for factor in tumour.factors if factor.drives)
    assert (nodes.fact.value, states(nodes)) == ("6", ["", "", "lit"])
    assert nodes.fact.evidence
    assert tumour.without_effect
    assert not tumour.could_change


def test_considerations_are_told_with_their_verdict_and_sources() -> None:
    one = next(each for each in telling("six_positive_nodes_and_nothing_else").considerations if each.citations)
    assert one.outcome in {"applies", "cannot_tell", "does_not_apply"}
    assert all(cited.label and cited.says and cited.seen for cited in one.citations)

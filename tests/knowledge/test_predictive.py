"""What foretells or classifies risk: each attribute is there, and speaks of something that there is."""

from pathlib import Path

import pytest

from cds_hooks.knowledge.predictive import GROUPS, WRITTEN
from tests.knowledge.small import load, problems, write

ALL = "".join(f"  {name}: Something.\n" for name in WRITTEN)
AT = "predictive.yaml"
TIER = "interventions:\n  tier:\n    title: Tier\n    card: tier\n    inputs: [size]\n"


def text(shared: str = ALL, interventions: str = TIER) -> str:
    return f"shared:\n{shared}{interventions}"


def test_an_intervention_has_what_it_says_and_what_all_share(tmp_path: Path) -> None:
    own = TIER + "    output_type: classification\n"
    (tier,) = load(write(tmp_path, predictive=text(interventions=own))).background.predictive
    assert (tier.id, tier.inputs, tier.attributes["output_type"]) == ("tier", ("size",), "classification")
    assert tier.attributes["training_criteria"] == "Something."
    assert tuple(tier.attributes) == WRITTEN


def test_the_rule_asks_for_thirty_one() -> None:
    assert sum(map(len, GROUPS.values())) == 31


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (text(shared=ALL.replace("  output_value: Something.\n", "")), f"{AT}:28: tier says nothing of output_value"),
        (text(interventions=TIER.replace("  tier:", "  oracle:")), f"{AT}:29: there is no oracle"),
        (text(interventions=TIER.replace("[size]", "[size, shoe_size]")), f"{AT}:29: there is no fact shoe_size"),
        (text(shared=ALL.replace("output_value: Something.", 'output_value: ""')), f"{AT}:2: shared.output_value: "),
        (text(interventions=TIER.replace("card: tier", "card: oracle")), f"{AT}:31: interventions.tier.card: "),
    ],
)
def test_a_fault_is_found_where_it_is(tmp_path: Path, content: str, problem: str) -> None:
    found = problems(write(tmp_path, predictive=content))
    assert any(each.startswith(problem) for each in found), found

"""Learning more may settle a verdict or narrow a tier; it never flips the one or leaves the other."""

from collections.abc import Mapping
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.picture.fact import Fact, Interval, Known, Unknown, Why
from cds_hooks.reasoning.conditions import AllOf, AnyOf, AtLeast, Condition, ListTest, NoneOf, NumberTest, judge
from cds_hooks.reasoning.consider import History, consider
from cds_hooks.reasoning.considerations import CardKind, Caution, Consideration, Due, Effect, Outcome
from cds_hooks.reasoning.gates import Bench, Gate, Requirement
from cds_hooks.reasoning.stratify import stratify
from cds_hooks.reasoning.tiers import Tier
from cds_hooks.reasoning.verdict import Truth
from tests.reasoning.ideas import idea
from tests.reasoning.tables import ALIVE, GATES, SIGNS, TABLE, UNKNOWN, YES_NO, chart, is_

ORGANS = ("bone", "liver", "lung")
Pair = tuple[Fact, Fact]  # what is known now, and a value consistent with it

steps = st.integers(-2, 12).map(lambda n: Decimal(n) / 2)
bound = st.none() | steps


@st.composite
def numbers(draw: st.DrawFn, whole: bool, values: st.SearchStrategy[Decimal] = steps) -> Pair:
    number = draw(values.map(Decimal.to_integral_value) if whole else values)
    low = draw(st.none() | values.filter(lambda bound: bound <= number))
    high = draw(st.none() | values.filter(lambda bound: bound >= number))
    interval = Interval(
        low,
        high,
        low_open=low is not None and low < number and draw(st.booleans()),
        high_open=high is not None and high > number and draw(st.booleans()),
    )
    now: Fact = Known(interval) if draw(st.booleans()) else UNKNOWN
    return now, Known(Interval.exactly(number))


def words(among: tuple[str, ...]) -> st.SearchStrategy[Pair]:
    return st.sampled_from(among).flatmap(
        lambda word: st.sampled_from([(Known(word), Known(word)), (UNKNOWN, Known(word))])
    )


@st.composite
def lists(draw: st.DrawFn) -> Pair:
    full = draw(st.sets(st.sampled_from(ORGANS)))
    seen = draw(st.sets(st.sampled_from(sorted(full)))) if full else full
    floor = Known(tuple(sorted(seen)), bounded_why=Why.INCOMPLETE_PAGE)
    now: Fact = floor if draw(st.booleans()) else UNKNOWN
    return now, Known(tuple(sorted(full)))


@st.composite
def number_tests(draw: st.DrawFn) -> NumberTest:
    bounds = {name: draw(bound) for name in ("at_least", "above", "at_most", "below")}
    fact, whole = draw(st.sampled_from([("number", False), ("count", True)]))
    return NumberTest(fact, **bounds, whole=whole)


leaves: st.SearchStrategy[Condition] = st.one_of(
    number_tests(),
    st.sampled_from([is_("word", "yes"), is_("word", "no"), is_("word", "yes", "no")]),
    st.sets(st.sampled_from(ORGANS), min_size=1).map(lambda some: ListTest("list", tuple(sorted(some)), ORGANS)),
)


def joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    counted = st.builds(AtLeast, st.integers(1, 3), several)
    return st.builds(AllOf, several) | st.builds(AnyOf, several) | st.builds(NoneOf, several) | counted


FACTS = {"number": numbers(whole=False), "count": numbers(whole=True), "word": words(YES_NO), "list": lists()}


def _now(pairs: Mapping[str, Pair]) -> dict[str, Fact]:
    return {fact: pair[0] for fact, pair in pairs.items()}


def _later(pairs: Mapping[str, Pair], learnt: set[str]) -> dict[str, Fact]:
    return {fact: pair[fact in learnt] for fact, pair in pairs.items()}


@given(
    st.recursive(leaves, joined, max_leaves=6), st.fixed_dictionaries(FACTS), st.sets(st.sampled_from(sorted(FACTS)))
)
def test_learning_a_fact_never_flips_a_settled_verdict(
    condition: Condition, pairs: dict[str, Pair], learnt: set[str]
) -> None:
    before = judge(condition, _now(pairs)).truth
    assert before in (Truth.UNKNOWN, judge(condition, _later(pairs, learnt)).truth)


conditions = st.recursive(leaves, joined, max_leaves=3)


@st.composite
def considerations(draw: st.DrawFn) -> tuple[Consideration, Gate]:
    gate = Gate("gate", (), (Requirement(draw(conditions), "no"),), (Requirement(draw(conditions), "no"),))
    cautions = st.builds(Caution, st.sampled_from(Effect), conditions, st.just("say"), st.just("confirm"))
    due = st.none() | st.integers(1, 5).map(lambda months: Due("number", months, "none found"))
    kind = draw(st.sampled_from(CardKind))
    some = tuple(draw(st.lists(cautions, max_size=2)))
    return idea(kind, draw(conditions), gate="gate", cautions=some, due=draw(due)), gate


@given(considerations(), st.fixed_dictionaries(FACTS), st.sets(st.sampled_from(sorted(FACTS))))
def test_learning_a_fact_never_flips_a_settled_consideration(
    made: tuple[Consideration, Gate], pairs: dict[str, Pair], learnt: set[str]
) -> None:
    consideration, gate = made
    (before,), (after,) = (
        consider(chart(facts), History(), {"gate": gate}, (consideration,))
        for facts in (_now(pairs), _later(pairs, learnt))
    )
    assert not before.settled or after.outcome is before.outcome


@given(considerations())
def test_no_consideration_with_an_open_gate_applies_to_a_chart_that_says_nothing_of_it(
    made: tuple[Consideration, Gate],
) -> None:
    consideration, gate = made
    (found,) = consider(chart({}), History(), {"gate": gate}, (consideration,))
    assert found.outcome is not Outcome.APPLIES or Bench(chart({})).passage(gate, 0).truth is Truth.YES


@given(st.recursive(leaves, joined, max_leaves=6), st.fixed_dictionaries(FACTS))
def test_a_verdict_on_known_facts_is_settled(condition: Condition, pairs: dict[str, Pair]) -> None:
    verdict = judge(condition, _later(pairs, set(FACTS)))
    assert verdict.truth is not Truth.UNKNOWN
    assert verdict.missing == ()


sizes = st.sampled_from([Decimal(text) for text in ("0", "5", "9.9", "10", "10.1", "20", "50", "50.1", "90")])
counts = st.integers(0, 6).map(Decimal)
TUMOUR = {
    "tumour_size": numbers(whole=False, values=sizes),
    "grade": numbers(whole=True, values=st.integers(1, 3).map(Decimal)),
    "positive_nodes": numbers(whole=True, values=counts),
    "hormone_receptor": words(SIGNS),
    "her2": words(SIGNS),
    "vascular_invasion": words(YES_NO),
    "local_extension": words(YES_NO),
    "recurrence": words(YES_NO),
    "metastatic": st.sampled_from([(Known("no"), Known("no")), (UNKNOWN, Known("no"))]),
}


def _tier(facts: Mapping[str, Fact]) -> tuple[Tier, Tier]:
    ((tier,), _) = stratify(chart(facts, patient=ALIVE), TABLE, GATES)
    return tier.at_least, tier.at_most


@given(st.fixed_dictionaries(TUMOUR), st.sets(st.sampled_from(sorted(TUMOUR))))
def test_learning_a_fact_never_leaves_the_range_of_the_tier(pairs: dict[str, Pair], learnt: set[str]) -> None:
    before, after = _tier(_now(pairs)), _tier(_later(pairs, learnt))
    assert before[0] <= after[0] <= after[1] <= before[1]


@given(st.fixed_dictionaries(TUMOUR))
def test_low_is_only_said_when_nothing_is_missing(pairs: dict[str, Pair]) -> None:
    facts = _now(pairs)
    if _tier(facts) == (Tier.LOW, Tier.LOW):
        assert not any(isinstance(fact, Unknown) for fact in facts.values())
        assert facts["recurrence"] == Known("no")


@given(st.fixed_dictionaries(TUMOUR), st.data())
def test_what_cannot_change_the_tier_does_not(pairs: dict[str, Pair], data: st.DataObject) -> None:
    facts = _now(pairs)
    ((tier,), _) = stratify(chart(facts), TABLE, GATES)
    harmless = sorted(set(tier.missing) - set(tier.could_change))
    learnt = data.draw(st.sets(st.sampled_from(harmless))) if harmless else set()
    assert _tier(_later(pairs, learnt)) == (tier.at_least, tier.at_most)

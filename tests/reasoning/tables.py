"""A tier table, gates and charts written out by hand, for the tests of reasoning."""

from collections.abc import Mapping
from decimal import Decimal

from cds_hooks.picture.episode import Episode, Picture
from cds_hooks.picture.fact import Fact, Interval, Known, Unknown, Why
from cds_hooks.reasoning.conditions import AllOf, Condition, NumberTest, WordTest, facts_in
from cds_hooks.reasoning.gates import Gate, Requirement
from cds_hooks.reasoning.stratify import stratify
from cds_hooks.reasoning.tiers import EpisodeTier, FactorRow, Tier, TierTable

YES_NO = ("yes", "no")
SIGNS = ("positive", "negative")
UNKNOWN = Unknown(Why.NOT_RECORDED)


def number(value: str) -> Known:
    return Known(Interval.exactly(Decimal(value)))


def between(low: str | None, high: str | None, *, above: bool = False, below: bool = False) -> Known:
    least, most = (None if bound is None else Decimal(bound) for bound in (low, high))
    return Known(Interval(least, most, low_open=above, high_open=below))


def bounds(fact: str, whole: bool = False, **limits: str) -> NumberTest:
    return NumberTest(fact, **{name: Decimal(limit) for name, limit in limits.items()}, whole=whole)


def is_(fact: str, *words: str, among: tuple[str, ...] = YES_NO) -> WordTest:
    return WordTest(fact, words, among)


def row(key: str, low: Condition | None, moderate: Condition | None, high: Condition) -> FactorRow:
    columns = {Tier.LOW: low, Tier.MODERATE: moderate, Tier.HIGH: high}
    held = {tier: condition for tier, condition in columns.items() if condition is not None}
    facts = dict.fromkeys(fact for condition in held.values() for fact in facts_in(condition))
    return FactorRow(key, key, held, tuple(facts))


def _flag(key: str) -> FactorRow:
    return row(key, is_(key, "no"), is_(key, "no"), is_(key, "yes"))


_POSITIVE = is_("hormone_receptor", "positive", among=SIGNS)
_NEGATIVE = is_("hormone_receptor", "negative", among=SIGNS)
_HER2_NO = is_("her2", "negative", among=SIGNS)
_HER2_YES = is_("her2", "positive", among=SIGNS)
_LOW_REQUIRES = (is_("metastatic", "no"), is_("recurrence", "no"))

TABLE = TierTable(
    rows=(
        row(
            "size",
            bounds("tumour_size", below="10"),
            bounds("tumour_size", at_least="10", at_most="50"),
            bounds("tumour_size", above="50"),
        ),
        row(
            "grade",
            bounds("grade", at_most="1", whole=True),
            bounds("grade", at_most="2", whole=True),
            bounds("grade", at_least="3", whole=True),
        ),
        row("hormone_receptors", _POSITIVE, _POSITIVE, AllOf((_NEGATIVE, _HER2_NO))),
        row("her2", _HER2_NO, _HER2_NO, _HER2_YES),
        row(
            "nodes",
            bounds("positive_nodes", at_most="0", whole=True),
            bounds("positive_nodes", at_least="1", at_most="3", whole=True),
            bounds("positive_nodes", at_least="4", whole=True),
        ),
        _flag("vascular_invasion"),
        _flag("local_extension"),
    ),
    low_requires=_LOW_REQUIRES,
    low_requires_facts=("metastatic", "recurrence"),
)

GATES = {
    "tier": Gate(
        "tier",
        patient=(Requirement(is_("deceased", "no"), "deceased"), Requirement(is_("hospice", "no"), "hospice")),
        episode=(Requirement(is_("metastatic", "no"), "metastatic"),),
    )
}

ALIVE: Mapping[str, Fact] = {"deceased": Known("no"), "hospice": Known("no")}
NOTHING: Mapping[str, Fact] = {"metastatic": Known("no"), "recurrence": Known("no"), "local_extension": Known("no")}
ALL_LOW: Mapping[str, Fact] = {
    **NOTHING,
    "tumour_size": number("9.9"),
    "grade": number("1"),
    "hormone_receptor": Known("positive"),
    "her2": Known("negative"),
    "positive_nodes": number("0"),
    "vascular_invasion": Known("no"),
}


def chart(*episodes: Mapping[str, Fact], patient: Mapping[str, Fact] = ALIVE) -> Picture:
    return Picture(patient, tuple(Episode("", (), facts) for facts in episodes))


def tier_of(facts: Mapping[str, Fact], table: TierTable = TABLE) -> EpisodeTier:
    ((tier,), _) = stratify(chart(facts), table, GATES)
    return tier

"""The tier of each tumour episode, as a range that no completion of the unknown facts can leave.

A row's tier is its lowest column that holds. The tier is that of the highest row. Rows that share a fact which is not
exactly known are completed together, with every value their tests can tell apart; rows that share none are completed
apart, and the maximum of each bound is taken. So the cost grows with the facts that belong together, not with all.

LOW is only said when every row is known to be low and every condition of `low_requires` certainly holds. Where LOW
is possible but one of these cannot be told, or does not hold, the range reaches up to HIGH: the table then says
nothing about this tumour, and LOW must not be read out of it.
"""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from cds_hooks.picture.episode import Picture
from cds_hooks.picture.fact import Fact, Known
from cds_hooks.reasoning.completions import each_completion, open_facts
from cds_hooks.reasoning.conditions import Judge, by_fact, usable
from cds_hooks.reasoning.gates import Gate, Requirement
from cds_hooks.reasoning.tiers import EpisodeTier, FactorResult, FactorRow, Tier, TierTable, TierWithheld
from cds_hooks.reasoning.verdict import NO, YES

NO_BREAST_CANCER = "no_breast_cancer"

_RowTiers = tuple[Tier | None, ...]
_Open = dict[str, tuple[Known, ...]]  # facts that are not exactly known, with what each could still be


class _Outcome(Struct, frozen=True):
    """One completion: the values chosen, the tier of each row of the group (None leaves it to the others), and the
    standing: the highest of them, and whether that is LOW although a row has no column that holds (which is not
    "known and low").
    """

    chosen: Mapping[str, Fact]
    tiers: _RowTiers
    standing: tuple[Tier, bool]


class _Group(Struct, frozen=True):
    """Rows that are completed together, and the tiers between which their outcomes lie."""

    rows: tuple[FactorRow, ...]
    outcomes: tuple[_Outcome, ...]
    lowest: Tier
    highest: Tier


def stratify(
    picture: Picture, table: TierTable, gates: Mapping[str, Gate]
) -> tuple[tuple[EpisodeTier, ...], tuple[TierWithheld, ...]]:
    """The tier of every episode that the table's gate lets through, and why the others have none."""
    gate = gates[table.gate]
    stopped, open_patient = _ask(gate.patient, Judge(picture.patient))
    if stopped is not None:
        return (), (TierWithheld(None, stopped),)
    if not picture.episodes:
        return (), (TierWithheld(None, NO_BREAST_CANCER),)
    tiers: list[EpisodeTier] = []
    withheld: list[TierWithheld] = []
    for index, episode in enumerate(picture.episodes):
        judge = Judge(picture.facts_of(episode))
        stopped, open_episode = _ask(gate.episode, judge)
        if stopped is not None:
            withheld.append(TierWithheld(index, stopped))
        else:
            tiers.append(_tier(index, table, judge, (*open_patient, *open_episode)))
    return tuple(tiers), tuple(withheld)


def _ask(requirements: Iterable[Requirement], judge: Judge) -> tuple[str | None, tuple[str, ...]]:
    """The reason of the first requirement that certainly fails, and the unknown facts of those that cannot be told."""
    missing: list[str] = []
    for requirement in requirements:
        verdict = judge.verdict(requirement.require)
        if verdict.truth is NO:
            return requirement.otherwise, ()
        missing.extend(verdict.missing)
    return None, tuple(missing)


def _tier(index: int, table: TierTable, judge: Judge, gate_missing: tuple[str, ...]) -> EpisodeTier:
    groups = _groups(table.rows, judge)
    results = _results(table.rows, groups)
    at_least = max(group.lowest for group in groups)
    at_most = max(group.highest for group in groups)
    required = [judge.verdict(condition) for condition in table.low_requires]
    doubts = [verdict for verdict in required if verdict.truth is not YES] if at_least is Tier.LOW else []
    not_all_low = any(outcome.standing == (Tier.LOW, True) for group in groups for outcome in group.outcomes)
    if at_least is Tier.LOW and (doubts or not_all_low):
        at_most = Tier.HIGH
    low_missing = tuple(fact for verdict in doubts for fact in verdict.missing)
    movers = {*_movers(groups), *low_missing}
    unsettled = [fact for verdict in required for fact in verdict.missing]
    missing = _once((*_missing(results, judge.facts), *unsettled, *gate_missing))
    return EpisodeTier(
        episode=index,
        at_least=at_least,
        at_most=at_most,
        factors=results,
        drivers=_drivers(groups, results, at_least),
        missing=missing,
        could_change=tuple(fact for fact in missing if fact in movers),
        low_withheld=_once(reason.fact for verdict in doubts for reason in verdict.because),
    )


def _groups(rows: tuple[FactorRow, ...], judge: Judge) -> list[_Group]:
    """Connected components of the rows over the facts that are not exactly known."""
    components: list[tuple[tuple[FactorRow, ...], _Open]] = []
    for row in rows:
        members: tuple[FactorRow, ...] = (row,)
        open_ = open_facts(row.tests, judge.facts)
        touching = [component for component in components if component[1].keys() & open_.keys()]
        if touching:
            components = [component for component in components if component not in touching]
            for others, _ in touching:
                members = (*others, *members)
            columns = [column for each in members for column in each.columns.values()]
            open_ = open_facts(by_fact(columns), judge.facts)
        components.append((members, open_))
    return [_group(members, judge, open_) for members, open_ in components]


def _group(rows: tuple[FactorRow, ...], judge: Judge, open_: _Open) -> _Group:
    outcomes = tuple(_outcome(rows, judge, chosen) for chosen in each_completion(open_))
    tiers = [outcome.standing[0] for outcome in outcomes]
    return _Group(rows, outcomes, min(tiers), max(tiers))


def _outcome(rows: tuple[FactorRow, ...], judge: Judge, chosen: Mapping[str, Fact]) -> _Outcome:
    chosen_so = Judge({**judge.facts, **chosen}) if chosen else judge
    tiers = tuple(_row_tier(row, chosen_so) for row in rows)
    highest = _highest(tiers)
    return _Outcome(chosen, tiers, (highest, highest is Tier.LOW and None in tiers))


def _row_tier(row: FactorRow, judge: Judge) -> Tier | None:
    """The lowest column that holds; None leaves the tier to the other rows."""
    return next((tier for tier, column in row.ascending if judge.verdict(column).truth is YES), None)


def _highest(tiers: Iterable[Tier | None]) -> Tier:
    """The highest of the rows; a row that leaves the tier to the others adds nothing."""
    return max((tier for tier in tiers if tier is not None), default=Tier.LOW)


def _results(rows: tuple[FactorRow, ...], groups: list[_Group]) -> tuple[FactorResult, ...]:
    results = {row.key: _result(row, group, place) for group in groups for place, row in enumerate(group.rows)}
    return tuple(results[row.key] for row in rows)


def _result(row: FactorRow, group: _Group, place: int) -> FactorResult:
    found = {outcome.tiers[place] for outcome in group.outcomes}
    if len(found) == 1:
        (tier,) = found
        return FactorResult(row, tier, tier, ())
    missing = tuple(fact for fact in row.facts if _tells_apart(fact, group, lambda outcome: outcome.tiers[place]))
    # a completion that leaves the tier to the others gives this row nothing to hold it up
    return FactorResult(row, min(_highest([tier]) for tier in found), _highest(found), missing)


def _tells_apart(fact: str, group: _Group, view: Callable[[_Outcome], object]) -> bool:
    """True if two completions that differ in this fact alone come out differently."""
    if len(group.outcomes) == 1:
        return False
    seen: dict[tuple[tuple[str, Fact], ...], object] = {}
    for outcome in group.outcomes:
        rest = tuple((other, value) for other, value in outcome.chosen.items() if other != fact)
        if seen.setdefault(rest, view(outcome)) != view(outcome):
            return True
    return False


def _movers(groups: list[_Group]) -> set[str]:
    """The facts that could move the tier: those that tell outcomes apart which the other rows do not already top."""
    movers: set[str] = set()
    for group in groups:
        floor = max((other.lowest for other in groups if other is not group), default=Tier.LOW)
        open_ = group.outcomes[0].chosen
        movers.update(fact for fact in open_ if _tells_apart(fact, group, _topped(floor)))
    return movers


def _topped(floor: Tier) -> Callable[[_Outcome], object]:
    return lambda outcome: max(outcome.standing, (floor, False))


def _drivers(groups: list[_Group], results: tuple[FactorResult, ...], at_least: Tier) -> tuple[str, ...]:
    """The rows that alone reach the tier; where only several together are sure to, those of them that may."""
    if at_least is Tier.LOW:
        return ()
    alone = tuple(result.row.key for result in results if result.at_least is at_least)
    together = {row.key for group in groups if group.lowest is at_least for row in group.rows}
    return alone or tuple(r.row.key for r in results if r.row.key in together and _highest([r.at_most]) >= at_least)


def _missing(results: tuple[FactorResult, ...], facts: Mapping[str, Fact]) -> list[str]:
    """Facts without a value, and bounded ones whose bounds leave their row open."""
    return [
        fact
        for result in results
        for fact, tests in result.row.tests.items()
        if fact in result.missing or any(usable(test, facts.get(fact)) is None for test in tests)
    ]


def _once(facts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(facts))

"""The summary: one sentence that carries the tier and its drivers, always shorter than 140 characters."""

from collections.abc import Iterable, Iterator
from itertools import product

from cds_hooks.errors import KnowledgeBroken
from cds_hooks.reasoning.tiers import Tier
from cds_hooks.writing.tumour import Tumour
from cds_hooks.writing.values import drivers
from cds_hooks.writing.wording import Wording, capital

LONGEST = 139  # CDS Hooks 2.0, Card.summary: fewer than 140 characters


def summary(wording: Wording, found: tuple[Tumour, ...], more: int = 0) -> str:
    """The fullest sentence that fits, with `more` considerations beside the tier. Raises KnowledgeBroken if none does
    (excluded by the checks at start).
    """
    candidates = _one(wording, found[0]) if len(found) == 1 else _several(wording, found)
    return fitting(with_more(wording, capital(text), more) for text in candidates)


def with_more(wording: Wording, text: str, more: int) -> str:
    """The sentence, and how many more things the card says."""
    return wording.say("summary.more", first=text, count=more) if more else text


def fitting(candidates: Iterable[str]) -> str:
    """The first that fits. Raises KnowledgeBroken if none does."""
    for text in candidates:
        if len(text) <= LONGEST:
            return text
    raise KnowledgeBroken((f"wording.yaml: no summary fits into {LONGEST} characters",))


def _one(wording: Wording, tumour: Tumour) -> Iterator[str]:
    tier = wording.range(tumour.tier.at_least, tumour.tier.at_most)
    because = drivers(wording, tumour)
    if not tumour.settled:
        yield from _open(wording, tumour, tier, because)
        return
    if tumour.tier.at_most is Tier.LOW:
        yield wording.say("summary.nothing_raises", tier=tier)
    for shown in range(len(because), 0, -1):
        yield wording.say("summary.settled", tier=tier, drivers=wording.listed(because, shown))
    yield wording.say("summary.settled_bare", tier=tier)


def _open(wording: Wording, tumour: Tumour, tier: str, because: tuple[str, ...]) -> Iterator[str]:
    missing = missing_names(wording, tumour)
    for named, shown in _fullest_first(len(missing), len(because)):
        words = wording.listed(missing, named)
        if shown:
            reasons = wording.listed(because, shown)
            yield wording.say("summary.open_drivers", range=tier, drivers=reasons, missing=words)
        else:
            yield wording.say("summary.open", range=tier, missing=words)
    if not missing and tumour.tier.low_withheld:
        doubts = [wording.short(fact) for fact in tumour.tier.low_withheld]
        for shown in range(len(doubts), 0, -1):
            yield wording.say("summary.open_doubt", range=tier, doubts=wording.listed(doubts, shown))
    yield wording.say("summary.open_bare", range=tier)


def missing_names(wording: Wording, tumour: Tumour) -> tuple[str, ...]:
    """Short names of the facts that keep the tier open."""
    return tuple(wording.short(fact) for fact in tumour.tier.could_change)


def _fullest_first(missing: int, because: int) -> list[tuple[int, int]]:
    """How many missing facts (at least one) and drivers to show: the most words first, the missing before drivers."""
    pairs = product(range(1, missing + 1), range(because + 1))
    return sorted(pairs, key=lambda pair: (min(pair[1], 1), sum(pair), pair[0]), reverse=True)


def _several(wording: Wording, found: tuple[Tumour, ...]) -> Iterator[str]:
    reasons = [drivers(wording, each) if each.settled else missing_names(wording, each) for each in found]
    for shown in (3, 2, 1, 0):
        parts = [_part(wording, tumour, why, shown) for tumour, why in zip(found, reasons, strict=True)]
        yield wording.say("summary.several", tumours="; ".join(parts))
    at_least = max(tumour.tier.at_least for tumour in found)
    at_most = max(tumour.tier.at_most for tumour in found)
    yield wording.say("summary.several_worst", count=len(found), tier=wording.range(at_least, at_most))


def _part(wording: Wording, tumour: Tumour, reasons: tuple[str, ...], shown: int) -> str:
    tier = wording.range(tumour.tier.at_least, tumour.tier.at_most)
    side = wording.say(f"side.{tumour.side or 'none'}")
    if not shown or not reasons:
        return wording.say("summary.part", side=side, tier=tier)
    words = wording.listed(reasons, shown)
    if not tumour.settled:
        words = wording.say("summary.part_missing", missing=words)
    return wording.say("summary.part_reasons", side=side, tier=tier, reasons=words)

"""What to keep in mind beside a tier: its course over time by subtype, and where its rule departs from others."""

from collections.abc import Iterator
from decimal import Decimal

from cds_hooks.knowledge.library import Knowledge
from cds_hooks.picture.fact import Fact, Interval, Known
from cds_hooks.reasoning.tiers import Tier
from cds_hooks.writing.tumour import Tumour
from cds_hooks.writing.values import interval
from cds_hooks.writing.wording import Wording, ids

_LOW_POSITIVE = "low positive"  # the mark that the reader of receptors puts on 1 to 10 %
_BETTER = ("excellent", "good")  # groups of the Nottingham Prognostic Index that a high tier departs from


def caveats(wording: Wording, knowledge: Knowledge, found: tuple[Tumour, ...]) -> Iterator[str]:
    """One block with a line for each that belongs to one of the tumours; none where none does."""
    holds = [_holds(tumour, knowledge) for tumour in found]
    belongs = [name for name in holds[0] if any(each[name] for each in holds)] if holds else []
    lines = [_cited(wording, knowledge, name, wording.say(f"caveat.{name}")) for name in belongs]
    lines += [line for tumour in found for line in _index(wording, knowledge, tumour)]
    if lines:
        yield wording.say("detail.remember") + "\n\n" + "\n".join(lines)


def _holds(tumour: Tumour, knowledge: Knowledge) -> dict[str, bool]:
    """Which of them belong to a tumour, in the order in which they are said."""
    her2, small = tumour.says("her2", "positive"), _is_very_small(tumour, knowledge)
    return {
        "her2": her2,
        "very_small_her2": small and her2,
        "er_positive": tumour.says("er", "positive"),
        "er_weak": _is_weak(tumour.fact("er")),
        "triple_negative": tumour.triple_negative,
        "very_small_triple_negative": small and tumour.triple_negative,
        "vascular_invasion": tumour.tier.drivers == ("vascular_invasion",),
        "male": tumour.says("sex", "male"),
    }


def _is_very_small(tumour: Tumour, knowledge: Knowledge) -> bool:
    """T1a or T1b without positive nodes, which the article does not set apart."""
    limit = knowledge.vocabulary.numbers["size_t1b_at_most_mm"]
    size, nodes = _most(tumour.fact("tumour_size")), _most(tumour.fact("positive_nodes"))
    return size is not None and nodes is not None and size <= limit and not nodes


def _most(fact: Fact) -> Decimal | None:
    return fact.value.high if isinstance(fact, Known) and isinstance(fact.value, Interval) else None


def _is_weak(er: Fact) -> bool:
    return isinstance(er, Known) and any(_LOW_POSITIVE in proof.marks for proof in er.evidence)


def _index(wording: Wording, knowledge: Knowledge, tumour: Tumour) -> Iterator[str]:
    """Where the tier is high and the Nottingham Prognostic Index good, both are said; not where HER2 or receptors make
    the tier, which the index does not weigh.
    """
    index, group = tumour.fact("npi"), tumour.fact("npi_group")
    unweighed = {"her2", "hormone_receptors"} & set(tumour.tier.drivers)
    if tumour.tier.at_least is not Tier.HIGH or unweighed or not isinstance(index, Known):
        return
    if isinstance(index.value, Interval) and isinstance(group, Known) and group.value in _BETTER:
        text = wording.say("caveat.npi", index=interval(wording, index.value), group=group.value)
        yield _cited(wording, knowledge, "npi", text)


def _cited(wording: Wording, knowledge: Knowledge, name: str, text: str) -> str:
    sources = f"caveat.{name}.sources"
    if not wording.has(sources):
        return wording.say("detail.caveat_plain", text=text.strip())
    named = [knowledge.sources[source].short for source in ids(wording.say(sources))]
    return wording.say("detail.caveat", text=text.strip(), sources="; ".join(named))

"""The detail of the tier card, in GitHub Flavored Markdown. Chart text is escaped where it enters."""

from collections.abc import Iterable, Iterator
from datetime import date

from cds_hooks.consult import Consultation
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.reasoning.tiers import Tier
from cds_hooks.writing.caveats import caveats
from cds_hooks.writing.escape import escape
from cds_hooks.writing.factors import factors
from cds_hooks.writing.tumour import Tumour
from cds_hooks.writing.unread import text_only
from cds_hooks.writing.values import why_words
from cds_hooks.writing.wording import Wording, capital


def detail(
    wording: Wording,
    knowledge: Knowledge,
    consultation: Consultation,
    found: tuple[Tumour, ...],
    *,
    said: bool = False,
) -> list[str]:
    """Blocks: of each tumour the tier, what is missing and the factors; then the caveats. `said`: the summary of the
    card says the tier already, so that of a single tumour only its side is said again.
    """
    brief = said and len(found) == 1
    blocks = [block for tumour in found for block in _tumour(wording, tumour, brief=brief)]
    blocks += _withheld(wording, consultation)
    blocks += caveats(wording, knowledge, found)
    return blocks


def closing(wording: Wording, *, rule: bool, approved: bool, data_until: date) -> str:
    """The last line of a card: by which rule the tier was found, whether it is approved, how recent the data are."""
    said = [wording.say("detail.rule")] if rule else []
    said += [wording.say("detail.approved" if approved else "detail.unapproved")]
    return f"*{' '.join(said)} {wording.say('detail.data_until', date=data_until.isoformat())}*"


def _tumour(wording: Wording, tumour: Tumour, *, brief: bool) -> Iterator[str]:
    yield _heading(wording, tumour, brief=brief)
    if tumour.settled and tumour.tier.at_most is Tier.LOW:
        yield wording.say("detail.nothing_raises")
    if tumour.tier.could_change:
        yield wording.say("detail.could_change", facts=missing_words(wording, tumour, tumour.tier.could_change))
    doubts = [fact for fact in tumour.tier.low_withheld if fact not in tumour.tier.could_change]
    if doubts and not tumour.settled:
        yield wording.say("detail.doubts", facts=", ".join(wording.short(fact) for fact in doubts))
    if listed := "\n".join(factors(wording, tumour)):
        yield listed
    rest = [fact for fact in tumour.tier.missing if fact not in tumour.tier.could_change]
    if rest:
        yield wording.say("detail.cannot_change", facts=missing_words(wording, tumour, rest))
    yield from text_only(wording, tumour)
    yield from _notes(wording, tumour)
    yield from _set_aside(wording, tumour)


def _heading(wording: Wording, tumour: Tumour, *, brief: bool) -> str:
    side = wording.say(f"side.heading.{tumour.side or 'none'}")
    if brief:
        return wording.say("block.heading", title=capital(side))
    if tumour.settled:
        return wording.say("detail.settled", tier=capital(wording.tier(tumour.tier.at_least)), side=side)
    return wording.say("detail.open", range=wording.range(tumour.tier.at_least, tumour.tier.at_most), side=side)


def missing_words(wording: Wording, tumour: Tumour, facts: Iterable[str]) -> str:
    """Facts by the reason why they are not known: "size, grade (not recorded); HER2 (equivocal)"."""
    by_reason: dict[str, list[str]] = {}
    for fact_id in facts:
        why = why_words(wording, tumour.fact(fact_id)) or wording.say("why.bounded")
        by_reason.setdefault(why, []).append(wording.short(fact_id))
    groups = [wording.say("detail.facts_why", facts=", ".join(names), why=why) for why, names in by_reason.items()]
    return "; ".join(groups)


def _notes(wording: Wording, tumour: Tumour) -> Iterator[str]:
    """Contradictions of the facts that the tier rests on."""
    said = [
        wording.say("detail.note", fact=wording.short(fact), note=escape(note))
        for fact in _facts_behind(tumour)
        for note in dict.fromkeys(tumour.fact(fact).notes)
    ]
    if said:
        yield wording.say("detail.notes", notes="; ".join(said))


def _set_aside(wording: Wording, tumour: Tumour) -> Iterator[str]:
    """Results set aside for factors that drive the tier or are open; elsewhere they could not have mattered."""
    said = []
    for result in tumour.tier.factors:
        if result.row.key not in tumour.tier.drivers and not result.missing:
            continue
        whys = dict.fromkeys(aside.why for aside in tumour.shown(result.row.key).set_aside)
        if whys:
            fact = capital(result.row.title)
            said.append(wording.say("detail.set_aside_one", fact=fact, whys=", ".join(escape(why) for why in whys)))
    if said:
        yield wording.say("detail.set_aside", results="; ".join(said))


def _facts_behind(tumour: Tumour) -> tuple[str, ...]:
    rows = [fact for result in tumour.tier.factors for fact in result.row.facts]
    return tuple(dict.fromkeys([*rows, "er", "pr", *tumour.tier.missing]))


def _withheld(wording: Wording, consultation: Consultation) -> Iterator[str]:
    for withheld in consultation.withheld:
        if withheld.episode is None:
            continue
        side = wording.say(f"side.heading.{consultation.picture.episodes[withheld.episode].side or 'none'}")
        yield wording.say("detail.withheld", side=side, why=wording.say(f"withheld.{withheld.because}"))

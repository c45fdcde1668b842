"""The detail of the tier card, in GitHub Flavored Markdown. Chart text is escaped where it enters."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from cds_hooks.consult import Consultation
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.picture.fact import Known
from cds_hooks.reasoning.tiers import FactorResult, Tier
from cds_hooks.writing.escape import escape
from cds_hooks.writing.facts_said import evidence_marks
from cds_hooks.writing.tumour import Tumour
from cds_hooks.writing.unread import text_only
from cds_hooks.writing.values import drivers, factor_value, why_words
from cds_hooks.writing.wording import Wording, capital, ids


def detail(wording: Wording, knowledge: Knowledge, consultation: Consultation, found: tuple[Tumour, ...]) -> list[str]:
    """Blocks: of each tumour the tier, its drivers, what is missing and the table; then the caveats."""
    blocks = [block for tumour in found for block in _tumour(wording, tumour)]
    blocks += _withheld(wording, consultation)
    blocks += _caveats(wording, knowledge, found)
    return blocks


def closing(wording: Wording, *, rule: bool, approved: bool, data_until: date) -> str:
    """The last line of a card: by which rule the tier was found, whether it is approved, how recent the data are."""
    said = [wording.say("detail.rule")] if rule else []
    said += [wording.say("detail.approved" if approved else "detail.unapproved")]
    return f"*{' '.join(said)} {wording.say('detail.data_until', date=data_until.isoformat())}*"


def _tumour(wording: Wording, tumour: Tumour) -> Iterator[str]:
    yield _heading(wording, tumour)
    because = ", ".join(drivers(wording, tumour))
    if tumour.settled and tumour.tier.at_most is Tier.LOW:
        yield wording.say("detail.nothing_raises")
    elif because and tumour.settled:
        yield wording.say("detail.drivers", drivers=because)
    elif because:
        yield wording.say("detail.floor", tier=wording.tier(tumour.tier.at_least), drivers=because)
    if tumour.tier.could_change:
        yield wording.say("detail.could_change", facts=missing_words(wording, tumour, tumour.tier.could_change))
    doubts = [fact for fact in tumour.tier.low_withheld if fact not in tumour.tier.could_change]
    if doubts and not tumour.settled:
        yield wording.say("detail.doubts", facts=", ".join(wording.short(fact) for fact in doubts))
    yield _table(wording, tumour)
    rest = [fact for fact in tumour.tier.missing if fact not in tumour.tier.could_change]
    if rest:
        yield wording.say("detail.cannot_change", facts=missing_words(wording, tumour, rest))
    yield from text_only(wording, tumour)
    yield from _notes(wording, tumour)
    yield from _set_aside(wording, tumour)


def _heading(wording: Wording, tumour: Tumour) -> str:
    side = wording.say(f"side.heading.{tumour.side or 'none'}")
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


def _table(wording: Wording, tumour: Tumour) -> str:
    header = [wording.say(f"table.{column}") for column in ("factor", "value", "tier")]
    lines = [header, [":--", ":--", ":--"]]
    for result in tumour.tier.factors:
        bold = "**" if result.row.key in tumour.tier.drivers else ""
        cells = (capital(result.row.title), value_cell(wording, tumour, result.row.key), tier_cell(wording, result))
        lines.append([f"{bold}{cell}{bold}" for cell in cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def value_cell(wording: Wording, tumour: Tumour, factor: str) -> str:
    """A factor's value with its date and its weaknesses, or why it is not known."""
    fact = tumour.shown(factor)
    if not isinstance(fact, Known):
        return why_words(wording, fact) or ""
    if factor == "local_extension" and not fact.evidence:
        return wording.say("value.silent")
    words = _receptors(wording, tumour, fact) if factor == "hormone_receptors" else factor_value(wording, factor, fact)
    marks = ", ".join(evidence_marks(wording, fact))
    return wording.say("value.marked", value=words, marks=marks) if marks else words


def _receptors(wording: Wording, tumour: Tumour, joint: Known) -> str:
    known = {name: fact for name in ("er", "pr") if isinstance(fact := tumour.fact(name), Known)}
    if not known:
        return factor_value(wording, "hormone_receptors", joint)
    unknown = wording.say("value.receptor_unknown")
    words = {name: factor_value(wording, "hormone_receptors", fact) for name, fact in known.items()}
    return wording.say("value.hormone_receptors.detail", **{"er": unknown, "pr": unknown, **words})


def tier_cell(wording: Wording, result: FactorResult) -> str:
    """To which tier a factor raises the whole: never the word of the lowest tier, which no factor alone can claim."""
    least, most = result.at_least or Tier.LOW, result.at_most or Tier.LOW
    if most is Tier.LOW:
        return wording.say("table.no_effect")
    if least is most:
        return wording.tier(least)
    if least is Tier.LOW:
        return wording.say("table.perhaps", tier=wording.tier(most))
    return wording.say("table.perhaps_more", tier=wording.tier(least), more=wording.tier(most))


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


def _caveats(wording: Wording, knowledge: Knowledge, found: tuple[Tumour, ...]) -> Iterator[str]:
    holds: Mapping[str, bool] = {
        "her2": any(t.says("her2", "positive") for t in found),
        "er_positive": any(t.says("er", "positive") for t in found),
        "triple_negative": any(t.triple_negative for t in found),
        "male": any(t.says("sex", "male") for t in found),
    }
    lines = [_caveat(wording, knowledge, name) for name, belongs in holds.items() if belongs]
    if lines:
        yield wording.say("detail.remember") + "\n\n" + "\n".join(lines)


def _caveat(wording: Wording, knowledge: Knowledge, name: str) -> str:
    text = wording.say(f"caveat.{name}").strip()
    sources = f"caveat.{name}.sources"
    if not wording.has(sources):
        return wording.say("detail.caveat_plain", text=text)
    labels = [knowledge.sources[source].label for source in ids(wording.say(sources))]
    return wording.say("detail.caveat", text=text, sources="; ".join(labels))

"""A consultation laid out for a terminal: every factor with its value, its proof, and why the rest is not known.

Chart text is stripped of everything that is not visible before it reaches the terminal.
"""

from collections.abc import Iterator, Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cds_hooks.consult import Consultation
from cds_hooks.explain_considered import considered_table
from cds_hooks.fhir.record import KeyState, Record
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.picture.fact import Evidence, Fact, Interval, Known, Unknown
from cds_hooks.reasoning.tiers import FactorResult, Tier, TierWithheld
from cds_hooks.writing.compose import wording_of
from cds_hooks.writing.detail import missing_words
from cds_hooks.writing.escape import plain
from cds_hooks.writing.factors import tier_cell
from cds_hooks.writing.tumour import Tumour, tumours
from cds_hooks.writing.values import drivers, factor_value, interval, why_words
from cds_hooks.writing.wording import Wording, capital

_TIER_STYLE = {Tier.LOW: "bold green", Tier.MODERATE: "bold yellow", Tier.HIGH: "bold red"}
_MOST_LISTED = 12  # of resources that were left out; the rest is counted


def explanation(record: Record, consultation: Consultation, knowledge: Knowledge) -> RenderableType:
    """What was seen and concluded, readable at 80 columns."""
    wording = wording_of(knowledge)
    parts: list[RenderableType] = [_patient(wording, consultation, knowledge)]
    for tumour in tumours(consultation):
        parts += [*_tumour(wording, tumour, consultation), _also_read(wording, tumour, consultation, knowledge)]
    parts += [_withheld(wording, consultation, withheld) for withheld in consultation.withheld]
    parts += considered_table(consultation, knowledge)
    parts += _patient_unknown(wording, consultation, knowledge)
    parts += _chart(record, consultation)
    return Group(*parts)


def _patient(wording: Wording, consultation: Consultation, knowledge: Knowledge) -> RenderableType:
    facts = consultation.picture.patient.items()
    known = [f"{_title(name, knowledge)}: {_said(wording, fact)}" for name, fact in facts if isinstance(fact, Known)]
    return _line("Patient", ", ".join(known))


def _patient_unknown(wording: Wording, consultation: Consultation, knowledge: Knowledge) -> list[RenderableType]:
    """What is not known of the patient, by reason: a chart is silent about most, so it stands last."""
    unknown: dict[str, list[str]] = {}
    for name, fact in consultation.picture.patient.items():
        if isinstance(fact, Unknown):
            unknown.setdefault(why_words(wording, fact) or fact.why.value, []).append(_title(name, knowledge))
    return [_line(capital(why), ", ".join(titles)) for why, titles in sorted(unknown.items())]


def _also_read(wording: Wording, tumour: Tumour, consultation: Consultation, knowledge: Knowledge) -> RenderableType:
    """What else is known of this tumour: treatment, stage, assays."""
    shown = {fact for result in tumour.tier.factors for fact in result.row.facts}
    facts = consultation.picture.episodes[tumour.tier.episode].facts.items()
    known = [
        f"{_title(name, knowledge)}: {_said(wording, fact)}"
        for name, fact in facts
        if name not in shown and isinstance(fact, Known) and fact.evidence
    ]
    return _line("Also read", ", ".join(known))


def _title(fact_id: str, knowledge: Knowledge) -> str:
    definition = knowledge.vocabulary.facts.get(fact_id)
    return definition.title if definition else fact_id


def _said(wording: Wording, fact: Known) -> str:
    match fact.value:
        case Interval():
            return interval(wording, fact.value)
        case tuple():
            return " and ".join(word.replace("_", " ") for word in fact.value)
        case word:
            return word.replace("_", " ")


def _tumour(wording: Wording, tumour: Tumour, consultation: Consultation) -> Iterator[RenderableType]:
    yield Text()
    yield _heading(wording, tumour)
    conditions = consultation.picture.episodes[tumour.tier.episode].conditions
    yield _line("Diagnosis", ", ".join(plain(reference) for reference in conditions))
    numbers = _numbers(tumour)
    yield _table(wording, tumour, numbers)
    yield from _conclusion(wording, tumour)
    yield Text()
    yield from _references(numbers, tumour)


def _heading(wording: Wording, tumour: Tumour) -> Text:
    side = capital(wording.say(f"side.heading.{tumour.side or 'none'}"))
    tier = wording.range(tumour.tier.at_least, tumour.tier.at_most)
    words = Text(f"{side}: recurrence risk at diagnosis ", style="bold")
    return words.append(tier, style=_TIER_STYLE[tumour.tier.at_least] if tumour.settled else "bold cyan")


def _table(wording: Wording, tumour: Tumour, numbers: Mapping[str, int]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, expand=True)
    table.add_column("Factor", width=18)
    table.add_column("Value", width=18)
    table.add_column("Raises to", width=12)
    table.add_column("Evidence", ratio=1, overflow="fold")
    for result in tumour.tier.factors:
        style = "bold" if result.row.key in tumour.tier.drivers else None
        table.add_row(*_row(wording, tumour, result, numbers), style=style)
    return table


def _row(
    wording: Wording, tumour: Tumour, result: FactorResult, numbers: Mapping[str, int]
) -> tuple[RenderableType, ...]:
    fact = tumour.shown(result.row.key)
    proof = [Text(_proof(one, numbers[one.reference])) for one in fact.evidence]
    aside = [Text(f"[{numbers[one.reference]}] {plain(one.why)}", style="dim not bold") for one in fact.set_aside]
    notes = [Text(f"! {plain(note)}", style="yellow not bold") for note in fact.notes]
    return (
        Text(capital(result.row.title)),
        Text("\n").join(_value(wording, tumour, result.row.key, fact)),
        Text(tier_cell(wording, result)),
        Text("\n").join([*proof, *aside, *notes]),
    )


def _numbers(tumour: Tumour) -> dict[str, int]:
    """A number for each resource of the table, so that its long name stands below and not in a narrow column."""
    numbers: dict[str, int] = {}
    for result in tumour.tier.factors:
        fact = tumour.shown(result.row.key)
        for reference in (*(one.reference for one in fact.evidence), *(one.reference for one in fact.set_aside)):
            numbers.setdefault(reference, len(numbers) + 1)
    return numbers


def _references(numbers: Mapping[str, int], tumour: Tumour) -> Iterator[RenderableType]:
    facts = [tumour.shown(result.row.key) for result in tumour.tier.factors]
    used = {one.reference for fact in facts for one in fact.evidence}
    for reference, number in numbers.items():
        aside = "" if reference in used else "  (set aside)"
        yield _line(f"[{number}]", plain(reference) + aside, width=4)


def _value(wording: Wording, tumour: Tumour, factor: str, fact: Fact) -> Iterator[Text]:
    why = why_words(wording, fact)
    if not isinstance(fact, Known):
        yield Text(why or "", style="italic")
        return
    silent = factor == "local_extension" and not fact.evidence
    yield Text(wording.say("value.silent") if silent else factor_value(wording, factor, fact))
    if why is not None:
        yield Text(why, style="italic")
    if factor == "hormone_receptors":
        for name in ("er", "pr"):
            receptor = tumour.fact(name)
            words = (
                factor_value(wording, factor, receptor) if isinstance(receptor, Known) else why_words(wording, receptor)
            )
            yield Text(f"{wording.short(name)} {words}", style="not bold")


def _proof(evidence: Evidence, number: int) -> str:
    return ", ".join(plain(part) for part in (f"[{number}] {evidence.date}".strip(), *evidence.marks))


def _conclusion(wording: Wording, tumour: Tumour) -> Iterator[RenderableType]:
    tier = tumour.tier
    yield Text()
    if because := drivers(wording, tumour):
        yield _line("Because of", ", ".join(because))
    if tier.could_change:
        yield _line("Could change it", missing_words(wording, tumour, tier.could_change))
    if rest := [fact for fact in tier.missing if fact not in tier.could_change]:
        yield _line("Missing, no effect", missing_words(wording, tumour, rest))
    if doubts := [fact for fact in tier.low_withheld if fact not in tier.could_change]:
        yield _line("In doubt", ", ".join(wording.short(fact) for fact in doubts))


def _withheld(wording: Wording, consultation: Consultation, withheld: TierWithheld) -> Group:
    why = wording.say(f"withheld.{withheld.because}")
    if withheld.episode is None:
        return Group(Text(), Text(f"No tier: {why}", style="bold"))
    episode = consultation.picture.episodes[withheld.episode]
    side = capital(wording.say(f"side.heading.{episode.side or 'none'}"))
    proof = ", ".join(plain(reference) for reference in episode.conditions)
    return Group(Text(), Text(f"{side}: no tier: {why}", style="bold"), _line("Diagnosis", proof))


def _chart(record: Record, consultation: Consultation) -> Iterator[RenderableType]:
    """What was not read or not used, so that nothing of the chart is passed over in silence."""
    gaps = [f"{key} ({s.value})" for key, s in record.states.items() if s not in (KeyState.COMPLETE, KeyState.EMPTY)]
    left_out = [(one.reference, one.why) for one in record.left_out]
    unreadable = [(one.reference, one.why) for one in record.unreadable]
    yield Text()
    if gaps:
        yield _line("Not loaded", ", ".join(gaps))
    for version in record.unsupported:
        yield _line("Not read", f"FHIR {version.version}: {', '.join(version.resource_types)}")
    for report in consultation.picture.only_text:
        yield _line("Only as text", f"{report.date} {plain(report.reference)}".strip())
    for named in consultation.picture.only_named:
        yield _line("Not understood", f"{named.date} {plain(named.reference)}".strip())
    for title, found in (
        ("Unreadable", unreadable),
        ("Left out", left_out),
        ("Not used", list(consultation.picture.set_aside)),
    ):
        if found:
            shown = [f"{plain(reference)}: {plain(why)}" for reference, why in found[:_MOST_LISTED]]
            more = [f"and {len(found) - _MOST_LISTED} more"] if len(found) > _MOST_LISTED else []
            yield _line(title, "\n".join([*shown, *more]))


def _line(title: str, words: str, width: int = 18) -> RenderableType:
    row = Table.grid(padding=(0, 1))
    row.add_column(width=width, style="dim")
    row.add_column(overflow="fold")
    row.add_row(Text(title), Text(words))
    return row

"""The comparison for a terminal, and as JSON."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cds_hooks.impact.answers import Answer
from cds_hooks.impact.comparison import Change, Degree, Totals, by_consideration, totals
from cds_hooks.writing.escape import plain

Json = dict[str, Any]
_STYLES: Mapping[Degree, str] = {Degree.TIER: "bold red", Degree.CARDS: "bold yellow", Degree.WORDS: "dim"}


def as_json(changes: tuple[Change, ...], about: Mapping[str, Any]) -> Json:
    """Everything that changed, behind what it is `about` (both versions, the day)."""
    found = totals(changes)
    return {
        **about,
        "patients": found.patients,
        "changed": {
            "tier_or_cards": found.touched,
            "tier": found.tier,
            "cards": found.cards,
            "wording_only": found.words,
        },
        "unchanged": found.unchanged,
        "unread": found.unread,
        "considerations": [
            {"id": id_, "verdict": verdict, "appears": appears, "disappears": disappears}
            for id_, verdict, appears, disappears in by_consideration(changes)
        ],
        "changes": [_change(change) for change in changes if change.degree is not Degree.NOTHING],
    }


def _change(change: Change) -> Json:
    return {
        "patient": change.patient,
        "degree": change.degree.value,
        "before": _answer(change.before),
        "after": _answer(change.after),
        "appears": [list(one) for one in change.appears],
        "disappears": [list(one) for one in change.disappears],
    }


def _answer(answer: Answer) -> Json:
    cards = [{"id": card.kind, "indicator": card.indicator, "summary": card.summary} for card in answer.cards]
    said = {"tiers": list(answer.tiers), "cards": cards, "silence": answer.silence, "refused": answer.refused}
    return {name: value for name, value in said.items() if value}


def as_tables(changes: tuple[Change, ...]) -> RenderableType:
    """Patients whose tier or cards change, considerations that come and go, and the totals."""
    touched = [change for change in changes if change.degree in (Degree.TIER, Degree.CARDS)]
    parts: list[RenderableType] = []
    if touched:
        parts += [_patients(touched), _considerations(changes)]
    return Group(*parts, _summary(totals(changes)))


def _patients(touched: Iterable[Change]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, expand=True)
    table.add_column("Patient", ratio=2, overflow="fold")
    table.add_column("Tier", ratio=2, overflow="fold")
    table.add_column("Cards", ratio=3, overflow="fold")
    for change in touched:
        table.add_row(
            Text(plain(change.patient), style=_STYLES[change.degree]),
            Text("\n".join(_arrow(_tiers(change.before), _tiers(change.after)))),
            Text("\n".join(_cards(change))),
        )
    return table


def _tiers(answer: Answer) -> str:
    return "; ".join(answer.tiers) or "no tumour"


def _arrow(before: str, after: str) -> Iterator[str]:
    yield before
    if before != after:
        yield f"→ {after}"


def _cards(change: Change) -> Iterator[str]:
    yield from _arrow(_kinds(change.before), _kinds(change.after))
    yield from (f"+ {id_} {verdict.replace('_', ' ')}" for id_, verdict in change.appears)
    yield from (f"- {id_} {verdict.replace('_', ' ')}" for id_, verdict in change.disappears)


def _kinds(answer: Answer) -> str:
    kinds = (f"{card.kind}{' (warning)' if card.indicator == 'warning' else ''}" for card in answer.cards)
    return ", ".join(kinds) or f"none ({answer.refused or answer.silence})"


def _considerations(changes: Iterable[Change]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, expand=True)
    table.add_column("On a card", ratio=3, overflow="fold")
    table.add_column("Verdict", ratio=2)
    table.add_column("Appears", justify="right")
    table.add_column("Disappears", justify="right")
    for id_, verdict, appears, disappears in by_consideration(changes):
        table.add_row(Text(id_), verdict.replace("_", " "), str(appears or "–"), str(disappears or "–"))
    return table


def _summary(found: Totals) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="bold")
    table.add_column()
    of_all = f"of {found.patients} patients"
    for count, words in (
        (found.tier, f"{of_all} change tier"),
        (found.cards, f"{of_all} change cards"),
        (found.words, f"{of_all} change in wording only"),
        (found.unchanged, "are answered alike"),
        (found.unread, "have a chart that neither version reads"),
    ):
        table.add_row(str(count), words)
    return table

"""The figures of governance as sections of a report: the terminal and the page show the same ones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cds_hooks.audit.governance import Governance
from cds_hooks.audit.measures.acceptance import Acceptance
from cds_hooks.audit.measures.volume import Counted
from cds_hooks.audit.verify import Verified
from cds_hooks.cohort.page import Cell, Share

LEAST_TOLD = 10  # reports; a share of fewer says little
MOST_FOUND = 10  # findings that are listed
NONE = "-"


@dataclass(frozen=True, slots=True)
class Section:
    """A table under a title, with what must be known to read it; `empty` stands in the place of no rows."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[Sequence[Cell], ...]
    note: str = ""
    empty: str = "None."


def sections(figures: Governance, verified: Verified | None) -> Iterator[Section]:
    """All of them; `verified` is None if the journal was not verified."""
    yield _volume(figures)
    yield _integrity(figures.window.tenant, verified)
    yield _overrides(figures.by_consideration)
    yield _by("Cards", "card", figures.by_card)
    yield _by("Considerations shown", "consideration", figures.by_consideration)
    yield _by("Who was shown cards", "user", {name or "not stated": one for name, one in figures.by_user_type.items()})
    yield _reasons(figures)
    yield _burden(figures)
    yield _counted("Silence: why there was no card", "reason", figures.silences, figures.total.silent)
    yield _counted("Tiers", "tier", figures.tiers)
    yield _counted("Missing: what kept a tier open", "fact", figures.missing, figures.total.answered, "of the answers")
    yield _latency(figures)
    yield _counted("Refused and failed calls", "status and class", figures.errors, figures.total.calls, "of the calls")
    yield _watch(figures)


def _volume(figures: Governance) -> Section:
    total, told = figures.total, figures.acceptance
    rows: list[Sequence[Cell]] = [
        ("calls", str(total.calls)),
        ("answered", Share(total.answered, total.calls)),
        ("answers with cards", Share(total.with_cards, total.answered)),
        ("cards per 100 answers", _number(total.cards_per_100)),
        ("refused (4xx)", Share(total.refused, total.calls)),
        ("failed (5xx)", Share(total.failed, total.calls)),
        ("cards sent", str(told.shown)),
        ("cards with feedback", Share(told.told, told.shown)),
        ("override rate", _percent(told.override_rate)),
        ("accepted, of the cards with feedback", _percent(told.of_told)),
        ("accepted, of all cards sent", _percent(told.of_shown)),
    ]
    note = (
        "Calls of every mode; cards sent are those of live and pilot. EHRs never report that a card was ignored: cards "
        "without feedback are neither accepted nor overridden."
    )
    return Section("Alert volume and override rate", ("", ""), tuple(rows), note)


def _integrity(tenant: str, verified: Verified | None) -> Section:
    """Of the whole journal; what was found in the rows of another client is counted and not shown."""
    headings = ("", "")
    if verified is None:
        return Section("Integrity", headings, (), empty="Not verified for this report.")
    own = [one for one in verified.findings if one.where.partition(",")[0] == tenant]
    elsewhere = len(verified.findings) - len(own)
    rows: list[Sequence[Cell]] = [
        ("verdict", f"{len(verified.findings)} found: it is not as it was written" if verified.findings else "sound"),
        ("rows", str(verified.rows[tenant])),
        ("checkpoints", str(verified.checkpoints)),
        ("newest checkpoint", f"{verified.newest_checkpoint[:19]}Z" if verified.newest_checkpoint else NONE),
        *((one.where, one.what) for one in own[:MOST_FOUND]),
        *([("found elsewhere in the journal", str(elsewhere))] if elsewhere else []),
    ]
    return Section("Integrity", headings, tuple(rows), "The whole journal was verified, to its latest row.")


def _overrides(found: Mapping[str, Acceptance]) -> Section:
    rated = [(name, one, one.override_rate) for name, one in found.items() if one.told >= LEAST_TOLD]
    known = [(name, one, rate) for name, one, rate in rated if rate is not None]
    rows = [(_words(name), _percent(rate), one.overridden, one.told) for name, one, rate in sorted(known, key=_rate)]
    headings = ("consideration", "override rate", "overridden", "with feedback")
    empty = f"No consideration has {LEAST_TOLD} reports yet."
    return Section("Highest share of overrides", headings, tuple(rows), empty=empty)


def _rate(one: tuple[str, Acceptance, float]) -> tuple[float, str]:
    return -one[2], one[0]


def _by(title: str, what: str, found: Mapping[str, Acceptance]) -> Section:
    rows = [
        (_words(name), one.shown, one.told, one.accepted, one.overridden, _percent(one.override_rate))
        for name, one in found.items()
    ]
    headings = (what, "shown", "with feedback", "accepted", "overridden", "override rate")
    return Section(title, headings, tuple(rows))


def _reasons(figures: Governance) -> Section:
    whole = sum(one.count for one in figures.reasons)
    rows = [(_words(one.word), Share(one.count, whole)) for one in figures.reasons]
    note = (
        f"{figures.commented} with a comment; {figures.unknown_cards} reports on cards that the journal does not know."
    )
    return Section("Reasons for overrides", ("reason", "reports"), tuple(rows), note)


def _burden(figures: Governance) -> Section:
    found = figures.burden
    rows: list[Sequence[Cell]] = [
        ("clinician-days", str(found.clinician_days)),
        ("cards per clinician-day, median", _number(found.median)),
        ("95th percentile", _number(found.p95)),
        ("most", _number(found.most)),
        ("again for the same user and patient within 24 hours", str(found.repeats)),
    ]
    note = "A clinician-day is a day on which the service was asked for a clinician, also if it was silent."
    return Section("Burden", ("", ""), tuple(rows), note)


def _latency(figures: Governance) -> Section:
    found = figures.latency
    values = () if found is None else zip(("half", "95 %", "99 %", "all"), _milliseconds(found), strict=True)
    rows = [(f"{share} of the calls within", value) for share, value in values]
    return Section("Latency, at the service", ("", "ms"), tuple(rows), empty="No calls.")


def _milliseconds(found: object) -> Iterator[str]:
    return (f"{getattr(found, name):,.1f}" for name in ("p50", "p95", "p99", "longest"))


def _watch(figures: Governance) -> Section:
    signals = [(name, chart) for name, chart in figures.charts.items() if chart.signals]
    rows = [
        (_words(name), len(chart.signals), ", ".join(point.day for point in chart.signals[-3:]))
        for name, chart in signals
    ]
    stopped = f" Not shown any more: {', '.join(map(_words, figures.stopped))}." if figures.stopped else ""
    note = f"Days outside three standard deviations. A signal is a question, not a finding.{stopped}"
    return Section("Malfunction watch", ("what", "days outside", "the latest"), tuple(rows), note)


def _counted(
    title: str, what: str, found: Iterable[Counted], whole: int | None = None, share: str = "share"
) -> Section:
    listed = list(found)
    of = sum(one.count for one in listed) if whole is None else whole
    rows = [(_words(one.word), Share(one.count, of)) for one in listed]
    return Section(title, (what, share), tuple(rows))


def _words(word: str) -> str:
    return word.replace("_", " ")


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{100 * share:.1f} %"


def _number(value: float | None) -> str:
    return NONE if value is None else f"{value:,.1f}"

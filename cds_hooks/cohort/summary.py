"""The summary of a run, for the people who decide whether the service goes live, and how well a network records."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cds_hooks.cohort.figures import Figures, Slice
from cds_hooks.cohort.found import Bad
from cds_hooks.cohort.page import Share, facts, note, page, section, table
from cds_hooks.cohort.small_cells import HIDDEN, SMALLEST_SHOWN, hidden_slices, is_small, share
from cds_hooks.writing.wording import capital

_BAD_SHOWN = 100
_MISSING_SHOWN = 25
_TIERS = ("low", "low to moderate", "low to high", "moderate", "moderate to high", "high")
_LEAD = (
    "What the service would have answered for every patient of the export on that day, had their charts been opened. "
    "Nobody was shown anything. The tier is the category at diagnosis of a published table, not today's risk."
)


def summary_page(content: Mapping[str, Any], figures: Figures, bad: Sequence[Bad], titles: Mapping[str, str]) -> str:
    """The whole page. `content` is what `run.json` says; `bad` are the lines that could not be used; `titles` are the
    knowledge's words for its factors, facts and considerations.
    """
    titled = _Titles(titles)
    return page(
        f"Recurrence CDS over a cohort, {content['as_of']}",
        [note(_LEAD), _about(content)],
        [
            *_tiers(figures),
            *_missing(figures, titled),
            *_cards(content, figures, titled),
            _slices(figures),
            *_changes(content, figures, titled),
            *_trouble(content, figures, bad),
            _read(content),
        ],
    )


class _Titles:
    """The words for what the knowledge names."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles

    def of(self, name: str) -> str:
        """The title of a factor, fact or consideration; the name in words of anything else."""
        return capital(self._titles.get(name) or _words(name))


def _about(content: Mapping[str, Any]) -> str:
    compared = content["compared_with"]
    return facts(
        [
            ("Patients", content["patients"]),
            ("Day of the consultations", content["as_of"]),
            ("Knowledge", content["knowledge"]),
            *((("Compared with", compared),) if compared else ()),
            ("Digest of the answers", content["digest"]),
            ("Engine", f"{content['engine']}, {content['program']}"),
            ("Ids of patients in the table", content["patient_ids"]),
        ]
    )


def _tiers(figures: Figures) -> Iterator[str]:
    numbers: dict[str, int] = dict(figures.tiers)
    whole = sum(numbers.values())
    rows = [(name, Share(numbers.get(name, 0), whole)) for name in _TIERS]
    settled = sum(numbers.get(name, 0) for name in ("low", "moderate", "high"))
    said = note(f"{counted(whole, 'tumour')} with a tier: one tier for {settled:,}, a range for {whole - settled:,}.")
    yield section("Tier at diagnosis", said, table(("Tier", "Tumours"), rows if whole else []))


def _missing(figures: Figures, titled: _Titles) -> Iterator[str]:
    rows = [
        (titled.of(factor), Share(known, whole), Share(bounds, whole), Share(unknown, whole))
        for factor, whole, known, bounds, unknown in figures.factors
    ]
    headings = ("Factor", "known", "known within bounds", "not known")
    why = [(titled.of(factor), _words(reason), count) for factor, reason, count in figures.unknown]
    facts_missing = [(titled.of(fact), count) for fact, count in figures.missing[:_MISSING_SHOWN]]
    yield section(
        "Missing data by factor",
        table(headings, rows, "No tumour has a tier."),
        table(("Factor", "Why it is not known", "Tumours"), why, "Every factor of every tumour is known."),
    )
    yield section("Missing facts", table(("Fact", "Tumours"), facts_missing))


def _cards(content: Mapping[str, Any], figures: Figures, titled: _Titles) -> Iterator[str]:
    patients = content["patients"]
    cards = sum(count for _, count in figures.cards)
    answered = sum(count for _, count in figures.shown)
    per_100 = [(_words(card), count, f"{100 * count / max(patients, 1):.1f}") for card, count in figures.cards]
    burden = [(str(number), Share(count, answered)) for number, count in figures.shown]
    yield section(
        "Cards",
        note(f"{cards:,} cards: {100 * cards / max(patients, 1):.1f} for 100 patients, were each chart opened once."),
        table(("Card", "Patients", "for 100 patients"), per_100),
    )
    yield section("Burden", table(("Cards at once", "Patients"), burden))
    rows = [(titled.of(name), applies, shown, open_) for name, applies, shown, open_ in figures.considerations]
    headings = ("Consideration", "applies", "on a card", "cannot be told")
    yield section("Considerations", note("Counted once for each tumour that they are about."), table(headings, rows))
    silent = [(_words(reason), Share(count, patients)) for reason, count in figures.silence]
    yield section("Silence", table(("Why no card", "Patients"), silent))


def _slices(figures: Figures) -> str:
    headings = ("", "Patients", "with a tier", "tier settled", "high", "cards for 100")
    parts = []
    for title, slices in figures.slices.items():
        hidden = hidden_slices(slices)
        rows = [_slice(one, one.name in hidden) for one in slices]
        parts.append(table((title, *headings[1:]), rows))
    return section(
        "By age, sex, race and ethnicity",
        note(
            "As the Patient states them; none of them but age and sex is an input of any answer. “With a tier” is of "
            "all patients, “settled” and “high” of those with a tier. Cells of 1 to "
            f"{SMALLEST_SHOWN - 1} patients, and those from which they could be reckoned, are not shown. "
            "Someone of two races counts in both."
        ),
        *parts,
    )


def _slice(one: Slice, hidden: bool) -> tuple[str, ...]:
    if hidden:
        return (one.name, HIDDEN if is_small(one.patients) else "withheld", *["–"] * 4)
    per_100 = f"{100 * one.cards / one.patients:.0f}" if one.patients else "–"
    tiered = share(one.with_tier, one.patients)
    of_tier = ("–", "–") if tiered == HIDDEN else (share(one.settled, one.with_tier), share(one.high, one.with_tier))
    return (one.name, f"{one.patients:,}", tiered, *of_tier, per_100)


def _changes(content: Mapping[str, Any], figures: Figures, titled: _Titles) -> Iterator[str]:
    if not content["compared_with"]:
        return
    rows = [(kind, titled.of(of), _words(a), _words(b), count) for kind, of, a, b, count in figures.changes]
    headings = ("What", "of", "now", "with the other knowledge", "Patients")
    yield section("What the other knowledge would change", table(headings, rows, "Nothing: every answer is the same."))


def _trouble(content: Mapping[str, Any], figures: Figures, bad: Sequence[Bad]) -> Iterator[str]:
    failures = [(why, count) for why, count in figures.failures]
    said = note("They are in the table with the reason, and count as neither silent nor answered.")
    yield section(
        "Patients who could not be consulted on", *([said] if failures else []), table(("Why", "Patients"), failures)
    )
    export = content["export"]
    listed = [(one.file, one.line, one.why) for one in bad[:_BAD_SHOWN]]
    more = note(f"{counted(export['bad_lines'], 'line')}; the first {len(listed):,} here, more in bad-lines.csv.")
    yield section(
        "Lines that could not be used",
        *([more] if listed else []),
        table(("File", "Line", "Why"), listed),
        note(f"Resources that matter and could not be read as R4: in {counted(figures.unreadable, 'chart')}."),
    )


def _read(content: Mapping[str, Any]) -> str:
    export = content["export"]
    lacking = export["sought_and_not_exported"]
    absent = note(
        f"The export holds no {', no '.join(lacking)}. What they could tell counts as not loaded, never as absent."
    )
    rows = [(kind, count) for kind, count in export["resource_types"].items()]
    total = (
        f"{export['lines']:,} lines in {export['files']:,} files; {export['lines_of_charts']:,} of them were sought."
    )
    return section(
        "What was read", note(total), *([absent] if lacking else []), table(("Resource type", "Lines"), rows)
    )


def counted(count: int, name: str) -> str:
    """A number of things: "1 line", "2,000 lines"."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _words(name: str | None) -> str:
    return (name or "–").replace("_", " ")

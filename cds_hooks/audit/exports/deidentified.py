"""A de-identified extract: no identifier, no date but the year, no free text, ages of 90 and more as one.

After 45 CFR 164.514(b)(2) (Safe Harbor). Pseudonyms are made with a key of each extract's own: two extracts cannot be
joined, and none with the journal by whoever lacks its keys. The day of a decision is counted from the patient's first
in the extract, and only that one has a year. Order tells nothing: patients stand by their pseudonyms in the journal.
The version of the knowledge is left out, since it was in use for a while only.
"""

import hmac
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from itertools import groupby, islice
from typing import Any

import msgspec
import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.exports.scope import Scope
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.measures.volume import ANSWERED
from cds_hooks.audit.reading import Row, unsealed
from cds_hooks.audit.tables import entry, reported, shown
from cds_hooks.errors import PayloadForgotten

LEAST_DAYS = 365  # of an extract: who knows that it is of one week knows more of its dates than the year
OLDEST = 90  # years; Safe Harbor allows ages over 89 only as one group
SMALLEST = 11  # people in a cell that is shown; the threshold of the Centers for Medicare & Medicaid Services
NOT_KNOWN = "not known"

COLUMNS = (
    *("patient", "first_year", "day", "age", "sex", "tier", "missing", "considerations", "silence", "cards", "mode"),
    *("user", "user_type", "accepted", "overridden", "reasons"),
)
COUNTED = ("tier", "age", "sex")
_AT_ONCE = 200  # rows in memory


def columns(_: Scope) -> tuple[str, ...]:
    """Those of the extract."""
    return COLUMNS


def columns_of_counts(_: Scope) -> tuple[str, ...]:
    """Those of the counts."""
    return (*COUNTED, "patients")


def deidentified(journal: Journal, scope: Scope) -> Iterator[dict[str, Any]]:
    """Each answer about a patient. Raises JournalUnavailable, PayloadUnreadable."""
    for _, calls in groupby(_with_feedback(journal, scope), key=lambda one: one[0]["patient"]):
        first: date | None = None
        for row, reports in calls:
            day = date.fromisoformat(row["day"])
            first = first or day
            yield {
                "patient": _pseudonym(scope, row["patient"]),
                "first_year": first.year,
                "day": (day - first).days,
                **_age_and_sex(journal, row),
                **{name: (row[name] or "").split() for name in ("missing", "considerations")},
                **{name: row[name] for name in ("tier", "silence", "cards", "mode", "user_type")},
                "user": None if row["user"] is None else _pseudonym(scope, row["user"]),
                **_feedback(reports),
            }


def counts(journal: Journal, scope: Scope) -> Iterator[dict[str, Any]]:
    """Patients by tier, decade of age and sex, each once, as of their latest answer. Cells of 1 to 10 are not told,
    and no total from which they could be reckoned.
    """
    cells: Counter[tuple[str, ...]] = Counter()
    for _, answers in groupby(deidentified(journal, scope), key=lambda row: row["patient"]):
        *_, last = answers
        cells[last["tier"] or "none", _decade(last["age"]), last["sex"]] += 1
    for cell, patients in sorted(cells.items()):
        yield {**dict(zip(COUNTED, cell, strict=True)), "patients": _shown(patients)}


def _with_feedback(journal: Journal, scope: Scope) -> Iterator[tuple[Row, list[Row]]]:
    """Rows with what was reported of their cards: the decision, the outcome, the reason; asked for by the hundred."""
    rows = _by_patient(journal, scope)
    while some := list(islice(rows, _AT_ONCE)):
        told: dict[str, list[Row]] = {}
        for report in _reports(journal, [row["id"] for row in some if row["cards"]]):
            told.setdefault(report["entry"], []).append(report)
        yield from ((row, told.get(row["id"], [])) for row in some)


def _by_patient(journal: Journal, scope: Scope) -> Iterator[Row]:
    conditions = (*scope.of(Kind.HOOK), entry.c.patient.is_not(None), entry.c.status == ANSWERED)
    chosen = sa.select(entry).where(*conditions).order_by(entry.c.patient, entry.c.received_at)
    with journal.database.reading(at_length=True) as connection:
        streaming = connection.execution_options(stream_results=True, max_row_buffer=_AT_ONCE)
        with streaming.execute(chosen) as found:
            for row in found.mappings():
                yield dict(row)


def _pseudonym(scope: Scope, pseudonym: str) -> str:
    return hmac.new(scope.key, pseudonym.encode(), sha256).hexdigest()


def _age_and_sex(journal: Journal, row: Mapping[str, Any]) -> dict[str, Any]:
    facts: Mapping[str, Any] = {}
    try:
        payload = unsealed(journal, row)
        if payload is not None and isinstance(payload.trace, msgspec.Raw):
            facts = msgspec.json.decode(payload.trace)["patient"]
    except PayloadForgotten:
        pass  # neither is known any more, and the row says so
    sex = facts.get("sex", {}).get("value", NOT_KNOWN)
    return {"age": _age(facts.get("age", {}).get("value")), "sex": sex}


def _age(years: Mapping[str, Any] | None) -> str:
    """A number, "90+", or that it is not known: a birth date may be incomplete."""
    if not years or years["low"] is None or years["high"] is None:
        return NOT_KNOWN
    low, high = int(float(years["low"])), int(float(years["high"]))
    if high >= OLDEST:
        return f"{OLDEST}+"
    return str(low) if low == high else NOT_KNOWN


def _decade(age: str) -> str:
    return f"{int(age) // 10 * 10}-{int(age) // 10 * 10 + 9}" if age.isdigit() else age


def _shown(patients: int) -> str:
    return str(patients) if patients >= SMALLEST else f"<{SMALLEST}"


def _reports(journal: Journal, decisions: list[str]) -> Iterable[Row]:
    chosen = (
        sa.select(shown.c.entry, reported.c.outcome, reported.c.reason)
        .join_from(shown, reported, (shown.c.uuid == reported.c.card_uuid) & (shown.c.tenant == reported.c.tenant))
        .where(shown.c.entry.in_(decisions), reported.c.copy == 0)
    )
    with journal.database.reading() as connection:
        return [dict(report) for report in connection.execute(chosen).mappings()]


def _feedback(reports: Iterable[Row]) -> dict[str, Any]:
    listed = list(reports)
    outcomes = Counter(report["outcome"] for report in listed)
    return {
        "accepted": outcomes["accepted"],
        "overridden": outcomes["overridden"],
        "reasons": sorted(_reasons(report["reason"] for report in listed)),
    }


def _reasons(reasons: Iterable[str | None]) -> set[str]:
    """Our own codes; a client's own is a pseudonym that would tie the extract to the journal."""
    return {"other" if reason.startswith("~") or "-" in reason else reason for reason in reasons if reason}

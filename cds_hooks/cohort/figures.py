"""What a summary says, counted over the table of patients. No id of a patient leaves this module."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

AGE_BANDS = """
CASE WHEN age IS NULL THEN 'not stated' WHEN age < 40 THEN 'under 40' WHEN age >= 80 THEN '80 and over'
ELSE (age // 10 * 10)::VARCHAR || ' to ' || (age // 10 * 10 + 9)::VARCHAR END
"""
# how patients are sliced: the title, and the expression that gives the slice; a patient of two races counts in both
SLICES: Mapping[str, str] = {
    "Age": AGE_BANDS,
    "Sex": "coalesce(sex, 'not stated')",
    "Birth sex": "coalesce(birth_sex, 'not stated')",
    "Race": "unnest(CASE WHEN len(race) = 0 THEN ['not stated'] ELSE race END)",
    "Ethnicity": "coalesce(ethnicity, 'not stated')",
}
Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Slice:
    """Of the patients of one slice: all, those with a tier, with a tier that is settled, with a high one, and cards."""

    name: str
    patients: int
    with_tier: int
    settled: int
    high: int
    cards: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Rows are (name, count, …) in the order in which they are shown. `shown` is the number of cards of a patient.

    `factors`: factor, tumours, with a value, with bounds only, unknown. `unknown`: factor, reason, count.
    `considerations`: id, applies, on a card, cannot be told. `changes`: kind, of, before, after, patients.
    """

    tiers: Rows
    factors: Rows
    unknown: Rows
    missing: Rows
    cards: Rows
    shown: Rows
    considerations: Rows
    silence: Rows
    failures: Rows
    unreadable: int
    changes: Rows
    slices: Mapping[str, Sequence[Slice]]


def figures_of(connection: duckdb.DuckDBPyConnection, table: Path) -> Figures:
    """All figures of a finished table."""
    connection.read_parquet(str(table)).create_view("patients")
    connection.execute(_VIEWS)

    def ask(query: str) -> Rows:
        return connection.execute(query).fetchall()

    answers = {name: ask(query) for name, query in _QUERIES.items()}
    ((unreadable,),) = ask("SELECT count(*) FROM patients WHERE unreadable > 0")
    slices = {title: [Slice(*row) for row in ask(_SLICE.format(by=by))] for title, by in SLICES.items()}
    return Figures(**answers, unreadable=unreadable, slices=slices)


_VIEWS = """
    CREATE VIEW tumours AS
        SELECT e, CASE WHEN e.at_least = e.at_most THEN e.at_least ELSE e.at_least || ' to ' || e.at_most END AS tier
        FROM (SELECT unnest(episodes) AS e FROM patients);
    CREATE VIEW factors AS
        SELECT f, f.why_unknown IS NULL AS known,
            f.value IS NOT NULL OR f.number_at_least IS NOT NULL OR f.number_at_most IS NOT NULL AS told
        FROM (SELECT unnest(e.factors) AS f FROM tumours);
"""
# each gives the member of `Figures` of the same name
_QUERIES: Mapping[str, str] = {
    "tiers": "SELECT tier, count(*) FROM tumours GROUP BY 1",
    "factors": """
        SELECT f.factor, count(*), count(*) FILTER (known), count(*) FILTER (NOT known AND told),
            count(*) FILTER (NOT known AND NOT told)
        FROM factors GROUP BY 1 ORDER BY 1""",
    "unknown": """
        SELECT f.factor, f.why_unknown, count(*) FROM factors WHERE NOT known
        GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2""",
    "missing": "SELECT unnest(e.missing) AS fact, count(*) FROM tumours GROUP BY 1 ORDER BY 2 DESC, 1",
    "cards": "SELECT unnest(cards) AS card, count(*) FROM patients GROUP BY 1 ORDER BY 2 DESC, 1",
    "shown": "SELECT len(cards), count(*) FROM patients WHERE outcome = 'answered' GROUP BY 1 ORDER BY 1",
    "considerations": """
        SELECT c.id, count(*) FILTER (c.verdict = 'applies'), count(*) FILTER (c.on_card),
            count(*) FILTER (c.verdict = 'cannot_tell')
        FROM (SELECT unnest(considerations) AS c FROM patients) GROUP BY 1 ORDER BY 2 DESC, 4 DESC, 1""",
    "silence": "SELECT silence, count(*) FROM patients WHERE silence IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1",
    "failures": "SELECT failure, count(*) FROM patients WHERE failure IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1",
    "changes": """
        SELECT c.kind, c.of, c.before, c.after, count(*) FROM (SELECT unnest(changes) AS c FROM patients)
        GROUP BY 1, 2, 3, 4 ORDER BY 1, 5 DESC, 2, 3, 4""",
}
_SLICE = """
    SELECT slice, count(*), count(*) FILTER (tumours > 0), count(*) FILTER (tumours > 0 AND settled = tumours),
        count(*) FILTER (high > 0), sum(shown)
    FROM (
        SELECT {by} AS slice, len(cards) AS shown, len(episodes) AS tumours,
            len([e FOR e IN episodes IF e.at_least = e.at_most]) AS settled,
            len([e FOR e IN episodes IF e.at_least = 'high']) AS high
        FROM patients
    ) GROUP BY 1 ORDER BY 1
"""

"""Distant recurrence in years 5 to 20, of women who ended endocrine therapy after five years without recurrence.

Source: Pan H et al. (EBCTCG), N Engl J Med 2017;377:1836: by size (T1, T2) and positive nodes (0, 1 to 3, 4 to 9),
oestrogen receptor positive. A lookup; nothing is put between its cells or beyond them. Older therapy: upper-end
figures.
"""

from collections.abc import Mapping
from decimal import Decimal

from cds_hooks.picture.derived.population import EARLY, Words, barred, evidence_of_facts, not_exact, within
from cds_hooks.picture.fact import Fact, Interval, Known

Numbers = Mapping[str, Decimal]

_NONE, _ONE = Decimal(0), Decimal(1)
_INPUTS = ("tumour_size", "positive_nodes")
_POPULATION: Words = {
    **EARLY,
    "er": ("positive",),
    "sex": ("female",),
    "endocrine_status": ("completed", "stopped"),
}


def cell(size: Interval, nodes: Interval, numbers: Numbers) -> str | None:
    """The cell of the table, "t1_n0" to "t2_n2"; None where the bounds reach over more than one, or beyond."""
    t2, n1, n2 = (numbers[name] for name in ("size_t2_at_most_mm", "nodes_n1_at_most", "nodes_n2_at_most"))
    t1 = numbers["size_t1_at_most_mm"]
    rows = {"t1": Interval(_NONE, t1, low_open=True), "t2": Interval(t1, t2, low_open=True)}
    columns = {"n0": Interval(_NONE, _NONE), "n1": Interval(_ONE, n1), "n2": Interval(n1 + 1, n2)}
    t = next((name for name, row in rows.items() if within(size, row)), None)
    n = next((name for name, column in columns.items() if within(nodes, column)), None)
    return f"{t}_{n}" if t and n else None


def read(facts: Mapping[str, Fact], numbers: Numbers) -> Fact:
    """The fact late_distant_recurrence, in percent. `facts` are those of the tumour and the patient, the size that of
    pathology. Bounds on size or nodes give a figure only where they lie within one cell.
    """
    bounds = {
        "tumour_size": Interval(_NONE, numbers["size_t2_at_most_mm"], low_open=True),
        "positive_nodes": Interval(_NONE, numbers["nodes_n2_at_most"]),
        "years_since_diagnosis": Interval(numbers["late_recurrence_from_years"], numbers["late_recurrence_to_years"]),
        "endocrine_years": Interval(numbers["endocrine_course_from_years"], numbers["endocrine_course_to_years"]),
    }
    if (silent := barred(facts, _POPULATION, bounds)) is not None:
        return silent
    inputs = [facts[name] for name in _INPUTS]
    size, nodes = (fact.value if isinstance(fact, Known) else None for fact in inputs)
    found = cell(size, nodes, numbers) if isinstance(size, Interval) and isinstance(nodes, Interval) else None
    if found is None:
        return not_exact(inputs)
    return Known(Interval.exactly(numbers[f"late_recurrence_{found}_percent"]), evidence_of_facts(inputs))

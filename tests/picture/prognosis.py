"""Facts of an early cancer for the scores, with what a test changes."""

from decimal import Decimal
from typing import Any

from cds_hooks.picture.fact import Fact, Interval, Known, Unknown, Why
from tests.picture.charts import vocabulary

NUMBERS = vocabulary().numbers
NOT_RECORDED = Unknown(Why.NOT_RECORDED)
PRIMARY = {
    "invasive": "invasive",
    "metastatic": "no",
    "recurrence": "no",
    "systemic_therapy_first": "no",
    "local_extension": "no",
    "size_below_t_category": "no",
    "tumour_size": "15",
    "grade": "2",
    "positive_nodes": "0",
}
FIVE_YEARS_ON = {
    **PRIMARY,
    "er": "positive",
    "sex": "female",
    "menopausal_status": "postmenopausal",
    "diagnosis_age": "60",
    "endocrine_years": "5",
    "endocrine_status": "completed",
    "years_since_diagnosis": "5.5",
}
_COUNTED = {
    "tumour_size",
    "grade",
    "positive_nodes",
    "diagnosis_age",
    "endocrine_years",
    "years_since_diagnosis",
}
# One change each that puts a tumour outside every score, and one each that leaves it open.
OUTSIDE = [
    {"invasive": "in_situ"},
    {"metastatic": "yes"},
    {"recurrence": "yes"},
    {"systemic_therapy_first": "yes"},
    {"local_extension": "yes"},
    {"size_below_t_category": "yes"},
]


def between(low: str | None, high: str | None, low_open: bool = False) -> Known:
    """A number known within bounds."""
    return Known(Interval(Decimal(low) if low else None, Decimal(high) if high else None, low_open))


def given(base: dict[str, str], **changed: Any) -> dict[str, Fact]:
    """The facts; a change is a word, a number as text, a fact, or None for one that is not recorded."""
    return {name: _fact(name, value) for name, value in {**base, **changed}.items()}


def _fact(name: str, value: Any) -> Fact:
    if value is None:
        return NOT_RECORDED
    if isinstance(value, Known | Unknown):
        return value
    return Known(Interval.exactly(Decimal(value)) if name in _COUNTED else value)

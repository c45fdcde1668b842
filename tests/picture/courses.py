"""Treatments as a chart has them: orders, statements, doses, and procedures that last."""

from dataclasses import replace
from typing import Any

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import Concept, MedicationUse, Procedure
from tests.picture.charts import drug, procedure, when

LEFT, RIGHT = {"body_site": ("sct 80248007",)}, {"body_site": ("sct 73056007",)}
TAMOXIFEN, ANASTROZOLE, LETROZOLE, GOSERELIN = "rxnorm 10324", "rxnorm 84857", "rxnorm 72965", "rxnorm 50610"


def ordered(code: str | Concept, on: str | None, status: str = "active", until: str | None = None, **more: Any) -> Any:
    """An order written on a day; `until` is the end of what it covers."""
    day, last = when(on), when(until)
    span = DateInterval(day.earliest if day else None, last.latest if last else day.latest if day else None)
    use = drug(code, on, "MedicationRequest", status=status, **more)
    return replace(use, when=span if day or last else None, authored=day, ended=last)


def stated(code: str | Concept, start: str | None, end: str | None = None, status: str = "active", **more: Any) -> Any:
    """A statement about a period; without an end it is open. `asserted` is the day it was made."""
    asserted = when(more.pop("asserted", None))
    first, last = when(start), when(end)
    span = DateInterval(first.earliest if first else None, last.latest if last else None)
    use = drug(code, start, "MedicationStatement", status=status, **more)
    return replace(use, when=span if first or last else asserted, started=first, ended=last, authored=asserted)


def dose(code: str | Concept, on: str, status: str = "completed", **more: Any) -> MedicationUse:
    """One dose given."""
    return replace(drug(code, on, status=status, **more), started=when(on), ended=when(on))


def lasting(code: str, start: str | None, end: str | None, **more: Any) -> Procedure:
    """A procedure over a period."""
    first, last = when(start), when(end)
    span = DateInterval(first.earliest if first else None, last.latest if last else None)
    return replace(procedure(code, None, **more), performed=span, started=first, ended=last)

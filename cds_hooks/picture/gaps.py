"""What could not be seen, and what it does to each fact: never less than Unknown, never a lower tier."""

from collections.abc import Collection, Mapping, Sequence

from cds_hooks.fhir.record import KeyState, Unreadable
from cds_hooks.picture.bounds import opened
from cds_hooks.picture.chart import OBTAINED, Chart
from cds_hooks.picture.fact import Evidence, Fact, Known, Unknown, Why
from cds_hooks.picture.vocabulary import FactDefinition, Vocabulary

_LOST = {KeyState.ABSENT: Why.NOT_LOADED, KeyState.FAILED: Why.NOT_LOADED, KeyState.PARTIAL: Why.INCOMPLETE_PAGE}
# The facts that a pathology report can conclude with as a code. They do not wait for reports to be loaded, but one that
# is there and cannot be read leaves them open.
_CONCLUDED = frozenset({"invasive", "recurrence", "local_extension"})
_PATHOLOGY = ("pathology_reports",)


def all_closed(facts: Mapping[str, Fact], chart: Chart) -> dict[str, Fact]:
    """Each fact after asking what could not be seen (see `closed`). Where all was seen, silence alone is asked."""
    if not chart.is_whole:
        return {fact_id: closed(fact_id, fact, chart) for fact_id, fact in facts.items()}
    silent = (fact_id for fact_id in chart.vocabulary.told_by_silence if fact_id in facts)
    return {**facts, **{fact_id: closed(fact_id, facts[fact_id], chart) for fact_id in silent}}


def closed(fact_id: str, fact: Fact, chart: Chart, keys: Collection[str] | None = None) -> Fact:
    """The fact after asking what could not be seen: lost or incomplete keys, unreadable resources; then silence.
    `keys` are the only ones that matter, if given.
    """
    definition = chart.vocabulary.facts.get(fact_id)
    if definition is None:
        return fact
    silent = isinstance(fact, Unknown) and fact.why is Why.NOT_RECORDED
    unread = [u for u in chart.record.unreadable if _feeds(u, fact_id, definition, chart.vocabulary)]
    why = None if chart.is_whole else _lost(fact_id, definition, chart, keys) or _unread(unread)
    if why is None:
        if silent and definition.if_absent is not None:
            return Known(definition.if_absent, (), fact.set_aside, notes=fact.notes)
        return fact
    evidence = tuple(sorted({*fact.evidence, *(Evidence(u.reference, marks=(_mark(u),)) for u in unread)}))
    told = why is Why.UNSUPPORTED_VERSION and isinstance(fact, Unknown) and fact.why is Why.UNREADABLE
    if silent or told:
        return Unknown(why, evidence, fact.set_aside, fact.notes)
    wider = opened(fact_id, fact, why, chart.vocabulary)
    return Unknown(wider.why, evidence, wider.set_aside, wider.notes) if isinstance(wider, Unknown) else wider


def _lost(fact_id: str, definition: FactDefinition, chart: Chart, keys: Collection[str] | None) -> Why | None:
    if chart.obtained.issuperset(definition.read_from):
        return None
    waited_for = [key for key in definition.read_from if keys is None or key in keys]
    states = (chart.record.states.get(key, KeyState.ABSENT) for key in waited_for)
    reasons = {_LOST[state] for state in states if state not in OBTAINED}
    if fact_id == "systemic_therapy_first" and reasons:
        return Why.NOT_LOADED
    return Why.NOT_LOADED if Why.NOT_LOADED in reasons else Why.INCOMPLETE_PAGE if reasons else None


def _unread(unread: Sequence[Unreadable]) -> Why | None:
    """Another FHIR version is the better reason: it is the one that somebody can do something about."""
    if not unread:
        return None
    return Why.UNSUPPORTED_VERSION if any(u.version for u in unread) else Why.UNREADABLE


def _mark(unreadable: Unreadable) -> str:
    return f"FHIR {unreadable.version}" if unreadable.version else "unreadable"


def _feeds(unreadable: Unreadable, fact_id: str, definition: FactDefinition, vocabulary: Vocabulary) -> bool:
    of_its_key = unreadable.key in definition.read_from
    if not unreadable.codes:
        return of_its_key
    if of_its_key and unreadable.version and definition.if_absent is not None:
        return True  # the chart is not silent: it speaks in a form that is not read
    if fact_id == "systemic_therapy_first" and unreadable.resource_type.startswith("Medication"):
        return True
    if unreadable.resource_type == "DocumentReference":
        return False  # its text is not read in any case
    concluded = unreadable.resource_type == "DiagnosticReport" and fact_id in _CONCLUDED
    lists = [vocabulary.codelists[name] for name in (*definition.sought, *(_PATHOLOGY if concluded else ()))]
    return any(each.meaning(coding) is not None for each in lists for coding in unreadable.codes)

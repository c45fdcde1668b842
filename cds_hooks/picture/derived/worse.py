"""Whether a result that would make the picture worse stands on record beside those that govern.

Of several results one governs (`choose`): the latest, the surgical specimen, pathology over what was felt. A worse one
that it outranks may still be the truth: a HER2-positive biopsy, involved nodes before treatment that nobody wrote down,
a stage group that these factors do not make; and so may a second diagnosis of the same breast, long after the first.
It moves no factor; but LOW is not said beside it.
"""

from collections.abc import Mapping
from datetime import timedelta

from cds_hooks.picture.choose import WORSE_ON_RECORD
from cds_hooks.picture.diagnosis import dated_by_recording
from cds_hooks.picture.fact import Evidence, Fact, Known, Unknown, Why
from cds_hooks.picture.finding import day, evidence_of
from cds_hooks.picture.readers.stage import stage_groups
from cds_hooks.picture.view import View

_FACTORS = ("grade", "er", "her2", "positive_nodes")
# The stage group that a tumour has whose factors are all low; a prognostic stage never exceeds it either.
_LOWEST = frozenset({"0", "I", "IA"})


def read(view: View, facts: Mapping[str, Fact]) -> Fact:
    """The fact worse_result_on_record: yes, with the results; where none is found, silence."""
    found: set[Evidence] = {e for name in _FACTORS if _has_worse(facts[name]) for e in facts[name].evidence}
    own = (f for f in stage_groups(view) if f.attributed and not f.after_therapy)
    found |= set(evidence_of(f for f in own if isinstance(f.value, str) and f.value not in _LOWEST))
    found |= set(_again(view))
    return Known("yes", tuple(sorted(found))) if found else Unknown(Why.NOT_RECORDED)


def _again(view: View) -> tuple[Evidence, ...]:
    """Diagnoses of this breast too far apart to be one work-up: the later may be a recurrence, or a new tumour."""
    dated = [c for c in view.tumour.conditions if c.onset and c.onset.earliest and not dated_by_recording(c)]
    apart = timedelta(days=int(view.vocabulary.numbers["tumours_found_together_days"]))
    first = min((c.onset.latest for c in dated if c.onset and c.onset.latest), default=None)
    later = [c for c in dated if first and c.onset and c.onset.earliest and c.onset.earliest - first > apart]
    return tuple(Evidence(c.origin.reference, day(c.onset), c.origin.marks) for c in later)


def _has_worse(fact: Fact) -> bool:
    return isinstance(fact, Known) and WORSE_ON_RECORD in fact.notes

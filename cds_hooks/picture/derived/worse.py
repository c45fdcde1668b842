"""Whether a result that would make the picture worse stands on record beside those that govern.

Of several results one governs (`choose`): the latest, the surgical specimen, pathology over what was felt. A worse one
that it outranks may still be the truth: a HER2-positive biopsy, involved nodes before treatment that nobody wrote down,
a stage group that these factors do not make. It moves no factor; but LOW is not said beside it.
"""

from collections.abc import Mapping

from cds_hooks.picture.choose import WORSE_ON_RECORD
from cds_hooks.picture.fact import Evidence, Fact, Known, Unknown, Why
from cds_hooks.picture.finding import evidence_of
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
    return Known("yes", tuple(sorted(found))) if found else Unknown(Why.NOT_RECORDED)


def _has_worse(fact: Fact) -> bool:
    return isinstance(fact, Known) and WORSE_ON_RECORD in fact.notes

"""The Clinical Treatment Score post-5-years (CTS5), as the group of distant recurrence in years 5 to 10.

CTS5 = 0.438 x node group + 0.988 x (0.093 x size - 0.001 x size^2 + 0.375 x grade + 0.017 x age), size in mm and at
most 30, age in whole years at diagnosis, node group 0, 1, 2, 3, 4 for 0, 1, 2 to 3, 4 to 9, more than 9 positive nodes.
Source: Dowsett M et al., J Clin Oncol 2018;36:1941, by way of a secondary page: to be checked against the original
before use. Derived in women after menopause with hormone receptor positive cancer, free of recurrence after five years
of endocrine therapy. The score is classified unrounded; rounded to two decimals, some would change their group.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from cds_hooks.fhir.dates import written
from cds_hooks.picture.derived.population import EARLY, Words, barred, ends, evidence_of_facts, not_exact
from cds_hooks.picture.fact import Evidence, Fact, Interval, Known, Unknown, Why, with_note
from cds_hooks.picture.readers import menopause
from cds_hooks.picture.view import View

Numbers = Mapping[str, Decimal]

GROUPS = ("below_5_percent", "5_to_10_percent", "above_10_percent")
_INPUTS = ("tumour_size", "grade", "positive_nodes", "diagnosis_age")
_POPULATION: Words = {**EARLY, "er": ("positive",), "sex": ("female",), "menopausal_status": ("postmenopausal",)}
_NEAR = "the CTS5 lies within {} of a cut-off"


def score(size_mm: Decimal, grade: Decimal, nodes: Decimal, age: Decimal, numbers: Numbers) -> Decimal:
    """The score, unrounded. It rises with each of its inputs."""
    size = min(size_mm, numbers["cts5_size_capped_at_mm"])
    rest = (
        numbers["cts5_size_weight"] * size
        - numbers["cts5_size_squared_weight"] * size * size
        + numbers["cts5_grade_weight"] * grade
        + numbers["cts5_age_weight"] * age
    )
    return numbers["cts5_node_weight"] * node_group(nodes, numbers) + numbers["cts5_rest_weight"] * rest


def node_group(nodes: Decimal, numbers: Numbers) -> int:
    """0 to 4, for 0, 1, 2 to 3, 4 to 9 and more than 9 positive nodes."""
    return sum(nodes >= numbers[f"cts5_node_group_{place}_from"] for place in range(1, 5))


def group(found: Decimal, numbers: Numbers) -> str:
    """The group of an unrounded score; both cut-offs belong to the middle one."""
    if found < numbers["cts5_middle_from"]:
        return GROUPS[0]
    return GROUPS[1] if found <= numbers["cts5_middle_to"] else GROUPS[2]


def read(facts: Mapping[str, Fact], numbers: Numbers) -> Fact:
    """The fact cts5_group. `facts` are those of the tumour and the patient: the size of pathology, the menopausal
    state of the time of diagnosis. Bounds give a group only where every number inside them gives the same.
    """
    course = {"endocrine_years": Interval(numbers["endocrine_course_from_years"], None)}
    if (silent := barred(facts, _POPULATION, course)) is not None:
        return silent
    inputs = [facts[name] for name in _INPUTS]
    size, grade, nodes, age = (ends(fact) for fact in inputs)
    if size is None or grade is None or nodes is None or age is None:
        return not_exact(inputs)
    least = score(size[0], grade[0], nodes[0], age[0], numbers)
    most = _largest(size[1], grade[1], nodes[1], age[1], numbers)
    if most is None or group(least, numbers) != group(most, numbers):
        return not_exact(inputs)
    found = Known(group(least, numbers), evidence_of_facts(inputs))
    margin = numbers["cts5_near_cut_off"]
    cuts = (numbers["cts5_middle_from"], numbers["cts5_middle_to"])
    near = any(abs(end - cut) <= margin for end in (least, most) for cut in cuts)
    return with_note(found, _NEAR.format(margin)) if near else found


def menopause_then(view: View, diagnosis_age: Fact, sex: Fact) -> Fact:
    """Menopausal state at diagnosis: by age then, or as documented by the end of the first work-up, not later."""
    found = menopause.read_status(view.chart, diagnosis_age, sex)
    when = view.tumour.diagnosed
    if not isinstance(found, Known) or when is None or when.latest is None:
        return found if isinstance(found, Unknown) else Unknown(Why.NOT_RECORDED, found.evidence)
    limit = when.latest + timedelta(days=int(view.vocabulary.numbers["same_work_up_days"]))
    in_time = [e for e in found.evidence if "by age" in e.marks or _by(limit.isoformat(), e)]
    return found if in_time else Unknown(Why.EQUIVOCAL, found.evidence)


def _by(limit: str, evidence: Evidence) -> bool:
    on = written(evidence.date) if evidence.date else None
    return on is not None and on.latest is not None and on.latest.isoformat() <= limit


def _largest(
    size: Decimal | None, grade: Decimal | None, nodes: Decimal | None, age: Decimal | None, numbers: Numbers
) -> Decimal | None:
    """The score at the upper ends. Size and nodes count no further than their last step; an age has to have an end."""
    if grade is None or age is None:
        return None
    size = numbers["cts5_size_capped_at_mm"] if size is None else size
    nodes = numbers["cts5_node_group_4_from"] if nodes is None else nodes
    return score(size, grade, nodes, age, numbers)

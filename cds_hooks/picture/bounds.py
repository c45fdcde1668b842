"""Bounds instead of loss: what makes the picture worse, and what stays of a fact where a worse result may be unseen."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from cds_hooks.picture.fact import Fact, Interval, Known, Unknown, Why
from cds_hooks.picture.vocabulary import Vocabulary

# The words of each fact that make the picture worse; every other word of it reassures.
WORSE: Mapping[str, frozenset[str]] = {
    "invasive": frozenset({"invasive"}),
    "metastatic": frozenset({"yes"}),
    "recurrence": frozenset({"yes"}),
    "er": frozenset({"negative"}),
    "pr": frozenset({"negative"}),
    "hormone_receptor": frozenset({"negative"}),
    "her2": frozenset({"positive", "ihc_3"}),
    "vascular_invasion": frozenset({"yes"}),
    "local_extension": frozenset({"yes"}),
    "systemic_therapy_first": frozenset({"yes"}),
    "hospice": frozenset({"yes"}),
    "deceased": frozenset({"yes"}),
    "suspected_recurrence": frozenset({"yes"}),
    "in_remission": frozenset({"no"}),
    "mammaprint": frozenset({"high"}),
    "menopausal_status": frozenset({"premenopausal"}),
    "pregnant_or_lactating": frozenset({"yes"}),
    "multifocal": frozenset({"yes"}),
    # of treatment: the words that no further record can undo
    "breast_surgery": frozenset({"mastectomy"}),
    "axillary_surgery": frozenset({"dissection"}),
    "mastectomy_bilateral": frozenset({"yes"}),
    "radiotherapy": frozenset({"yes"}),
    "chemotherapy": frozenset({"yes"}),
    "residual_disease": frozenset({"invasive"}),
    "nodes_after_therapy": frozenset({"positive"}),
    "ovarian_suppression": frozenset({"yes"}),
    "endocrine_status": frozenset({"on"}),
    "endocrine_agent": frozenset({"tamoxifen"}),
    "endocrine_gap": frozenset(),
}
# The numbers that are worse the larger they are, with the names of their smallest and largest possible value.
WORSE_WHEN_LARGER: Mapping[str, tuple[str | None, str | None]] = {
    "tumour_size": (None, None),
    "positive_nodes": (None, None),
    "ki67": ("ki67_lowest", "ki67_highest"),
    "oncotype_score": ("oncotype_score_lowest", "oncotype_score_highest"),
    "grade": ("grade_lowest", "grade_highest"),
    "years_since_diagnosis": (None, None),
    "endocrine_years": (None, None),
    "months_since_endocrine_start": (None, None),
}
# Facts that a later or better result replaces altogether: what may be unseen leaves nothing of them.
REPLACED: frozenset[str] = frozenset(
    {
        "t_score",
        "lvef",
        "qtc",
        "egfr",
        "creatinine_clearance",
        "bmi",
        "anatomic_stage",
        "recorded_stage",
        "years_since_surgery",
        "months_since_surgery",
    }
)
# Months since the last of something: a later one may be unseen, so that the number is only an upper bound.
SINCE_THE_LAST: frozenset[str] = frozenset(
    {
        "mammogram_left",
        "mammogram_right",
        "months_since_breast_mri",
        "months_since_dxa",
        "months_since_echocardiogram",
        "months_since_gynaecological_review",
        "months_since_oncology_visit",
        "months_since_radiotherapy",
        "months_since_trastuzumab",
        "years_since_primary_treatment",
        "diagnosis_age",
    }
)
# When nothing can be used, the reason that tells the reader most.
_TELLING = (
    Why.CONFLICTING,
    Why.EQUIVOCAL,
    Why.UNIT_MISSING,
    Why.AFTER_SYSTEMIC_THERAPY,
    Why.CLINICAL_ONLY,
    Why.NOT_UNDERSTOOD,
    Why.UNREADABLE,
    Why.UNSUPPORTED_VERSION,
    Why.INCOMPLETE_PAGE,
    Why.NOT_LOADED,
    Why.TEXT_ONLY,
    Why.OUTSIDE_POPULATION,
    Why.NOT_RECORDED,
)


def opened(fact_id: str, fact: Fact, why: Why, vocabulary: Vocabulary) -> Fact:
    """Bounds instead of loss: the fact when a worse result may be hidden (after therapy, unseen, unreadable).

    A number keeps its lower bound; a word that makes the picture worse stays; one that reassures becomes Unknown.
    A list is then a floor.
    """
    if isinstance(fact, Unknown):
        return fact
    if fact_id in REPLACED:
        return Unknown(why, fact.evidence, fact.set_aside, fact.notes)
    if isinstance(fact.value, tuple):
        return replace(fact, bounded_why=why)
    if isinstance(fact.value, Interval):
        return _opened_number(fact_id, fact, fact.value, why, vocabulary)
    if fact_id not in WORSE or fact.value in WORSE[fact_id]:
        return fact
    return Unknown(why, fact.evidence, fact.set_aside, fact.notes)


def most_telling(reasons: Iterable[Why]) -> Why:
    """Of several reasons why nothing is known, the one to show."""
    return min(reasons, key=_TELLING.index, default=Why.NOT_RECORDED)


def is_worse(fact_id: str, value: object, fact: Fact) -> bool:
    """True if this value would, or could, make the picture worse than the fact does."""
    if isinstance(value, Interval):
        known = fact.value if isinstance(fact, Known) else None
        if not isinstance(known, Interval) or known.high is None:
            return not isinstance(known, Interval)
        return value.high is None or value.high > known.high
    worse = WORSE.get(fact_id, frozenset())
    return value in worse and not (isinstance(fact, Known) and fact.value in worse)


def _opened_number(fact_id: str, fact: Known, value: Interval, why: Why, vocabulary: Vocabulary) -> Fact:
    if fact_id in SINCE_THE_LAST:
        if value.high is None:
            return Unknown(why, fact.evidence, fact.set_aside, fact.notes)
        return replace(fact, value=Interval(Decimal(0), value.high), bounded_why=why)
    if fact_id not in WORSE_WHEN_LARGER:
        return fact
    least_name, most_name = WORSE_WHEN_LARGER[fact_id]
    least = vocabulary.numbers[least_name] if least_name else Decimal(0)
    most = vocabulary.numbers[most_name] if most_name else None
    if value.low is None or (value.low <= least and not value.low_open):
        return Unknown(why, fact.evidence, fact.set_aside, fact.notes)
    wider = Interval(value.low, most, value.low_open, False)
    return fact if wider == value else replace(fact, value=wider, bounded_why=why)

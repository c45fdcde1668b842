"""What could not be seen, and what it does to each fact: never less than Unknown, never a lower tier."""

from collections.abc import Collection, Mapping, Sequence

from cds_hooks.fhir.record import KeyState, Record, Unreadable
from cds_hooks.picture.choose import opened
from cds_hooks.picture.fact import Evidence, Fact, Known, Unknown, Why
from cds_hooks.picture.vocabulary import FactDefinition, Vocabulary

# The code lists that can feed each fact: an unreadable resource with one of these codes leaves the fact open.
FEEDS: Mapping[str, tuple[str, ...]] = {
    "hospice": ("hospice",),
    "mammogram_left": ("mammograms", "imaging_modalities"),
    "mammogram_right": ("mammograms", "imaging_modalities"),
    "months_since_breast_mri": ("breast_mri", "imaging_modalities"),
    "months_since_dxa": ("dxa_scans", "imaging_modalities"),
    "months_since_echocardiogram": ("echocardiograms", "imaging_modalities"),
    "months_since_gynaecological_review": ("gynaecological_reviews",),
    "months_since_oncology_visit": ("oncology_visits",),
    "recurrence_signs_locoregional": ("recurrence_signs", "recurrence_sign_diagnoses", "birads_questions"),
    "recurrence_signs_systemic": ("recurrence_signs", "recurrence_sign_diagnoses", "disease_status_questions"),
    "red_flags": ("recurrence_signs", "recurrence_sign_diagnoses"),
    "suspected_recurrence": (
        "recurrence_signs",
        "recurrence_sign_diagnoses",
        "birads_questions",
        "disease_status_questions",
    ),
    "in_remission": ("disease_status_questions",),
    "invasive": (
        "breast_cancer_conditions",
        "histology_questions",
        "breast_histology_conditions",
        "t_questions",
        "pathology_reports",
    ),
    "histology": ("histology_questions", "breast_histology_conditions"),
    "metastatic": (
        "metastasis_conditions",
        "m_questions",
        "stage_questions",
        "metastasis_questions",
        "pathology_reports",
    ),
    "recurrence": ("breast_cancer_conditions", "pathology_reports"),
    "tumour_size": ("size_questions", "t_questions"),
    "grade": ("grade_questions",),
    "er": ("er_questions", "receptors_not_a_status", "receptor_status_conditions"),
    "pr": ("pr_questions", "receptors_not_a_status", "receptor_status_conditions"),
    "her2": ("her2_questions", "receptor_status_conditions"),
    "positive_nodes": ("node_questions", "n_questions", "metastasis_conditions"),
    "vascular_invasion": ("lvi_questions",),
    "local_extension": (
        "local_extension_questions",
        "local_extension_conditions",
        "t_questions",
        "histology_questions",
    ),
    "t_category": ("t_questions",),
    "n_category": ("n_questions",),
    "m_category": ("m_questions",),
    **{name: (name,) for name in ("autoimmune_disease", "heart_failure", "interstitial_lung_disease", "long_qt")},
    **{name: (name,) for name in ("osteoporosis", "stroke", "uterus_absent", "venous_thromboembolism")},
    "anticoagulant": ("anticoagulants",),
    "cyp2d6_inhibitor": ("cyp2d6_inhibitors",),
    "hormone_therapy": ("hormone_therapies",),
    **{name: (f"{name}_questions",) for name in ("t_score", "lvef", "qtc", "egfr", "creatinine_clearance", "bmi")},
    "menopausal_status": ("menopause_conditions", "menopause_questions", "ovaries_absent", "ovarian_suppressants"),
    "pregnant_or_lactating": ("pregnancy_conditions", "pregnancy_questions"),
    "ki67": ("ki67_questions",),
    "oncotype_score": ("oncotype_questions",),
    "mammaprint": ("mammaprint_questions",),
    "multifocal": ("focality_questions", "t_questions"),
    "anatomic_stage": ("t_questions", "n_questions", "m_questions", "metastasis_conditions"),
    "recorded_stage": ("stage_questions",),
    "germline_pathogenic": ("germline_questions", "germline_answers"),
    "germline_negative": ("germline_questions", "germline_answers"),
    "germline_tested": ("germline_questions", "germline_answers"),
    "years_since_diagnosis": ("breast_cancer_conditions",),
    "diagnosis_age": ("breast_cancer_conditions",),
    "breast_surgery": ("surgery_procedures", "treatment_history"),
    "axillary_surgery": ("surgery_procedures",),
    "years_since_surgery": ("surgery_procedures", "treatment_history"),
    "months_since_surgery": ("surgery_procedures", "treatment_history"),
    "mastectomy_bilateral": ("surgery_procedures", "treatment_history"),
    "years_since_primary_treatment": (
        "surgery_procedures",
        "radiotherapy_procedures",
        "systemic_procedures",
        "systemic_drugs",
    ),
    "radiotherapy": ("radiotherapy_procedures", "treatment_history"),
    "radiotherapy_sites": ("radiotherapy_procedures",),
    "months_since_radiotherapy": ("radiotherapy_procedures",),
    "chemotherapy": ("systemic_procedures", "systemic_drugs", "treatment_history"),
    "drugs_recorded": ("systemic_drugs", "bone_agents"),
    "drug_classes_recorded": ("systemic_procedures", "systemic_drugs", "bone_agents", "treatment_history"),
    "residual_disease": ("t_questions", "n_questions"),
    "endocrine_agent": ("systemic_drugs", "treatment_history"),
    "endocrine_status": ("systemic_drugs", "treatment_history"),
    "endocrine_years": ("systemic_drugs", "treatment_history"),
    "months_since_endocrine_start": ("systemic_drugs", "treatment_history"),
    "endocrine_gap": ("systemic_drugs", "treatment_history"),
    "ovarian_suppression": ("systemic_drugs", "ovaries_absent"),
    "systemic_therapy_first": ("surgery_procedures", "systemic_procedures", "systemic_drugs", "therapy_before_staging"),
}
_LOST = {KeyState.ABSENT: Why.NOT_LOADED, KeyState.FAILED: Why.NOT_LOADED, KeyState.PARTIAL: Why.INCOMPLETE_PAGE}


def closed(
    fact_id: str, fact: Fact, record: Record, vocabulary: Vocabulary, keys: Collection[str] | None = None
) -> Fact:
    """The fact after asking what could not be seen: lost or incomplete keys, unreadable resources; then silence.
    `keys` are the only ones that matter, if given.
    """
    definition = vocabulary.facts.get(fact_id)
    if definition is None:
        return fact
    unread = [u for u in record.unreadable if _feeds(u, fact_id, definition, vocabulary)]
    why = _lost(fact_id, definition, record, keys) or _unread(unread)
    silent = isinstance(fact, Unknown) and fact.why is Why.NOT_RECORDED
    if why is None:
        if silent and definition.if_absent is not None:
            return Known(definition.if_absent, (), fact.set_aside, notes=fact.notes)
        return fact
    evidence = tuple(sorted({*fact.evidence, *(Evidence(u.reference, marks=(_mark(u),)) for u in unread)}))
    told = why is Why.UNSUPPORTED_VERSION and isinstance(fact, Unknown) and fact.why is Why.UNREADABLE
    if silent or told:
        return Unknown(why, evidence, fact.set_aside, fact.notes)
    wider = opened(fact_id, fact, why, vocabulary)
    return Unknown(wider.why, evidence, wider.set_aside, wider.notes) if isinstance(wider, Unknown) else wider


def _lost(fact_id: str, definition: FactDefinition, record: Record, keys: Collection[str] | None) -> Why | None:
    waited_for = [key for key in definition.read_from if keys is None or key in keys]
    states = [record.states.get(key, KeyState.ABSENT) for key in waited_for]
    reasons = {_LOST[state] for state in states if state in _LOST}
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
    lists = [vocabulary.codelists[name] for name in FEEDS.get(fact_id, ())]
    return any(each.meaning(coding) is not None for each in lists for coding in unreadable.codes)

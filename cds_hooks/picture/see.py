"""From a Record to the Picture: who the patient is, and each tumour with its facts."""

from collections.abc import Mapping
from datetime import date

from cds_hooks.fhir.record import Record
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.derived import anatomic_stage, cts5, late_recurrence, npi, side, worse
from cds_hooks.picture.episode import Episode, Picture
from cds_hooks.picture.episodes import tumours_in
from cds_hooks.picture.fact import Fact
from cds_hooks.picture.found_in_tissue import with_found_in_tissue
from cds_hooks.picture.gaps import all_closed, closed
from cds_hooks.picture.named import named_unclearly, with_named
from cds_hooks.picture.narrative import breast_texts, told_in_text
from cds_hooks.picture.readers import (
    antibody,
    behaviour,
    comorbidities,
    endocrine,
    extent,
    genomics,
    germline,
    host,
    measurements,
    menopause,
    nodes,
    ovaries,
    radiotherapy,
    receptors,
    remission,
    response,
    stage,
    status,
    surgery,
    surveillance,
    symptoms,
    systemic,
    timeline,
    treatment,
    tumour,
)
from cds_hooks.picture.reported import with_reported
from cds_hooks.picture.unsupported import of_concern
from cds_hooks.picture.view import View, dated, views_of
from cds_hooks.picture.vocabulary import Vocabulary

_PATIENT = frozenset({"deceased", "hospice", "age", "sex"})
_HOST = frozenset(
    {*comorbidities.DIAGNOSES, *comorbidities.DRUGS, *measurements.UNITS, "menopausal_status", "pregnant_or_lactating"}
)
_GERMLINE = frozenset({"germline_pathogenic", "germline_negative", "germline_tested"})
_GENOMICS = frozenset({"ki67", "oncotype_score", "mammaprint", "multifocal", "anatomic_stage", "recorded_stage"})
_EPISODE = frozenset(
    {
        "invasive",
        "histology",
        "metastatic",
        "recurrence",
        "tumour_size",
        "size_below_t_category",
        "worse_result_on_record",
        "grade",
        "er",
        "pr",
        "hormone_receptor",
        "her2",
        "positive_nodes",
        "vascular_invasion",
        "local_extension",
        "t_category",
        "n_category",
        "m_category",
        "systemic_therapy_first",
    }
)
_SURVEILLANCE = frozenset(
    {
        "mammogram_left",
        "mammogram_right",
        "mammogram_same_breast",
        "mammogram_other_breast",
        "months_since_breast_mri",
        "months_since_dxa",
        "months_since_echocardiogram",
        "months_since_gynaecological_review",
        "months_since_oncology_visit",
    }
)
_SYMPTOMS = frozenset(
    {"recurrence_signs_locoregional", "recurrence_signs_systemic", "red_flags", "suspected_recurrence", "in_remission"}
)
_TREATMENT = frozenset(
    {
        "years_since_diagnosis",
        "diagnosis_age",
        "breast_surgery",
        "axillary_surgery",
        "years_since_surgery",
        "months_since_surgery",
        "years_since_primary_treatment",
        "radiotherapy",
        "radiotherapy_sites",
        "months_since_radiotherapy",
        "irradiation_may_reach",
        "chemotherapy",
        "drugs_recorded",
        "drug_classes_recorded",
        "residual_disease",
        "nodes_after_therapy",
        "months_since_trastuzumab",
        "endocrine_agent",
        "endocrine_status",
        "endocrine_years",
        "months_since_endocrine_start",
        "endocrine_gap",
        "ovarian_suppression",
        "mastectomy_bilateral",
        "both_breasts_affected",
    }
)
_SCORES = frozenset({"npi", "npi_group", "cts5_group", "late_distant_recurrence"})
# Every fact that the readers produce; `facts.yaml` defines no other.
READS: frozenset[str] = (
    _PATIENT | _HOST | _EPISODE | _GERMLINE | _GENOMICS | _SURVEILLANCE | _SYMPTOMS | _TREATMENT | _SCORES
)


def see(record: Record, vocabulary: Vocabulary, today: date) -> Picture:
    """All facts of the record. Neither the order of resources nor repeating one changes the answer."""
    record = with_found_in_tissue(with_named(with_reported(record, vocabulary), vocabulary), vocabulary)
    chart = Chart(record, vocabulary, today)
    tumours = tumours_in(chart)
    views = views_of(chart, tumours)
    patient = {
        **host.read(chart),
        **comorbidities.read(chart),
        **measurements.read(chart),
        **germline.read(chart),
        **surveillance.read(chart, tumours),
        **symptoms.read(chart, views),
        "mastectomy_bilateral": surgery.read_bilateral(chart),
    }
    patient = all_closed(patient, chart)
    patient |= menopause.read(chart, patient["age"], patient["sex"])
    episodes = [_episode(view, patient) for view in views]
    kinds = {episode.side: episode.facts["invasive"] for episode, _ in episodes}
    both = side.read_both_breasts(kinds)
    patient["both_breasts_affected"] = closed("both_breasts_affected", both, chart)
    aside = {*tumours.set_aside, *((left.reference, left.why) for left in record.left_out)}
    aside |= {pair for _, elsewhere in episodes for pair in elsewhere}
    return Picture(
        dict(sorted(patient.items())),
        tuple(episode for episode, _ in episodes),
        tuple(sorted(aside)),
        {key: state.value for key, state in sorted(record.states.items())},
        () if episodes else breast_texts(chart),
        of_concern(record, bool(episodes), vocabulary),
        () if episodes else named_unclearly(record, vocabulary),
    )


def _episode(first: View, patient: Mapping[str, Fact]) -> tuple[Episode, tuple[tuple[str, str], ...]]:
    chart, each = first.chart, first.tumour
    therapy_first, course = treatment.read(first)
    view = dated(first, course)
    facts: dict[str, Fact] = {
        **tumour.read(view),
        **extent.read(view),
        **behaviour.read(view),
        **nodes.read(view),
        **receptors.read(view),
        **stage.read(view),
        **status.read(view),
        **genomics.read(view),
        **remission.read(view),
        **_treatment(view),
        "recorded_stage": anatomic_stage.read_recorded(view),
        "systemic_therapy_first": therapy_first,
    }
    facts = all_closed(facts, chart)
    together = receptors.hormone_receptor(view, facts["er"], facts["pr"])
    facts["hormone_receptor"] = closed("hormone_receptor", together, chart)
    facts["invasive"] = behaviour.settled_by_spread(facts["invasive"], facts["metastatic"])
    computed = closed("anatomic_stage", anatomic_stage.read_anatomic(view, facts["metastatic"]), chart)
    facts["anatomic_stage"], facts["recorded_stage"] = anatomic_stage.compared(computed, facts["recorded_stage"])
    doubt = closed("worse_result_on_record", worse.read(view, facts), chart)
    facts["worse_result_on_record"] = doubt
    facts |= side.read_mammograms(each.side, patient)
    facts |= _scores(view, patient, facts)
    facts = told_in_text(facts, view)
    return Episode(each.side, each.references, dict(sorted(facts.items()))), view.elsewhere


def _scores(view: View, patient: Mapping[str, Fact], facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Published scores of this tumour, each for the patients whom it was made from. What could not be seen is in their
    inputs already.
    """
    numbers = view.vocabulary.numbers
    inputs = {**patient, **facts, "tumour_size": tumour.size_of_pathology(facts["tumour_size"], view)}
    then = cts5.menopause_then(view, facts["diagnosis_age"], patient["sex"])
    return {
        **npi.read(inputs, numbers),
        "cts5_group": cts5.read({**inputs, "menopausal_status": then}, numbers),
        "late_distant_recurrence": late_recurrence.read(inputs, numbers),
    }


def _treatment(view: View) -> dict[str, Fact]:
    """What was done against this tumour so far."""
    return {
        **timeline.read(view),
        **surgery.read(view),
        **radiotherapy.read(view),
        **systemic.read(view),
        **response.read(view),
        **antibody.read(view),
        **endocrine.read(view),
        **ovaries.read(view),
    }

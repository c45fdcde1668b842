"""Treatment proposed to the patient who must not have it: outside its window, against a caution, or in other disease.

Each chart is one for which a consideration says of itself that it applies; then one fact is turned round.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from cds_hooks.knowledge.examples import example_picture
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import default_folder, load_knowledge
from cds_hooks.knowledge.strict_yaml import read_yaml
from cds_hooks.picture.episode import Picture
from cds_hooks.picture.fact import Unknown, Why
from cds_hooks.reasoning.consider import History, consider
from cds_hooks.reasoning.considerations import CardKind, Consideration

Given = Mapping[str, Any]

PATIENT: Given = {"age": 55, "invasive": "invasive"}


def _charts() -> dict[str, Given]:
    """For each treatment the facts of the first example in which it applies."""
    charts = {}
    for path in sorted((default_folder() / "considerations").glob("*.yaml")):
        written = read_yaml(path.read_text(encoding="utf-8"), path.name).value
        if written["card"]["kind"] == "treatment":
            charts[written["id"]] = next(e["given"] for e in written["examples"] if e["expect"] == "applies")
    return charts


CHARTS = _charts()
EACH = pytest.mark.parametrize("treatment", sorted(CHARTS))


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def chart(knowledge: Knowledge, given: Given, *unknown: str) -> Picture:
    """One tumour: the given facts, the others as silence leaves them, and those that are not known at all."""
    seen = example_picture(knowledge.vocabulary.facts, {**PATIENT, **given})
    lost = dict.fromkeys(unknown, Unknown(Why.NOT_LOADED))
    (tumour,) = seen.episodes
    of_tumour = {**tumour.facts, **{k: v for k, v in lost.items() if k in tumour.facts}}
    of_patient = {**seen.patient, **{k: v for k, v in lost.items() if k in seen.patient}}
    return replace(seen, patient=of_patient, episodes=(replace(tumour, facts=of_tumour),))


def proposed(knowledge: Knowledge, seen: Picture) -> dict[str, Consideration]:
    """The treatments that cards show for this chart."""
    found = consider(seen, History(), knowledge.gates, knowledge.considerations)
    treatments = [one for one in found if one.consideration.card.kind is CardKind.TREATMENT and one.shown]
    return {one.consideration.id: one.consideration for one in treatments}


def of(knowledge: Knowledge, treatment: str, *unknown: str, **turned: Any) -> dict[str, Consideration]:
    return proposed(knowledge, chart(knowledge, {**CHARTS[treatment], **turned}, *unknown))


def naming(found: Mapping[str, Consideration], *words: str) -> set[str]:
    """Those whose title or summary names one of the words."""
    text = {id_: f"{each.title} {each.card.summary}".lower() for id_, each in found.items()}
    return {id_ for id_, said in text.items() if any(word in said for word in words)}


@EACH
def test_each_treatment_is_proposed_to_whom_it_is_for(knowledge: Knowledge, treatment: str) -> None:
    assert treatment in of(knowledge, treatment)


WRONG: dict[str, Given] = {
    "deceased": {"deceased": "yes"},
    "in hospice": {"hospice": "yes"},
    "a child": {"age": 17},
    "pregnant": {"pregnant_or_lactating": "yes"},
    "suspected recurrence": {"suspected_recurrence": "yes"},
    "metastatic": {"metastatic": "yes"},
    "recurrence on file": {"recurrence": "yes"},
    "in situ": {"invasive": "in_situ"},
    "no carcinoma": {"invasive": "not_carcinoma"},
}


@EACH
@pytest.mark.parametrize("wrong", WRONG)
def test_no_treatment_is_proposed_in_other_disease(knowledge: Knowledge, treatment: str, wrong: str) -> None:
    assert of(knowledge, treatment, **WRONG[wrong]) == {}


@EACH
@pytest.mark.parametrize("fact", ["age", "metastatic", "recurrence", "suspected_recurrence", "invasive", "hospice"])
def test_no_treatment_is_proposed_while_its_gate_cannot_be_told(
    knowledge: Knowledge, treatment: str, fact: str
) -> None:
    assert of(knowledge, treatment, fact) == {}


@EACH
@pytest.mark.parametrize("wrong", ["metastatic", "recurrence on file"])
def test_spread_or_recurrence_of_the_other_tumour_stops_it_too(
    knowledge: Knowledge, treatment: str, wrong: str
) -> None:
    ours = chart(knowledge, CHARTS[treatment])
    (other,) = chart(knowledge, WRONG[wrong]).episodes
    assert proposed(knowledge, replace(ours, episodes=(*ours.episodes, other))) == {}


TAMOXIFEN = ["tamoxifen_premenopausal", "tamoxifen_men", "extended_tamoxifen_premenopausal"]


@pytest.mark.parametrize("against", ["venous_thromboembolism", "stroke", "anticoagulant"])
@pytest.mark.parametrize("treatment", TAMOXIFEN)
def test_tamoxifen_is_not_proposed_with_clots_on_file(knowledge: Knowledge, treatment: str, against: str) -> None:
    assert naming(of(knowledge, treatment), "tamoxifen")
    assert not naming(of(knowledge, treatment, **{against: "yes"}), "tamoxifen")


@EACH
def test_no_card_whatever_names_tamoxifen_with_clots_on_file(knowledge: Knowledge, treatment: str) -> None:
    assert not naming(of(knowledge, treatment, venous_thromboembolism="yes"), "tamoxifen")


@EACH
@pytest.mark.parametrize("ovaries", [{}, {"ovarian_suppression": "no"}], ids=["not recorded", "not suppressed"])
def test_no_aromatase_inhibitor_before_menopause_without_suppression(
    knowledge: Knowledge, treatment: str, ovaries: Given
) -> None:
    given = {**CHARTS[treatment], "sex": "female", "menopausal_status": "premenopausal"}
    kept = {name: value for name, value in given.items() if name != "ovarian_suppression"}
    assert not naming(proposed(knowledge, chart(knowledge, {**kept, **ovaries})), "aromatase")


AROMATASE = ["aromatase_inhibitor_postmenopausal", "extended_endocrine_node_positive", "ribociclib_stage_two_three"]


@pytest.mark.parametrize("treatment", AROMATASE)
def test_no_aromatase_inhibitor_while_menopause_is_not_known(knowledge: Knowledge, treatment: str) -> None:
    assert naming(of(knowledge, treatment), "aromatase")
    assert not naming(of(knowledge, treatment, "menopausal_status", sex="female"), "aromatase")


OUTSIDE = [
    ("pembrolizumab_before_surgery", {"years_since_diagnosis": 1}),
    ("pembrolizumab_before_surgery", {"breast_surgery": "mastectomy"}),
    ("pembrolizumab_before_surgery", {"months_since_surgery": 0}),
    ("pembrolizumab_before_surgery", {"residual_disease": "none"}),
    ("pembrolizumab_before_surgery", {"residual_disease": "invasive"}),
    ("pembrolizumab_before_surgery", {"systemic_therapy_first": "yes"}),
    ("pembrolizumab_before_surgery", {"chemotherapy": "yes"}),
    ("pembrolizumab_before_surgery", {"autoimmune_disease": "yes"}),
    ("pembrolizumab_before_surgery", {"drug_classes_recorded": ["immunotherapy"]}),
    ("olaparib_triple_negative", {"residual_disease": "none"}),
    ("olaparib_triple_negative", {"years_since_primary_treatment": 1}),
    ("olaparib_triple_negative", {"drug_classes_recorded": ["parp_inhibitor"]}),
    ("olaparib_triple_negative", {"germline_pathogenic": ["palb2"]}),
    ("olaparib_hormone_receptor_positive", {"years_since_primary_treatment": 1}),
    ("olaparib_hormone_receptor_positive", {"systemic_therapy_first": "yes", "residual_disease": "none"}),
    ("t_dm1_residual_disease", {"residual_disease": "none"}),
    ("t_dm1_residual_disease", {"years_since_surgery": 1}),
    ("t_dm1_residual_disease", {"heart_failure": "yes"}),
    ("t_dxd_residual_disease", {"residual_disease": "none"}),
    ("t_dxd_residual_disease", {"nodes_after_therapy": "none", "local_extension": "no", "anatomic_stage": "IIB"}),
    ("t_dxd_residual_disease", {"years_since_surgery": 1}),
    ("t_dxd_residual_disease", {"interstitial_lung_disease": "yes"}),
    ("capecitabine_residual_triple_negative", {"residual_disease": "none"}),
    ("capecitabine_residual_triple_negative", {"hormone_receptor": "positive"}),
    ("capecitabine_residual_triple_negative", {"months_since_surgery": 7}),
    ("capecitabine_residual_triple_negative", {"creatinine_clearance": 29}),
    ("neratinib_after_trastuzumab", {"months_since_trastuzumab": 13}),
    ("neratinib_after_trastuzumab", {"months_since_trastuzumab": 1}),
    ("abemaciclib_high_risk", {"months_since_surgery": 17}),
    ("abemaciclib_high_risk", {"venous_thromboembolism": "yes"}),
    ("ribociclib_stage_two_three", {"qtc": 450}),
    ("ribociclib_stage_two_three", {"long_qt": "yes"}),
    ("ribociclib_stage_two_three", {"years_since_diagnosis": 2}),
    ("bisphosphonate_postmenopausal", {"creatinine_clearance": 30}),
    ("postmastectomy_radiotherapy", {"radiotherapy": "yes"}),
]


@pytest.mark.parametrize(("treatment", "turned"), OUTSIDE)
def test_nothing_is_proposed_outside_its_window_or_against_its_caution(
    knowledge: Knowledge, treatment: str, turned: dict[str, Any]
) -> None:
    assert treatment in of(knowledge, treatment)
    assert treatment not in of(knowledge, treatment, **turned)


DECISIVE = [
    ("pembrolizumab_before_surgery", "her2"),
    ("pembrolizumab_before_surgery", "anatomic_stage"),
    ("pembrolizumab_before_surgery", "years_since_diagnosis"),
    ("pembrolizumab_before_surgery", "systemic_therapy_first"),
    ("olaparib_triple_negative", "germline_pathogenic"),
    ("olaparib_triple_negative", "residual_disease"),
    ("olaparib_triple_negative", "years_since_primary_treatment"),
    ("olaparib_hormone_receptor_positive", "systemic_therapy_first"),
    ("t_dm1_residual_disease", "residual_disease"),
    ("t_dxd_residual_disease", "residual_disease"),
    ("t_dxd_residual_disease", "nodes_after_therapy"),
    ("capecitabine_residual_triple_negative", "residual_disease"),
    ("capecitabine_residual_triple_negative", "her2"),
    ("neratinib_after_trastuzumab", "months_since_trastuzumab"),
    ("abemaciclib_high_risk", "months_since_surgery"),
    ("radiotherapy_omission_at_seventy", "her2"),
]


@pytest.mark.parametrize(("treatment", "fact"), DECISIVE)
def test_nothing_is_proposed_while_what_decides_is_not_known(knowledge: Knowledge, treatment: str, fact: str) -> None:
    assert treatment not in of(knowledge, treatment, fact)


CHEMOTHERAPY = ("chemotherapy", "trastuzumab", "paclitaxel", "pertuzumab", "pembrolizumab", "capecitabine")


@EACH
@pytest.mark.parametrize("size", [3, 5, 10])
@pytest.mark.parametrize(
    ("receptors", "her2"), [("negative", "negative"), ("negative", "positive"), ("positive", "positive")]
)
def test_a_t1a_or_t1b_tumour_without_nodes_is_not_proposed_chemotherapy(
    knowledge: Knowledge, treatment: str, size: int, receptors: str, her2: str
) -> None:
    tiny = {"tumour_size": size, "positive_nodes": 0, "anatomic_stage": "IA", "local_extension": "no"}
    first = {"hormone_receptor": receptors, "er": receptors, "her2": her2, "systemic_therapy_first": "no"}
    assert not naming(of(knowledge, treatment, **tiny, **first), *CHEMOTHERAPY)

"""Stories in which there is no tier to tell."""

from tests.support.authoring import happenings, mcode4, us_core
from tests.support.authoring.story import Story
from tests.support.authoring.tumour import Tumour

WORST = Tumour(size="55 mm", grade=3, nodes=7, examined=15, lvi="present")

TALES = (
    Story("carcinoma_in_situ_only", "Nerissa Precursor", "1971-01-08", more=(happenings.carcinoma_in_situ,)),
    Story(
        "metastatic_to_bone",
        "Olympia Distant",
        "1964-07-21",
        mcode4.record,
        (Tumour(size="28 mm", grade=2, nodes=3, examined=10, m="cM1"),),
        more=(happenings.bone_metastasis,),
        references="absolute",
    ),
    Story(
        "lung_cancer_with_its_own_stage",
        "Peregrine Elsewhere",
        "1951-05-13",
        more=(happenings.lung_cancer,),
        gender="male",
    ),
    Story("lymphoma_of_the_breast", "Querida Otherwise", "1960-12-05", more=(happenings.lymphoma_of_breast,)),
    Story("a_fibroadenoma_and_nothing_malignant", "Rowena Harmless", "1990-08-16", more=(happenings.fibroadenoma,)),
    Story("a_mother_with_breast_cancer", "Sidonie Daughter", "1988-03-06", more=(happenings.family_history_code,)),
    Story("a_suspicion_that_was_refuted", "Tiphaine Cleared", "1978-02-02", more=(happenings.refuted_cancer,)),
    Story("nothing_but_a_patient", "Ursuline Emptybook", "1999-09-19", noisy=False),
    Story(
        "high_risk_but_deceased",
        "Verena Departed",
        "1947-06-11",
        us_core.record,
        (WORST,),
        more=(happenings.death("2025-01-17"),),
    ),
    Story(
        "high_risk_but_in_hospice",
        "Winifred Comfort",
        "1944-11-29",
        us_core.record,
        (WORST,),
        more=(happenings.hospice,),
    ),
    Story("cancer_of_the_skin_of_the_breast_side", "Ysolde Outermost", "1953-04-24", more=(happenings.skin_cancer,)),
)

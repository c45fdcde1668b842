"""Stories in which something decisive is missing, equivocal, contradictory or only a bound."""

from dataclasses import replace

from tests.support.authoring import european, happenings, mcode1, mcode4, plain, synthea_like, us_core
from tests.support.authoring.story import Story
from tests.support.authoring.tumour import NOTHING, Tumour

BEFORE = Tumour(
    size="32 mm",
    grade=2,
    nodes=None,
    examined=None,
    lvi=None,
    t="cT2",
    n="cN1",
    reported="2024-02-20",
    diagnosed="2024-02-12",
    report="biopsy",
)
AFTER = replace(
    NOTHING, size="4 mm", nodes=0, examined=3, lvi="absent", t="ypT1", n="ypN0", reported="2024-09-03", report="surgery"
)

TALES = (
    Story("her2_two_plus_without_ish", "Valborg Counterfeit", "1965-05-05", mcode4.record, (Tumour(her2="2+"),)),
    Story(
        "her2_two_plus_with_positive_ish",
        "Wilhelmina Artifice",
        "1976-06-16",
        us_core.record,
        (Tumour(side="right", her2="2+", ish="positive"),),
    ),
    Story(
        "her2_two_plus_with_negative_ish",
        "Xanthippe Simulacra",
        "1956-01-20",
        european.record,
        (Tumour(her2="2+", ish="negative"),),
        references="absolute",
    ),
    Story(
        "her2_three_plus_against_a_negative_ish",
        "Yolanda Contrivance",
        "1973-04-04",
        us_core.record,
        (Tumour(her2="3+", ish="negative"),),
    ),
    Story(
        "hormone_negative_with_her2_unknown",
        "Zenobia Makebelief",
        "1981-02-14",
        us_core.record,
        (Tumour(size="14 mm", grade=2, er="negative", pr="negative", her2=None),),
    ),
    Story(
        "six_positive_nodes_and_nothing_else",
        "Albertine Fakenham",
        "1950-10-03",
        mcode4.record,
        (replace(NOTHING, nodes=6, examined=15),),
    ),
    Story(
        "vessel_invasion_not_reported",
        "Berengaria Shamwell",
        "1961-09-23",
        mcode4.record,
        (Tumour(side="right", lvi=None, t="pT1b", n="pN0", m="cM0"),),
        references="absolute",
    ),
    Story("nothing_recorded_but_the_diagnosis", "Clothilde Hollowell", "1949-12-12", plain.record, (NOTHING,)),
    Story(
        "only_a_pathological_t_category",
        "Desdemona Blanksworth",
        "1966-06-26",
        mcode1.record,
        (replace(NOTHING, t="pT2"),),
    ),
    Story(
        "t1b_without_a_size",
        "Ermintrude Vacanti",
        "1970-03-03",
        mcode1.record,
        (Tumour(side="right", size=None, t="pT1b", n="pN0", m="cM0"),),
    ),
    Story(
        "inflammatory_carcinoma",
        "Florimel Conjecture",
        "1977-07-17",
        mcode4.record,
        (replace(NOTHING, grade=2, er="positive", pr="positive", her2="0", t="cT4d", n="cN1", m="cM0"),),
        references="absolute",
    ),
    Story(
        "chemotherapy_before_surgery",
        "Guinevere Hypothet",
        "1984-11-02",
        mcode1.record,
        (BEFORE,),
        more=(
            happenings.findings_of(AFTER),
            happenings.chemotherapy("2024-02-28", "2024-07-18"),
            happenings.lumpectomy("2024-08-26"),
        ),
    ),
    Story(
        "small_after_chemotherapy_and_no_size_before",
        "Hermengild Pretence",
        "1980-05-19",
        mcode1.record,
        (replace(BEFORE, size=None, grade=1, t=None, n=None),),
        more=(
            happenings.findings_of(AFTER),
            happenings.chemotherapy("2024-02-28", "2024-07-18"),
            happenings.lumpectomy("2024-08-26"),
        ),
    ),
    Story(
        "a_size_without_a_unit",
        "Iphigenia Unmeasured",
        "1959-08-30",
        us_core.record,
        (Tumour(size=None),),
        more=(happenings.size_without_unit,),
    ),
    Story(
        "nodes_examined_but_positives_not_reported",
        "Jessamine Uncounted",
        "1968-04-09",
        us_core.record,
        (Tumour(nodes=None, examined=14),),
    ),
    Story("estrogen_receptor_not_reported", "Kunigunde Untested", "1972-02-22", mcode4.record, (Tumour(er=None),)),
    Story(
        "an_erroneous_her2_result_was_withdrawn",
        "Lucasta Mistaken",
        "1963-10-27",
        us_core.record,
        (Tumour(),),
        more=(happenings.withdrawn_her2,),
    ),
    Story(
        "a_generated_chart_without_grade_and_vessels",
        "Mirabel Automatova",
        "1969-09-01",
        synthea_like.record,
        (Tumour(size="3.2 cm", her2="negative", nodes=2, t="T2", n="N1", m="M0"),),
        references="urn",
    ),
)

"""Stories of the first months: what there is to talk over before and after the operation."""

from dataclasses import replace

from tests.support.authoring import clinic, european, happenings, mcode1, mcode4, us_core
from tests.support.authoring.story import Story
from tests.support.authoring.tumour import Tumour

NEW = Tumour(size="18 mm", grade=2, diagnosed="2026-01-08", reported="2026-02-06")
OPERATED = clinic.operation("lumpectomy", "2026-02-03")
SENTINEL = clinic.operation("sentinel node", "2026-02-03")
BIOPSIED = Tumour(
    grade=3,
    nodes=None,
    examined=None,
    lvi=None,
    t="cT2",
    n="cN1",
    m="cM0",
    diagnosed="2025-06-10",
    reported="2025-06-17",
    report="biopsy",
)
LEFT_OVER = replace(NEW, size="9 mm", lvi="absent", t="ypT1", report="surgery", reported="2026-01-12")

TALES = (
    Story(
        "a_new_triple_negative_cancer_before_any_treatment",
        "Ottoline Newfound",
        "1979-05-21",
        mcode4.record,
        (replace(BIOPSIED, size="38 mm", er="negative", pr="negative", diagnosed="2026-02-09", reported="2026-02-16"),),
        more=(clinic.menopause("before menopause", "2026-02-18"), clinic.ejection_fraction(63, "2026-02-24")),
    ),
    Story(
        "five_positive_nodes_after_mastectomy_and_menopause",
        "Philippa Fivenodes",
        "1961-09-30",
        mcode4.record,
        (
            replace(
                NEW,
                size="34 mm",
                nodes=5,
                examined=14,
                lvi="present",
                t="pT2",
                n="pN2a",
                m="cM0",
                diagnosed="2025-11-03",
                reported="2025-12-19",
            ),
        ),
        more=(
            clinic.operation("mastectomy", "2025-12-15"),
            clinic.doses("docetaxel", "2026-01-20", "2026-02-10"),
            clinic.doses("cyclophosphamide", "2026-01-20", "2026-02-10"),
            clinic.ejection_fraction(61, "2026-01-12"),
        ),
    ),
    Story(
        "two_positive_nodes_and_much_ki67",
        "Quintina Cycling",
        "1959-02-11",
        mcode4.record,
        (replace(NEW, size="24 mm", nodes=2, t="pT2", n="pN1a", m="cM0"),),
        more=(OPERATED, SENTINEL, clinic.ki67(30, "2026-02-06")),
    ),
    Story(
        "two_positive_nodes_before_menopause",
        "Rosalind Youthful",
        "1983-04-17",
        us_core.record,
        (replace(NEW, nodes=2),),
        more=(OPERATED, SENTINEL, clinic.menopause("before menopause", "2026-02-10")),
    ),
    Story(
        "node_negative_and_no_multigene_test_yet",
        "Seraphina Undecided",
        "1960-12-01",
        us_core.record,
        (NEW,),
        more=(OPERATED, SENTINEL),
        references="absolute",
    ),
    Story(
        "a_recurrence_score_of_thirty_one",
        "Theodora Highscore",
        "1962-03-08",
        mcode4.record,
        (NEW,),
        more=(OPERATED, SENTINEL, clinic.recurrence_score(31, "2026-02-20")),
    ),
    Story(
        "a_recurrence_score_of_fourteen_at_sixty_one",
        "Umberta Spared",
        "1964-10-19",
        us_core.record,
        (NEW,),
        more=(OPERATED, SENTINEL, clinic.recurrence_score(14, "2026-02-20")),
    ),
    Story(
        "a_recurrence_score_of_twenty_at_forty_five",
        "Valentina Between",
        "1980-07-07",
        mcode4.record,
        (NEW,),
        more=(
            OPERATED,
            SENTINEL,
            clinic.recurrence_score(20, "2026-02-20"),
            clinic.menopause("before menopause", "2026-02-10"),
        ),
    ),
    Story(
        "a_recurrence_score_of_eighteen_with_two_positive_nodes",
        "Walburga Nodescore",
        "1957-01-25",
        us_core.record,
        (replace(NEW, nodes=2),),
        more=(OPERATED, SENTINEL, clinic.recurrence_score(18, "2026-02-20")),
    ),
    Story(
        "mammaprint_not_high_at_high_clinical_risk",
        "Xaveria Signature",
        "1963-08-14",
        us_core.record,
        (replace(NEW, size="25 mm", grade=3),),
        more=(OPERATED, SENTINEL, clinic.mammaprint("Low Risk", "2026-02-23")),
    ),
    Story(
        "her2_positive_with_two_positive_nodes_operated_first",
        "Yevgenia Twonodes",
        "1970-11-11",
        european.record,
        (replace(NEW, size="28 mm", grade=3, her2="3+", er="negative", pr="negative", nodes=2, examined=12),),
        more=(OPERATED, clinic.operation("armpit dissected", "2026-02-03"), clinic.ejection_fraction(64, "2026-02-12")),
    ),
    Story(
        "her2_positive_eighteen_millimetres_without_nodes",
        "Zelmira Smallish",
        "1968-06-02",
        us_core.record,
        (replace(NEW, her2="3+"),),
        more=(OPERATED, SENTINEL, clinic.ejection_fraction(60, "2026-02-12")),
    ),
    Story(
        "her2_positive_with_positive_nodes_left_after_chemotherapy",
        "Adelgunde Leftover",
        "1974-09-09",
        mcode1.record,
        (replace(BIOPSIED, size="41 mm", her2="3+", er="negative", pr="negative"),),
        more=(
            clinic.doses("docetaxel", "2025-07-07", "2025-07-28", "2025-10-20"),
            clinic.doses("carboplatin", "2025-07-07", "2025-07-28", "2025-10-20"),
            clinic.doses("trastuzumab", "2025-07-07", "2025-07-28", "2025-10-20"),
            clinic.doses("pertuzumab", "2025-07-07", "2025-07-28", "2025-10-20"),
            clinic.operation("lumpectomy", "2026-01-12"),
            happenings.findings_of(replace(LEFT_OVER, her2=None, er=None, pr=None, grade=None, nodes=1, n="ypN1a")),
            clinic.ejection_fraction(58, "2026-01-26"),
        ),
    ),
    Story(
        "triple_negative_disease_left_after_chemotherapy_and_a_brca1_variant",
        "Bernadette Inherited",
        "1982-12-24",
        mcode1.record,
        (replace(BIOPSIED, size="29 mm", er="negative", pr="negative"),),
        more=(
            clinic.doses("doxorubicin", "2025-07-01", "2025-08-12"),
            clinic.doses("paclitaxel", "2025-09-02", "2025-11-18"),
            clinic.operation("lumpectomy", "2026-01-12"),
            happenings.findings_of(replace(LEFT_OVER, her2=None, er=None, pr=None, grade=None, nodes=0, n="ypN0")),
            clinic.germline("BRCA1", "2025-07-15"),
        ),
    ),
    Story(
        "a_brca2_variant_and_four_positive_nodes_after_chemotherapy",
        "Cunegonde Olympian",
        "1976-03-30",
        mcode4.record,
        (replace(NEW, size="31 mm", grade=3, nodes=4, examined=16, diagnosed="2025-07-01", reported="2025-08-08"),),
        more=(
            clinic.operation("mastectomy", "2025-08-04"),
            clinic.doses("doxorubicin", "2025-09-08", "2025-10-20"),
            clinic.doses("paclitaxel", "2025-11-10", "2026-01-26"),
            clinic.germline("BRCA2", "2025-09-01"),
            clinic.menopause("before menopause", "2025-08-20"),
        ),
    ),
    Story(
        "a_man_in_the_first_months",
        "Dagobert Unusual",
        "1955-05-05",
        us_core.record,
        (replace(NEW, size="16 mm"),),
        more=(clinic.operation("simple mastectomy", "2026-02-03"), SENTINEL),
        gender="male",
    ),
    Story(
        "seventy_four_and_eleven_millimetres_after_lumpectomy",
        "Eusebia Gentle",
        "1951-08-08",
        us_core.record,
        (replace(NEW, size="11 mm", grade=1),),
        more=(OPERATED, SENTINEL),
    ),
)

"""Stories in which a drug endangers, a recurrence is suspected or on file, or the cancer has spread."""

from dataclasses import replace

from tests.support.authoring import clinic, follow_up, mcode4, us_core
from tests.support.authoring.chart import SCT
from tests.support.authoring.story import More, Story
from tests.support.authoring.tumour import Tumour

IN_2023 = Tumour(size="14 mm", grade=2, diagnosed="2023-05-08", reported="2023-06-09")
OPERATED = clinic.operation("lumpectomy", "2023-06-05")
IRRADIATED = clinic.irradiation("2023-07-10", "2023-08-04")
SEEN = (clinic.mammograms("2025-06-16"), clinic.visits("2025-12-08"))
GYNAECOLOGY = clinic.examined("gynaecology", "2025-09-22")


def recurred(code: str, display: str, day: str) -> More:
    """A recurrence on the problem list."""
    return clinic.problem("recurrence", code, display, day, system=SCT)


TALES = (
    Story(
        "tamoxifen_after_a_pulmonary_embolism_with_warfarin",
        "Anselma Clotted",
        "1971-01-19",
        us_core.record,
        (IN_2023,),
        more=(
            OPERATED,
            IRRADIATED,
            clinic.prescribed("tamoxifen", "2023-09-04", "2024-09-02", "2025-09-01"),
            clinic.problem("embolism", "I26.99", "Other pulmonary embolism without acute cor pulmonale", "2025-11-10"),
            clinic.prescribed("warfarin", "2025-11-12"),
            GYNAECOLOGY,
            *SEEN,
        ),
    ),
    Story(
        "tamoxifen_with_paroxetine",
        "Brunella Interacting",
        "1974-08-05",
        mcode4.record,
        (IN_2023,),
        more=(
            OPERATED,
            IRRADIATED,
            clinic.prescribed("tamoxifen", "2023-09-04", "2024-09-02", "2025-09-01"),
            clinic.prescribed("paroxetine", "2025-12-08"),
            GYNAECOLOGY,
            *SEEN,
        ),
    ),
    Story(
        "an_aromatase_inhibitor_before_menopause",
        "Calpurnia Toosoon",
        "1980-10-10",
        us_core.record,
        (IN_2023,),
        more=(
            OPERATED,
            IRRADIATED,
            clinic.prescribed("anastrozole", "2024-09-02", "2025-09-01"),
            clinic.menopause("before menopause", "2025-12-08"),
            clinic.examined("bone density", "2024-10-07"),
            *SEEN,
        ),
    ),
    Story(
        "pregnant_on_tamoxifen",
        "Desiderata Expecting",
        "1988-03-13",
        us_core.record,
        (IN_2023,),
        more=(
            OPERATED,
            IRRADIATED,
            clinic.prescribed("tamoxifen", "2023-09-04", "2024-09-02", "2025-09-01"),
            clinic.problem(
                "pregnancy", "Z34.91", "Encounter for supervision of normal pregnancy, first trimester", "2026-02-16"
            ),
            GYNAECOLOGY,
            *SEEN,
        ),
    ),
    Story(
        "oestrogens_after_receptor_positive_cancer",
        "Ermengarde Flushing",
        "1965-12-27",
        us_core.record,
        (IN_2023,),
        more=(OPERATED, IRRADIATED, clinic.prescribed("estrogens, conjugated (USP)", "2025-10-20"), *SEEN),
    ),
    Story(
        "a_new_lump_in_the_treated_breast",
        "Fredegund Worried",
        "1963-02-02",
        us_core.record,
        (replace(IN_2023, size="31 mm", grade=3, nodes=4, examined=13, lvi="present"),),
        more=(
            OPERATED,
            clinic.operation("armpit dissected", "2023-06-05"),
            clinic.doses("doxorubicin", "2023-07-10", "2023-08-21"),
            clinic.doses("paclitaxel", "2023-09-11", "2023-11-27"),
            clinic.irradiation("2023-12-18", "2024-01-26", nodes=True),
            clinic.prescribed("letrozole", "2024-02-12", "2025-02-10", "2026-02-09"),
            clinic.sign("lump", "89164003", "Breast lump (finding)", "2026-02-23"),
            follow_up.mammogram("left", "2025-01-20"),
            follow_up.mammogram("right", "2025-01-20"),
            clinic.visits("2025-08-11", "2026-02-23"),
        ),
    ),
    Story(
        "bone_pain_and_a_compressed_spinal_cord",
        "Gertrudis Urgent",
        "1957-11-15",
        mcode4.record,
        (replace(IN_2023, nodes=3, examined=12),),
        more=(
            OPERATED,
            IRRADIATED,
            clinic.sign("bone-pain", "12584003", "Bone pain (finding)", "2026-02-16"),
            clinic.sign("weight-loss", "89362005", "Weight loss (finding)", "2026-02-16"),
            clinic.sign("cord", "71286001", "Spinal cord compression (disorder)", "2026-03-01"),
            *SEEN,
        ),
    ),
    Story(
        "a_recurrence_after_mastectomy_and_chemotherapy",
        "Hildegund Again",
        "1968-04-04",
        us_core.record,
        (replace(IN_2023, size="27 mm", nodes=2, examined=11, diagnosed="2021-02-08", reported="2021-03-12"),),
        more=(
            clinic.operation("mastectomy", "2021-03-08"),
            clinic.doses("docetaxel", "2021-04-19", "2021-08-02"),
            clinic.takes("tamoxifen", "2021-09-06", "2026-01-19"),
            clinic.examined("gynaecology", "2025-09-22"),
            recurred("314955001", "Local recurrence of malignant tumor of breast (disorder)", "2026-01-19"),
            follow_up.mammogram("right", "2025-09-22"),
            clinic.visits("2026-01-19"),
        ),
    ),
    Story(
        "a_recurrence_in_an_irradiated_conserved_breast",
        "Iolanthe Secondtime",
        "1961-07-22",
        us_core.record,
        (replace(IN_2023, her2="3+", er="negative", pr="negative", diagnosed="2019-02-11", reported="2019-03-15"),),
        more=(
            clinic.operation("lumpectomy", "2019-03-11"),
            clinic.irradiation("2019-08-05", "2019-08-30"),
            recurred(
                "1081551000119106",
                "Recurrent primary malignant neoplasm of left female breast (disorder)",
                "2026-01-26",
            ),
            clinic.mammograms("2026-01-12"),
            clinic.visits("2026-01-26"),
        ),
    ),
    Story(
        "metastatic_and_her2_positive",
        "Jocasta Spread",
        "1959-10-06",
        mcode4.record,
        (replace(IN_2023, her2="3+", er="negative", pr="negative", m="cM1"),),
        more=(clinic.problem("liver", "C78.7", "Secondary malignant neoplasm of liver", "2025-12-01"),),
    ),
    Story(
        "metastatic_and_triple_negative",
        "Kriemhild Faraway",
        "1973-06-18",
        us_core.record,
        (replace(IN_2023, er="negative", pr="negative"),),
        more=(OPERATED, clinic.problem("lung", "C78.01", "Secondary malignant neoplasm of right lung", "2026-01-12")),
    ),
)

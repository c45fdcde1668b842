"""Stories in which the chart says more than is read: words, attachments, the forms of other FHIR versions."""

from tests.support.authoring import paperwork, us_core
from tests.support.authoring.paperwork import BREAST_BIOPSY, REASSURING, STUDY, SYNOPTIC, Report
from tests.support.authoring.story import Story
from tests.support.authoring.tumour import NOTHING, Tumour

CARCINOMA = ("408643008", "Infiltrating duct carcinoma of breast (disorder)")
BENIGN = ("254845004", "Fibroadenoma of breast (disorder)")

TALES = (
    Story(
        "pathology_only_as_text",
        "Aurelia Wordsworth",
        "1958-03-17",
        us_core.record,
        (NOTHING,),
        more=(Report(STUDY, "2024-04-10", text=REASSURING),),
    ),
    Story(
        "receptors_coded_and_the_rest_as_text",
        "Benedetta Halfcode",
        "1967-11-08",
        us_core.record,
        (NOTHING,),
        more=(Report(STUDY, "2024-04-10", text=REASSURING, specimens=("left",), tested="left"),),
        references="absolute",
    ),
    Story(
        "a_diagnosis_coded_only_in_a_report",
        "Cosmas Conclusive",
        "1961-07-29",
        more=(
            Report(
                SYNOPTIC,
                "2024-04-10",
                text="Right: invasive ductal carcinoma. Left: fibroadenoma.",
                concluded=(CARCINOMA, BENIGN),
                specimens=("right", "left"),
                tested="right",
            ),
        ),
        gender="male",
    ),
    Story(
        "a_breast_biopsy_report_as_an_attachment",
        "Dorothea Papertrail",
        "1975-01-30",
        more=(Report(BREAST_BIOPSY, "2024-04-10", attached=True),),
    ),
    Story(
        "treatment_not_taken_in_the_form_of_stu3",
        "Euphemia Oldschema",
        "1963-05-21",
        us_core.record,
        (Tumour(),),
        more=(paperwork.stated_in_stu3,),
    ),
    Story(
        "treatment_in_the_form_of_r5",
        "Fenella Newschema",
        "1970-09-12",
        us_core.record,
        (Tumour(size="22 mm", grade=2, nodes=2),),
        more=(paperwork.treated_in_r5,),
    ),
)

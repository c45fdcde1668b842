"""Stories of the years after treatment: what is due, what is worth talking over, and what need not be done."""

from tests.support.authoring import follow_up, happenings, mcode4, us_core
from tests.support.authoring.story import Story
from tests.support.authoring.tumour import Tumour

TALES = (
    Story(
        "five_years_of_an_aromatase_inhibitor_with_two_positive_nodes",
        "Garnet Longhaul",
        "1958-06-04",
        mcode4.record,
        (Tumour(size="22 mm", grade=2, nodes=2, diagnosed="2020-09-14", reported="2020-10-20"),),
        more=(
            happenings.lumpectomy("2020-10-15"),
            follow_up.mammogram("left", "2025-09-20"),
            follow_up.anastrozole_since("2021-03-01", stated="2026-02-10"),
        ),
    ),
    Story(
        "a_conserved_breast_with_an_overdue_mammogram",
        "Hermione Overdue",
        "1966-11-23",
        us_core.record,
        (Tumour(diagnosed="2022-01-10", reported="2022-02-20"),),
        more=(
            happenings.lumpectomy("2022-02-15"),
            follow_up.mammogram("left", "2023-02-03"),
            follow_up.mammogram("left", "2025-01-18"),
        ),
    ),
    Story(
        "a_conserved_breast_without_any_mammogram_on_file",
        "Isolde Elsewhere",
        "1969-04-30",
        us_core.record,
        (Tumour(diagnosed="2022-01-10", reported="2022-02-20"),),
        more=(happenings.lumpectomy("2022-02-15"),),
    ),
)

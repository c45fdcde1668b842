"""explain: every consideration with its verdict and why, what applies first."""

from msgspec.structs import replace
from rich.console import Console

from cds_hooks.consult import Consultation
from cds_hooks.explain_considered import considered_table
from cds_hooks.picture.episode import Picture
from cds_hooks.reasoning.considerations import Considered, Outcome
from tests.writing.considered import CLOTS, applies, idea
from tests.writing.made_up import SILENT, knowledge, tumour


def told(*considered: Considered) -> str:
    consultation = Consultation(Picture(dict(SILENT), (tumour(positive_nodes=2),)), (), (), "", considered)
    console = Console(width=200)
    with console.capture() as captured:
        console.print(*considered_table(consultation, knowledge()))
    return "\n".join(" ".join(line.split()) for line in captured.get().splitlines())


def test_nothing_is_told_where_nothing_was_considered() -> None:
    assert told() == ""


def test_what_applies_is_told_with_its_reasons_and_what_to_confirm() -> None:
    assert "talk (right) applies node count: 2; confirm: no history of clots" in told(applies(to_confirm=(CLOTS,)))


def test_what_cannot_be_told_names_what_is_missing_alone() -> None:
    open_ = applies(outcome=Outcome.CANNOT_TELL, because=(), missing=("er",), to_confirm=(CLOTS,))
    assert "talk (right) cannot tell missing: ER\n" in told(open_) + "\n"


def test_what_does_not_apply_names_the_gate_or_the_caution() -> None:
    no = applies(outcome=Outcome.DOES_NOT_APPLY, because=())
    assert "does not apply metastatic disease" in told(replace(no, withheld="metastatic"))
    assert "does not apply Clots on record." in told(replace(no, suppressed=CLOTS))


def test_what_is_not_shown_says_why() -> None:
    assert "node count: 2; not shown: replaced" in told(applies(silenced="replaced"))


def test_what_is_about_the_patient_names_no_side_and_what_applies_stands_first() -> None:
    ours = applies(idea(id_="ours"), "sex", episode=None)
    lines = told(applies(outcome=Outcome.CANNOT_TELL, missing=("er",)), ours)
    assert lines.index("ours applies sex: female") < lines.index("talk (right) cannot tell")

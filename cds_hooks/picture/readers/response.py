"""What systemic therapy before surgery left of the tumour, as pathology staged it afterwards.

No invasive cancer in breast and nodes (ypT0 or ypTis with ypN0) is none; any invasive rest in either is some. Isolated
tumour cells, an unknown category or one of the two missing leave it open.
"""

from dataclasses import replace

from cds_hooks.fhir.record import Answer, Concept
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.fact import Fact, Known, Unknown, Why
from cds_hooks.picture.finding import Finding, evidence_of
from cds_hooks.picture.readers.stage import Staged, categories
from cds_hooks.picture.view import View

_INVASIVE = frozenset({"1", "2", "3", "4"})
_CLEARED = {"T": frozenset({"0", "is"}), "N": frozenset({"0"})}
_CELLS = "i+"


def read(view: View) -> dict[str, Fact]:
    """The facts residual_disease and nodes_after_therapy."""
    return {"residual_disease": read_residual(view), "nodes_after_therapy": read_nodes(view)}


def read_residual(view: View) -> Fact:
    """By the pathological T and N categories with a y."""
    staged = {letter: _after(view, letter) for letter in "TN"}
    every = [s.finding for each in staged.values() for s in each]
    rest = [_rest(s) for each in staged.values() for s in each if s.category and s.category.number in _INVASIVE]
    if any(f.attributed for f in rest):
        return settle("residual_disease", rest, How.WORST, view.vocabulary)
    if not every:
        return Unknown(Why.NOT_RECORDED)
    if not rest and all(_is_cleared(staged[letter], letter, view) for letter in "TN"):
        return Known("none", evidence_of(every))
    return Unknown(Why.EQUIVOCAL, evidence_of(every), notes=("none is left only where breast and nodes are both free",))


def read_nodes(view: View) -> Fact:
    """By the pathological N category with a y alone: what systemic therapy left in the nodes."""
    staged = _after(view, "N")
    rest = [replace(_rest(s), value="positive") for s in staged if s.category and s.category.number in _INVASIVE]
    if any(f.attributed for f in rest):
        return settle("nodes_after_therapy", rest, How.WORST, view.vocabulary)
    if not staged:
        return Unknown(Why.NOT_RECORDED)
    if not rest and _is_cleared(staged, "N", view):
        return Known("none", evidence_of(s.finding for s in staged))
    return Unknown(Why.EQUIVOCAL, evidence_of(s.finding for s in staged))


def _after(view: View, letter: str) -> list[Staged]:
    return [s for s in categories(view, letter) if s.category and s.category.after_therapy and s.category.basis != "c"]


def _rest(staged: Staged) -> Finding:
    return replace(staged.finding, value="invasive", after_therapy=False)


def _is_cleared(staged: list[Staged], letter: str, view: View) -> bool:
    return bool(staged) and all(
        s.category and s.category.number in _CLEARED[letter] and s.finding.attributed and not _has_cells(s, view)
        for s in staged
    )


def _has_cells(staged: Staged, view: View) -> bool:
    """True if isolated tumour cells are written beside the category; the category itself is N0 all the same."""
    seen = (s.observation for s in view.seen if s.observation.origin.reference == staged.finding.reference)
    return any(_CELLS in text for observation in seen for value in observation.values for text in _texts(value, view))


def _texts(value: Answer, view: View) -> list[str]:
    if isinstance(value, Concept):
        coded = (view.codes("tnm_answers").meaning(c) for c in value.codings)
        shown = (text for c in value.codings for text in (c.code, c.display))
        return [text for text in (*coded, *shown, value.text) if text]
    return [value] if isinstance(value, str) else []

"""The anatomic stage group at diagnosis, computed from T, N and M, beside the stage as recorded.

Source: UICC TNM classification, 8th edition, anatomic stage groups of breast tumours (the same as the anatomic groups
of AJCC 8). Prognostic stages are licensed tables and are never computed; one that is recorded is shown as recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

from cds_hooks.picture.bounds import most_telling
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.fact import Evidence, Fact, Known, Unknown, Why, with_note
from cds_hooks.picture.finding import Finding
from cds_hooks.picture.readers.stage import categories, stage_groups
from cds_hooks.picture.view import View

_T = ("is", "0", "1", "2", "3", "4")
_N = ("0", "1mi", "1", "2", "3")
_GROUPS: Mapping[tuple[str, str], str] = {
    ("is", "0"): "0",
    ("1", "0"): "IA",
    ("0", "1mi"): "IB",
    ("1", "1mi"): "IB",
    ("0", "1"): "IIA",
    ("1", "1"): "IIA",
    ("2", "0"): "IIA",
    ("2", "1"): "IIB",
    ("3", "0"): "IIB",
    **dict.fromkeys((("0", "2"), ("1", "2"), ("2", "2"), ("3", "1"), ("3", "2")), "IIIA"),
    **dict.fromkeys((("4", "0"), ("4", "1"), ("4", "2")), "IIIB"),
    **dict.fromkeys(((t, "3") for t in ("0", "1", "2", "3", "4")), "IIIC"),
}
_NUMERALS = ("IV", "III", "II", "I", "0")
_DIFFERS = "recorded stage {} differs from the anatomic stage {} computed from T, N and M (a prognostic stage may)"
_LESS_EXACT = 10


@dataclass(frozen=True, slots=True)
class _Part:
    """T, N or M at diagnosis: its token ("1", "1mi", "is"), or why there is none."""

    token: str | None
    why: Why
    evidence: tuple[Evidence, ...]


def group(t: str, n: str, m: str) -> str | None:
    """The stage group of "1", "1mi", "0"; None for a combination that the classification does not have.

    From T2 upwards micrometastases (N1mi) count as N1.
    """
    if m == "1":
        return "IV"
    return _GROUPS.get((t, n)) or (_GROUPS.get((t, "1")) if n == "1mi" else None)


def _possible(t: str | None, n: str | None) -> frozenset[str]:
    pairs = product(_T if t is None else (t,), _N if n is None else (n,))
    return frozenset(g for one, other in pairs if (g := group(one, other, "0")) is not None)


# The stage groups without distant metastasis, where T or N or both may not be known.
_POSSIBLE = {(t, n): _possible(t, n) for t in (*_T, None) for n in (*_N, None)}


def possible(t: str | None, n: str | None, m: str) -> frozenset[str]:
    """The stage groups that are left when T or N is not known (None)."""
    if m == "1":
        return frozenset({"IV"})
    return _POSSIBLE.get((t, n), frozenset())


def read_anatomic(view: View, metastatic: Fact) -> Fact:
    """The anatomic stage, if what is known of T, N and M leaves only one.

    Only categories from before treatment count: y-prefixed ones, and those possibly made after systemic therapy had
    begun, say nothing of the diagnosis. Without an M category it is M0 as long as no distant metastasis is recorded.
    """
    t, n, m = _part(view, "T"), _part(view, "N"), _metastasis(view, metastatic)
    evidence = tuple(sorted({*t.evidence, *n.evidence, *m.evidence}))
    groups = possible(t.token, n.token, m.token) if m.token else frozenset()
    if len(groups) == 1:
        return Known(next(iter(groups)), evidence)
    missing = [part.why for part in (t, n, m) if part.token is None]
    return Unknown(most_telling(missing) if missing else Why.CONFLICTING, evidence)


def read_recorded(view: View) -> Fact:
    """The stage group as recorded, anatomic or prognostic; a pathological one governs over a clinical one."""
    found = list(stage_groups(view))
    words = {f.value for f in found if isinstance(f.value, str)}
    exact = [_less_exact(f) if _has_more_exact(f.value, words) else f for f in found]
    return settle("recorded_stage", exact, How.LATEST, view.vocabulary)


def compared(anatomic: Fact, recorded: Fact) -> tuple[Fact, Fact]:
    """Both facts, with a note on each where they say different things."""
    if not (isinstance(anatomic, Known) and isinstance(recorded, Known)):
        return anatomic, recorded
    computed, written = str(anatomic.value), str(recorded.value)
    coarse = written in _NUMERALS or computed in _NUMERALS
    if computed == written or (coarse and _numeral(computed) == _numeral(written)):
        return anatomic, recorded
    note = _DIFFERS.format(written, computed)
    return with_note(anatomic, note), with_note(recorded, note)


def _part(view: View, letter: str) -> _Part:
    found = []
    for staged in categories(view, letter):
        category, finding = staged.category, staged.finding
        if category is None or category.number == "X":
            found.append(replace(finding, value=None, why=finding.why or Why.NOT_RECORDED))
        elif staged.finding.after_therapy:
            found.append(replace(finding, value=None, why=Why.AFTER_SYSTEMIC_THERAPY, after_therapy=False))
        else:
            micro = "mi" if letter == "N" and category.sub == "mi" else ""
            found.append(replace(finding, value=category.number + micro, marks=(*finding.marks, category.word)))
    return _as_part(settle(f"{letter.lower()}_category", found, How.LATEST, view.vocabulary))


def _metastasis(view: View, metastatic: Fact) -> _Part:
    """M at diagnosis. M0 and M1 both on record may be the diagnosis and what came later: that settles nothing."""
    part = _part(view, "M")
    both = {s.category.number for s in categories(view, "M") if s.category} >= {"0", "1"}
    if both:
        return _Part(None, Why.CONFLICTING, part.evidence)
    if part.token is not None or part.why is Why.CONFLICTING:
        return part
    if not isinstance(metastatic, Known):
        return _Part(None, metastatic.why, metastatic.evidence)
    return _Part("0", Why.NOT_RECORDED, ()) if metastatic.value == "no" else _Part(None, Why.EQUIVOCAL, part.evidence)


def _as_part(fact: Fact) -> _Part:
    if isinstance(fact, Known):
        return _Part(str(fact.value), Why.NOT_RECORDED, fact.evidence)
    return _Part(None, fact.why, fact.evidence)


def _less_exact(finding: Finding) -> Finding:
    return replace(finding, rank=finding.rank + _LESS_EXACT)


def _has_more_exact(value: object, words: set[str]) -> bool:
    """True for "III" where "IIIA" is recorded too: one staging, written twice."""
    return any(word != value and value in _NUMERALS and _numeral(word) == value for word in words)


def _numeral(stage: str) -> str:
    return next((numeral for numeral in _NUMERALS if stage.startswith(numeral)), stage)

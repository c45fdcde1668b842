"""What the tumour is: its histologic type, and whether it is invasive, in situ or no carcinoma."""

from dataclasses import replace

from cds_hooks.picture.answers import word_in
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.diagnosis import breast_meanings, is_unconfirmed, of_condition
from cds_hooks.picture.fact import Evidence, Fact, Known, Unknown, Why
from cds_hooks.picture.finding import Finding, evidence_of
from cds_hooks.picture.readers.stage import categories, stage_groups
from cds_hooks.picture.view import View, once_dated

_DISAGREE = "diagnosis and histology disagree on invasive or in situ"
_NO_CARCINOMA = "diagnosis and histology disagree on carcinoma or another tumour"
_IN_SITU = frozenset({"ductal_in_situ", "lobular_in_situ"})
# Words of histology that say no more than "a carcinoma of the breast, somewhere".
_GENERAL = frozenset({"adenocarcinoma", "paget", "inflammatory"})


def read(view: View) -> dict[str, Fact]:
    """The facts histology and invasive."""
    return {"histology": read_histology(view), "invasive": read_invasive(view)}


def read_histology(view: View) -> Fact:
    """The histologic type; a specific type governs over a general word ("adenocarcinoma")."""
    every = (*histologies(view), *_types_in_situ(view))
    found = [replace(f, rank=f.rank + 10) if f.value in _GENERAL else f for f in every]
    types = {f.value for f in found if f.attributed and f.value is not None}
    if types & {"ductal", "lobular"}:  # an in situ component beside an invasive type is no contradiction
        found = [replace(f, rank=f.rank + 20) if f.value in _IN_SITU else f for f in found]
    return settle("histology", found, How.LATEST, view.vocabulary)


@once_dated
def histologies(view: View) -> tuple[Finding, ...]:
    """Every recorded histologic type: from Observations, from the morphology of a diagnosis, from its code."""
    answers = view.codes("histology_answers")
    types = {meaning: meaning for meaning in answers.every - {"unknown", "equivocal"}}
    found: list[Finding] = []
    for slot in view.asked("histology_questions"):
        if slot.contradicts:
            found.append(slot.refused("histology"))
            continue
        answer = word_in(slot, (answers, view.codes("generic_answers")), types)
        if answer is not None:
            found.append(slot.found(answer, kind="histology"))
    for condition in view.tumour.conditions:
        morphology = answers.of_any(condition.morphology)
        coded = view.codes("breast_histology_conditions").meanings_of(condition.code)
        found += [of_condition(condition, word, view.vocabulary, 1) for word in sorted(morphology)]
        found += [of_condition(condition, word, view.vocabulary, 2) for word in sorted(coded)]
    return tuple(found)


def _types_in_situ(view: View) -> tuple[Finding, ...]:
    """The type that a diagnosis of carcinoma in situ names in ICD, where one of invasive cancer names none: beside such
    a diagnosis it is an older or a lesser finding, so that it tells the type and never that nothing is invasive.
    """
    codes = view.codes("in_situ_types")
    return tuple(
        of_condition(condition, word, view.vocabulary, 3)
        for condition in view.tumour.conditions
        for word in sorted(codes.meanings_of(condition.code))
    )


def read_invasive(view: View) -> Fact:
    """Invasive, in situ, or no carcinoma. Diagnosis and histology that contradict each other settle nothing:
    a wrong silence and a wrong tier are both worse than saying so.
    """
    confirmed = [c for c in view.tumour.conditions if not is_unconfirmed(c)]
    said = {m for c in confirmed for m in breast_meanings(c, view.vocabulary)}
    evidence = tuple(sorted({of_condition(c, "", view.vocabulary).evidence for c in view.tumour.conditions}))
    unproven = {c.origin.reference for c in view.tumour.conditions} - {c.origin.reference for c in confirmed}
    tissue = [f for f in histologies(view) if f.attributed and f.value is not None and f.reference not in unproven]
    kinds = {_behaviour(str(f.value)) for f in tissue} - {""}
    proof = tuple(sorted({*evidence, *evidence_of(tissue)}))
    word = _behaviour_of(frozenset(said), frozenset(kinds), view)
    if word is not None:
        return Known(word, proof)
    if not said and not kinds:
        unread = tuple(Evidence(r) for r in view.tumour.unread)
        return Unknown(Why.UNREADABLE if unread else Why.EQUIVOCAL, (*proof, *unread), notes=_unsure(view))
    note = _NO_CARCINOMA if "not_carcinoma" in said | kinds else _DISAGREE
    return Unknown(Why.CONFLICTING, proof, notes=(note,))


def settled_by_spread(invasive: Fact, metastatic: Fact) -> Fact:
    """A cancer that has spread is invasive, whatever else calls it in situ."""
    spread = isinstance(metastatic, Known) and metastatic.value == "yes"
    if not spread or not isinstance(invasive, Unknown) or _DISAGREE not in invasive.notes:
        return invasive
    return Known("invasive", tuple(sorted({*invasive.evidence, *metastatic.evidence})), notes=invasive.notes)


def _behaviour(histology: str) -> str:
    if histology in _IN_SITU:
        return "in_situ"
    return "" if histology == "paget" else "not_carcinoma" if histology == "not_carcinoma" else "invasive"


def _behaviour_of(said: frozenset[str], kinds: frozenset[str], view: View) -> str | None:
    """The word, or None where it cannot be told. `said` by the diagnoses, `kinds` by histology."""
    if "not_carcinoma" in said | kinds:
        return (
            "not_carcinoma"
            if not (said & {"invasive", "recurrent", "in_situ"}) and kinds <= {"not_carcinoma"}
            else None
        )
    outright = said & {"invasive", "malignant", "recurrent"}
    if outright:
        return "invasive" if _invasive_stands(said, kinds, view) else None
    if "in_situ" in said:
        return None if "invasive" in kinds or _invasive_category(view) else "in_situ"
    return (
        "invasive"
        if "invasive" in kinds
        else "in_situ"
        if kinds == {"in_situ"} and not _invasive_category(view)
        else None
    )


def _invasive_stands(said: frozenset[str], kinds: frozenset[str], view: View) -> bool:
    """A malignant diagnosis holds unless tissue, T category or stage 0 say in situ and nothing says invasive."""
    if "invasive" in said or "invasive" in kinds or _invasive_category(view):
        return "in_situ" not in kinds or "invasive" in said or "invasive" in kinds
    return "in_situ" not in kinds and not _in_situ_category(view)


def _invasive_category(view: View) -> bool:
    return any(
        s.category and s.finding.attributed and s.category.number in ("1", "2", "3", "4") for s in categories(view, "T")
    )


def _in_situ_category(view: View) -> bool:
    tis = any(
        s.category and s.finding.attributed and s.category.number == "is" and not s.category.after_therapy
        for s in categories(view, "T")
    )
    return tis or any(f.value == "0" and f.attributed and not f.after_therapy for f in stage_groups(view))


def _unsure(view: View) -> tuple[str, ...]:
    return ("the diagnosis is not confirmed",) if view.tumour.conditions else ()

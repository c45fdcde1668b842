"""Cancer drugs on record: their ingredients and classes, and whose tumour they were for.

A drug is named by its codes (ingredient, clinical drug, substance, ATC) and by the words of its display or text. Where
these name different drugs, it cannot be told which was meant, and nothing is concluded from either.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import Concept, MedicationKind, MedicationUse
from cds_hooks.picture.episodes import Attribution, Place
from cds_hooks.picture.fact import Evidence
from cds_hooks.picture.finding import day
from cds_hooks.picture.order import in_fixed_order
from cds_hooks.picture.readers.events import is_given, lies_ahead, place_of_therapy, stated_for, words_in
from cds_hooks.picture.view import View, once

_LISTS = ("systemic_drugs", "bone_agents")
_WORD_LISTS = ("systemic_drug_names", "bone_agents")
# An antibody-drug conjugate is named after its antibody, which was then not given by itself.
_CONJUGATES, _ANTIBODY = frozenset({"t_dm1", "t_dxd"}), frozenset({"trastuzumab"})
# Classes that treat breast cancer and hardly any other.
_BREAST_ONLY = frozenset({"tamoxifen", "aromatase_inhibitor", "other_endocrine", "cdk46"})
_UNSPECIFIC = frozenset({"any_chemotherapy"})
_CONTRADICTION = "code and text name different drugs"


@dataclass(frozen=True, slots=True)
class Drug:
    """One use of a drug: what was in it, and whose tumour it was for. `classes` are those of all its ingredients."""

    use: MedicationUse
    ingredients: frozenset[str]
    classes: frozenset[str]
    place: Attribution
    for_breast_cancer: bool

    @property
    def when(self) -> DateInterval | None:
        """The whole interval, as the Record has it."""
        return self.use.when

    @property
    def evidence(self) -> Evidence:
        """The resource behind it."""
        origin = self.use.origin
        ordered = ("ordered",) if self.use.kind is MedicationKind.REQUEST else ()
        return Evidence(origin.reference, day(self.when), tuple(sorted({*origin.marks, *self.place.marks, *ordered})))


@once
def drugs(view: View) -> tuple[Drug, ...]:
    """Every cancer drug or bone agent that was given, stated or ordered, in a fixed order."""
    uses = (u for u in view.chart.medications(*_LISTS, *_WORD_LISTS) if is_given(u) and not lies_ahead(u.when, view))
    return _in_order(_drug(use, view) for use in uses)


@once
def refused_drugs(view: View) -> tuple[Drug, ...]:
    """Cancer drugs that the chart says were not taken, or not to be given; a single dose left out is none."""
    single = MedicationKind.ADMINISTRATION
    not_taken = [u for u in view.record.not_done if isinstance(u, MedicationUse) and u.kind is not single]
    forbidden = [u for u in view.record.medications if u.do_not_perform]
    return _in_order(_drug(use, view) for use in (*not_taken, *forbidden))


@once
def unnamed_drugs(view: View) -> tuple[Evidence, ...]:
    """Drugs on record of which the name could not be loaded: any of them may be a cancer drug."""
    lost = (u for u in view.record.medications if u.drug_unresolved and not u.drug.codings and is_given(u))
    nameless = (u for u in lost if not ingredients_of(u.drug, view))
    return tuple(sorted({Evidence(u.origin.reference, day(u.when), u.origin.marks) for u in nameless}))


def ingredients_of(drug: Concept, view: View) -> frozenset[str]:
    """What is in a drug; empty for one that is no cancer drug."""
    return _together(_coded(drug, view), _worded(drug, view))


def classes_of(ingredients: Iterable[str], view: View) -> frozenset[str]:
    """The classes of several ingredients."""
    codes = view.codes("drug_classes")
    return frozenset(w for each in ingredients for w in (codes.said(each) or "").split())


def _drug(use: MedicationUse, view: View) -> Drug | None:
    coded, worded = _coded(use.drug, view), _worded(use.drug, view)
    ingredients = _together(coded, worded)
    if not ingredients:
        return None
    classes = classes_of(ingredients, view)
    place = place_of_therapy(use.reason, use.reason_reference, use.when, view, bool(classes & _BREAST_ONLY))
    if _contradict(coded, worded - _UNSPECIFIC) and place.place is Place.HERE:
        place = Attribution(Place.UNSURE, (_CONTRADICTION,))
    stated = stated_for(use.reason, use.reason_reference, view) is Place.HERE
    return Drug(use, ingredients, classes, place, stated)


def _coded(drug: Concept, view: View) -> frozenset[str]:
    return frozenset(word for name in _LISTS for word in view.codes(name).words_of(drug))


def _worded(drug: Concept, view: View) -> frozenset[str]:
    meanings = (view.codes(name).said(word) for word in words_in(drug) for name in _WORD_LISTS)
    return frozenset(word for meaning in meanings if meaning for word in meaning.split())


def _together(coded: frozenset[str], worded: frozenset[str]) -> frozenset[str]:
    found = coded | worded
    return found - _ANTIBODY if found & _CONJUGATES else found


def _contradict(coded: frozenset[str], worded: frozenset[str]) -> bool:
    return bool(coded and worded) and not coded & worded


def _in_order(found: Iterable[Drug | None]) -> tuple[Drug, ...]:
    return in_fixed_order((d for d in found if d is not None), lambda drug: drug.use.origin.reference)

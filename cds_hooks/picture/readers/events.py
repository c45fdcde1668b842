"""What was done and given, as far as the record tells, and whose tumour it was for.

A plan is not a treatment: proposals, options, drafts, orders not to give a drug and dates to come count for nothing. A
missing status is taken as done. Whether a treatment was for this tumour is told by its side, by its stated reason and
by its date; where these leave a choice it is never guessed (`Place.UNSURE`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import Concept, MedicationKind, MedicationUse, Procedure
from cds_hooks.picture.diagnosis import sides_in
from cds_hooks.picture.episodes import ANOTHER_CANCER, HERE, SIDE_NOT_STATED, Attribution, Place, Tumour
from cds_hooks.picture.fact import Evidence, SetAside
from cds_hooks.picture.finding import day
from cds_hooks.picture.view import View
from cds_hooks.picture.vocabulary import TEXT_SYSTEM, plain

# FHIR statuses under which a procedure was not done and a drug was not given; a missing status is taken as given,
# because assuming treatment only widens the tier.
NOT_DONE = frozenset({"not-done", "preparation", "entered-in-error"})
_NOT_GIVEN = frozenset({"draft", "cancelled", "entered-in-error", "not-done", "not-taken", "intended"})
_PLANS = frozenset({"plan", "proposal", "option"})
_STATED = {
    Place.HERE: HERE,
    Place.ELSEWHERE: Attribution(Place.ELSEWHERE, ("for another disease",)),
    Place.UNSURE: Attribution(Place.UNSURE, ("its reason names the other breast, of which no tumour is on record",)),
}
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Event:
    """One treatment: what proves it, when, and whether its stated intent says before or after surgery."""

    reference: str
    when: DateInterval | None
    intents: frozenset[str] = frozenset()
    marks: tuple[str, ...] = ()

    @property
    def evidence(self) -> Evidence:
        """The resource behind it."""
        return Evidence(self.reference, day(self.when), self.marks)


def is_done(procedure: Procedure) -> bool:
    """True unless the status says that it was not, or not yet, done."""
    return procedure.status not in NOT_DONE


def is_given(use: MedicationUse) -> bool:
    """True for a drug given, stated or ordered; plans, drafts and orders not to give it are none."""
    if use.do_not_perform or use.status in _NOT_GIVEN:
        return False
    return use.kind is not MedicationKind.REQUEST or use.intent not in _PLANS


def lies_ahead(when: DateInterval | None, view: View) -> bool:
    """True if it certainly has not happened yet."""
    return bool(when and when.earliest and when.earliest > view.today)


def words_in(concept: Concept) -> tuple[str, ...]:
    """The single words of a concept's displays and text."""
    texts = [coding.display for coding in concept.codings] + [concept.text]
    return tuple(word for text in texts if text for word in _WORD.findall(text))


def whole_texts(concept: Concept, name: str, view: View) -> frozenset[str]:
    """The words that a code list has for a whole display or text; a row that is a prefix only finds resources."""
    texts = [coding.display for coding in concept.codings] + [concept.text]
    meanings = (view.codes(name).meanings.get((TEXT_SYSTEM, plain(t))) for t in texts if t)
    return frozenset(word for meaning in meanings if meaning for word in meaning.split())


def names_a_drug(concept: Concept, view: View) -> bool:
    """True if a display or text has the name of a systemic treatment: text can only add treatment, never deny it."""
    names = view.codes("systemic_drug_names")
    return any(names.said(word) for word in words_in(concept))


def for_this(reasons: tuple[Concept, ...], references: tuple[str, ...], view: View) -> bool:
    """False only if a stated reason is certainly another disease."""
    if references:
        own = {*view.tumour.references, *(c.origin.reference for c in view.unplaced)}
        if not own.isdisjoint(references):
            return True
        if {c.origin.reference for c in view.record.conditions}.issuperset(references):
            return False
    codes = [c for reason in reasons for c in reason.codings]
    if not codes:
        return True
    other = view.codes("other_cancer_conditions").of_any(reasons)
    return not other or bool(view.codes("breast_cancer_conditions").of_any(reasons))


def sides_of_procedure(procedure: Procedure, view: View) -> frozenset[str]:
    """The sides that a procedure's code, site or laterality name."""
    return sides_in((procedure.code, *procedure.body_site, *procedure.laterality), view.vocabulary)


def is_prophylactic(procedure: Procedure, view: View) -> bool:
    """True if its code, reason or intent says that it was done to prevent a cancer."""
    if "prophylactic" in view.codes("surgery_procedures").words_of(procedure.code):
        return True
    said = (*procedure.reason, *procedure.intent)
    codes = view.codes("prophylactic_reasons")
    return bool(codes.of_any(said)) or any(whole_texts(c, "prophylactic_reasons", view) for c in said)


def stated_for(reasons: tuple[Concept, ...], references: tuple[str, ...], view: View) -> Place | None:
    """What a stated reason says of this tumour; None if no reason is stated, or none that tells."""
    if set(references) & set(view.tumour.references):
        return Place.HERE
    others = {reference for other in view.others for reference in other.references}
    if set(references) & others:
        return Place.ELSEWHERE
    named = [c for c in view.record.conditions if c.origin.reference in references]
    said = (*reasons, *(c.code for c in named))
    if view.codes("breast_cancer_conditions").of_any(said):
        return _stated_side(said, view)
    if view.codes("metastasis_conditions").of_any(said):
        return None
    strange = bool(named) and len(named) == len(references)
    return Place.ELSEWHERE if strange or view.codes("other_cancer_conditions").of_any(said) else None


def place_of_procedure(procedure: Procedure, view: View) -> Attribution:
    """Whether an operation or irradiation was for this tumour. The other side never is; prevention only if it is
    certain that this breast was operated on.
    """
    if before_this_tumour(procedure.performed, view):
        return Attribution(Place.ELSEWHERE, ("before the diagnosis",))
    sides = sides_of_procedure(procedure, view)
    stated = stated_for(procedure.reason, procedure.reason_reference, view)
    if sides and view.tumour.side:
        return _by_side(sides, stated, view)
    if is_prophylactic(procedure, view):
        return Attribution(Place.ELSEWHERE, ("to prevent a cancer",))
    if stated is not None:
        return _STATED[stated]
    return Attribution(Place.UNSURE, (SIDE_NOT_STATED,)) if view.others else HERE


def place_of_therapy(
    reasons: tuple[Concept, ...],
    references: tuple[str, ...],
    when: DateInterval | None,
    view: View,
    for_breast_only: bool = False,
) -> Attribution:
    """Whether a systemic therapy was for this tumour. Given after several tumours it may be for each of them, unless
    they were found together: then it treats them all. `for_breast_only`: no other cancer is treated with it.
    """
    if before_this_tumour(when, view):
        return Attribution(Place.ELSEWHERE, ("before the diagnosis",))
    stated = stated_for(reasons, references, view)
    if stated is not None:
        return _STATED[stated]
    if any(not _found_together(other, view) and not _before(when, other, view) for other in view.others):
        return Attribution(Place.UNSURE, ("may be for another breast tumour",))
    if not for_breast_only and another_cancer(view):
        return Attribution(Place.UNSURE, (ANOTHER_CANCER,))
    return HERE


def before_this_tumour(when: DateInterval | None, view: View) -> bool:
    """True if it was certainly before this tumour, further back than a work-up takes."""
    return _before(when, view.tumour, view)


def another_cancer(view: View) -> bool:
    """True if a cancer of another organ is on record."""
    return view.chart.other_cancer


def put_aside(reference: str, place: Attribution) -> SetAside:
    """What was not used, with the reason."""
    return SetAside(reference, "; ".join(place.marks) or place.place.value)


def in_order(asides: Iterable[SetAside]) -> tuple[SetAside, ...]:
    """Once each, in a fixed order."""
    return tuple(sorted(set(asides)))


def _by_side(sides: frozenset[str], stated: Place | None, view: View) -> Attribution:
    """What was done to both sides was done to this one, whatever its reason."""
    if view.tumour.side not in sides:
        return Attribution(Place.ELSEWHERE, ("on the other side",))
    if stated is Place.ELSEWHERE and len(sides) == 1:
        return Attribution(Place.UNSURE, ("its reason is another disease",))
    return HERE


def _stated_side(said: tuple[Concept, ...], view: View) -> Place | None:
    """Of a reason that is a breast cancer. A side on which no tumour is on record settles nothing."""
    sides = sides_in(said, view.vocabulary)
    if sides and view.tumour.side:
        if view.tumour.side in sides:
            return Place.HERE
        return Place.ELSEWHERE if any(other.side in sides for other in view.others) else Place.UNSURE
    return None if view.others else Place.HERE


def _before(when: DateInterval | None, tumour: Tumour, view: View) -> bool:
    found = tumour.diagnosed
    if not found or not found.earliest or not when or not when.latest:
        return False
    return when.latest < found.earliest - timedelta(days=int(view.vocabulary.numbers["before_the_tumour_days"]))


def _found_together(other: Tumour, view: View) -> bool:
    days = [d for t in (other, view.tumour) if (found := t.diagnosed) for d in (found.earliest, found.latest) if d]
    apart = int(view.vocabulary.numbers["tumours_found_together_days"])
    return len(days) == 4 and max(days) - min(days) <= timedelta(days=apart)

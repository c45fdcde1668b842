"""Whether the disease is in remission: the status of the diagnosis, and the latest statement on its course."""

from collections.abc import Iterator

from cds_hooks.fhir.dates import order_key
from cds_hooks.picture.answers import word_in
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.diagnosis import is_unconfirmed, of_condition
from cds_hooks.picture.fact import Fact
from cds_hooks.picture.finding import Finding
from cds_hooks.picture.view import View

_BY_STATUS = {"remission": "yes", "resolved": "yes", "recurrence": "no", "relapse": "no"}
_BY_COURSE = {"not_detected": "yes", "worsened": "no", "improved": "neither", "stable": "neither"}


def read(view: View) -> dict[str, Fact]:
    """The fact in_remission. An active or missing status says nothing: treated disease is often left active."""
    found = [*_of_diagnosis(view), *_of_course(view)]
    return {"in_remission": settle("in_remission", found, How.WORST, view.vocabulary)}


def _of_diagnosis(view: View) -> Iterator[Finding]:
    for condition in view.tumour.conditions:
        word = _BY_STATUS.get(condition.clinical_status or "")
        if word and not is_unconfirmed(condition):
            yield of_condition(condition, word, view.vocabulary)


def _of_course(view: View) -> Iterator[Finding]:
    """The latest statements only; two of one day both count."""
    lists = (view.codes("disease_status_answers"), view.codes("generic_answers"))
    told = [
        slot.found(answer, kind="disease status")
        for slot in view.asked("disease_status_questions")
        if isinstance(answer := word_in(slot, lists, _BY_COURSE), str)
    ]
    latest = max((order_key(f.when) for f in told), default=None)
    yield from (f for f in told if order_key(f.when) == latest and f.value != "neither")

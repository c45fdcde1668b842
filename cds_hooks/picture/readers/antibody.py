"""How long ago trastuzumab was last given, as far as the record tells.

Doses tell the day, orders and statements an end. One that goes on was last given today; one that is over without an end
can have gone on until today. An antibody-drug conjugate is none: it is named after its antibody, which was then not
given by itself.
"""

from datetime import date

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.picture.elapsed import last_of, months_since
from cds_hooks.picture.episodes import Place
from cds_hooks.picture.fact import Fact, Known, Unknown, Why
from cds_hooks.picture.readers.drugs import drugs, unnamed_drugs
from cds_hooks.picture.readers.spells import Spell, spell_of
from cds_hooks.picture.view import View

_ANTIBODY = "trastuzumab"


def read(view: View) -> dict[str, Fact]:
    """The fact months_since_trastuzumab."""
    return {"months_since_trastuzumab": read_since_trastuzumab(view)}


def read_since_trastuzumab(view: View) -> Fact:
    """Months since the last of it. Drugs without a name, or perhaps for another tumour, may be a later one."""
    named = [drug for drug in drugs(view) if _ANTIBODY in drug.ingredients]
    ours = [drug for drug in named if drug.place.place is Place.HERE]
    unnamed = unnamed_drugs(view)
    doubt = Why.NOT_LOADED if unnamed else Why.EQUIVOCAL if any(d.place.place is Place.UNSURE for d in named) else None
    evidence = tuple(sorted({*unnamed, *(drug.evidence for drug in ours)}))
    last = last_of(tuple(_last(spell_of(drug, frozenset(), view), view.today) for drug in ours))
    if last is None or last.earliest is None:
        return Unknown(doubt or Why.NOT_RECORDED, evidence)
    until = DateInterval(last.earliest, view.today) if doubt else last
    return Known(months_since(until, view.today), evidence, (), doubt)


def _last(spell: Spell, today: date) -> DateInterval:
    """The day on which it can have been given last."""
    if spell.live:
        return DateInterval(today, today)
    if spell.end is not None:
        return spell.end
    return DateInterval(spell.seen, spell.seen if spell.is_dose else today)

"""Considerations laid out for a terminal: what applies, what cannot be told, what does not apply, each with why."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cds_hooks.consult import Consultation
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.reasoning.considerations import Considered, Outcome
from cds_hooks.writing.compose import wording_of
from cds_hooks.writing.considered import Spoken

_STYLE = {Outcome.APPLIES: "bold", Outcome.CANNOT_TELL: "italic", Outcome.DOES_NOT_APPLY: "dim"}
_ORDER = list(_STYLE)


def considered_table(consultation: Consultation, knowledge: Knowledge) -> Iterator[RenderableType]:
    """A line for every consideration and tumour; nothing where nothing was considered."""
    if not consultation.considerations:
        return
    spoken = Spoken(wording_of(knowledge), knowledge, consultation)
    table = Table(box=None, padding=(0, 1, 0, 0), expand=True)
    table.add_column("Consideration", ratio=2, overflow="fold")
    table.add_column("Verdict", width=14)
    table.add_column("Because", ratio=3, overflow="fold")
    for one in sorted(consultation.considerations, key=lambda one: _ORDER.index(one.outcome)):
        verdict = one.outcome.value.replace("_", " ")
        table.add_row(_name(spoken, one), verdict, _why(spoken, one), style=_STYLE[one.outcome])
    yield Text()
    yield table


def _name(spoken: Spoken, one: Considered) -> str:
    episode = spoken.episode(one)
    side = spoken.wording.say(f"side.{episode.side or 'none'}") if episode else ""
    return f"{one.consideration.id} ({side})" if side else one.consideration.id


def _why(spoken: Spoken, one: Considered) -> Text:
    said = [*spoken.because(one, dated=False)]
    if one.withheld:
        said.append(spoken.wording.say(f"withheld.{one.withheld}"))
    if one.suppressed:
        said.append(one.suppressed.say)
    if one.missing:
        said.append("missing: " + ", ".join(spoken.wording.short(fact) for fact in one.missing))
    if one.outcome is Outcome.APPLIES:
        said += [f"confirm: {caution.confirm}" for caution in one.to_confirm]
    if one.silenced:
        said.append(f"not shown: {one.silenced}")
    return Text("; ".join(said))

"""The period that a page is about."""

import flask

from cds_hooks.audit.measures.window import Window
from cds_hooks.web.console.shell import Visit

PERIODS = (1, 7, 30, 90)  # days
_USUAL = 30


def period(visit: Visit, *modes: str) -> Window:
    """The window that the address asks for in days, 30 if it does not; of calls in these modes, all if none is said."""
    asked = flask.request.args.get("days", "")
    days = int(asked) if asked in {str(each) for each in PERIODS} else _USUAL
    return Window.ending(visit.tenant, visit.today, days, modes)

"""Looking for decisions, a page at a time."""

from collections.abc import Mapping

import flask

from cds_hooks.audit.finding import CRITERIA, find, words_in_use
from cds_hooks.web.console.access import READERS
from cds_hooks.web.console.shell import Shell, Visit, after
from cds_hooks.web.console.windows import period

# what is asked for, in the order of the form; what may be chosen from a list has the column of its values
FIELDS: Mapping[str, tuple[str, str | None]] = {
    "patient": ("Patient (id or pseudonym)", None),
    "user": ("User (Practitioner/… or pseudonym)", None),
    "decision": ("Decision", None),
    "card": ("Card uuid", None),
    "instance": ("hookInstance", None),
    "tier": ("Tier", "tier"),
    "silence": ("Why there was no card", "silence"),
    "missing": ("Missing for the tier", None),
    "consideration": ("Consideration shown", None),
    "status": ("HTTP status", None),
    "error": ("Refused as", "error"),
    "mode": ("Mode", "mode"),
}


def register(shell: Shell) -> None:
    """GET /console/decisions."""

    @shell.page("/decisions", "decisions", *READERS, title="Decisions")
    def show(visit: Visit) -> flask.Response:
        window = period(visit)
        asked = {name: flask.request.args.get(name, "").strip() for name in CRITERIA}
        criteria = {name: sought for name, sought in asked.items() if sought}
        journal = shell.desk.journal
        found = find(journal, window, criteria, after())
        choices = {
            name: words_in_use(journal, window, column) for name, (_, column) in FIELDS.items() if column is not None
        }
        return shell.render(
            visit,
            "decisions",
            "Decisions",
            found=found,
            fields=FIELDS,
            asked=asked,
            choices=choices,
            window=window,
        )

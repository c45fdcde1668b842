"""How much of a clinician's day the cards take."""

import flask

from cds_hooks.audit.measures.burden import burden
from cds_hooks.audit.measures.memory import Remembered
from cds_hooks.web.console.access import ALL_ROLES, READERS
from cds_hooks.web.console.shell import Shell, Visit
from cds_hooks.web.console.windows import period


def register(shell: Shell) -> None:
    """GET /console/burden."""
    memory = Remembered()

    @shell.page("/burden", "burden", *ALL_ROLES, title="Burden")
    def show(visit: Visit) -> flask.Response:
        window = period(visit)
        with shell.desk.journal.database.reading() as connection:
            found = burden(connection, window, memory)
        return shell.render(visit, "burden", "Burden", window=window, found=found, readers=READERS)

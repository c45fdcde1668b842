"""Silent mode: what would have been shown."""

import flask

from cds_hooks.audit.measures import latency, volume, watch
from cds_hooks.audit.measures.memory import Remembered
from cds_hooks.web.console.access import ALL_ROLES
from cds_hooks.web.console.shell import Shell, Visit
from cds_hooks.web.console.windows import period

MOST = 20  # rows of a ranking


def register(shell: Shell) -> None:
    """GET /console/silent."""
    memory = Remembered()

    @shell.page("/silent", "silent", *ALL_ROLES, title="Silent mode")
    def show(visit: Visit) -> flask.Response:
        window = period(visit, "silent")
        with shell.desk.journal.database.reading() as connection:
            return shell.render(
                visit,
                "silent",
                "Silent mode",
                window=window,
                total=volume.total(volume.volume_by_day(connection, window).values()),
                latency=latency.latency(connection, window, memory),
                fired=watch.considerations(connection, window, memory)[:MOST],
                tiers=volume.tiers(connection, window),
                silences=volume.silences(connection, window)[:MOST],
                missing=volume.missing(connection, window)[:MOST],
                errors=volume.errors(connection, window)[:MOST],
            )

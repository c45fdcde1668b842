"""Whether the record is as it was written, and who has looked at it."""

from pathlib import Path

import flask
from werkzeug.exceptions import Forbidden

from cds_hooks.audit.standing import looks, standings
from cds_hooks.audit.verify import Verified, verify
from cds_hooks.web.console.access import READERS
from cds_hooks.web.console.shell import Shell, Visit, after

MOST_ROWS = 50_000  # that are verified while somebody waits


def register(shell: Shell, checkpoints: Path) -> None:
    """GET /console/integrity, POST /console/integrity/verify."""

    def page(visit: Visit, verified: Verified | None = None) -> flask.Response:
        chains = standings(shell.desk.journal, checkpoints, shell.visible(visit.visitor))
        return shell.render(
            visit,
            "integrity",
            "Integrity",
            chains=chains,
            looks=looks(shell.desk.journal, visit.tenant, after()),
            verified=verified,
            may_verify=visit.visitor.tenants is None,
            too_long=sum(chain.rows for chain in chains) > MOST_ROWS,
            most=MOST_ROWS,
        )

    @shell.page("/integrity", "integrity", *READERS, title="Integrity")
    def show(visit: Visit) -> flask.Response:
        return page(visit)

    @shell.page("/integrity/verify", "verify", *READERS, methods=("POST",))
    def check(visit: Visit) -> flask.Response:
        chains = standings(shell.desk.journal, checkpoints, shell.tenants)
        if visit.visitor.tenants is not None or sum(chain.rows for chain in chains) > MOST_ROWS:
            raise Forbidden
        return page(visit, verify(shell.desk.journal, checkpoints))

"""Bringing the schema up to date, by the revisions in `migrations/`."""

from pathlib import Path

import sqlalchemy as sa

from cds_hooks.audit.database import SCHEMA, Database
from cds_hooks.errors import JournalUnavailable

_RIGHTS = {"alembic_version": "SELECT", "origin": "SELECT", "nonce": "SELECT, INSERT, DELETE"}
MIGRATIONS = Path(__file__).with_name("migrations")


def bring_up_to_date(database: Database) -> None:
    """Run the revisions that are missing; several processes may do so at once. Raises JournalUnavailable.

    Needs a role that may create tables: on PostgreSQL the owner's, not that of the service.
    """
    if database.revision() == SCHEMA:
        return
    from alembic import command  # noqa: PLC0415  (a journal that is up to date need not load it)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.writing("schema") as connection:
        database.take_time(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check(database: Database) -> None:
    """Raises JournalUnavailable with one clear line if the schema is not the one of this version."""
    found = database.revision()
    if found == SCHEMA:
        return
    if found is not None and found > SCHEMA:
        raise JournalUnavailable(f"the journal has schema {found}, of a newer version of this program than {SCHEMA}")
    state = "no tables yet" if found is None else f"schema {found}"
    raise JournalUnavailable(f"the journal has {state}, {SCHEMA} is needed: run `recurrence-cds migrate` as its owner")


def grant(database: Database, role: str) -> None:
    """Let a role do what the service does, and no more: insert and select; used tokens alone it may delete.

    Raises JournalUnavailable.
    """
    with database.writing("schema") as connection:
        preparer = connection.dialect.identifier_preparer
        quoted = preparer.quote(role)
        for table in sa.inspect(connection).get_table_names():
            rights = _RIGHTS.get(table, "SELECT, INSERT")
            connection.exec_driver_sql(f"REVOKE ALL ON {preparer.quote(table)} FROM {quoted}")
            connection.exec_driver_sql(f"GRANT {rights} ON {preparer.quote(table)} TO {quoted}")

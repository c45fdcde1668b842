"""Opening: the tables are made, brought up to date, or refused with one clear line."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from cds_hooks.audit import schema, tables
from cds_hooks.audit.database import SCHEMA, Database
from cds_hooks.audit.journal import Journal
from cds_hooks.errors import JournalUnavailable
from tests.audit.sample import RING, select


def test_the_revisions_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/j")
    schema.bring_up_to_date(database)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    database.close()


def test_the_schema_that_is_asked_for_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA


def test_opening_a_journal_again_finds_the_same_one(tmp_path: Path) -> None:
    first, second = (Journal(f"sqlite:///{tmp_path}/j", RING) for _ in range(2))
    assert first.id == second.id


@pytest.mark.parametrize(
    ("change", "says"),
    [("update alembic_version set version_num = '0000'", "migrate"),
     ("update alembic_version set version_num = '9999'", "newer version"),
     ("drop table alembic_version", "no tables yet")],
)  # fmt: skip
def test_another_schema_is_refused_with_what_to_do(tmp_path: Path, change: str, says: str) -> None:
    database = Database(f"sqlite:///{tmp_path}/j")
    schema.bring_up_to_date(database)
    select(tmp_path / "j", change)
    with pytest.raises(JournalUnavailable, match=says):
        schema.check(database)


def test_a_database_whose_tables_are_not_ours_is_left_alone(tmp_path: Path) -> None:
    select(tmp_path / "j", "create table entry (x)")
    with pytest.raises(JournalUnavailable, match="could not commit: OperationalError"):
        Journal(f"sqlite:///{tmp_path}/j", RING)
    assert sa.inspect(sa.create_engine(f"sqlite:///{tmp_path}/j")).get_table_names() == ["entry"]


def test_a_folder_that_is_missing_makes_the_journal_unavailable(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable):
        Journal(f"sqlite:///{tmp_path}/nowhere/journal.sqlite3", RING)


@pytest.mark.parametrize("url", ["not a url", "nosuchdatabase://x/y"])
def test_a_url_that_names_no_database_makes_the_journal_unavailable(url: str) -> None:
    with pytest.raises(JournalUnavailable):
        Journal(url, RING)


def test_a_file_that_is_not_a_database_makes_the_journal_unavailable(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b"this is no database, but it is long enough to be read as one" * 20)
    with pytest.raises(JournalUnavailable):
        Journal(f"sqlite:///{tmp_path}/j", RING)

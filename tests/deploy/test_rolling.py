"""Replicas behind nginx on one PostgreSQL: one is replaced by another with new knowledge, and no call is lost."""

from collections.abc import Iterator

import pytest

from cds_hooks.audit import schema
from cds_hooks.audit.database import Database
from tests.support import postgres
from tests.support.rolling import Rolled, roll


@pytest.fixture(scope="module")
def rolled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rolled]:
    with postgres.running() as server:
        name = server.new_database()
        database = Database(server.url(name))
        schema.bring_up_to_date(database)
        database.engine.dispose()
        yield roll(tmp_path_factory.mktemp("rolling"), server.url(name), count=1, calls=20, clients=3)


def test_every_call_is_answered_while_replicas_come_and_go(rolled: Rolled) -> None:
    assert set(rolled.statuses) == {200}
    assert rolled.exit_codes == (0, 0)


def test_every_answer_is_in_the_one_journal_under_the_knowledge_that_gave_it(rolled: Rolled) -> None:
    assert rolled.called == rolled.journaled
    assert len(rolled.knowledge) == 2


def test_the_journal_of_both_versions_is_sound_and_every_answer_can_be_made_again(rolled: Rolled) -> None:
    assert rolled.proved == (0, 0)

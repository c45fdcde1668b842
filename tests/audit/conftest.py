from collections.abc import Iterator

import pytest

from tests.support import postgres


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL server for all tests that need one."""
    with postgres.running() as started:
        yield started


@pytest.fixture
def database(server: postgres.Server) -> str:
    """A new, empty database."""
    return server.new_database()

"""The running service, once for all whole-path tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.service import Service


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    from tests.support.service import running_service  # noqa: PLC0415  (unit tests need not load the whole product)

    with running_service(tmp_path_factory.mktemp("service")) as running:
        yield running

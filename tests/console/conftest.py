from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.visitors import WORD
from tests.web.desk import Desk, opened


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path, console_word=WORD) as running:
        yield running

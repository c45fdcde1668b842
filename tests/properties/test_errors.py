"""Our exceptions cross the border of a process whole: a worker's problem is told by its parent."""

import pickle

import pytest

from cds_hooks.errors import ClientsBroken, KnowledgeBroken, SettingsBroken


@pytest.mark.parametrize("broken", [SettingsBroken, KnowledgeBroken, ClientsBroken])
def test_problems_are_the_same_on_the_other_side(broken: type[SettingsBroken]) -> None:
    told = pickle.loads(pickle.dumps(broken(("the first", "the second"))))  # noqa: S301 (our own bytes)
    assert told.problems == ("the first", "the second")
    assert str(told) == str(broken(("the first", "the second")))

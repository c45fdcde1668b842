import pytest

from cds_hooks.protocol import schema
from cds_hooks.protocol.outcome import operation_outcome


@pytest.mark.parametrize("name", ["request", "response", "discovery", "feedback"])
def test_each_schema_is_valid_itself_and_compiled_once(name: str) -> None:
    assert schema.validator(name) is schema.validator(name)


def test_an_outcome_names_the_place_only_when_there_is_one() -> None:
    """H5, J3."""
    issue = {"severity": "error", "code": "invalid", "details": {"text": "needs hook"}}
    assert operation_outcome("invalid", "needs hook") == {"resourceType": "OperationOutcome", "issue": [issue]}
    assert operation_outcome("invalid", "needs hook", "context")["issue"] == [{**issue, "expression": ["context"]}]

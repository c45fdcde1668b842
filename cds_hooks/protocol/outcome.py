"""FHIR OperationOutcome, the body of every answer that is not 200."""

from typing import Any


def operation_outcome(code: str, text: str, where: str = "") -> dict[str, Any]:
    """An OperationOutcome with one issue: `code` of FHIR's issue-type, `text` what to mend, `where` a member path."""
    issue: dict[str, Any] = {"severity": "error", "code": code, "details": {"text": text}}
    if where:
        issue["expression"] = [where]
    return {"resourceType": "OperationOutcome", "issue": [issue]}

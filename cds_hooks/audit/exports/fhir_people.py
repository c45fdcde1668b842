"""How people and resources are referred to: by their ids, or by pseudonyms that lead back nowhere without the keys."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cds_hooks.audit.exports.scope import Scope

PSEUDONYM = "urn:recurrence-cds:pseudonym"
SELF = "Recurrence CDS"

Reference = dict[str, Any]


@dataclass(frozen=True, slots=True)
class People:
    """Those of one call; `who` has them as they were sent."""

    scope: Scope
    row: Mapping[str, Any]
    who: Mapping[str, str]

    def patient(self) -> Reference | None:
        """The patient, None if the call named none."""
        return self._of("patient", "Patient")

    def encounter(self) -> Reference | None:
        """The encounter, None if the call named none."""
        return self._of("encounter", "Encounter")

    def user(self) -> Reference | None:
        """The user, None if the call named none."""
        kind = self.row["user_type"]
        return self._of("user", kind if kind and kind != "other" else None)

    def named(self, reference: str) -> Reference:
        """A resource of the chart ("Observation/12"); its id may tell who the patient is."""
        if self.scope.identified:
            return {"reference": reference}
        digest = hmac.new(self.scope.key, reference.encode(), sha256).hexdigest()
        return {"type": reference.partition("/")[0], "identifier": {"system": PSEUDONYM, "value": digest}}

    def patient_id(self) -> str:
        """The patient's id as far as it may be told, for the text of a query."""
        return self.who["patient"] if self.scope.identified else str(self.row["patient"])

    def _of(self, kind: str, type_: str | None) -> Reference | None:
        if self.scope.identified and kind in self.who:
            named = self.who[kind]
            if "/" in named:
                return {"reference": named}
            return {"reference": f"{type_}/{named}"} if type_ else {"display": named}
        if self.row[kind] is None:
            return None
        found: Reference = {"identifier": {"system": PSEUDONYM, "value": self.row[kind]}}
        return {"type": type_, **found} if type_ else found


def of_self(build: str | None) -> Reference:
    """The service itself."""
    return {"display": f"{SELF} {build}" if build else SELF}

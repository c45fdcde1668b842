"""A CDS Hooks request as a value (CDS Hooks 2.0.1, "Calling a CDS Service")."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FhirAuthorization:
    """The client's short-lived token for its FHIR server; never stored, never logged."""

    access_token: str = field(repr=False)
    subject: str = ""


@dataclass(frozen=True, slots=True)
class HookRequest:
    """A valid patient-view request.

    `user_id` is "Type/id" as sent; `patient_id` is the plain id (a leading "Patient/" is taken off). `prefetch`
    maps each key that was sent to its raw JSON bytes, or None for null; unread and undecoded, because a chart
    may be 10 MB with a dozen resources that matter.
    """

    hook: str
    hook_instance: str
    user_id: str
    patient_id: str
    encounter_id: str | None = None
    fhir_server: str | None = None
    fhir_authorization: FhirAuthorization | None = None
    prefetch: Mapping[str, bytes | None] = field(default_factory=dict)

    @property
    def user_type(self) -> str:
        """The resource type of the user: Practitioner, PractitionerRole, Patient or RelatedPerson."""
        return self.user_id.partition("/")[0]

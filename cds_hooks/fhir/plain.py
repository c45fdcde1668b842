"""Resources so plainly written that typing cannot fail: told in microseconds, where fhir.resources takes a millisecond.

Each shape names members and texts in their usual forms, and is narrower than FHIR on purpose. What fits is valid as it
stands (`tests.fhir.test_plain` asks fhir.resources of everything that fits); what does not fit may still be valid,
mendable or wrong: that is for `typed` to find out with fhir.resources. So a shape that is too narrow costs time, and
never a resource.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, ValidationError, convert, field

from cds_hooks.fhir.shape import Choice, Shape

_LONGEST = 4096  # characters
# a text that begins with a letter, digit or sign and has no control characters
_Text = Annotated[str, Meta(pattern=r"^\S[^\x00-\x1f\x7f-\x9f]*\Z", max_length=_LONGEST)]
_Code = Annotated[str, Meta(pattern=r"^[!-~]+(?: [!-~]+)*\Z", max_length=_LONGEST)]
_Uri = Annotated[str, Meta(pattern=r"^[!-~]+\Z", max_length=_LONGEST)]
_DAY = (
    "(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"  # in every month
    "|(?:0[13-9]|1[0-2])-(?:29|30)"
    "|(?:0[13578]|1[02])-31"
)
_TIME = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"
_Date = Annotated[str, Meta(pattern=rf"^(?:19|20)[0-9]{{2}}(?:-(?:0[1-9]|1[0-2])|-(?:{_DAY}))?\Z")]
_DateTime = Annotated[str, Meta(pattern=rf"^(?:19|20)[0-9]{{2}}(?:-(?:0[1-9]|1[0-2])|-(?:{_DAY})(?:{_TIME})?)?\Z")]
_Integer = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
# of what strict JSON gives, an int or a Decimal; a string is none
_Number = Annotated[int, Meta(ge=-(10**9), le=10**9)] | Annotated[float, Meta(ge=-(10.0**9), le=10.0**9)]


class _Coding(Shape):
    system: _Uri | UnsetType = UNSET
    version: _Text | UnsetType = UNSET
    code: _Code | UnsetType = UNSET
    display: _Text | UnsetType = UNSET
    user_selected: bool | UnsetType = UNSET


class _Concept(Shape):
    coding: list[_Coding] | UnsetType = UNSET
    text: _Text | UnsetType = UNSET


class _Quantity(Shape):
    value: _Number | UnsetType = UNSET
    comparator: _Code | UnsetType = UNSET
    unit: _Text | UnsetType = UNSET
    system: _Uri | UnsetType = UNSET
    code: _Code | UnsetType = UNSET


class _Range(Shape):
    low: _Quantity | UnsetType = UNSET
    high: _Quantity | UnsetType = UNSET


class _Ratio(Shape):
    numerator: _Quantity | UnsetType = UNSET
    denominator: _Quantity | UnsetType = UNSET


class _Reference(Shape):
    reference: _Uri | UnsetType = UNSET
    type: _Uri | UnsetType = UNSET
    display: _Text | UnsetType = UNSET


class _Period(Shape):
    start: _DateTime | UnsetType = UNSET
    end: _DateTime | UnsetType = UNSET


class _Extension(Choice):
    url: _Uri
    value_codeable_concept: _Concept | UnsetType = UNSET
    value_date_time: _DateTime | UnsetType = UNSET
    value_reference: _Reference | UnsetType = UNSET


class _BodySite(_Concept):
    extension: list[_Extension] | UnsetType = UNSET


class _Component(Choice):
    code: _Concept
    value_codeable_concept: _Concept | UnsetType = UNSET
    value_quantity: _Quantity | UnsetType = UNSET
    value_range: _Range | UnsetType = UNSET
    value_string: _Text | UnsetType = UNSET
    value_integer: _Integer | UnsetType = UNSET
    value_boolean: bool | UnsetType = UNSET
    interpretation: list[_Concept] | UnsetType = UNSET
    data_absent_reason: _Concept | UnsetType = UNSET


class _Observation(_Component):
    status: _Code | UnsetType = UNSET
    component: list[_Component] | UnsetType = UNSET
    body_site: _BodySite | UnsetType = UNSET
    method: _Concept | UnsetType = UNSET
    focus: list[_Reference] | UnsetType = UNSET
    specimen: _Reference | UnsetType = UNSET
    has_member: list[_Reference] | UnsetType = UNSET
    derived_from: list[_Reference] | UnsetType = UNSET
    effective_date_time: _DateTime | UnsetType = UNSET
    effective_period: _Period | UnsetType = UNSET


class _Stage(Shape):
    summary: _Concept | UnsetType = UNSET
    type: _Concept | UnsetType = UNSET
    assessment: list[_Reference] | UnsetType = UNSET


class _Condition(Choice):
    code: _Concept | UnsetType = UNSET
    clinical_status: _Concept | UnsetType = UNSET
    verification_status: _Concept | UnsetType = UNSET
    category: list[_Concept] | UnsetType = UNSET
    body_site: list[_BodySite] | UnsetType = UNSET
    extension: list[_Extension] | UnsetType = UNSET
    stage: list[_Stage] | UnsetType = UNSET
    onset_date_time: _DateTime | UnsetType = UNSET
    onset_period: _Period | UnsetType = UNSET
    abatement_date_time: _DateTime | UnsetType = UNSET
    abatement_period: _Period | UnsetType = UNSET
    recorded_date: _DateTime | UnsetType = UNSET


class _Reasoned(Choice):
    status: _Code | UnsetType = UNSET
    reason_code: list[_Concept] | UnsetType = UNSET
    reason_reference: list[_Reference] | UnsetType = UNSET


class _Procedure(_Reasoned):
    status_reason: _Concept | UnsetType = UNSET
    code: _Concept | UnsetType = UNSET
    body_site: list[_BodySite] | UnsetType = UNSET
    extension: list[_Extension] | UnsetType = UNSET
    performed_date_time: _DateTime | UnsetType = UNSET
    performed_period: _Period | UnsetType = UNSET


class _DrugUse(_Reasoned):
    medication_codeable_concept: _Concept | UnsetType = UNSET
    medication_reference: _Reference | UnsetType = UNSET


class _Dispense(Shape):
    validity_period: _Period | UnsetType = UNSET
    number_of_repeats_allowed: Annotated[int, Meta(ge=0, le=2**31 - 1)] | UnsetType = UNSET
    quantity: _Quantity | UnsetType = UNSET


class _MedicationRequest(_DrugUse):
    status_reason: _Concept | UnsetType = UNSET
    intent: _Code | UnsetType = UNSET
    do_not_perform: bool | UnsetType = UNSET
    authored_on: _DateTime | UnsetType = UNSET
    dispense_request: _Dispense | UnsetType = UNSET


class _MedicationStatement(_DrugUse):
    status_reason: list[_Concept] | UnsetType = UNSET
    effective_date_time: _DateTime | UnsetType = UNSET
    effective_period: _Period | UnsetType = UNSET
    date_asserted: _DateTime | UnsetType = UNSET


class _MedicationAdministration(_DrugUse):
    status_reason: list[_Concept] | UnsetType = UNSET
    effective_date_time: _DateTime | UnsetType = UNSET
    effective_period: _Period | UnsetType = UNSET


class _DiagnosticReport(Choice):
    code: _Concept
    status: _Code | UnsetType = UNSET
    category: list[_Concept] | UnsetType = UNSET
    conclusion: _Text | UnsetType = UNSET
    conclusion_code: list[_Concept] | UnsetType = UNSET
    result: list[_Reference] | UnsetType = UNSET
    specimen: list[_Reference] | UnsetType = UNSET
    imaging_study: list[_Reference] | UnsetType = UNSET
    effective_date_time: _DateTime | UnsetType = UNSET
    effective_period: _Period | UnsetType = UNSET


class _Stay(Shape):
    discharge_disposition: _Concept | UnsetType = UNSET


class _Encounter(Shape):
    class_: _Coding | UnsetType = field(name="class", default=UNSET)
    status: _Code | UnsetType = UNSET
    type: list[_Concept] | UnsetType = UNSET
    service_type: _Concept | UnsetType = UNSET
    reason_code: list[_Concept] | UnsetType = UNSET
    period: _Period | UnsetType = UNSET
    hospitalization: _Stay | UnsetType = UNSET


class _Series(Shape):
    modality: _Coding | UnsetType = UNSET
    body_site: _Coding | UnsetType = UNSET
    laterality: _Coding | UnsetType = UNSET


class _ImagingStudy(Shape):
    status: _Code | UnsetType = UNSET
    modality: list[_Coding] | UnsetType = UNSET
    procedure_code: list[_Concept] | UnsetType = UNSET
    series: list[_Series] | UnsetType = UNSET
    started: _DateTime | UnsetType = UNSET


class _DocumentReference(Shape):
    status: _Code | UnsetType = UNSET
    type: _Concept | UnsetType = UNSET
    category: list[_Concept] | UnsetType = UNSET


class _Ingredient(Shape):
    item_codeable_concept: _Concept
    is_active: bool | UnsetType = UNSET
    strength: _Ratio | UnsetType = UNSET


class _Medication(Shape):
    code: _Concept | UnsetType = UNSET
    ingredient: list[_Ingredient] | UnsetType = UNSET


class _Collection(Choice):
    method: _Concept | UnsetType = UNSET
    body_site: _BodySite | UnsetType = UNSET
    collected_date_time: _DateTime | UnsetType = UNSET
    collected_period: _Period | UnsetType = UNSET


class _Specimen(Shape):
    type: _Concept | UnsetType = UNSET
    collection: _Collection | UnsetType = UNSET


class _Patient(Choice):
    gender: _Code | UnsetType = UNSET
    birth_date: _Date | UnsetType = UNSET
    deceased_boolean: bool | UnsetType = UNSET
    deceased_date_time: _DateTime | UnsetType = UNSET


SHAPES: Mapping[str, type[Struct]] = {
    "Patient": _Patient,
    "Observation": _Observation,
    "Condition": _Condition,
    "Procedure": _Procedure,
    "MedicationRequest": _MedicationRequest,
    "MedicationAdministration": _MedicationAdministration,
    "MedicationStatement": _MedicationStatement,
    "Medication": _Medication,
    "DiagnosticReport": _DiagnosticReport,
    "DocumentReference": _DocumentReference,
    "ImagingStudy": _ImagingStudy,
    "Encounter": _Encounter,
    "Specimen": _Specimen,
}
_DRUG_USES = frozenset({"MedicationRequest", "MedicationAdministration", "MedicationStatement"})


def is_plain(kind: str, members: Mapping[str, Any]) -> bool:
    """True if these members of a strictly decoded resource are surely valid, whether or not what has a stand-in is
    there; False says nothing.
    """
    try:
        convert(members, SHAPES[kind])
    except ValidationError:
        return False
    return kind not in _DRUG_USES or any(name.startswith("medication") for name in members)

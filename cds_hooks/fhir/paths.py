"""The paths that we read, by resource type: what typing must get right, and all that it is asked about.

A tree maps a member name to the tree below it; an empty tree means the whole value. A name that ends in "*" stands
for every name that begins so, such as the kinds of value[x] that we do not know.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

Tree = Mapping[str, "Tree"]
_ALL: Tree = {}

_CODING: Tree = {"system": _ALL, "code": _ALL, "display": _ALL}
_CONCEPT: Tree = {"coding": _CODING, "text": _ALL}
_QUANTITY: Tree = {"value": _ALL, "unit": _ALL, "system": _ALL, "code": _ALL, "comparator": _ALL}
_REFERENCE: Tree = {"reference": _ALL, "display": _ALL}
_PERIOD: Tree = {"start": _ALL, "end": _ALL}
_EXTENSION: Tree = {
    "url": _ALL,
    "valueCodeableConcept": _CONCEPT,
    "valueCoding": _CODING,
    "valueReference": _REFERENCE,
    "valueDateTime": _ALL,
}
_BODY_SITE: Tree = {**_CONCEPT, "extension": _EXTENSION}
_VALUE: Tree = {
    "valueCodeableConcept": _CONCEPT,
    "valueQuantity": _QUANTITY,
    "valueRange": {"low": _QUANTITY, "high": _QUANTITY},
    "valueRatio": {"numerator": _QUANTITY, "denominator": _QUANTITY},
    "value*": _ALL,
}
_RESULT: Tree = {"code": _CONCEPT, "interpretation": _CONCEPT, "dataAbsentReason": _CONCEPT, **_VALUE}
_REASON: Tree = {"reasonCode": _CONCEPT, "reasonReference": _REFERENCE}
_DRUG: Tree = {"medicationCodeableConcept": _CONCEPT, "medicationReference": _REFERENCE, "medication": _ALL}
# What changes the meaning of all the rest; FHIR forbids to go on without understanding it.
_MODIFIERS: Tree = {"modifierExtension": _ALL, "implicitRules": _ALL}
_DRUG_USE: Tree = {**_MODIFIERS, **_REASON, **_DRUG, "status": _ALL, "statusReason": _CONCEPT}
_WHEN: Tree = {"effectiveDateTime": _ALL, "effectivePeriod": _PERIOD, "effective*": _ALL, "occurrence*": _ALL}

READ: Mapping[str, Tree] = {
    "Patient": {**_MODIFIERS, "gender": _ALL, "birthDate": _ALL, "deceased*": _ALL},
    "Observation": {
        **_MODIFIERS,
        **_RESULT,
        **_WHEN,
        "status": _ALL,
        "component": _RESULT,
        "bodySite": _BODY_SITE,
        "method": _CONCEPT,
        "focus": _REFERENCE,
        "specimen": _REFERENCE,
        "hasMember": _REFERENCE,
        "derivedFrom": _REFERENCE,
    },
    "Condition": {
        **_MODIFIERS,
        "code": _CONCEPT,
        "clinicalStatus": _CONCEPT,
        "verificationStatus": _CONCEPT,
        "category": _CONCEPT,
        "bodySite": _BODY_SITE,
        "extension": _EXTENSION,
        "stage": {"summary": _CONCEPT, "type": _CONCEPT, "assessment": _REFERENCE},
        "onsetDateTime": _ALL,
        "onsetPeriod": _PERIOD,
        "onset*": _ALL,
        "abatementDateTime": _ALL,
        "abatementPeriod": _PERIOD,
        "abatement*": _ALL,
        "recordedDate": _ALL,
    },
    "Procedure": {
        **_MODIFIERS,
        **_REASON,
        "status": _ALL,
        "statusReason": _CONCEPT,
        "code": _CONCEPT,
        "bodySite": _BODY_SITE,
        "extension": _EXTENSION,
        "performedDateTime": _ALL,
        "performedPeriod": _PERIOD,
        "performed*": _ALL,
        "occurrence*": _ALL,
    },
    "MedicationRequest": {
        **_DRUG_USE,
        "intent": _ALL,
        "doNotPerform": _ALL,
        "authoredOn": _ALL,
        "dispenseRequest": {"validityPeriod": _PERIOD},
    },
    "MedicationAdministration": {**_DRUG_USE, **_WHEN},
    "MedicationStatement": {**_DRUG_USE, **_WHEN, "dateAsserted": _ALL},
    "Medication": {**_MODIFIERS, "code": _CONCEPT, "ingredient": {"itemCodeableConcept": _CONCEPT}},
    "DiagnosticReport": {
        **_MODIFIERS,
        **_WHEN,
        "status": _ALL,
        "code": _CONCEPT,
        "category": _CONCEPT,
        "conclusion": _ALL,
        "conclusionCode": _CONCEPT,
        "result": _REFERENCE,
        "specimen": _REFERENCE,
        "imagingStudy": _REFERENCE,
    },
    "DocumentReference": {**_MODIFIERS, "status": _ALL, "type": _CONCEPT, "category": _CONCEPT},
    "ImagingStudy": {
        **_MODIFIERS,
        "status": _ALL,
        "modality": _CODING,
        "procedureCode": _CONCEPT,
        "series": {"modality": _CODING, "bodySite": _CODING, "laterality": _CODING},
        "started": _ALL,
    },
    "Encounter": {
        **_MODIFIERS,
        "status": _ALL,
        "class": _CODING,
        "type": _CONCEPT,
        "serviceType": _CONCEPT,
        "reasonCode": _CONCEPT,
        "period": _PERIOD,
        "hospitalization": {"dischargeDisposition": _CONCEPT},
    },
    "Specimen": {
        **_MODIFIERS,
        "type": _CONCEPT,
        "collection": {
            "method": _CONCEPT,
            "bodySite": _BODY_SITE,
            "collectedDateTime": _ALL,
            "collectedPeriod": _PERIOD,
            "collected*": _ALL,
        },
    },
}

_MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
_MII = "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/StructureDefinition/"
# The side of a site: of mCODE, and of the German base profiles, which write it beside the code itself.
LATERALITY = frozenset(
    {
        _MCODE + "mcode-laterality",
        _MCODE + "mcode-laterality-qualifier",
        "http://fhir.de/StructureDefinition/seitenlokalisation",
    }
)
MORPHOLOGY = frozenset(
    {_MCODE + "mcode-histology-morphology-behavior", _MII + "mii-ex-onko-histology-morphology-behavior-icdo3"}
)
INTENT = frozenset({_MCODE + "mcode-procedure-intent"})
ASSERTED = frozenset({"http://hl7.org/fhir/StructureDefinition/condition-assertedDate"})
FOLLOWING = frozenset({"http://hl7.org/fhir/StructureDefinition/condition-occurredFollowing"})
_KNOWN_EXTENSIONS = LATERALITY | MORPHOLOGY | INTENT | ASSERTED | FOLLOWING


def below(tree: Tree, name: str) -> Tree | None:
    """The tree under a member name; None if we do not read that member."""
    if name in tree:
        return tree[name]
    return next((sub for known, sub in tree.items() if known.endswith("*") and name.startswith(known[:-1])), None)


@lru_cache(maxsize=4096)
def _is_read(kind: str, name: str) -> bool:
    return below(READ[kind], name) is not None


def read_members(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The outermost members of a resource that we read, extensions that we do not know taken out."""
    found = {name: value for name, value in body.items() if _is_read(kind, name)}
    if "extension" in found:
        found["extension"] = _known(found["extension"])
    if "bodySite" in found:
        found["bodySite"] = _with_known_extensions(found["bodySite"])
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def _with_known_extensions(sites: Any) -> Any:
    if isinstance(sites, list):
        return [_with_known_extensions(site) for site in sites]
    if not isinstance(sites, dict) or "extension" not in sites:
        return sites
    known = _known(sites["extension"])
    rest = {name: value for name, value in sites.items() if name != "extension"}
    return {**rest, "extension": known} if known else rest


def _known(extensions: Any) -> Any:
    if not isinstance(extensions, list):
        return extensions
    return [e for e in extensions if not isinstance(e, dict) or extension_url(e) in _KNOWN_EXTENSIONS]


def extension_url(extension: Mapping[str, Any]) -> str:
    """The extension's url without a version; empty if it has none."""
    url = extension.get("url")
    return url.strip().partition("|")[0] if isinstance(url, str) else ""

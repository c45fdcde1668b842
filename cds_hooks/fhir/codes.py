"""Code systems under one name, and codes in one spelling.

Charts name the same system by its FHIR URL, its OID, an abbreviation or a URL of earlier days. ICD codes come with
and without the dot (mCODE STU1 value sets leave it out). ICD-10, ICD-10-CM and ICD-10-GM stay apart: the same code
can mean another thing.
"""

from functools import lru_cache

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
ICD_10_GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
ICD_9_CM = "http://hl7.org/fhir/sid/icd-9-cm"
ICD_O_3 = "http://terminology.hl7.org/CodeSystem/icd-o-3"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
AJCC = "http://cancerstaging.org"
UICC = "https://www.uicc.org/resources/tnm"
CPT = "http://www.ama-assn.org/go/cpt"
ATC = "http://www.whocc.no/atc"
OPS = "http://fhir.de/CodeSystem/bfarm/ops"
HGNC = "http://www.genenames.org/geneId"
GTR = "http://www.ncbi.nlm.nih.gov/gtr"
UCUM = "http://unitsofmeasure.org"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
DATA_ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
CONDITION_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CONDITION_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"

# canonical name -> the other names in use, as `_plain` leaves them: lower case, no scheme, no "www.", no slash at the
# end. OIDs are from the HL7 OID registry.
_ALIASES: dict[str, tuple[str, ...]] = {
    SNOMED: ("snomed.info/sct", "snomed-ct", "snomed ct", "snomedct", "snomed", "sct", "2.16.840.1.113883.6.96"),
    LOINC: ("loinc.org", "loinc", "2.16.840.1.113883.6.1"),
    ICD_10_CM: ("hl7.org/fhir/sid/icd-10-cm", "icd-10-cm", "icd10cm", "2.16.840.1.113883.6.90"),
    ICD_10: (
        "hl7.org/fhir/sid/icd-10",
        "icd-10",
        "icd10",
        "2.16.840.1.113883.6.3",
        # national editions without clinical modification of the codes that are read here: Australia, the Netherlands,
        # the United Kingdom, Sweden, France, Lithuania
        "hl7.org/fhir/sid/icd-10-am",
        "2.16.840.1.113883.6.135",
        "hl7.org/fhir/sid/icd-10-nl",
        "2.16.840.1.113883.6.3.2",
        "hl7.org/fhir/sid/icd-10-uk",
        "1.2.752.116.1.1.1",
        "1.2.752.116.1.1.1.1.8",
        "smt.esante.gouv.fr/terminologie-cim-10",
        "1.2.250.1.213.2.1.1.1",
        "hl7.lt/fhir/base/codesystem/tlk-10-am",
    ),
    ICD_10_GM: (
        "fhir.de/codesystem/bfarm/icd-10-gm",
        "fhir.de/codesystem/dimdi/icd-10-gm",
        "icd-10-gm",
        "1.2.276.0.76.5.409",
    ),
    ICD_9_CM: (
        "hl7.org/fhir/sid/icd-9-cm",
        "hl7.org/fhir/sid/icd-9-cm/diagnosis",
        "icd-9-cm",
        "icd9cm",
        "2.16.840.1.113883.6.103",
    ),
    ICD_O_3: (
        "terminology.hl7.org/codesystem/icd-o-3",
        "hl7.org/fhir/sid/icd-o-3",
        "icd-o-3",
        "2.16.840.1.113883.6.43.1",
    ),
    NCIT: (
        "ncicb.nci.nih.gov/xml/owl/evs/thesaurus.owl",
        "ncithesaurus-stage.nci.nih.gov",
        "ncithesaurus.nci.nih.gov",
        "ncit.nci.nih.gov",
        "ncit",
        "2.16.840.1.113883.3.26.1.1",
    ),
    RXNORM: ("nlm.nih.gov/research/umls/rxnorm", "rxnorm", "2.16.840.1.113883.6.88"),
    AJCC: ("cancerstaging.org", "ajcc", "2.16.840.1.113883.15.16"),
    UICC: ("uicc.org/resources/tnm", "uicc.org"),
    CPT: ("ama-assn.org/go/cpt", "cpt", "2.16.840.1.113883.6.12"),
    ATC: ("whocc.no/atc", "fhir.de/codesystem/bfarm/atc", "fhir.de/codesystem/dimdi/atc", "2.16.840.1.113883.6.73"),
    OPS: ("fhir.de/codesystem/bfarm/ops", "fhir.de/codesystem/dimdi/ops", "1.2.276.0.76.5.501"),
    HGNC: ("genenames.org/geneid", "genenames.org", "2.16.840.1.113883.6.281"),
    GTR: ("ncbi.nlm.nih.gov/gtr", "2.16.840.1.113883.6.335"),
    UCUM: ("unitsofmeasure.org", "ucum", "2.16.840.1.113883.6.8"),
    INTERPRETATION: (
        "terminology.hl7.org/codesystem/v3-observationinterpretation",
        "hl7.org/fhir/v3/observationinterpretation",
        "hl7.org/fhir/valueset/observation-interpretation",
        "hl7.org/fhir/v2/0078",
        "terminology.hl7.org/codesystem/v2-0078",
        "2.16.840.1.113883.5.83",
    ),
    NULL_FLAVOR: (
        "terminology.hl7.org/codesystem/v3-nullflavor",
        "hl7.org/fhir/v3/nullflavor",
        "2.16.840.1.113883.5.1008",
    ),
    DATA_ABSENT_REASON: ("terminology.hl7.org/codesystem/data-absent-reason", "hl7.org/fhir/data-absent-reason"),
    CONDITION_CLINICAL: ("terminology.hl7.org/codesystem/condition-clinical", "hl7.org/fhir/condition-clinical"),
    CONDITION_VERIFICATION: (
        "terminology.hl7.org/codesystem/condition-ver-status",
        "hl7.org/fhir/condition-ver-status",
    ),
    CONDITION_CATEGORY: ("terminology.hl7.org/codesystem/condition-category", "hl7.org/fhir/condition-category"),
}
_CANONICAL = {alias: system for system, aliases in _ALIASES.items() for alias in aliases}
# ICD writes a dot for the eye after the third character; it carries no meaning.
_DOT_IS_DECORATION = frozenset({ICD_10_CM, ICD_10, ICD_10_GM, ICD_9_CM})


@lru_cache(maxsize=1024)
def canonical_system(system: str | None) -> str | None:
    """The one name of a code system; a system that we do not know under its own name, blanks at the ends taken off.

    None (or only blanks) stays None: a code without a system is never given one.
    """
    if system is None or not system.strip():
        return None
    plain = _plain(system)
    if plain.startswith("snomed.info/sct/"):  # an edition or a version of SNOMED CT written into the system
        return SNOMED
    return _CANONICAL.get(plain, system.strip())


def normalise_code(system: str | None, code: str) -> str:
    """The code as it is compared: ICD-9 and ICD-10 codes in capitals and without the dot, others as written."""
    if canonical_system(system) in _DOT_IS_DECORATION:
        return code.strip().replace(".", "").upper()
    return code.strip()


def _plain(system: str) -> str:
    plain = system.strip().lower().rstrip("/")
    for beginning in ("urn:oid:", "http://", "https://", "www."):
        plain = plain.removeprefix(beginning)
    return plain

import pytest

from cds_hooks.fhir.codes import canonical_system, normalise_code

ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("http://snomed.info/sct", "http://snomed.info/sct"),
        ("SNOMED-CT", "http://snomed.info/sct"),
        ("urn:oid:2.16.840.1.113883.6.96", "http://snomed.info/sct"),
        ("2.16.840.1.113883.6.96", "http://snomed.info/sct"),
        ("http://snomed.info/sct/731000124108/version/20230901", "http://snomed.info/sct"),
        ("LOINC", "http://loinc.org"),
        ("https://loinc.org/", "http://loinc.org"),
        ("urn:oid:2.16.840.1.113883.6.1", "http://loinc.org"),
        ("urn:oid:2.16.840.1.113883.6.90", ICD_10_CM),
        ("http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10"),
        ("http://fhir.de/CodeSystem/dimdi/icd-10-gm", "http://fhir.de/CodeSystem/bfarm/icd-10-gm"),
        ("http://hl7.org/fhir/sid/icd-9-cm/diagnosis", "http://hl7.org/fhir/sid/icd-9-cm"),
        ("http://ncithesaurus-stage.nci.nih.gov", "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"),
        ("urn:oid:2.16.840.1.113883.6.43.1", "http://terminology.hl7.org/CodeSystem/icd-o-3"),
        ("RxNorm", "http://www.nlm.nih.gov/research/umls/rxnorm"),
        ("http://fhir.de/CodeSystem/bfarm/atc", "http://www.whocc.no/atc"),
        ("http://www.genenames.org", "http://www.genenames.org/geneId"),
        ("http://hl7.org/fhir/v2/0078", "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"),
        (" https://cap.org/eCC ", "https://cap.org/eCC"),
    ],
)
def test_a_system_has_one_name(written: str, canonical: str) -> None:
    assert canonical_system(written) == canonical
    assert canonical_system(canonical) == canonical


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_a_missing_system_is_never_guessed(nothing: str | None) -> None:
    assert canonical_system(nothing) is None


def test_icd_10_is_not_icd_10_cm() -> None:
    assert canonical_system("http://hl7.org/fhir/sid/icd-10") != canonical_system(ICD_10_CM)


@pytest.mark.parametrize("written", ["C50.911", "C50911", " c50.911 "])
def test_an_icd_code_has_one_spelling(written: str) -> None:
    assert normalise_code("urn:oid:2.16.840.1.113883.6.90", written) == "C50911"


@pytest.mark.parametrize("code", ["8500/3", "85337-4", "cT1c", "1.5"])
def test_codes_of_other_systems_stay_as_written(code: str) -> None:
    assert normalise_code("http://loinc.org", code) == code
    assert normalise_code(None, code) == code

import pytest

from cds_hooks.addresses import read_address, read_base

REFUSED = [
    "",
    "ehr.example.org/fhir",
    "//ehr.example.org/fhir",
    "ftp://ehr.example.org/fhir",
    "file:///etc/passwd",
    "https://",
    "https:///fhir",
    "https:ehr.example.org",
    "https:\\\\ehr.example.org",
    "https://ehr.example.org\\@evil.example.org/fhir",
    "https://user@ehr.example.org/fhir",
    "https://user:word@ehr.example.org/fhir",
    "https://ehr.example.org@evil.example.org/fhir",
    "https://ehr.example.org#@evil.example.org/",
    "https://ehr.example.org/fhir#fragment",
    "https://ehr.example.org /fhir",
    " https://ehr.example.org/fhir",
    "https://ehr.example.org/fhir\n",
    "https://ehr.example.org/fhir\r\nX: y",
    "https://ehr.example.org/\tfhir",
    "https://ehr.example.org/fhir/../admin",
    "https://ehr.example.org/fhir/./x",
    "https://ehr.example.org/fhir/..",
    "https://ehr.example.org/fhir//x",
    "https://ehr.example.org//fhir",
    "https://ehr.example.org/fhir/%2e%2e/admin",
    "https://ehr.example.org/fhir%2f..",
    "https://ehr.example.org/fhir\\..\\admin",
    "https://ehr.example.org./fhir",
    "https://.ehr.example.org/fhir",
    "https://ehr.exämple.org/fhir",
    "https://ehr.example.org\uff0fevil/fhir",
    "http\u017f://ehr.example.org/fhir",
    "https://ehr.example.org:0/fhir",
    "https://ehr.example.org:65536/fhir",
    "https://ehr.example.org:/fhir",
    "https://ehr.example.org:+443/fhir",
    "https://ehr.example.org:4:43/fhir",
    "https://[::1/fhir",
    "https://[::1%25eth0]/fhir",
    "https://[1:2:3]/fhir",
    "https://[::ffff:1.2.3.4.5]/fhir",
    "https://%65hr.example.org/fhir",
    "https://{host}/fhir",
    "https://ehr.example.org/" + "a" * 9000,
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_parsers_read_differently_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|has|must|At|Only|Unexpected|Expected|Exactly|.*not permitted)"):
        read_address(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("HTTPS://EHR.Example.org:443/Fhir/R4/", "https://ehr.example.org/Fhir/R4"),
        ("https://ehr.example.org", "https://ehr.example.org"),
        ("https://ehr.example.org:0443/", "https://ehr.example.org"),
        ("https://ehr.example.org:8443/a@b", "https://ehr.example.org:8443/a@b"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://LOCALHOST:8001/fhir", "http://localhost:8001/fhir"),
        ("http://[0:0::1]:8001/fhir", "http://[::1]:8001/fhir"),
    ],
)
def test_a_base_has_one_form(text: str, written: str) -> None:
    assert str(read_base(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        "http://ehr.example.org/fhir",
        "http://10.0.0.1/fhir",
        "http://127.0.0.1.example.org/fhir",
        "http://localhost.example.org/fhir",
        "http://2130706433/fhir",
        "http://0x7f.1/fhir",
        "http://0.0.0.0/fhir",
        "http://[::ffff:10.0.0.1]/fhir",
        "http://169.254.169.254/latest",
        "https://ehr.example.org/fhir?x=1",
        "https://ehr.example.org/fhir?",
    ],
)
def test_a_base_in_the_clear_or_with_a_query_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        read_base(text)


@pytest.mark.parametrize(
    ("other", "covered"),
    [
        ("https://ehr.example.org/fhir", True),
        ("https://ehr.example.org/fhir/", True),
        ("https://ehr.example.org/fhir?page=2", True),
        ("https://ehr.example.org/fhir/Observation?page=2&_getpages=a/../b", True),
        ("https://EHR.example.org:443/fhir/x", True),
        ("https://ehr.example.org/", False),
        ("https://ehr.example.org/fhirx", False),
        ("https://ehr.example.org/FHIR", False),
        ("https://ehr.example.org/other/fhir", False),
        ("https://ehr.example.org:444/fhir", False),
        ("http://ehr.example.org/fhir", False),
        ("http://ehr.example.org:443/fhir", False),
        ("https://example.org/fhir", False),
        ("https://ehr.example.org.evil.org/fhir", False),
        ("https://xehr.example.org/fhir", False),
    ],
)
def test_a_base_covers_its_own_origin_and_path_and_nothing_else(other: str, covered: bool) -> None:
    assert read_base("https://ehr.example.org/fhir/").covers(read_address(other)) is covered


def test_the_error_does_not_repeat_the_address() -> None:
    with pytest.raises(ValueError, match="plain") as refused:
        read_address("https://user:canary@ehr.example.org")
    assert "canary" not in str(refused.value)

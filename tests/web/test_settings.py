from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from cds_hooks.addresses import Address
from cds_hooks.errors import SettingsBroken
from cds_hooks.settings import PREFIX, Profile, Settings, described, read_settings

BROKEN = {
    "RECURRENCE_CDS_PROFILE": "test",
    "RECURRENCE_CDS_CLIENTS_FILE": "",
    "RECURRENCE_CDS_AUTHENTICATE_DISCOVERY": "1",
    "RECURRENCE_CDS_METRICS_TOKEN_FILE": "/",
    "RECURRENCE_CDS_HOST": " ",
    "RECURRENCE_CDS_PORT": "65536",
    "RECURRENCE_CDS_WORKERS": "0",
    "RECURRENCE_CDS_DATABASE_URL": "journal.sqlite3",
    "RECURRENCE_CDS_CARDS": "/no/such/folder",
    "RECURRENCE_CDS_MAX_BODY_BYTES": "16 MiB",
    "RECURRENCE_CDS_MAX_ENTRIES": "0",
    "RECURRENCE_CDS_ANNOUNCE_VERSION": "yes",
    "RECURRENCE_CDS_CORS_ORIGINS": "https://ehr.example.org/",
    "RECURRENCE_CDS_PSEUDONYM_KEY_FILE": "",
    "RECURRENCE_CDS_FHIR_SERVERS": "https://ehr.example.org/fhir,http://ehr.example.org/fhir",
    "RECURRENCE_CDS_FETCH_DEADLINE_MS": "0",
    "RECURRENCE_CDS_FETCH_MAX_PAGES": "0",
    "RECURRENCE_CDS_FETCH_MAX_ENTRIES": "",
    "RECURRENCE_CDS_BASE_URL": "http://cds.example.org",
    "RECURRENCE_CDS_EXPLANATION_HOURS": "0",
    "RECURRENCE_CDS_EXPECTED_KNOWLEDGE": "sha256:1234",
    "RECURRENCE_CDS_PRT": "8000",
}


def test_without_any_variable_the_defaults_hold() -> None:
    assert read_settings({"PATH": "/bin"}) == Settings()


def test_every_setting_can_be_given(tmp_path: Path) -> None:
    assert read_settings(
        {
            "RECURRENCE_CDS_REQUIRE_APPROVAL": "false",
            "RECURRENCE_CDS_PROFILE": "demo",
            "RECURRENCE_CDS_CLIENTS_FILE": "/etc/recurrence-cds/clients.yaml",
            "RECURRENCE_CDS_AUTHENTICATE_DISCOVERY": "true",
            "RECURRENCE_CDS_METRICS_TOKEN_FILE": "/run/secrets/metrics",
            "RECURRENCE_CDS_HOST": "0.0.0.0",  # noqa: S104 (a value to read, nothing listens)
            "RECURRENCE_CDS_PORT": "9000",
            "RECURRENCE_CDS_WORKERS": "4",
            "RECURRENCE_CDS_MAX_IN_PROGRESS": "3",
            "RECURRENCE_CDS_DATABASE_URL": "postgresql+psycopg://db/cds",
            "RECURRENCE_CDS_CARDS": str(tmp_path),
            "RECURRENCE_CDS_MAX_BODY_BYTES": "1048576",
            "RECURRENCE_CDS_MAX_ENTRIES": "20000",
            "RECURRENCE_CDS_ANNOUNCE_VERSION": "false",
            "RECURRENCE_CDS_CORS_ORIGINS": "https://a.example.org, http://127.0.0.1:8080",
            "RECURRENCE_CDS_PSEUDONYM_KEY_FILE": "/run/secrets/key",
            "RECURRENCE_CDS_FHIR_SERVERS": "https://EHR.example.org/fhir/R4/, http://127.0.0.1:8001/fhir,",
            "RECURRENCE_CDS_FETCH_DEADLINE_MS": "1500",
            "RECURRENCE_CDS_FETCH_MAX_PAGES": "5",
            "RECURRENCE_CDS_FETCH_MAX_ENTRIES": "500",
            "RECURRENCE_CDS_BASE_URL": "https://cds.example.org/recurrence/",
            "RECURRENCE_CDS_EXPLANATION_HOURS": "8",
            "RECURRENCE_CDS_EXPECTED_KNOWLEDGE": f"sha256:{'0f' * 32}",
        }
    ) == Settings(
        profile=Profile.DEMO,
        clients_file=Path("/etc/recurrence-cds/clients.yaml"),
        authenticate_discovery=True,
        metrics_token_file=Path("/run/secrets/metrics"),
        host="0.0.0.0",  # noqa: S104
        port=9000,
        workers=4,
        max_in_progress=3,
        database_url="postgresql+psycopg://db/cds",
        cards=tmp_path,
        max_body_bytes=1048576,
        max_entries=20_000,
        announce_version=False,
        cors_origins=("https://a.example.org", "http://127.0.0.1:8080"),
        pseudonym_key_file=Path("/run/secrets/key"),
        fhir_servers=(
            Address("https", "ehr.example.org", 443, "/fhir/R4"),
            Address("http", "127.0.0.1", 8001, "/fhir"),
        ),
        fetch_deadline_ms=1500,
        fetch_max_pages=5,
        fetch_max_entries=500,
        base_url=Address("https", "cds.example.org", 443, "/recurrence"),
        explanation_hours=8,
        expected_knowledge=f"sha256:{'0f' * 32}",
        require_approval=False,
    )


def test_all_problems_are_listed_at_once() -> None:
    with pytest.raises(SettingsBroken) as broken:
        read_settings(BROKEN)
    assert sorted(problem.split()[0] for problem in broken.value.problems) == sorted(BROKEN)


@pytest.mark.parametrize(
    "value", ["ehr.example.org", "https://", "https://a/b", "null", "https://a,*/", "ftp://a", "https://EHR"]
)
def test_an_origin_that_no_browser_sends_is_a_problem(value: str) -> None:
    with pytest.raises(SettingsBroken):
        read_settings({"RECURRENCE_CDS_CORS_ORIGINS": value})


@pytest.mark.parametrize(("value", "origins"), [("*", ("*",)), ("", ()), ("https://a,", ("https://a",))])
def test_origins_are_separated_by_commas(value: str, origins: tuple[str, ...]) -> None:
    assert read_settings({"RECURRENCE_CDS_CORS_ORIGINS": value}).cors_origins == origins


@pytest.mark.parametrize("value", ["-1", "+1", "1.0", "0x10", "٣", "", "1e3"])
def test_a_number_is_written_in_digits(value: str) -> None:
    with pytest.raises(SettingsBroken):
        read_settings({"RECURRENCE_CDS_PORT": value})


def test_an_address_with_a_password_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql+psycopg://cds:secret@db/cds\n")
    settings = read_settings({"RECURRENCE_CDS_DATABASE_URL_FILE": str(tmp_path / "url")})
    assert settings.database_url == "postgresql+psycopg://cds:secret@db/cds"


def test_a_secret_is_given_once_and_its_file_is_there(tmp_path: Path) -> None:
    twice = {"RECURRENCE_CDS_DATABASE_URL": "sqlite://", "RECURRENCE_CDS_DATABASE_URL_FILE": str(tmp_path / "none")}
    with pytest.raises(SettingsBroken) as broken:
        read_settings(twice)
    both, unreadable = broken.value.problems
    assert "both set" in both
    assert "cannot be read: No such file" in unreadable


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


def test_every_setting_is_described_for_the_terminal() -> None:
    said = described()
    assert [line.split()[0] for line in said[::2]] == [PREFIX + field.name.upper() for field in fields(Settings)]


@pytest.mark.parametrize(
    ("environ", "required"),
    [
        ({}, True),
        ({"RECURRENCE_CDS_PROFILE": "production"}, True),
        ({"RECURRENCE_CDS_PROFILE": "production", "RECURRENCE_CDS_REQUIRE_APPROVAL": "false"}, False),
        ({"RECURRENCE_CDS_PROFILE": "demo"}, False),
        ({"RECURRENCE_CDS_PROFILE": "demo", "RECURRENCE_CDS_REQUIRE_APPROVAL": "true"}, True),
    ],
)
def test_approval_is_required_unless_it_is_a_demo_or_switched_off(environ: dict[str, str], required: bool) -> None:
    assert read_settings(environ).require_approval is required

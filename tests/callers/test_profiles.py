"""What each profile asks for before the service starts."""

from dataclasses import replace
from pathlib import Path

import pytest

from cds_hooks.addresses import read_base
from cds_hooks.errors import ClientsBroken, SettingsBroken
from cds_hooks.profiles import check_profile, clients_of
from cds_hooks.settings import Profile, Settings

EXAMPLES = Path(__file__).parents[2] / "examples"
PRODUCTION = Settings(clients_file=EXAMPLES / "clients.yaml", base_url=read_base("https://cds.example.org"))
DEMO = Settings(profile=Profile.DEMO)
FHIR = (read_base("http://127.0.0.1:8001/fhir"),)


def lines(settings: Settings) -> tuple[str, ...]:
    with pytest.raises(SettingsBroken) as broken:
        check_profile(settings)
    return broken.value.problems


def test_what_is_whole_may_start() -> None:
    check_profile(PRODUCTION)
    check_profile(DEMO)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (replace(PRODUCTION, clients_file=None), "RECURRENCE_CDS_CLIENTS_FILE is not set"),
        (replace(PRODUCTION, base_url=None), "RECURRENCE_CDS_BASE_URL is not set"),
        (replace(PRODUCTION, fhir_servers=FHIR), "RECURRENCE_CDS_FHIR_SERVERS is for the demo alone"),
        (replace(PRODUCTION, cors_origins=("*",)), "RECURRENCE_CDS_CORS_ORIGINS is for the demo alone"),
        (replace(DEMO, host="0.0.0.0"), "RECURRENCE_CDS_HOST must be 127.0.0.1"),  # noqa: S104 (it is refused)
        (replace(DEMO, host="cds.example.org"), "RECURRENCE_CDS_HOST must be 127.0.0.1"),
        (replace(DEMO, clients_file=Path("clients.yaml")), "RECURRENCE_CDS_BASE_URL is not set"),
    ],
)
def test_what_is_missing_or_not_allowed_is_one_line(settings: Settings, said: str) -> None:
    (line,) = lines(settings)
    assert line.startswith(said)


def test_the_default_is_production_and_lacks_a_registry_and_an_address() -> None:
    assert [line.split()[0] for line in lines(Settings())] == ["RECURRENCE_CDS_CLIENTS_FILE", "RECURRENCE_CDS_BASE_URL"]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_a_demo_listens_on_this_computer(host: str) -> None:
    check_profile(replace(DEMO, host=host))


def test_in_a_demo_without_a_registry_anybody_may_call() -> None:
    clients = clients_of(replace(DEMO, fhir_servers=FHIR, cors_origins=("*",)))
    assert clients.anonymous is not None
    assert (clients.anonymous.fhir_servers, clients.origins) == (FHIR, ("*",))


def test_with_a_registry_nobody_is_let_in_unnamed_not_even_in_a_demo() -> None:
    settings = replace(
        DEMO, clients_file=EXAMPLES / "clients-sandbox.yaml", base_url=read_base("http://127.0.0.1:8000")
    )
    assert clients_of(settings).anonymous is None
    assert clients_of(PRODUCTION).anonymous is None


def test_in_production_no_client_may_be_called_from_any_origin() -> None:
    with pytest.raises(ClientsBroken, match=r'cds-hooks-sandbox\.cors_origins: "\*" is for trying alone'):
        clients_of(replace(PRODUCTION, clients_file=EXAMPLES / "clients-sandbox.yaml"))

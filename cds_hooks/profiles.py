"""What each profile asks of the settings before the service starts, and the clients that follow from them."""

from collections.abc import Iterator
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path

from cds_hooks.errors import ClientsBroken, SettingsBroken
from cds_hooks.outbound.places import Place
from cds_hooks.settings import PREFIX, Profile, Settings
from cds_hooks.web.clients import Client, Clients, Mode
from cds_hooks.web.gate import STRANGERS
from cds_hooks.web.registry import read_clients


def check_profile(settings: Settings) -> None:
    """Raises SettingsBroken with one line for everything that the profile lacks, or that it does not allow."""
    problems = _of_production(settings) if settings.profile is Profile.PRODUCTION else _of_demo(settings)
    if found := (*problems, *_of_console(settings)):
        raise SettingsBroken(found)


def clients_of(settings: Settings) -> Clients:
    """Who may call: those of the registry; in a demo without one, anybody.

    Raises SettingsBroken, ClientsBroken.
    """
    check_profile(settings)
    clients = known_clients(settings)
    if settings.profile is Profile.PRODUCTION:
        _refuse_any_origin(clients)
    return clients


def known_clients(settings: Settings) -> Clients:
    """The clients, whatever the profile asks for. Raises ClientsBroken."""
    if settings.clients_file is not None:
        return read_clients(settings.clients_file)
    servers, origins = settings.fhir_servers, settings.cors_origins
    return Clients(anonymous=Client(STRANGERS, Mode.LIVE, fhir_servers=servers, cors_origins=origins))


def _of_production(settings: Settings) -> Iterator[str]:
    if settings.clients_file is None:
        what = "in production only the clients of a registry may call"
        yield f"{PREFIX}CLIENTS_FILE is not set: {what} (an example: {example()})"
    if settings.base_url is None:
        yield f"{PREFIX}BASE_URL is not set: in production the tokens of callers are for this address"
    for name, given in (("FHIR_SERVERS", settings.fhir_servers), ("CORS_ORIGINS", settings.cors_origins)):
        if given:
            yield f"{PREFIX}{name} is for the demo alone: in production the client registry says it for each client"


def example() -> Path:
    """The example of a registry inside an installed package, or that of the checkout."""
    packaged = Path(str(files("cds_hooks"))) / "_data" / "examples"
    folder = packaged if packaged.is_dir() else Path(__file__).parents[1] / "examples"
    return folder / "clients.yaml"


def _of_demo(settings: Settings) -> Iterator[str]:
    if not _is_loopback(settings.host):
        yield f"{PREFIX}HOST must be 127.0.0.1, ::1 or localhost: a demo is for this computer alone"
    if settings.clients_file is not None and settings.base_url is None:
        yield f"{PREFIX}BASE_URL is not set: the tokens of callers are for this address"


def _of_console(settings: Settings) -> Iterator[str]:
    needed = {
        "BASE_URL": settings.base_url,
        "OIDC_CLIENT_ID": settings.oidc_client_id,
        "OIDC_CLIENT_SECRET_FILE": settings.oidc_client_secret_file,
        "OIDC_ROLES": settings.oidc_roles,
    }
    if settings.oidc_issuer is not None:
        for name, given in needed.items():
            if not given:
                yield f"{PREFIX}{name} is not set: visitors of the console cannot sign in without it"
    elif any(given for name, given in needed.items() if name.startswith("OIDC")):
        yield f"{PREFIX}OIDC_ISSUER is not set: nobody could sign in to the console"


def places_of(settings: Settings) -> tuple[Place, ...]:
    """The servers that are called so that visitors of the console can sign in."""
    bases = () if settings.oidc_issuer is None else (settings.oidc_issuer, *settings.oidc_servers)
    return tuple(Place(base, settings.oidc_networks) for base in bases)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refuse_any_origin(clients: Clients) -> None:
    found = [client.name for client in clients if "*" in client.cors_origins]
    if found:
        raise ClientsBroken(tuple(f'clients.{name}.cors_origins: "*" is for trying alone' for name in found))

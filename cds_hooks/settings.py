"""The settings: environment variables RECURRENCE_CDS_* as one frozen, validated value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path
from typing import Any

from cds_hooks import setting_values as values
from cds_hooks.addresses import Address
from cds_hooks.errors import SettingsBroken

PREFIX = "RECURRENCE_CDS_"
_FROM_FILE = "_FILE"
_SECRETS = (f"{PREFIX}DATABASE_URL",)  # may hold a password: `<name>_FILE` names a file that holds the value


class Profile(Enum):
    """For whom the service runs: for an EHR with patients, or for somebody who tries it on this computer."""

    PRODUCTION = "production"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Settings:
    """How the service runs; each field is set by RECURRENCE_CDS_<FIELD IN CAPITALS>.

    In the profile `production` every caller is one of those in the registry `clients_file` and proves it. In the
    profile `demo` the service listens on loopback alone; without a registry anybody there may call it, from
    `cors_origins`, with the FHIR servers `fhir_servers`. With `authenticate_discovery` discovery asks for a token too.

    `database_url` is an SQLAlchemy URL (a relative SQLite file is in the working folder). `cards` is the knowledge
    folder, None for the one that ships with the package. `max_body_bytes` is the largest request, and `max_entries` the
    most entries that its prefetched Bundles may have together. With `announce_version` discovery carries members that
    CDS Hooks 2.0 does not define yet. `cors_origins` are the origins of browser clients, exactly as browsers send them
    ("https://ehr.example.org"), separated by commas; "*" is all.
    `pseudonym_key_file` holds the keys of the journal: its pseudonyms, sealed parts and signatures.
    `checkpoint_file` is where its signed checkpoints are appended, None for `recurrence-cds.checkpoints` beside the
    keys.

    `fhir_servers` are the base addresses of the FHIR servers from which missing data may be loaded, separated by
    commas; a server is one of them if it has the same scheme, host and port, and its path begins with theirs. Without
    any, nothing is ever loaded. One consultation may spend `fetch_deadline_ms` on all calls together, and follow
    `fetch_max_pages` pages and `fetch_max_entries` entries of a search; all answers together may have
    `max_body_bytes`.

    With `require_approval` only what a clinician approved is shown: nothing, as long as nothing is approved. It is on
    unless it is switched off, or the environment chooses the profile `demo` and does not say.

    Each of the `workers` gives `max_in_progress` answers at a time; a client beyond that is told to try again.

    `base_url` is where clients reach this service: the addresses that their tokens are for begin with it, and every
    card links to its source attributes there.

    Where `oidc_issuer` is set there is a console at /console, and visitors sign in at this OpenID Connect provider.
    `oidc_client_id` and `oidc_client_secret_file` are what it knows this service by; `oidc_servers` are further base
    addresses that have to be called (its tokens, its keys), `oidc_networks` ranges in which it may be beyond the public
    internet. `oidc_roles` says which words of the claim `oidc_role_claim` give which role
    ("viewer=cds-readers,auditor=cds-auditors"); `oidc_tenant_claim` names the claim with the clients whose journal a
    visitor may see, empty: all.

    `metrics_token_file` holds the token with which GET /metrics is answered; without it there is nothing there.

    `explanation_hours` is how long after a decision the explanation behind its cards can be opened.

    `expected_knowledge` is the fingerprint of the knowledge that was released ("sha256:…"): with any other the service
    does not start. Empty: what is there is served.
    """

    profile: Profile = Profile.PRODUCTION
    clients_file: Path | None = None
    authenticate_discovery: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    max_in_progress: int = 8
    database_url: str = "sqlite:///recurrence-cds.sqlite3"
    cards: Path | None = None
    max_body_bytes: int = 16 * 1024 * 1024
    max_entries: int = 10_000
    announce_version: bool = True
    cors_origins: tuple[str, ...] = ()
    pseudonym_key_file: Path = Path("recurrence-cds.key")
    checkpoint_file: Path | None = None
    fhir_servers: tuple[Address, ...] = ()
    fetch_deadline_ms: int = 800
    fetch_max_pages: int = 20
    fetch_max_entries: int = 10_000
    base_url: Address | None = None
    explanation_hours: int = 24
    expected_knowledge: str = ""
    metrics_token_file: Path | None = None
    oidc_issuer: Address | None = None
    oidc_client_id: str = ""
    oidc_client_secret_file: Path | None = None
    oidc_servers: tuple[Address, ...] = ()
    oidc_networks: tuple[values.IpNetwork, ...] = ()
    oidc_roles: tuple[tuple[str, str], ...] = ()
    oidc_role_claim: str = "roles"
    oidc_tenant_claim: str = ""
    require_approval: bool = True

    @property
    def checkpoints(self) -> Path:
        """Where the checkpoints of the journal are."""
        return self.checkpoint_file or self.pseudonym_key_file.with_name("recurrence-cds.checkpoints")


_SAID = {
    "profile": "production, or demo: listens on this computer alone",
    "clients_file": "registry of those who may call (YAML); production needs it",
    "authenticate_discovery": "discovery asks for a token as well: true or false",
    "host": "address to listen on",
    "port": "port to listen on",
    "workers": "processes that answer",
    "max_in_progress": "answers in progress in each of them; beyond that: 503, try again",
    "database_url": "where the journal is kept (SQLAlchemy URL)",
    "cards": "folder with the knowledge; unset: the one that ships with the program",
    "max_entries": "entries of all prefetched Bundles of one request together",
    "max_body_bytes": "largest request, and all that is fetched for one",
    "announce_version": "discovery names the version of CDS Hooks: true or false",
    "cors_origins": 'demo without a registry: origins of browsers, by commas; "*" is all',
    "checkpoint_file": "signed checkpoints of the journal; unset: recurrence-cds.checkpoints beside the keys",
    "pseudonym_key_file": "keys of the journal (openssl rand -hex 32)",
    "fhir_servers": "demo without a registry: FHIR servers that may be read, by commas",
    "fetch_deadline_ms": "time for all reads of one request together",
    "fetch_max_pages": "pages followed in one search",
    "fetch_max_entries": "entries taken from one search",
    "base_url": "address of this service as EHRs and users reach it; production needs it",
    "explanation_hours": "hours for which the explanation behind a card can be opened",
    "expected_knowledge": "fingerprint of the released knowledge; with another one the service does not start",
    "metrics_token_file": "token for GET /metrics (openssl rand -hex 32); unset: there are no metrics",
    "oidc_issuer": "OpenID Connect provider of the console's visitors; unset: there is no console",
    "oidc_client_id": "what the provider knows this service by",
    "oidc_client_secret_file": "the secret that goes with it",
    "oidc_servers": "further addresses of the provider (tokens, keys), by commas",
    "oidc_networks": "ranges in which it may be beyond the public internet (10.0.0.0/8), by commas",
    "oidc_roles": "viewer, auditor, privacy, approver by words of its claim: viewer=cds-readers,auditor=cds-audit",
    "oidc_role_claim": "claim with these words",
    "oidc_tenant_claim": "claim with the clients whose journal a visitor may see; empty: all",
    "require_approval": "only what a clinician approved is shown; in the profile demo false if not said",
}


def _shown(default: object) -> str:
    if isinstance(default, Enum):
        return str(default.value)
    return str(default).lower() if isinstance(default, bool) else str(default)


def described() -> tuple[str, ...]:
    """Each setting with its default, for the terminal: two lines each."""
    lines = []
    for field in fields(Settings):
        default = "" if field.default in (None, ()) else f" [{_shown(field.default)}]"
        lines += [f"{PREFIX}{field.name.upper()}{default}", f"    {_SAID[field.name]}"]
    return tuple(lines)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings in `environ`. Raises SettingsBroken with every problem; an unknown RECURRENCE_CDS_* name is one."""
    given, problems = _with_secrets({name: value for name, value in environ.items() if name.startswith(PREFIX)})
    names = {PREFIX + field.name.upper(): field.name for field in fields(Settings)}
    problems += [f"{name} is not a setting of this service" for name in sorted(given.keys() - names.keys())]
    found: dict[str, Any] = {}
    for name in sorted(given.keys() & names.keys()):
        try:
            found[names[name]] = _READERS[names[name]](given[name].strip())
        except ValueError as problem:
            problems.append(f"{name} {problem}")
    if problems:
        raise SettingsBroken(tuple(problems))
    if found.get("profile") is Profile.DEMO:
        found.setdefault("require_approval", False)
    return Settings(**found)


def _with_secrets(given: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """The values that files hold, and what is wrong with those files."""
    problems = []
    for name in _SECRETS:
        path = given.pop(name + _FROM_FILE, None)
        if path is None:
            continue
        if name in given:
            problems.append(f"{name} and {name}{_FROM_FILE} are both set: one of them must go")
        try:
            given[name] = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            problems.append(f"{name}{_FROM_FILE}: {path} cannot be read: {error.strerror}")
    return given, problems


def _profile(value: str) -> Profile:
    try:
        return Profile(value)
    except ValueError:
        raise ValueError('must be "production" or "demo"') from None


_READERS: Mapping[str, Callable[[str], Any]] = {
    "profile": _profile,
    "clients_file": values.file,
    "authenticate_discovery": values.flag,
    "host": values.text,
    "port": values.whole_number(1, 65535),
    "workers": values.whole_number(1, 64),
    "max_in_progress": values.whole_number(1, 256),
    "database_url": values.database_url,
    "cards": values.folder,
    "max_entries": values.whole_number(1, 1_000_000),
    "max_body_bytes": values.whole_number(1024, 1024**3),
    "announce_version": values.flag,
    "cors_origins": values.origins,
    "pseudonym_key_file": values.file,
    "checkpoint_file": values.file,
    "fhir_servers": values.bases,
    "fetch_deadline_ms": values.whole_number(1, 60_000),
    "fetch_max_pages": values.whole_number(1, 1000),
    "fetch_max_entries": values.whole_number(1, 1_000_000),
    "base_url": values.base,
    "explanation_hours": values.whole_number(1, 24 * 365),
    "expected_knowledge": values.fingerprint,
    "metrics_token_file": values.file,
    "require_approval": values.flag,
    "oidc_issuer": values.base,
    "oidc_client_id": values.text,
    "oidc_client_secret_file": values.file,
    "oidc_servers": values.bases,
    "oidc_networks": values.networks,
    "oidc_roles": values.roles,
    "oidc_role_claim": values.text,
    "oidc_tenant_claim": str,
}

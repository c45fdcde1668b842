"""The settings: environment variables RECURRENCE_CDS_* as one frozen, validated value."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path
from typing import Any

from cds_hooks.addresses import Address, is_origin, read_base
from cds_hooks.errors import SettingsBroken

PREFIX = "RECURRENCE_CDS_"
_FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}")
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
    values: dict[str, Any] = {}
    for name in sorted(given.keys() & names.keys()):
        try:
            values[names[name]] = _READERS[names[name]](given[name].strip())
        except ValueError as problem:
            problems.append(f"{name} {problem}")
    if problems:
        raise SettingsBroken(tuple(problems))
    if values.get("profile") is Profile.DEMO:
        values.setdefault("require_approval", False)
    return Settings(**values)


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


def _text(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


def _whole_number(least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(value)

    return read


def _flag(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError('must be "true" or "false"')
    return value == "true"


def _database_url(value: str) -> str:
    if "://" not in value:
        raise ValueError('must be a database URL, such as "sqlite:///journal.sqlite3"')
    return value


def _folder(value: str) -> Path:
    if not Path(value).is_dir():
        raise ValueError("must be a folder that exists")
    return Path(value)


def _file(value: str) -> Path:
    if not value or Path(value).is_dir():
        raise ValueError("must name a file")
    return Path(value)


def _origins(value: str) -> tuple[str, ...]:
    origins = tuple(origin.strip() for origin in value.split(",") if origin.strip())
    if not all(origin == "*" or is_origin(origin) for origin in origins):
        raise ValueError('must be origins as browsers send them, such as "https://ehr.example.org"; no path, no slash')
    return origins


def _bases(value: str) -> tuple[Address, ...]:
    try:
        return tuple(read_base(base.strip()) for base in value.split(",") if base.strip())
    except ValueError as problem:
        raise ValueError(f'must be base addresses such as "https://ehr.example.org/fhir/R4"; one {problem}') from None


def _fingerprint(value: str) -> str:
    if value and not _FINGERPRINT.fullmatch(value):
        raise ValueError('must be a fingerprint as "recurrence-cds check" shows it: "sha256:" and 64 hex digits')
    return value


def _base(value: str) -> Address:
    try:
        return read_base(value)
    except ValueError as problem:
        raise ValueError(f'must be an address such as "https://cds.example.org"; it {problem}') from None


def _profile(value: str) -> Profile:
    try:
        return Profile(value)
    except ValueError:
        raise ValueError('must be "production" or "demo"') from None


_READERS: Mapping[str, Callable[[str], Any]] = {
    "profile": _profile,
    "clients_file": _file,
    "authenticate_discovery": _flag,
    "host": _text,
    "port": _whole_number(1, 65535),
    "workers": _whole_number(1, 64),
    "max_in_progress": _whole_number(1, 256),
    "database_url": _database_url,
    "cards": _folder,
    "max_entries": _whole_number(1, 1_000_000),
    "max_body_bytes": _whole_number(1024, 1024**3),
    "announce_version": _flag,
    "cors_origins": _origins,
    "pseudonym_key_file": _file,
    "checkpoint_file": _file,
    "fhir_servers": _bases,
    "fetch_deadline_ms": _whole_number(1, 60_000),
    "fetch_max_pages": _whole_number(1, 1000),
    "fetch_max_entries": _whole_number(1, 1_000_000),
    "base_url": _base,
    "explanation_hours": _whole_number(1, 24 * 365),
    "expected_knowledge": _fingerprint,
    "metrics_token_file": _file,
    "require_approval": _flag,
}

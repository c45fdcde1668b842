"""The values of settings, read from the texts of the environment. Each reader raises ValueError with what is needed."""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from cds_hooks.addresses import Address, is_origin, read_base

IpNetwork = IPv4Network | IPv6Network

ROLES = ("viewer", "auditor", "privacy", "approver")
_FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}")


def text(value: str) -> str:
    """Any text but none."""
    if not value:
        raise ValueError("must not be empty")
    return value


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers within these bounds."""

    def read(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(value)

    return read


def flag(value: str) -> bool:
    """True or false."""
    if value not in ("true", "false"):
        raise ValueError('must be "true" or "false"')
    return value == "true"


def database_url(value: str) -> str:
    """A URL of SQLAlchemy."""
    if "://" not in value:
        raise ValueError('must be a database URL, such as "sqlite:///journal.sqlite3"')
    return value


def folder(value: str) -> Path:
    """A folder that exists."""
    if not Path(value).is_dir():
        raise ValueError("must be a folder that exists")
    return Path(value)


def file(value: str) -> Path:
    """The path of a file; it is read later."""
    if not value or Path(value).is_dir():
        raise ValueError("must name a file")
    return Path(value)


def origins(value: str) -> tuple[str, ...]:
    """Origins of browsers, exactly as they send them."""
    found = tuple(origin.strip() for origin in value.split(",") if origin.strip())
    if not all(origin == "*" or is_origin(origin) for origin in found):
        raise ValueError('must be origins as browsers send them, such as "https://ehr.example.org"; no path, no slash')
    return found


def bases(value: str) -> tuple[Address, ...]:
    """Base addresses of servers."""
    try:
        return tuple(read_base(base.strip()) for base in value.split(",") if base.strip())
    except ValueError as problem:
        raise ValueError(f'must be base addresses such as "https://ehr.example.org/fhir/R4"; one {problem}') from None


def networks(value: str) -> tuple[IpNetwork, ...]:
    """Ranges of IP addresses."""
    try:
        return tuple(ip_network(each.strip()) for each in value.split(",") if each.strip())
    except ValueError:
        raise ValueError('must be ranges such as "10.0.0.0/8", separated by commas') from None


def roles(value: str) -> tuple[tuple[str, str], ...]:
    """Pairs of a word of the claim and a role."""
    found = []
    for pair in filter(None, (each.strip() for each in value.split(","))):
        role, _, word = (part.strip() for part in pair.partition("="))
        if role not in ROLES or not word or " " in word:
            raise ValueError(f'must be pairs such as "viewer=cds-readers"; the roles are {", ".join(ROLES)}')
        found.append((word, role))
    return tuple(found)


def fingerprint(value: str) -> str:
    """The fingerprint of knowledge, or none."""
    if value and not _FINGERPRINT.fullmatch(value):
        raise ValueError('must be a fingerprint as "recurrence-cds check" shows it: "sha256:" and 64 hex digits')
    return value


def base(value: str) -> Address:
    """One base address."""
    try:
        return read_base(value)
    except ValueError as problem:
        raise ValueError(f'must be an address such as "https://cds.example.org"; it {problem}') from None

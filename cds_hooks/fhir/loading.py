"""What is wanted of a FHIR server, what it may cost, and what came."""

from dataclasses import dataclass
from enum import Enum

from cds_hooks.fhir.pages import Page
from cds_hooks.fhir.prefetch import PrefetchKey


class Outcome(Enum):
    """What became of loading one key: words that may be logged."""

    LOADED = "loaded"
    UNAUTHORIZED = "unauthorized"  # 401, 403
    NOT_FOUND = "not_found"  # 404, 410
    REDIRECTED = "redirected"
    REFUSED = "refused"  # any other status below 500
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"  # no connection, or one that broke
    NOT_FHIR = "not_fhir"  # not strict JSON, encoded, or not the resource type asked for
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    FOREIGN_PAGE = "foreign_page"  # the next page would be elsewhere, or was there already
    UNUSABLE = "unusable"  # it came, and reading refused it: another patient's, or not strict JSON deeper inside


@dataclass(frozen=True, slots=True)
class Limits:
    """What one consultation may cost: milliseconds for all calls together, pages and entries of one key, bytes of all
    answers together.
    """

    deadline_ms: int
    max_pages: int
    max_entries: int
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key to load: from the beginning by `query`, relative to the server's base, or from the page after `sent`,
    whose address is `query`.
    """

    key: PrefetchKey
    query: str
    sent: Page | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came for a key, as a client would have sent it: None if nothing did. `pages` counts the answers used."""

    key: PrefetchKey
    value: bytes | None
    outcome: Outcome
    pages: int

"""Where the public keys of clients come from: the registry itself, or the JWK Set at the client's address.

A set is used for ten minutes. When its key ids change before that, an unknown one has it read again, at most every
30 seconds, so that a new key is known at once and a flood of made-up ids costs two reads a minute. While the address
cannot be read, the keys that were there last count for a day: a client's web server may fail without the charts of
its hospital going dark.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from cds_hooks.addresses import Address
from cds_hooks.errors import CallFailed, RequestRefused
from cds_hooks.protocol import strict_json
from cds_hooks.web.clients import Client
from cds_hooks.web.jwks import KeySet, PublicKey, read_key_set
from cds_hooks.web.tokens import Refused, refused

FRESH = 600.0  # seconds that a set is used without a question
STALE = 86_400.0  # seconds that it is used while its address fails
BETWEEN_READS = 30.0  # seconds
MOST_BYTES = 1024 * 1024
READ_WITHIN = 2.0  # seconds

Fetch = Callable[[Address, int, float], bytes]
Told = Callable[[bool], None]


@dataclass(slots=True)
class _Source:
    """The set at one address, as it was when last read; times are monotonic."""

    url: Address
    keys: KeySet = field(default_factory=dict)
    read_at: float | None = None
    tried_at: float | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Keys:
    """The keys of all clients. Safe for threads.

    `fetch` gets address, most bytes and seconds, and raises CallFailed (`Outbound.fetch`); `clock` is monotonic;
    `told` hears of each read whether it gave keys.
    """

    def __init__(self, fetch: Fetch, clock: Callable[[], float], told: Told) -> None:
        self._fetch = fetch
        self._clock = clock
        self._told = told
        self._sources: dict[Address, _Source] = {}
        self._adding = threading.Lock()

    def find(self, client: Client, key_id: str, algorithm: str) -> PublicKey:
        """The client's key. Raises NotAuthenticated: UNKNOWN_KEY, KEYS_UNAVAILABLE."""
        wanted = (key_id, algorithm)
        if client.keys is not None:
            return _among(client.keys, wanted)
        assert client.jwks_url is not None  # noqa: S101 (the registry has one of the two)
        source = self._source(client.jwks_url)
        with source.lock:  # whoever comes while it is read waits for what is read
            if self._needs_reading(source, wanted):
                self._read(source)
            if source.read_at is None or self._clock() - source.read_at >= STALE:
                raise refused(Refused.KEYS_UNAVAILABLE)
            return _among(source.keys, wanted)

    def _source(self, url: Address) -> _Source:
        with self._adding:
            return self._sources.setdefault(url, _Source(url))

    def _needs_reading(self, source: _Source, wanted: tuple[str, str]) -> bool:
        now = self._clock()
        if source.tried_at is not None and now - source.tried_at < BETWEEN_READS:
            return False
        return source.read_at is None or now - source.read_at >= FRESH or wanted not in source.keys

    def _read(self, source: _Source) -> None:
        source.tried_at = self._clock()
        try:
            raw = self._fetch(source.url, MOST_BYTES, READ_WITHIN)
            source.keys = read_key_set(strict_json.decode(raw))
        except (CallFailed, RequestRefused, ValueError):
            self._told(False)
            return
        source.read_at = self._clock()
        self._told(True)


def _among(keys: KeySet, wanted: tuple[str, str]) -> PublicKey:
    found = keys.get(wanted)
    if found is None:
        raise refused(Refused.UNKNOWN_KEY)
    return found

"""The client's FHIR server: the only place that calls it.

A server is called only if it is on the allow-list; the token goes nowhere else. Answers are not unpacked, nothing is
asked twice. All calls of one consultation run side by side, under one deadline that really ends them: a server that
sends a byte now and then is cut off like one that sends none.
"""

import asyncio
import concurrent.futures
import contextlib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from cds_hooks.addresses import Address, read_address, read_base
from cds_hooks.errors import RequestRefused
from cds_hooks.fhir.loading import Limits, Loaded, Outcome, Wanted
from cds_hooks.fhir.pages import Page, joined, read_page, resource_type
from cds_hooks.outbound.caller import Outbound
from cds_hooks.protocol import strict_json

_GRACE = 1.0  # seconds after the deadline in which a busy event loop may still say what came

# What may stand in a header after "Bearer ": anything else is no token, and would be repeated in an error of the
# HTTP library.
_TOKEN = re.compile(r"[!-~]{1,16384}")
_HEADERS = {"Accept": "application/fhir+json", "Accept-Encoding": "identity", "User-Agent": "recurrence-cds"}


class _Failed(Exception):
    """One key cannot be loaded (any further)."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


@dataclass(slots=True, eq=False)
class _Load:
    """A key on its way. It times out unless it ends otherwise; `held` are the bytes that it takes of the budget."""

    wanted: Wanted
    url: Address | None
    pages: list[Page] = field(default_factory=list)
    outcome: Outcome = Outcome.TIMEOUT
    held: int = 0
    cut: bool = False

    def result(self) -> Loaded:
        """What there is now."""
        sent = [] if self.wanted.sent is None else [self.wanted.sent]
        value = joined([*sent, *self.pages], self.outcome is Outcome.LOADED) if self.pages else None
        return Loaded(self.wanted.key, value, self.outcome, len(self.pages))


class FhirServers:
    """The FHIR servers that one client may name, with the way to them. Safe for threads.

    `outbound` must know the places of all `bases`; it is shared, and closed by whoever made it.
    """

    def __init__(self, bases: tuple[Address, ...], limits: Limits, outbound: Outbound) -> None:
        self._bases = bases
        self._limits = limits
        self._outbound = outbound

    @property
    def max_bytes(self) -> int:
        """The most bytes that all answers of one consultation may have."""
        return self._limits.max_bytes

    def allowed(self, server: str | None) -> Address | None:
        """The address of a server that may be called; None for any other."""
        try:
            base = read_base(server or "")
        except ValueError:
            return None
        return base if any(allowed.covers(base) for allowed in self._bases) else None

    def load(self, server: Address, token: str | None, wanted: Sequence[Wanted]) -> tuple[Loaded, ...]:
        """Load all that is wanted from a server that `allowed` gave, within the deadline.

        Without a token the calls carry none. Never raises for what a server does or sends.
        """
        until = time.monotonic() + self._limits.deadline_ms / 1000
        if token is not None and not _TOKEN.fullmatch(token):
            return tuple(Loaded(each.key, None, Outcome.UNAUTHORIZED, 0) for each in wanted)
        headers = _HEADERS if token is None else {**_HEADERS, "Authorization": f"Bearer {token}"}
        loads = [_Load(each, _first(server, each)) for each in wanted]
        with contextlib.suppress(concurrent.futures.CancelledError, TimeoutError):  # closed meanwhile, or too busy
            self._outbound.run(
                lambda client: _Consultation(client, server, headers, loads, self._limits).run(until),
                until - time.monotonic() + _GRACE,
            )
        return tuple(load.result() for load in loads)


def _first(server: Address, wanted: Wanted) -> Address | None:
    text = wanted.query if wanted.sent else f"{server}/{wanted.query}"
    return _within(server, text)


def _within(server: Address, text: str) -> Address | None:
    """The address in `text` if it is on this server and under its base."""
    try:
        address = read_address(text)
    except ValueError:
        return None
    return address if server.covers(address) else None


class _Consultation:
    """The calls of one consultation, side by side."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        server: Address,
        headers: dict[str, str],
        loads: list[_Load],
        limits: Limits,
    ) -> None:
        self._client = client
        self._server = server
        self._headers = headers
        self._loads = loads
        self._limits = limits

    async def run(self, until: float) -> None:
        """Return when all is loaded or failed, at the latest at `until` (monotonic)."""
        tasks = [asyncio.create_task(self._load(load)) for load in self._loads]
        try:
            _, late = await asyncio.wait(tasks, timeout=until - time.monotonic())
        finally:
            for task in tasks:
                task.cancel()
        # What is late ends on its own; nobody waits for it. What failed otherwise is a mistake of ours: it is raised.
        for task in tasks:
            if task not in late:
                task.result()

    async def _load(self, load: _Load) -> None:
        try:
            await self._follow(load)
        except _Failed as failed:
            load.outcome = failed.outcome
        except RequestRefused:
            load.outcome = Outcome.NOT_FHIR
        except (httpx.HTTPError, httpx.InvalidURL):
            load.outcome = Outcome.UNREACHABLE
        else:
            load.outcome = Outcome.LOADED

    async def _follow(self, load: _Load) -> None:
        """Load page after page."""
        seen: set[Address] = set()
        url, entries = load.url, load.wanted.sent.count if load.wanted.sent else 0
        while True:
            if url is None or url in seen:
                raise _Failed(Outcome.FOREIGN_PAGE)
            if len(load.pages) == self._limits.max_pages:
                raise _Failed(Outcome.TOO_MANY_PAGES)
            seen.add(url)
            page = self._page(load, await self._get(load, url))
            entries += page.count
            if entries > self._limits.max_entries:
                raise _Failed(Outcome.TOO_LARGE)
            load.pages.append(page)
            if page.next_url is None:
                return
            url = _within(self._server, page.next_url)

    def _page(self, load: _Load, raw: bytes) -> Page:
        members = strict_json.check_members(raw, self._limits.max_bytes)
        key = load.wanted.key
        if not key.is_read:
            return read_page(raw, members)
        if resource_type(members) != key.resource_type:
            raise _Failed(Outcome.NOT_FHIR)
        return Page(raw)

    async def _get(self, load: _Load, url: Address) -> bytes:
        async with self._client.stream("GET", str(url), headers=self._headers) as response:
            if response.status_code != 200:
                raise _Failed(_outcome_of(response.status_code))
            body = bytearray()
            async for chunk in response.aiter_raw():  # never unpacked: kilobytes of gzip may unfold to a gigabyte
                self._take(load, len(chunk))
                body += chunk
        if load.cut:  # after its last byte
            raise _Failed(Outcome.TOO_LARGE)
        return bytes(body)

    def _take(self, load: _Load, count: int) -> None:
        """Take bytes of the budget. Where it is used up, the load that holds most is cut, and not the one that comes
        last: one key with a huge answer does not cost the others.
        """
        load.held += count
        while not load.cut and sum(each.held for each in self._loads) > self._limits.max_bytes:
            largest = max(self._loads, key=lambda each: each.held)
            largest.cut, largest.held, largest.outcome = True, 0, Outcome.TOO_LARGE
            largest.pages.clear()
        if load.cut:
            raise _Failed(Outcome.TOO_LARGE)


def _outcome_of(status: int) -> Outcome:
    if status in (401, 403):
        return Outcome.UNAUTHORIZED
    if status in (404, 410):
        return Outcome.NOT_FOUND
    if 300 <= status < 400:
        return Outcome.REDIRECTED
    return Outcome.SERVER_ERROR if status >= 500 else Outcome.REFUSED

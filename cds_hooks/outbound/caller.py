"""The one HTTP client of this service, on an event loop of its own, shared by all threads.

Redirects are not followed, cookies are not kept, the environment's proxies and passwords are not used.
"""

import asyncio
import atexit
import concurrent.futures
import logging
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, TypeVar

import httpx

from cds_hooks.addresses import Address
from cds_hooks.errors import CallFailed
from cds_hooks.outbound.places import Place, by_origin
from cds_hooks.outbound.transport import Guarded

_Result = TypeVar("_Result")
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "recurrence-cds"}
_GRACE = 1.0  # seconds in which a busy event loop may still say what came


class Outbound:
    """Calls to registered places. Safe for threads.

    Nothing is started before the first call; `close` (at exit at the latest) ends all of it.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = by_origin(places)
        self._starting = threading.Lock()
        self._running: _Running | None = None
        for name in ("httpx", "httpcore"):  # they would log addresses, which hold patient ids
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)

    def run(self, work: Callable[[httpx.AsyncClient], Coroutine[Any, Any, _Result]], seconds: float) -> _Result:
        """Run `work` on the event loop. Raises TimeoutError after `seconds`, CancelledError when closed meanwhile."""
        running = self._started()
        return running.wait_for(work(running.client), seconds)

    def fetch(self, url: Address, max_bytes: int, seconds: float) -> bytes:
        """The body of a GET that is answered 200 within the time and size. Raises CallFailed, which names nothing."""
        return self._answer("GET", url, max_bytes, seconds, _HEADERS, None)

    def send_form(self, url: Address, form: str, headers: Mapping[str, str], max_bytes: int, seconds: float) -> bytes:
        """The body of the answer to this form (form-urlencoded), likewise. Raises CallFailed, which names nothing."""
        told = {**_HEADERS, "Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._answer("POST", url, max_bytes, seconds, told, form.encode())

    def _answer(  # noqa: PLR0913, PLR0917 (all that a call has)
        self, method: str, url: Address, max_bytes: int, seconds: float, headers: Mapping[str, str], body: bytes | None
    ) -> bytes:
        async def within(client: httpx.AsyncClient) -> bytes:
            async with (
                asyncio.timeout(seconds),
                client.stream(method, str(url), headers=headers, content=body) as response,
            ):
                return await _read(response, max_bytes)

        try:
            return self.run(within, seconds + _GRACE)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, concurrent.futures.CancelledError):
            raise CallFailed("the address cannot be read") from None

    def close(self) -> None:
        """Cut off what is under way, close the connections and end the event loop."""
        with self._starting:
            running, self._running = self._running, None
        if running:
            atexit.unregister(self.close)
            running.close()

    def _started(self) -> "_Running":
        with self._starting:
            if self._running is None:
                self._running = _Running(Guarded(self._places))
                atexit.register(self.close)
            return self._running


async def _read(response: httpx.Response, max_bytes: int) -> bytes:
    if response.status_code != 200:
        raise CallFailed("the address does not answer 200")
    body = bytearray()
    async for chunk in response.aiter_raw():  # never unpacked: kilobytes of gzip may unfold to a gigabyte
        body += chunk
        if len(body) > max_bytes:
            raise CallFailed("the answer is too large")
    return bytes(body)


class _Running:
    """An event loop on a thread of its own, and the HTTP client that lives on it."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self.client = httpx.AsyncClient(
            transport=transport,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            timeout=None,  # noqa: S113 (each piece of work has its own deadline)
            follow_redirects=False,
            trust_env=False,
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="outbound", daemon=True)
        self._thread.start()

    def wait_for(self, doing: Coroutine[Any, Any, _Result], seconds: float | None = None) -> _Result:
        """Run it on the loop and return its result. Raises CancelledError when closed meanwhile, TimeoutError."""
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(seconds)

    def close(self) -> None:
        self.wait_for(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.client.aclose()

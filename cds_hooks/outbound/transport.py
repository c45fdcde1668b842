"""The way out: a name is resolved once, what it stands for is looked at, and the call goes to exactly that address."""

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from cds_hooks.outbound.places import IpAddress, Origin, Place, ip_of

RESOLVED_FOR = 60.0  # seconds for which an answer of the DNS is used
_PORTS = {"https": 443, "http": 80}


@dataclass(slots=True)
class _Resolved:
    addresses: tuple[IpAddress, ...]
    until: float


class Guarded(httpx.AsyncBaseTransport):
    """Calls registered origins only. A connection is made to an address that was looked at, never to a name, so that
    a second answer of the DNS cannot lead elsewhere; the certificate is still that of the name.
    """

    def __init__(self, places: Mapping[Origin, tuple[Place, ...]]) -> None:
        self._places = places
        self._certificates = ssl.create_default_context()  # the system's authorities, or those of SSL_CERT_FILE
        # a connection is shared by address and port alone: so each name has its own
        self._ways: dict[Origin, httpx.AsyncHTTPTransport] = {}
        self._resolved: dict[Origin, _Resolved] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it. Raises httpx.ConnectError where it may not go, whose message names nothing."""
        origin = _origin(request.url)
        places = self._places.get(origin)
        if places is None:
            raise httpx.ConnectError("not registered", request=request)
        last: Exception | None = None
        for ip in await self._addresses(origin, places):
            try:
                return await self._way(origin).handle_async_request(_to(request, ip))
            except httpx.ConnectError as error:
                last = error
        raise httpx.ConnectError("no connection", request=request) from last

    async def aclose(self) -> None:
        """Close every connection."""
        for way in self._ways.values():
            await way.aclose()

    def _way(self, origin: Origin) -> httpx.AsyncHTTPTransport:
        if origin not in self._ways:
            self._ways[origin] = httpx.AsyncHTTPTransport(verify=self._certificates, trust_env=False)
        return self._ways[origin]

    async def _addresses(self, origin: Origin, places: tuple[Place, ...]) -> tuple[IpAddress, ...]:
        """All addresses of the host; none at all if one of them is not permitted: who answers so is not trusted."""
        known = self._resolved.get(origin)
        if known is None or known.until <= time.monotonic():
            known = _Resolved(await _resolve(origin[1], origin[2]), time.monotonic() + RESOLVED_FOR)
            self._resolved[origin] = known
        permitted = all(any(place.permits(ip) for place in places) for ip in known.addresses)
        return known.addresses if permitted else ()


async def _resolve(host: str, port: int) -> tuple[IpAddress, ...]:
    literal = ip_of(host)
    if literal is not None:
        return (literal,)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    texts = dict.fromkeys(str(address[0]) for *_, address in found)
    return tuple(ip for text in texts if (ip := ip_of(text)) is not None)


def _origin(url: httpx.URL) -> Origin:
    host = f"[{url.host}]" if ":" in url.host else url.host
    return url.scheme, host, url.port or _PORTS.get(url.scheme, 0)


def _to(request: httpx.Request, ip: IpAddress) -> httpx.Request:
    """The same request at this address; the Host header and the certificate stay those of the name."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=str(ip)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )

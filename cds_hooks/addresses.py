"""Addresses of servers, read strictly and compared exactly: what may be called is decided on nothing else.

Only what every URL parser reads alike is an address here: no user, no fragment, no percent sign or dot segment in the
path, no blank, no letter beyond ASCII. What is called is written out of the parts that were compared.
"""

import ipaddress
import re
from dataclasses import dataclass

_ORIGIN = re.compile(r"https?://[a-z0-9.\-\[\]:]+")  # scheme, host and port alone, in lower case
_LONGEST = 8192  # characters; no server takes a longer one
_PORTS = {"https": 443, "http": 80}
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:/[a-z0-9._~!$&'()*+,;=:@-]*)*)(?P<query>\?[!\"$-~]*)?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Address:
    """An http(s) address. Scheme and host are in lower case, `port` is the default one where none was written; `path`
    is as written, `query` begins with "?" or is empty.
    """

    scheme: str
    host: str
    port: int
    path: str = ""
    query: str = ""

    def __str__(self) -> str:
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{self.path}{self.query}"

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this computer."""
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return self.host == "localhost"

    def covers(self, other: "Address") -> bool:
        """Whether `other` has the same scheme, host and port, and a path that begins with all segments of this one."""
        own, others = self.path.rstrip("/").split("/"), other.path.split("/")
        same_origin = (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port)
        return same_origin and others[: len(own)] == own


def read_address(text: str) -> Address:
    """The address in `text`. Raises ValueError, whose message does not repeat it."""
    found = _ADDRESS.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise ValueError("is not a plain http(s) address")
    scheme, path = found["scheme"].lower(), found["path"]
    port = int(found["port"] or _PORTS[scheme])
    if not 0 < port < 65536:
        raise ValueError("has a port that does not exist")
    segments = path.split("/")[1:]
    if not {".", ".."}.isdisjoint(segments) or "" in segments[:-1]:
        raise ValueError("has a path with dots or doubled slashes")
    return Address(scheme, _host(found["host"].lower()), port, path, found["query"] or "")


def _host(text: str) -> str:
    if not text.startswith("["):
        return text
    return f"[{ipaddress.IPv6Address(text[1:-1]).compressed}]"  # its error is a ValueError


def read_base(text: str) -> Address:
    """The base address of a server: no query, no slash at the end, and http only on this computer: a token or a chart
    never crosses a network in the clear. Raises ValueError.
    """
    address = read_address(text)
    if address.query:
        raise ValueError("must not have a query")
    if address.scheme == "http" and not address.is_loopback:
        raise ValueError("must be https: http is for this computer only")
    return Address(address.scheme, address.host, address.port, address.path.rstrip("/"))


def is_origin(text: str) -> bool:
    """Whether it is an origin as browsers send it: scheme, host and port, in lower case, no slash at the end."""
    return _ORIGIN.fullmatch(text) is not None

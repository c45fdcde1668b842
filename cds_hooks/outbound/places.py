"""Who may be called: registered servers, at public addresses unless another range is registered with them.

A name is as good as whoever answers for it in the DNS. So the address that a name stands for is looked at as well: a
private, link-local or loopback one (the metadata of a cloud, a database next door) is called only if whoever
registered the server said that it is there.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from cds_hooks.addresses import Address

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
Origin = tuple[str, str, int]

_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # NAT64 (RFC 6052): the last four bytes are an IPv4 address


@dataclass(frozen=True, slots=True)
class Place:
    """A registered server: its base address, and the ranges beyond the public internet in which its host may be."""

    base: Address
    networks: tuple[IpNetwork, ...] = ()

    @property
    def origin(self) -> Origin:
        """Scheme, host and port."""
        return self.base.scheme, self.base.host, self.base.port

    def permits(self, ip: IpAddress) -> bool:
        """Whether its host may be at this address. An address that was registered as such, and this computer where it
        was registered by the name localhost, need no range.
        """
        meant = _meant(ip)
        if meant is None:
            return False
        if ip in self._registered() or (self.base.host == "localhost" and meant.is_loopback):
            return True
        if any(meant in network for network in self.networks):
            return True
        return meant.is_global and not meant.is_multicast

    def _registered(self) -> tuple[IpAddress, ...]:
        literal = ip_of(self.base.host)
        return () if literal is None else (literal,)


def ip_of(host: str) -> IpAddress | None:
    """The address that a host is written as; None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def by_origin(places: Iterable[Place]) -> dict[Origin, tuple[Place, ...]]:
    """The places that share scheme, host and port."""
    found: dict[Origin, tuple[Place, ...]] = {}
    for place in places:
        found[place.origin] = (*found.get(place.origin, ()), place)
    return found


def _meant(ip: IpAddress) -> IpAddress | None:
    """The address where packets to `ip` end: an IPv4 address may be wrapped in an IPv6 one. None where that cannot be
    told (Teredo, 6to4: relays that nobody needs to reach an EHR).
    """
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip in _TRANSLATED:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return None if ip.teredo or ip.sixtofour else ip

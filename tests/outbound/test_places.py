"""At which addresses a registered server may be."""

import ipaddress

import pytest

from cds_hooks.addresses import read_base
from cds_hooks.outbound.places import Place, by_origin, ip_of

ELSEWHERE = [
    "10.0.0.5",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.9.9.9",
    "169.254.169.254",
    "0.0.0.0",  # noqa: S104 (an address that is refused)
    "255.255.255.255",
    "224.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "::1",
    "::",
    "::ffff:10.0.0.5",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:5",
    "64:ff9b::a9fe:a9fe",
    "2002:0a00:0005::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
]
PUBLIC = ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]


def ranged(*networks: str) -> Place:
    return Place(read_base("https://ehr.example.org/fhir"), tuple(map(ipaddress.ip_network, networks)))


@pytest.mark.parametrize("ip", ELSEWHERE)
def test_a_name_may_not_stand_for_an_address_that_is_not_public(ip: str) -> None:
    assert not ranged().permits(ipaddress.ip_address(ip))


@pytest.mark.parametrize("ip", PUBLIC)
def test_a_name_may_stand_for_a_public_address(ip: str) -> None:
    assert ranged().permits(ipaddress.ip_address(ip))


@pytest.mark.parametrize(
    ("network", "ip", "permitted"),
    [
        ("10.0.0.0/24", "10.0.0.5", True),
        ("10.0.0.0/24", "::ffff:10.0.0.5", True),
        ("10.0.0.0/24", "10.0.1.5", False),
        ("10.0.0.0/24", "fd00::5", False),
        ("fd00::/8", "fd00::5", True),
    ],
)
def test_a_registered_range_permits_its_own_addresses(network: str, ip: str, permitted: bool) -> None:
    assert ranged(network).permits(ipaddress.ip_address(ip)) is permitted


def test_an_address_that_is_registered_as_such_needs_no_range() -> None:
    place = Place(read_base("https://10.0.0.5/fhir"))
    assert place.permits(ipaddress.ip_address("10.0.0.5"))
    assert not place.permits(ipaddress.ip_address("10.0.0.6"))


def test_localhost_is_this_computer_and_nothing_else() -> None:
    place = Place(read_base("http://localhost:8001/fhir"))
    assert place.permits(ipaddress.ip_address("::1"))
    assert not place.permits(ipaddress.ip_address("10.0.0.5"))


def test_places_are_found_by_scheme_host_and_port() -> None:
    one, other = (Place(read_base(f"https://ehr.example.org/{path}")) for path in ("a", "b"))
    elsewhere = Place(read_base("https://ehr.example.org:8443/a"))
    found = by_origin((one, elsewhere, other))
    assert found[("https", "ehr.example.org", 443)] == (one, other)
    assert found[("https", "ehr.example.org", 8443)] == (elsewhere,)


@pytest.mark.parametrize("host", ["ehr.example.org", "2130706433", "0x7f.1", "127.1"])
def test_what_is_no_address_in_full_is_a_name(host: str) -> None:
    assert ip_of(host) is None

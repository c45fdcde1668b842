"""Over TLS: the address was looked at, and the certificate is still that of the name."""

import http.server
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from cds_hooks.addresses import read_address, read_base
from cds_hooks.errors import CallFailed
from cds_hooks.outbound.caller import Outbound
from cds_hooks.outbound.places import Place
from tests.outbound.test_caller import resolving
from tests.support.tokens import ec_key

NAME = "ehr.example.org"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for the name that is its own authority, and its key, in one file."""
    key = ec_key(77, "secp256r1")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = str(self.headers["Host"]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port(authority: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that do not trust us hang up
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch, authority: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    resolving(monkeypatch, ehr_example_org=[["127.0.0.1"]], other_example_org=[["127.0.0.1"]])


def fetched(host: str, port: int) -> bytes:
    base = read_base(f"https://{host}:{port}")
    outbound = Outbound((Place(base, (ip_network("127.0.0.0/8"),)),))
    try:
        return outbound.fetch(read_address(f"https://{host}:{port}/keys"), 1000, 5)
    finally:
        outbound.close()


def test_a_name_in_a_registered_range_is_called_with_its_own_certificate_and_host(port: int) -> None:
    assert fetched(NAME, port) == f"{NAME}:{port}".encode()


@pytest.mark.parametrize("host", ["other.example.org", "127.0.0.1"])
def test_the_certificate_of_another_name_is_refused(port: int, host: str) -> None:
    with pytest.raises(CallFailed):
        fetched(host, port)


def test_an_authority_that_is_not_trusted_is_refused(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(CallFailed):
        fetched(NAME, port)

"""A port that should hear nothing: every connection to it is counted, and hung up on."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread


class Sink:
    """What listens, on all of loopback, IPv4 and IPv6. `heard` are the first bytes of every connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.heard: list[bytes] = []


@contextmanager
def listening_sink() -> Iterator[Sink]:
    """Start it on a free port; all that connected before the context ends has been counted after it."""
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True, backlog=128) as listener:
        sink = Sink(listener.getsockname()[1])
        thread = Thread(target=_listen, args=(listener, sink), daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            with socket.create_connection(("127.0.0.1", sink.port)) as last:  # queued behind all others
                last.sendall(b"end of the test")
                thread.join(10)


def _listen(listener: socket.socket, sink: Sink) -> None:
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(5)
            said = connection.recv(100)
        if said == b"end of the test":
            return
        sink.heard.append(said)

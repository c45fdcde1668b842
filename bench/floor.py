"""The floor: the least that a service must do. Takes the body, decodes its envelope, answers a constant card."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec


class Envelope(msgspec.Struct):
    """A hook request with each prefetch value left as bytes."""

    hook: str
    hookInstance: str  # noqa: N815 (the name on the wire)
    context: dict[str, Any]
    prefetch: dict[str, msgspec.Raw]


DECODER = msgspec.json.Decoder(Envelope)
ANSWER = b'{"cards":[{"summary":"The floor","indicator":"info","source":{"label":"bench"}}]}'
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(ANSWER)))]


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A WSGI application; GET is answered too, so that a client can wait for it."""
    if environ["REQUEST_METHOD"] == "POST":
        DECODER.decode(environ["wsgi.input"].read())
    start_response("200 OK", HEADERS)
    return [ANSWER]

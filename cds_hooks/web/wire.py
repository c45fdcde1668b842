"""Bodies in and out: the media type that is accepted, and JSON answers."""

import json
from collections.abc import Mapping
from typing import Any

import flask
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from cds_hooks.errors import NotJsonMediaType, TooLarge
from cds_hooks.protocol.strict_json import too_large

_CHUNK = 1 << 20


def read_body(max_bytes: int) -> bytes:
    """The body of the current request. Raises NotJsonMediaType unless it is plain JSON in UTF-8.

    A Content-Encoding is refused: a few kilobytes of gzip may unfold to a gigabyte. Of a body that is too large no more
    than a byte beyond `max_bytes` is read: TooLarge, here or by the reader that is given what came.
    """
    request = flask.request
    media_type = request.mimetype
    if media_type != "application/json" and not (
        media_type.startswith("application/") and media_type.endswith("+json")
    ):
        raise NotJsonMediaType("Send Content-Type: application/json.")
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise NotJsonMediaType("Send the body in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise NotJsonMediaType("Send the body without a Content-Encoding.")
    if request.content_length is not None and request.content_length <= max_bytes:
        return _whole(request.content_length)
    # One byte more: Werkzeug cuts a chunked body at its limit without a word, so the cut one must be too long as well.
    request.max_content_length = max_bytes + 1
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        read_off(2 * max_bytes)
        raise TooLarge(too_large(max_bytes)) from None


def _whole(length: int) -> bytes:
    """A body of so many bytes, in one piece: Werkzeug would put it together from pieces of 64 kB."""
    stream = flask.request.environ["wsgi.input"]
    body: bytes = stream.read(length)
    while len(body) < length:
        more = stream.read(length - len(body))
        if not more:
            raise ClientDisconnected
        body += more
    return body


def read_off(most: int) -> None:
    """Take in what a client is still sending, but no more than `most` bytes: one whose connection breaks while it
    sends never sees the answer that tells it why.
    """
    length = flask.request.content_length
    stream, left = flask.request.environ["wsgi.input"], most if length is None else min(length, most)
    while left > 0 and (chunk := stream.read(min(left, _CHUNK))):
        left -= len(chunk)


def answer_of(body: bytes) -> flask.Response:
    """These bytes of JSON as the answer."""
    return flask.Response(body, 200, mimetype="application/json")


def json_answer(body: Mapping[str, Any], status: int = 200) -> flask.Response:
    """`body` as an answer in JSON; what JSON cannot hold (a Decimal, NaN) is a mistake of ours and raises."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return flask.Response(text, status, mimetype="application/json")

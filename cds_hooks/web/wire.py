"""Bodies in and out: the media type that is accepted, and JSON answers."""

import json
from collections.abc import Mapping
from typing import Any

import flask
from werkzeug.exceptions import RequestEntityTooLarge

from cds_hooks.errors import NotJsonMediaType, TooLarge


def read_body() -> bytes:
    """The body of the current request. Raises NotJsonMediaType unless it is plain JSON in UTF-8.

    A Content-Encoding is refused: a few kilobytes of gzip may unfold to a gigabyte. A body longer than Flask's
    MAX_CONTENT_LENGTH is not read: TooLarge.
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
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise TooLarge(f"The body has more than {request.max_content_length} bytes.") from None


def json_answer(body: Mapping[str, Any], status: int = 200) -> flask.Response:
    """`body` as an answer in JSON; what JSON cannot hold (a Decimal, NaN) is a mistake of ours and raises."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return flask.Response(text, status, mimetype="application/json")

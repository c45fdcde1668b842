"""Ids of calls: UUIDs of version 7 (RFC 9562), which sort by time."""

import secrets
from datetime import datetime
from uuid import UUID

_VERSION, _VARIANT = 7 << 76, 2 << 62


def new_id(now: datetime) -> str:
    """The milliseconds of `now` (aware), and 74 random bits."""
    milliseconds = int(now.timestamp() * 1000) & (2**48 - 1)
    value = milliseconds << 80 | _VERSION | secrets.randbits(12) << 64 | _VARIANT | secrets.randbits(62)
    return str(UUID(int=value))

"""Checkpoints: how long each chain was at a moment, signed, in a file outside the database.

Whoever can write to the database can cut off its newest rows; a checkpoint that names a row which is not there shows
it. A line is canonical JSON: the journal, the tenant, the sequence number and hash of its newest row, the time, the
sha-256 of the line before, the ring's key and an Ed25519 signature (RFC 8032) over all of these. Copy the file, or have
it shipped, to where the database's administrators cannot write.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cds_hooks.audit.keyring import Keyring
from cds_hooks.audit.rows import utc
from cds_hooks.protocol.canonical import canonical

_MEMBERS = ("journal", "tenant", "seq", "hash", "at", "before", "key")
_LONGEST = 8192  # bytes of a line
_TAIL = 256 * 1024  # bytes at the end of the file in which the newest lines are sought


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row of a tenant: its sequence number and its hash."""

    tenant: str
    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One line of the file. `problem` says what is wrong with the line itself, None if nothing is."""

    line: int
    journal: str = ""
    head: Head = Head("", 0, b"")
    at: str = ""
    problem: str | None = None


def append(path: Path, ring: Keyring, journal: str, heads: list[Head], now: datetime) -> None:
    """Sign these heads and append them, on disk when it returns. Several processes may do so. Raises OSError."""
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        before = _digest(_last_line(file))
        for head in heads:
            line = _signed(ring, journal, head, now, before)
            file.write(line + b"\n")
            before = _digest(line)
        file.flush()
        os.fsync(file.fileno())


def read(path: Path, ring: Keyring) -> Iterator[Checkpoint]:
    """Every line, checked; none if there is no file. Raises OSError if it cannot be read."""
    if not path.exists():
        return
    before = _digest(b"")
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            line = raw.rstrip(b"\n")
            yield _checked(number, line, ring, before)
            before = _digest(line)


def newest(path: Path) -> dict[str, Checkpoint]:
    """The last line of each tenant near the end of the file, unchecked: `read` checks. Raises OSError."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        lines = file.read().splitlines()
    found = {}
    for line in lines[size > _TAIL :]:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            told = json.loads(line)
            head = Head(told["tenant"], int(told["seq"]), bytes.fromhex(told["hash"]))
            found[head.tenant] = Checkpoint(0, told["journal"], head, told["at"])
    return found


def _signed(ring: Keyring, journal: str, head: Head, now: datetime, before: str) -> bytes:
    said = {
        "journal": journal,
        "tenant": head.tenant,
        "seq": head.seq,
        "hash": head.hash.hex(),
        "at": utc(now),
        "before": before,
        "key": ring.current,
    }
    signature = _signer(ring, ring.current).sign(canonical(said))
    return canonical({**said, "signature": signature.hex()})


def _checked(number: int, line: bytes, ring: Keyring, before: str) -> Checkpoint:
    try:
        told = json.loads(line)
        said = {name: told[name] for name in _MEMBERS}
        head = Head(said["tenant"], int(said["seq"]), bytes.fromhex(said["hash"]))
        _signer(ring, said["key"]).public_key().verify(bytes.fromhex(told["signature"]), canonical(said))
    except (ValueError, KeyError, TypeError):
        return Checkpoint(number, problem="it is no checkpoint, or signed with a key that is not in the ring")
    except InvalidSignature:
        return Checkpoint(number, problem="its signature does not fit: it was changed")
    problem = None if said["before"] == before else "the line before it was changed, taken out or put in"
    return Checkpoint(number, said["journal"], head, said["at"], problem)


def _signer(ring: Keyring, key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(ring.derived(key, "checkpoint"))


def _last_line(file: BinaryIO) -> bytes:
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - _LONGEST))
    lines = file.read().splitlines()
    file.seek(0, os.SEEK_END)
    return lines[-1] if lines else b""


def _digest(line: bytes) -> str:
    return sha256(line).hexdigest()

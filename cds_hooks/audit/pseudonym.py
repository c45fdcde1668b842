"""Keyed pseudonyms: the journal can tell that two answers were about one person, and nothing else."""

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from cds_hooks.errors import SettingsBroken

KEY_BYTES = 32  # the digest size of SHA-256; a shorter HMAC key weakens it (RFC 2104 section 3)


def pseudonym(key: bytes, kind: str, identifier: str) -> str:
    """HMAC-SHA256 of the identifier as 64 hex digits. `kind` ("patient", "user") keeps the name spaces apart."""
    return hmac.new(key, f"{kind}\0{identifier}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def check_key(key: bytes) -> bytes:
    """The key itself; raises SettingsBroken if it is shorter than KEY_BYTES."""
    if len(key) < KEY_BYTES:
        raise SettingsBroken((f"the pseudonym key has {len(key)} bytes; at least {KEY_BYTES} are needed",))
    return key


def read_key(path: Path) -> bytes:
    """The key in the file, without surrounding white space; raises SettingsBroken if missing or short."""
    try:
        return check_key(path.read_bytes().strip())
    except OSError as error:
        raise SettingsBroken(
            (f"the pseudonym key {path} cannot be read: {error.strerror} (openssl rand -hex 32 makes one)",)
        ) from error


def read_or_create_key(path: Path) -> bytes:
    """The key in the file; a new random one (mode 0600) is written first if there is no file.

    Several processes may start at once: the key is written whole beside the path and then linked into place,
    so that all of them read the same one.
    """
    if not path.exists():
        try:
            _create(path)
        except OSError as error:
            raise SettingsBroken((f"the pseudonym key {path} cannot be written: {error.strerror}",)) from error
    return read_key(path)


def _create(path: Path) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(KEY_BYTES).encode() + b"\n")
        with contextlib.suppress(FileExistsError):  # another process was first: its key counts
            os.link(name, path)
    finally:
        Path(name).unlink()

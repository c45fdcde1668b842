"""The keys of the journal: a ring of secrets in a file, and from each secret one key per purpose.

A line of the file is `id:hex`; the first is the current one. To rotate, put a new line before the others: what is
sealed from then on rests on it, what was sealed before stays readable. The last line is the oldest; pseudonyms and the
chain rest on it, so that they remain comparable. A file with one line without an id is one key.
"""

import contextlib
import hashlib
import hmac
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cds_hooks.errors import SettingsBroken

KEY_BYTES = 32  # the digest size of SHA-256; a shorter HMAC key weakens it (RFC 2104 section 3)
_LINE = re.compile(r"([A-Za-z0-9._-]{1,64}):((?:[0-9a-fA-F]{2})+)")


@dataclass(frozen=True)
class Keyring:
    """Secrets by their id, the current one first, the oldest last."""

    secrets: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        for id_, secret in self.secrets.items():
            if len(secret) < KEY_BYTES:
                raise SettingsBroken((f"the key {id_} has {len(secret)} bytes; at least {KEY_BYTES} are needed",))

    @classmethod
    def of(cls, secret: bytes) -> "Keyring":
        """A ring of one key; its id is derived from it."""
        return cls({hashlib.sha256(secret).hexdigest()[:8]: secret})

    @property
    def current(self) -> str:
        """The id of the key that seals what is new."""
        return next(iter(self.secrets))

    def derived(self, id_: str, purpose: str) -> bytes:
        """32 bytes for one purpose (HKDF-SHA256, RFC 5869). Raises KeyError if the ring does not hold the key."""
        made = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"recurrence-cds {purpose}".encode())
        return made.derive(self.secrets[id_])

    @cached_property
    def chain_key(self) -> bytes:
        """Keys the hashes of the chain: who cannot read the ring cannot make a row that fits."""
        return self.derived(self._oldest, "chain")

    def pseudonym(self, tenant: str, kind: str, identifier: str) -> str:
        """HMAC-SHA256 as 64 hex digits. Tenants and kinds ("patient", "user") are name spaces of their own."""
        text = f"{tenant}\0{kind}\0{identifier}".encode("utf-8", "surrogatepass")
        return hmac.new(self._pseudonym_key, text, hashlib.sha256).hexdigest()

    @cached_property
    def explanation_key(self) -> bytes:
        """Signs the words that open explanations."""
        return self.derived(self._oldest, "explanation")

    @cached_property
    def export_key(self) -> bytes:
        """Keys the pseudonyms that exist in exports alone."""
        return self.derived(self._oldest, "export")

    @cached_property
    def _pseudonym_key(self) -> bytes:
        return self.derived(self._oldest, "pseudonym")

    @property
    def _oldest(self) -> str:
        return next(reversed(list(self.secrets)))


def read_keyring(path: Path) -> Keyring:
    """The ring in the file. Raises SettingsBroken if it is missing, or a line of it is no key or too short."""
    try:
        lines = [line.strip() for line in path.read_bytes().splitlines() if line.strip()]
    except OSError as error:
        raise SettingsBroken(
            (f"the keys {path} cannot be read: {error.strerror} (openssl rand -hex 32 makes one)",)
        ) from error
    if len(lines) == 1 and b":" not in lines[0]:
        return Keyring.of(lines[0])
    found: dict[str, bytes] = {}
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line.decode("utf-8", "replace"))
        if match is None or match[1] in found:
            raise SettingsBroken((f"the keys {path}, line {number}: must be id:hex, each id once",))
        found[match[1]] = bytes.fromhex(match[2])
    if not found:
        raise SettingsBroken((f"the keys {path}: there is no key in it (openssl rand -hex 32 makes one)",))
    return Keyring(found)


def read_or_create_keyring(path: Path) -> Keyring:
    """The ring in the file; a new one with a random key (mode 0600) is written first if there is no file.

    Several processes may start at once: the file is written whole beside the path and then linked into place, so that
    all of them read the same one.
    """
    if not path.exists():
        try:
            _create(path)
        except OSError as error:
            raise SettingsBroken((f"the keys {path} cannot be written: {error.strerror}",)) from error
    return read_keyring(path)


def _create(path: Path) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(f"k1:{secrets.token_hex(KEY_BYTES)}\n".encode())
        with contextlib.suppress(FileExistsError):  # another process was first: its key counts
            os.link(name, path)
    finally:
        Path(name).unlink()

"""What may hold patient data is sealed: compressed and encrypted with a key of its tenant and month.

The month's key is itself wrapped by the ring and kept in a table. To forget a month is to delete its wrapped key: the
rows stay, and with them the chain, which hashes the sealed bytes. Sealing is AES-256-GCM (NIST SP 800-38D) with a
random nonce; the row's id is authenticated with it, so that a payload cannot be moved to another row.
"""

import os
import zlib
from dataclasses import dataclass
from uuid import uuid4

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cds_hooks.audit.keyring import Keyring
from cds_hooks.audit.tables import data_key
from cds_hooks.errors import PayloadForgotten, PayloadUnreadable

NONCE_BYTES = 12
KEY_BITS = 256
_LEVEL = 1  # of zlib: a chart shrinks to a fifth already, the next levels take twice the time


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one tenant and month, and the id under which its wrapped form is kept."""

    id: str
    cipher: AESGCM

    def seal(self, row: str, content: bytes) -> bytes:
        """The nonce, and the ciphertext of the compressed content."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self.cipher.encrypt(nonce, zlib.compress(content, _LEVEL), row.encode())

    def unseal(self, row: str, sealed: bytes) -> bytes:
        """The content. Raises PayloadUnreadable."""
        return zlib.decompress(_decrypted(self.cipher, sealed, row))


class DataKeys:
    """The data keys of a journal, each unwrapped once and kept in memory."""

    def __init__(self, ring: Keyring) -> None:
        self._ring = ring
        self._of_month: dict[tuple[str, str], DataKey] = {}
        self._by_id: dict[str, DataKey] = {}

    def known(self, tenant: str, month: str) -> DataKey | None:
        """The month's key if it was used already by this process."""
        return self._of_month.get((tenant, month))

    def obtain(self, connection: sa.Connection, tenant: str, month: str) -> DataKey:
        """The month's key, made and kept if there is none. The caller's transaction keeps others from making one."""
        chosen = sa.select(data_key).where(data_key.c.tenant == tenant, data_key.c.month == month)
        row = connection.execute(chosen).first()
        if row is None:
            id_, secret = str(uuid4()), AESGCM.generate_key(KEY_BITS)
            wrapped = self._wrap(self._ring.current, _purpose(id_, tenant, month), secret)
            made = {"id": id_, "tenant": tenant, "month": month, "ring_key": self._ring.current, "wrapped": wrapped}
            connection.execute(data_key.insert(), made)
            found = DataKey(id_, AESGCM(secret))
        else:
            found = self._unwrapped(row)
        self._of_month[tenant, month] = self._by_id[found.id] = found
        return found

    def forget(self, tenant: str, month: str) -> None:
        """Drop the month's key from memory: a transaction that made it did not commit."""
        self._of_month.pop((tenant, month), None)

    def find(self, connection: sa.Connection, id_: str) -> DataKey:
        """The key with this id. Raises PayloadForgotten if it is not kept any more, PayloadUnreadable."""
        row = connection.execute(sa.select(data_key).where(data_key.c.id == id_)).first()
        if row is None:  # it was shredded, perhaps by another process: what this one remembers does not count
            self._by_id.pop(id_, None)
            raise PayloadForgotten("the key of this row's month was shredded")
        if id_ not in self._by_id:
            self._by_id[id_] = self._unwrapped(row)
        return self._by_id[id_]

    def check(self, row: "sa.Row[tuple[str, ...]]") -> None:
        """Raises PayloadUnreadable if this wrapped key was changed or belongs to another ring."""
        self._unwrapped(row)

    def _wrap(self, ring_key: str, purpose: str, secret: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self._ring.derived(ring_key, "wrap")).encrypt(nonce, secret, purpose.encode())

    def _unwrapped(self, row: "sa.Row[tuple[str, ...]]") -> DataKey:
        if row.ring_key not in self._ring.secrets:
            raise PayloadUnreadable("its key is wrapped with a key that is not in the ring")
        cipher = AESGCM(self._ring.derived(row.ring_key, "wrap"))
        secret = _decrypted(cipher, row.wrapped, _purpose(row.id, row.tenant, row.month))
        return DataKey(row.id, AESGCM(secret))


def _purpose(id_: str, tenant: str, month: str) -> str:
    return f"{id_}\0{tenant}\0{month}"


def _decrypted(cipher: AESGCM, sealed: bytes, about: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError) as error:
        raise PayloadUnreadable("it was changed, or belongs to another row or another ring of keys") from error

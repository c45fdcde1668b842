"""The chain: each row is hashed with the hash of the row before it, per tenant, so that none can be changed, taken out
or slipped in unnoticed. What the chain alone cannot show, that its newest rows were cut off, checkpoints do.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from cds_hooks.audit.keyring import Keyring
from cds_hooks.protocol.canonical import canonical


def genesis(ring: Keyring, journal: str, tenant: str) -> bytes:
    """What the first row of a tenant has as the hash before it: bound to this journal and to no other."""
    return hmac.new(ring.chain_key, f"genesis\0{journal}\0{tenant}".encode(), hashlib.sha256).digest()


def row_hash(ring: Keyring, row: Mapping[str, Any]) -> bytes:
    """HMAC-SHA256 over every column that has a value, but for the hash itself; of sealed bytes over their sha-256.

    A column that is added later does not change the hash of earlier rows, which have no value there.
    """
    return hmac.new(ring.chain_key, _written(row), hashlib.sha256).digest()


def _written(row: Mapping[str, Any]) -> bytes:
    content = {name: value for name, value in row.items() if value is not None and name not in ("hash", "sealed")}
    if row.get("sealed") is not None:
        content["sealed"] = hashlib.sha256(row["sealed"]).hexdigest()
    return canonical({name: _word(value) for name, value in content.items()})


def _word(value: Any) -> Any:
    """Bytes as hex; a fraction in the shortest digits that tell it, which is what comes back from either database."""
    return value.hex() if isinstance(value, bytes) else repr(value) if isinstance(value, float) else value

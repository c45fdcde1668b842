"""The word that opens the explanation of a decision: its id and a signature. It names nobody.

A card's link holds it, so it must be the same whenever the decision is made again: it rests on the id alone. How long
it opens anything is decided when it is used, by the time of the decision.
"""

import base64
import binascii
import hmac
from hashlib import sha256
from uuid import UUID

from cds_hooks.audit.keyring import Keyring

_ID_BYTES, _SIGNATURE_BYTES = 16, 16  # 128 bits of HMAC-SHA256: RFC 2104 section 5 allows for half of it


def word_for(ring: Keyring, decision_id: str) -> str:
    """The word for the decision with this UUID: 43 characters that need no escaping in an address."""
    id_ = UUID(decision_id).bytes
    return base64.urlsafe_b64encode(id_ + _signature(ring, id_)).rstrip(b"=").decode()


def decision_of(ring: Keyring, word: str) -> str | None:
    """The id of the decision that the word opens; None if we did not make it."""
    try:
        opened = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    id_, signature = opened[:_ID_BYTES], opened[_ID_BYTES:]
    right = len(id_) == _ID_BYTES and hmac.compare_digest(signature, _signature(ring, id_))
    return str(UUID(bytes=id_)) if right else None


def _signature(ring: Keyring, id_: bytes) -> bytes:
    return hmac.new(ring.explanation_key, id_, sha256).digest()[:_SIGNATURE_BYTES]

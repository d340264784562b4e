"""An id with its MAC, as a token for URLs. Made with a key of 128 bits, so that nothing secret is
stored and the same token can be written again.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from uuid import UUID

_MAC_BYTES = 16


def sign_id(secret: bytes, purpose: bytes, signed_id: UUID) -> str:
    """`purpose` keeps a token of one kind from being taken for one of another."""
    mac = hmac.digest(secret, purpose + signed_id.bytes, sha256)[:_MAC_BYTES]
    return urlsafe_b64encode(signed_id.bytes + mac).decode().rstrip("=")


def id_of(secret: bytes, purpose: bytes, token: str) -> UUID | None:
    """None for what we never gave. Only the very text that `sign_id` makes will do, compared in a
    time that tells nothing.
    """
    try:
        signed_id = UUID(bytes=urlsafe_b64decode(token.encode() + b"==")[:16])
    except ValueError:
        return None
    expected = sign_id(secret, purpose, signed_id)
    return signed_id if hmac.compare_digest(token.encode(), expected.encode()) else None

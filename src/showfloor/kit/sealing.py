"""Secrets that must be readable again (the keys of other networks), encrypted at rest.

AES-256-GCM (NIST SP 800-38D) with a key that is derived from the installation's secret (HKDF, RFC
5869). What belongs to one row does not open in another.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class Unreadable(ValueError):
    """Not sealed with this secret, or not for this owner."""


def seal(secret: str, text: str, *, owner: bytes) -> bytes:
    """`owner` names the row that the text belongs to."""
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(secret).encrypt(nonce, text.encode(), owner)


def unseal(secret: str, sealed: bytes, *, owner: bytes) -> str:
    """The inverse of `seal`; raises Unreadable."""
    try:
        return _cipher(secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], owner).decode()
    except (InvalidTag, ValueError):
        raise Unreadable from None


def _cipher(secret: str) -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"showfloor sealed text")
    return AESGCM(derive.derive(secret.encode()))

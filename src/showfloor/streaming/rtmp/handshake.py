"""The simple handshake (RTMP 1.0 §5.2). Every publisher in use accepts it; the digest variant was
for Flash players.
"""

from __future__ import annotations

import os

_VERSION = 3
_C1_SIZE = 1536


class NotRtmp(ValueError):
    """The first byte is not an RTMP version: a port scanner, a browser, TLS."""


class Handshake:
    """Takes C0, C1 and C2, gives S0, S1 and S2."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._answered = False

    def feed(self, data: bytes) -> tuple[bytes, bytes | None]:
        """What to send now, and (once C2 has come) the bytes that follow the handshake."""
        self._waiting += data
        if not self._answered and self._waiting and self._waiting[0] != _VERSION:
            raise NotRtmp(f"first byte {self._waiting[0]}")
        reply = b""
        if not self._answered and len(self._waiting) > _C1_SIZE:
            c1 = bytes(self._waiting[1 : 1 + _C1_SIZE])
            del self._waiting[: 1 + _C1_SIZE]
            self._answered = True
            reply = bytes([_VERSION]) + bytes(8) + os.urandom(_C1_SIZE - 8) + c1
        if self._answered and len(self._waiting) >= _C1_SIZE:
            # C2 should echo S1; several encoders send something else, so nobody checks it.
            return reply, bytes(self._waiting[_C1_SIZE:])
        return reply, None

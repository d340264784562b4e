"""Bits of H.264 headers: emulation prevention and Exp-Golomb codes (ITU-T H.264 §7.4.1, §9.1)."""

from __future__ import annotations


def unescape(data: bytes) -> bytes:
    """Take the emulation prevention bytes out (H.264 §7.4.1)."""
    return data.replace(b"\0\0\3", b"\0\0")


_MOST_ZEROS = 32
"""In front of an Exp-Golomb code: no value of H.264 has more than 32 bits (§7.4)."""


class Bits:
    """Reads fixed and Exp-Golomb codes (H.264 §9.1); IndexError beyond the end, and for a code that
    is longer than any value.
    """

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def fixed(self, size: int) -> int:
        if size > self._left:
            raise IndexError
        self._left -= size
        return self._value >> self._left & ((1 << size) - 1)

    def unsigned(self) -> int:
        zeros = 0
        while not self.fixed(1):
            zeros += 1
            if zeros > _MOST_ZEROS:
                raise IndexError
        return (1 << zeros) - 1 + self.fixed(zeros)

    def signed(self) -> int:
        code = self.unsigned()
        return (code + 1) // 2 if code & 1 else -(code // 2)

"""H.264 as a byte stream (ITU-T H.264 Annex B), turned into what the publishing port takes."""

from __future__ import annotations

_START = b"\0\0\1"


def to_length_prefixed(stream: bytes | bytearray) -> bytes:
    """The NAL units of a byte stream with four bytes of length in front of each.

    What stands before the first start code is no NAL unit and is left out.
    """
    pieces: list[bytes | bytearray] = []
    begin = stream.find(_START)
    while begin >= 0:
        begin += len(_START)
        end = stream.find(_START, begin)
        # A NAL unit never ends with a zero: those belong to the start code that follows (§B.1.1).
        unit = (stream[begin:] if end < 0 else stream[begin:end]).rstrip(b"\0")
        if unit:
            pieces += [len(unit).to_bytes(4, "big"), unit]
        begin = end
    return b"".join(pieces)

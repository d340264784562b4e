"""The NAL units of a length-prefixed H.264 packet (ISO/IEC 14496-15 §5.3, ITU-T H.264 §7.3.1)."""

from __future__ import annotations

from collections.abc import Sequence

from showfloor.streaming.codecs.bits import Bits, unescape

SPS, PPS = 7, 8
_IDR = 5
_SLICES = frozenset((1, 2, 3, 4, 5))
"""Coded slices and slice data partitions: what a picture is made of."""
_TRAILING = frozenset((10, 11, 12))
"""End of sequence, end of stream, filler: of no use to the next picture."""
_INTRA_SLICES = (2, 4, 7, 9)
_FIRST_BYTES = 24
"""More than first_mb_in_slice and slice_type take."""


def split(payload: memoryview, length_size: int) -> list[memoryview] | None:
    """The units of a packet, each with its length in front; None when the lengths do not add up.

    Empty units and zeros behind the last unit are left out.
    """
    units = []
    position, end = 0, len(payload)
    while position + length_size <= end:
        following = position + length_size
        following += int.from_bytes(payload[position:following], "big")
        if following > end:
            return None
        if following - position > length_size:
            units.append(payload[position:following])
        position = following
    return None if any(payload[position:]) else units


def kind(unit: memoryview, length_size: int) -> int:
    """nal_unit_type (§7.4.1)."""
    return unit[length_size] & 31


def is_slice(kind: int) -> bool:
    return kind in _SLICES


def belongs_to_next(kind: int) -> bool:
    """Whether a unit outside any picture (SEI, delimiter, parameter set) is part of the next."""
    return kind not in _TRAILING


def begins_picture(slice_unit: memoryview, length_size: int) -> bool:
    """Whether first_mb_in_slice is 0 (§7.3.3): its Exp-Golomb code is a single 1 bit."""
    return len(slice_unit) > length_size + 1 and slice_unit[length_size + 1] >= 0x80


def can_start_decoding(slices: Sequence[memoryview], length_size: int, *, claimed: bool) -> bool:
    """Whether these slices are of a picture at which decoding can start.

    That is an IDR picture, or one that the publisher says it is and that holds intra slices only
    (open groups of pictures with a recovery point).
    """
    for unit in slices:
        if unit[length_size] & 31 == _IDR:
            return True
    return claimed and bool(slices) and all(_is_intra(unit, length_size) for unit in slices)


def _is_intra(unit: memoryview, length_size: int) -> bool:
    head = bytes(unit[length_size + 1 : length_size + 1 + _FIRST_BYTES])
    bits = Bits(unescape(head))
    try:
        bits.unsigned()
        return bits.unsigned() in _INTRA_SLICES
    except IndexError:
        return False

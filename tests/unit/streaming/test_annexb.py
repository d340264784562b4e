"""H.264 byte streams."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.streaming.codecs import nal
from showfloor.streaming.codecs.annexb import to_length_prefixed


@pytest.mark.parametrize(
    ("stream", "units"),
    [
        (b"\0\0\0\1\x67ab\0\0\0\1\x68c\0\0\1\x65def", [b"\x67ab", b"\x68c", b"\x65def"]),
        (b"\0\0\1\x65d\0\0\3\1", [b"\x65d\0\0\3\1"]),
        (b"noise\0\0\1\x65d\0\0", [b"\x65d"]),
        (b"\0\0\1\0\0\1\x65d", [b"\x65d"]),
        (b"", []),
        (b"no start code", []),
    ],
    ids=["three", "escaped", "noise in front", "empty unit", "nothing", "no start code"],
)
def test_byte_stream_becomes_length_prefixed(stream: bytes, units: list[bytes]) -> None:
    prefixed = to_length_prefixed(stream)

    assert prefixed == b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6))
def test_any_units_come_back(bodies: list[bytes]) -> None:
    units = [b"\x65" + body.replace(b"\0", b"\2") for body in bodies]

    prefixed = to_length_prefixed(b"".join(b"\0\0\0\1" + unit for unit in units))

    found = nal.split(memoryview(prefixed), 4)
    assert found is not None
    assert [bytes(unit[4:]) for unit in found] == units

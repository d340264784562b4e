"""AMF0, the value format of RTMP commands (Action Message Format 0, Adobe 2007).

AMF3 is not spoken by any publisher we know.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import NamedTuple, Union

Value = Union[None, bool, float, str, dict[str, "Value"], list["Value"]]  # noqa: UP007 - a recursive alias needs a name that exists

_MAX_DEPTH = 16
_OBJECT_END = 9
_MEMBERS_AFTER = {3: 0, 8: 4}
"""Markers of an object and of an ECMA array, which has a count before its members; nobody needs it.
"""
_SKIPPED = {5: 0, 6: 0, 7: 2, 13: 0}
"""Null, undefined, a reference to an earlier object, unsupported."""


class AmfError(ValueError):
    """The bytes are not AMF0."""


def decode(data: bytes | bytearray) -> list[Value]:
    """All values of a message, in order; raises AmfError."""
    reader = _Reader(bytes(data))
    values = []
    while not reader.at_end():
        values.append(reader.value(0))
    return values


class Command(NamedTuple):
    """What a command message says: the arguments as far as they can be read.

    `transaction` is 0 when it is no number: it is sent back in the answer.
    """

    name: str
    transaction: float
    arguments: list[Value]


def decode_command(data: bytes | bytearray) -> Command | None:
    """A command message; None when it does not even begin with a name.

    Encoders put values that we do not read (AMF3 among them) into commands that mean nothing to us,
    so a value that cannot be read ends the arguments and not the connection.
    """
    reader = _Reader(bytes(data))
    values: list[Value] = []
    try:
        while not reader.at_end():
            values.append(reader.value(0))
    except AmfError:
        values += reader.unfinished
    if not values or not isinstance(values[0], str):
        return None
    number = values[1] if len(values) > 1 else None
    return Command(values[0], number if isinstance(number, float) else 0.0, values[2:])


def encode(*values: object) -> bytes:
    """The values one after the other."""
    return b"".join(_encode(value) for value in values)


def _encode(value: object) -> bytes:
    match value:
        case None:
            return b"\x05"
        case bool():
            return b"\x01\x01" if value else b"\x01\x00"
        case int() | float():
            return b"\x00" + struct.pack(">d", value)
        case str():
            return _encode_string(value)
        case Mapping():
            return (
                b"\x03"
                + b"".join(_key(str(name)) + _encode(item) for name, item in value.items())
                + b"\0\0\x09"
            )
        case list():
            return (
                b"\x0a" + struct.pack(">I", len(value)) + b"".join(_encode(item) for item in value)
            )
    raise TypeError(f"AMF0 has no {type(value).__name__}")


def _key(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw


def _encode_string(text: str) -> bytes:
    raw = text.encode()
    if len(raw) < 0x10000:
        return b"\x02" + struct.pack(">H", len(raw)) + raw
    return b"\x0c" + struct.pack(">I", len(raw)) + raw


class _Reader:
    """A cursor that never reads past the end and never nests deeper than a stack can take."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0
        self.unfinished: list[Value] = []
        """The outermost object that was being read, with the members that were whole."""

    def at_end(self) -> bool:
        return self._position >= len(self._data)

    def value(self, depth: int) -> Value:
        if depth > _MAX_DEPTH:
            raise AmfError("nested too deep")
        marker = self._take(1)[0]
        if marker in _MEMBERS_AFTER:
            return self._members(_MEMBERS_AFTER[marker], depth)
        if marker in _SKIPPED:
            self._take(_SKIPPED[marker])
            return None
        match marker:
            case 0:
                return self._double()
            case 1:
                return self._take(1)[0] != 0
            case 2:
                return self._text(self._short())
            case 10:
                return [self.value(depth + 1) for _ in range(self._count())]
            case 11:
                return float(struct.unpack(">d2x", self._take(10))[0])
            case 12 | 15:
                return self._text(self._long())
        raise AmfError(f"unknown marker {marker}")

    def _members(self, head: int, depth: int) -> dict[str, Value]:
        self._take(head)
        members: dict[str, Value] = {}
        if depth == 0:
            self.unfinished = [members]
        while True:
            name = self._text(self._short())
            if not name and self._data[self._position : self._position + 1] == bytes([_OBJECT_END]):
                self._position += 1
                if depth == 0:
                    self.unfinished = []
                return members
            members[name] = self.value(depth + 1)

    def _count(self) -> int:
        """The length of a strict array; each item needs a byte, so a lie is found at once."""
        count = self._long()
        if count > len(self._data) - self._position:
            raise AmfError("array longer than its message")
        return count

    def _take(self, size: int) -> bytes:
        piece = self._data[self._position : self._position + size]
        if len(piece) != size:
            raise AmfError("ends in the middle of a value")
        self._position += size
        return piece

    def _double(self) -> float:
        return float(struct.unpack(">d", self._take(8))[0])

    def _short(self) -> int:
        return int.from_bytes(self._take(2), "big")

    def _long(self) -> int:
        return int.from_bytes(self._take(4), "big")

    def _text(self, size: int) -> str:
        return self._take(size).decode("utf-8", "replace")

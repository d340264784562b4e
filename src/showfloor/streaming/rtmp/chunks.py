"""Chunks to messages and back (RTMP 1.0 §5.3). The reader is the hottest loop of the process: flat
on purpose.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

SET_CHUNK_SIZE = 1
ABORT = 2
AUDIO = 8
VIDEO = 9
AGGREGATE = 22
_CONTROL = (SET_CHUNK_SIZE, ABORT)
_MEDIA = (AUDIO, VIDEO, AGGREGATE)
_HEADER_SIZES = (11, 7, 3, 0)
_EXTENDED = 0xFFFFFF
_MAX_CHUNK_STREAMS = 64


class ChunkError(ValueError):
    """The peer broke the chunk format, or asks for more memory than it may have."""


class Message(NamedTuple):
    """One RTMP message. `timestamp` is milliseconds modulo 2**32."""

    kind: int
    stream: int
    timestamp: int
    payload: bytes | bytearray


class _ChunkStream:
    """What the next chunk of this id inherits."""

    __slots__ = (
        "continuation",
        "delta",
        "extended",
        "field",
        "kind",
        "length",
        "missing",
        "payload",
        "stream",
        "timestamp",
    )

    def __init__(self, number: int) -> None:
        self.continuation = 0xC0 | number if number < 64 else -1
        """The whole header of a chunk that goes on with a message (type 3, §5.3.1.2.4)."""
        self.timestamp = self.delta = self.length = self.kind = self.stream = 0
        self.field = 0
        """The last extended timestamp as sent: what a type 3 chunk repeats."""
        self.extended = False
        self.payload = bytearray()
        self.missing = 0
        """Bytes that the message under way still needs; 0 between messages."""

    @property
    def goes_on(self) -> bool:
        """Whether a message is under way whose further chunks have a header of one byte."""
        return self.missing > 0 and not self.extended


class ChunkReader:
    """Puts messages together, whatever the pieces in which the bytes arrive.

    `limit` bounds a message, `media_limit` one of sound or picture, doubled also all unfinished
    messages together, by the lengths that they announce: a stranger gets little, a publisher
    enough. Set Chunk Size and Abort are applied here because they must act between two chunks.
    """

    def __init__(self, limit: int) -> None:
        self.media_limit = limit
        self._limit = limit
        self._chunk_size = 128
        self._streams: dict[int, _ChunkStream] = {}
        self._header_rest = b""
        self._current: _ChunkStream | None = None
        self._newest: _ChunkStream | None = None
        self._chunk_left = 0
        self._announced = 0
        """Bytes of all messages that are under way, as far as they have come or not."""

    @property
    def missing(self) -> int:
        """Bytes that the message of the newest chunk still needs, with a header of one byte for
        each further chunk.
        """
        if self._newest is None:
            return 0
        missing = self._newest.missing
        return missing + missing // self._chunk_size

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that `data` completes; raises ChunkError.

        Reads on when the next is asked for, so that what a message changes (the limit of an
        admitted publisher) holds for those behind it. All must be taken before more is fed.
        """
        if self._header_rest:
            data = self._header_rest + data
            self._header_rest = b""
        position, end = 0, len(data)
        while position < end:
            current = self._current
            if current is None:
                after = self._next_chunk(data, position, end)
                if after < 0:
                    self._header_rest = data[position:]
                    break
                position = after
                current = self._current
                assert current is not None
            take = min(self._chunk_left, end - position)
            if take == current.length:
                payload: bytes | bytearray = data[position : position + take]
            else:
                current.payload += data[position : position + take]
                payload = current.payload
            position += take
            self._chunk_left -= take
            current.missing -= take
            if self._chunk_left == 0:
                self._current = None
                if current.missing:
                    continue
                self._announced -= current.length
                if payload is current.payload:
                    current.payload = bytearray()
                if current.kind in _CONTROL:
                    self._apply(current.kind, payload)
                else:
                    yield Message(current.kind, current.stream, current.timestamp, payload)

    def _next_chunk(self, data: bytes, position: int, end: int) -> int:
        """Most chunks of a picture go on with the message of the chunk before."""
        newest = self._newest
        if newest is None or data[position] != newest.continuation or not newest.goes_on:
            return self._read_header(data, position, end)
        self._current = newest
        self._chunk_left = min(self._chunk_size, newest.missing)
        return position + 1

    def _read_header(self, data: bytes, position: int, end: int) -> int:
        """Begin a chunk: sets `_current` and `_chunk_left`, returns where its payload starts, or -1
        when the header is not whole.
        """
        start = position
        form = data[position] >> 6
        number = data[position] & 63
        position += 1
        if number < 2:
            position += number + 1
            if position > end:
                return -1
            number = 64 + int.from_bytes(data[start + 1 : position], "little")
        body = position
        position += _HEADER_SIZES[form]
        if position > end:
            return -1
        current = self._streams.get(number) or self._open(number, form)
        field = 0
        extended = current.extended
        if form < 3:
            field = data[body] << 16 | data[body + 1] << 8 | data[body + 2]
            extended = field == _EXTENDED
        if extended:
            if position + 4 > end:
                return -1
            field = int.from_bytes(data[position : position + 4], "big")
            # Some encoders leave the field out of type 3 chunks (§5.3.1.3 wants it). A repeated
            # value tells which kind this is.
            if form < 3 or field == current.field:
                position += 4
        if not current.missing:
            self._begin(current, form, field, extended, data, body)
        elif form < 3 and not self._continues(current, form, data, body):
            raise ChunkError("a message begins inside another")
        self._current = self._newest = current
        self._chunk_left = min(self._chunk_size, current.missing)
        return position

    def _open(self, number: int, form: int) -> _ChunkStream:
        if form != 0 and form != 1:
            raise ChunkError(f"chunk stream {number} starts without a header")
        if len(self._streams) >= _MAX_CHUNK_STREAMS:
            raise ChunkError("too many chunk streams")
        current = self._streams[number] = _ChunkStream(number)
        return current

    @staticmethod
    def _continues(current: _ChunkStream, form: int, data: bytes, body: int) -> bool:
        """Whether a full header only repeats what is known: seen from encoders that write one for
        every chunk.
        """
        if form == 2:
            return True
        return (
            int.from_bytes(data[body + 3 : body + 6], "big") == current.length
            and data[body + 6] == current.kind
        )

    def _begin(
        self, current: _ChunkStream, form: int, field: int, extended: bool, data: bytes, body: int
    ) -> None:
        current.extended = extended
        if form < 3:
            current.field = field
            # A type 3 chunk after type 0 repeats that timestamp as its delta (§5.3.1.2.4); ffmpeg
            # relies on it.
            current.delta = field
        if form < 2:
            current.length = int.from_bytes(data[body + 3 : body + 6], "big")
            current.kind = data[body + 6]
        if form == 0:
            current.stream = int.from_bytes(data[body + 7 : body + 11], "little")
            current.timestamp = field
        else:
            current.timestamp = (current.timestamp + current.delta) & 0xFFFFFFFF
        if current.length > (self.media_limit if current.kind in _MEDIA else self._limit):
            raise ChunkError(f"message of {current.length} bytes")
        self._announced += current.length
        if self._announced > 2 * self.media_limit:
            raise ChunkError("too many unfinished messages")
        current.missing = current.length

    def _apply(self, kind: int, payload: bytes | bytearray) -> None:
        """What the peer says to this reader."""
        if kind == SET_CHUNK_SIZE:
            self._set_chunk_size(payload)
        else:
            self._abort(payload)

    def _set_chunk_size(self, payload: bytes | bytearray) -> None:
        if len(payload) < 4:
            raise ChunkError("chunk size without a size")
        size = int.from_bytes(payload[:4], "big") & 0x7FFFFFFF
        if size == 0:
            raise ChunkError("chunk size 0")
        self._chunk_size = size

    def _abort(self, payload: bytes | bytearray) -> None:
        """Drop the unfinished message of a chunk stream (§5.4.2)."""
        number = int.from_bytes(payload[:4], "big")
        aborted = self._streams.get(number)
        if aborted is not None:
            if aborted.missing:
                self._announced -= aborted.length
            aborted.payload = bytearray()
            aborted.missing = 0


def write(
    chunk_stream: int,
    kind: int,
    stream: int,
    payload: bytes,
    *,
    timestamp: int = 0,
    chunk_size: int = 128,
) -> bytes:
    """One message as chunks: type 0, then type 3."""
    field = min(timestamp, _EXTENDED)
    extended = struct.pack(">I", timestamp) if field == _EXTENDED else b""
    head = (
        bytes([chunk_stream])
        + field.to_bytes(3, "big")
        + len(payload).to_bytes(3, "big")
        + bytes([kind])
        + stream.to_bytes(4, "little")
        + extended
    )
    pieces = [head, payload[:chunk_size]]
    for position in range(chunk_size, len(payload), chunk_size):
        pieces += (
            bytes([0xC0 | chunk_stream]),
            extended,
            payload[position : position + chunk_size],
        )
    return b"".join(pieces)


def split(chunk_stream: int, payload: bytes, chunk_size: int) -> bytes:
    """A payload in chunks, all that follows the first header of a message without an extended
    timestamp; any receiver's.
    """
    if len(payload) <= chunk_size:
        return payload
    mark = bytes([0xC0 | chunk_stream])
    return mark.join(
        [
            payload[position : position + chunk_size]
            for position in range(0, len(payload), chunk_size)
        ]
    )

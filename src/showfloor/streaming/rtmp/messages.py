"""The few messages that a server sends to a publisher (RTMP 1.0 §5.4 protocol control, §7.2
commands).
"""

from __future__ import annotations

import struct

from showfloor.streaming.rtmp import amf, chunks

ACKNOWLEDGEMENT = 3
USER_CONTROL = 4
WINDOW_SIZE = 5
PEER_BANDWIDTH = 6
COMMAND_AMF3 = 17
COMMAND = 20

CHUNK_SIZE = 4096
"""Of our side: `announce_chunk_size` comes before anything that is longer than 128 bytes."""
WINDOW = 2_500_000

_MOST_TAGS = 1000
"""In one aggregate: ten seconds of sound and picture.

The limit of its bytes would let half a million empty ones in.
"""

_CONTROL_STREAM = 2
_COMMAND_STREAM = 3
_STATUS_STREAM = 5
_PING_REQUEST = 6
_PING_RESPONSE = 7


def acknowledgement(received: int) -> bytes:
    return _control(ACKNOWLEDGEMENT, struct.pack(">I", received & 0xFFFFFFFF))


def announce_chunk_size() -> bytes:
    """Set Chunk Size (§5.4.1): until then a peer reads chunks of 128 bytes."""
    return _control(chunks.SET_CHUNK_SIZE, struct.pack(">I", CHUNK_SIZE))


def welcome(transaction: float) -> bytes:
    """The answer to `connect`: window, bandwidth, then `_result`."""
    return b"".join(
        (
            _control(WINDOW_SIZE, struct.pack(">I", WINDOW)),
            _control(PEER_BANDWIDTH, struct.pack(">IB", WINDOW, 2)),
            result(
                transaction,
                {"fmsVer": "FMS/3,0,1,123", "capabilities": 31.0},
                {
                    "level": "status",
                    "code": "NetConnection.Connect.Success",
                    "description": "Connection succeeded.",
                    "objectEncoding": 0.0,
                },
            ),
        )
    )


def result(transaction: float, *values: object) -> bytes:
    payload = amf.encode("_result", transaction, *values)
    return chunks.write(_COMMAND_STREAM, COMMAND, 0, payload, chunk_size=CHUNK_SIZE)


def status(stream: int, level: str, code: str, description: str) -> bytes:
    """`onStatus` (§7.2.2). `level` is `status` or `error`; the description is what a host reads in
    the encoder's window.
    """
    payload = amf.encode(
        "onStatus", 0.0, None, {"level": level, "code": code, "description": description}
    )
    return chunks.write(_STATUS_STREAM, COMMAND, stream, payload, chunk_size=CHUNK_SIZE)


def stream_begin(stream: int) -> bytes:
    return _control(USER_CONTROL, struct.pack(">HI", 0, stream))


def pong(ping: bytes | bytearray) -> bytes | None:
    """The answer to a Ping Request (§7.1.7), None for any other user control message."""
    if len(ping) < 6 or int.from_bytes(ping[:2], "big") != _PING_REQUEST:
        return None
    return _control(USER_CONTROL, struct.pack(">H", _PING_RESPONSE) + bytes(ping[2:6]))


def split_aggregate(message: chunks.Message) -> list[chunks.Message]:
    """The FLV tags inside an aggregate message (§7.1.6), on the message's own clock; a torn or
    endless tail is dropped.
    """
    body, position, first = message.payload, 0, None
    parts = []
    for _ in range(_MOST_TAGS):
        if position + 11 > len(body):
            break
        kind = body[position]
        size = int.from_bytes(body[position + 1 : position + 4], "big")
        timestamp = (
            int.from_bytes(body[position + 4 : position + 7], "big") | body[position + 7] << 24
        )
        if first is None:
            first = timestamp
        payload = body[position + 11 : position + 11 + size]
        if len(payload) < size:
            break
        if kind in (chunks.AUDIO, chunks.VIDEO):
            parts.append(
                chunks.Message(
                    kind,
                    message.stream,
                    (message.timestamp + timestamp - first) & 0xFFFFFFFF,
                    payload,
                )
            )
        position += 11 + size + 4
    return parts


def _control(kind: int, payload: bytes) -> bytes:
    return chunks.write(_CONTROL_STREAM, kind, 0, payload)

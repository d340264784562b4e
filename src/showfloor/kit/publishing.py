"""The binary messages of a publisher (docs/operate/publishing.md): pure functions over bytes."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from enum import IntEnum

from showfloor.kit.text import clean_code

MEDIA_LIMIT = 8 << 20
"""A key frame of 8 MB would be 500 Mbit/s at 60 fps."""
CONFIG_LIMIT = 4 << 10
"""A decoder configuration has some dozen bytes."""
SOUND_LIMIT = 64 << 10
_LONGEST_KEY = 200
LONGEST_JITTER_MS = 60_000
_HEAD = struct.Struct(">BBq")
_KEY, _ANNEX_B = 1, 2


SUBPROTOCOL = "showfloor.publish.v1"


class Kind(IntEnum):
    HELLO = 1
    VIDEO_CONFIG = 2
    AUDIO_CONFIG = 3
    VIDEO = 4
    AUDIO = 5
    NETWORK = 6


class Codec(IntEnum):
    """Of the sound."""

    AAC = 0
    OPUS = 1


class Unreadable(Exception):
    """The message is not what the format says. `detail` says to its programmer what is wrong."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Hello:
    """`key` is a stream key or a ticket. Opus is announced, because its converter takes a moment to
    load.
    """

    key: str
    opus: bool


@dataclass(frozen=True, slots=True)
class VideoConfig:
    """An `avcC` record."""

    record: bytes


@dataclass(frozen=True, slots=True)
class AudioConfig:
    """An AudioSpecificConfig; nothing for Opus, whose packets need none."""

    codec: Codec
    record: bytes


@dataclass(frozen=True, slots=True)
class Video:
    """`stamp` is microseconds on the publisher's clock, when the picture is shown; pictures come in
    the order in which they are shown.
    """

    stamp: int
    key: bool
    annex_b: bool
    payload: memoryview


@dataclass(frozen=True, slots=True)
class Audio:
    codec: Codec
    stamp: int
    payload: memoryview


@dataclass(frozen=True, slots=True)
class Network:
    """How well packets arrive where they were received last: the share that is lost, and by how
    many milliseconds they come unevenly.
    """

    loss: float
    jitter_ms: int


Packet = VideoConfig | AudioConfig | Video | Audio | Network


def read_hello(message: bytes | bytearray) -> Hello:
    """The first message. Raises Unreadable."""
    if len(message) < 2 or message[0] != Kind.HELLO:
        raise Unreadable("The first message must be a hello (kind 1) with a key.")
    try:
        value = json.loads(message[1:])
    except (ValueError, RecursionError):
        raise Unreadable("A hello is the byte 1 and JSON in UTF-8.") from None
    key = value.get("key") if isinstance(value, dict) else None
    if not isinstance(key, str) or len(key) > _LONGEST_KEY:
        raise Unreadable('A hello is {"key": "<stream key or ticket>"}.')
    return Hello(clean_code(key), value.get("sound") == "opus")


def read(message: bytes | bytearray) -> Packet:
    """A message of an admitted publisher. Raises Unreadable."""
    kind = message[0] if message else None
    if kind == Kind.VIDEO:
        flags, stamp, payload = _frame(message)
        return Video(stamp, bool(flags & _KEY), bool(flags & _ANNEX_B), payload)
    if kind == Kind.AUDIO:
        codec, stamp, payload = _frame(message)
        _check(len(payload), SOUND_LIMIT)
        return Audio(_codec(codec), stamp, payload)
    if kind == Kind.VIDEO_CONFIG:
        _check(len(message), CONFIG_LIMIT)
        return VideoConfig(bytes(message[1:]))
    if kind == Kind.AUDIO_CONFIG and len(message) > 1:
        _check(len(message), CONFIG_LIMIT)
        return AudioConfig(_codec(message[1]), bytes(message[2:]))
    if kind == Kind.NETWORK:
        _check(len(message), CONFIG_LIMIT)
        return _network(message)
    raise Unreadable(f"A message of kind {kind} is not one that a publisher sends here.")


def _frame(message: bytes | bytearray) -> tuple[int, int, memoryview]:
    if len(message) <= _HEAD.size:
        raise Unreadable(f"A frame has {_HEAD.size} bytes of head and then its data.")
    _, flags, stamp = _HEAD.unpack_from(message)
    return flags, stamp, memoryview(message)[_HEAD.size :]


def _network(message: bytes | bytearray) -> Network:
    try:
        value = json.loads(message[1:])
        loss, jitter = float(value["loss"]), int(value["jitter_ms"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise Unreadable('The network is {"loss": <0 to 1>, "jitter_ms": <number>}.') from None
    if not 0 <= loss <= 1 or not 0 <= jitter <= LONGEST_JITTER_MS:
        raise Unreadable("Between 0 and 1 is lost, and packets come at most a minute unevenly.")
    return Network(loss, jitter)


def _codec(number: int) -> Codec:
    try:
        return Codec(number)
    except ValueError:
        raise Unreadable(f"There is no sound codec {number}: 0 is AAC, 1 is Opus.") from None


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise Unreadable(f"{size} bytes are too many for a message of this kind: {limit} at most.")


def write_hello(key: str, sound: str = "aac") -> bytes:
    return bytes([Kind.HELLO]) + json.dumps({"key": key, "sound": sound}).encode()


def write_video(stamp: int, payload: bytes, *, key: bool, annex_b: bool = False) -> bytes:
    flags = _KEY * key | _ANNEX_B * annex_b
    return _HEAD.pack(Kind.VIDEO, flags, stamp) + payload


def write_audio(stamp: int, payload: bytes, codec: Codec) -> bytes:
    return _HEAD.pack(Kind.AUDIO, codec, stamp) + payload


def write_video_config(record: bytes) -> bytes:
    return bytes([Kind.VIDEO_CONFIG]) + record


def write_audio_config(record: bytes, codec: Codec) -> bytes:
    return bytes([Kind.AUDIO_CONFIG, codec]) + record


def write_network(network: Network) -> bytes:
    said = {"loss": network.loss, "jitter_ms": network.jitter_ms}
    return bytes([Kind.NETWORK]) + json.dumps(said).encode()

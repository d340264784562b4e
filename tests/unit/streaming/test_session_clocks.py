"""One publisher's connection: control messages, and how long it may be silent."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from showfloor.kit import clock
from showfloor.streaming.ports import LetGo
from showfloor.streaming.rtmp import chunks, messages
from tests.unit.streaming.cameras import Camera, camera
from tests.unit.streaming.ends import IDR, avc

__all__ = ["camera"]


# Control messages


async def test_ping_is_answered(camera: Camera) -> None:
    camera.greet()

    camera.send(chunks.write(2, messages.USER_CONTROL, 0, struct.pack(">HI", 6, 77)))
    camera.send(chunks.write(2, messages.USER_CONTROL, 0, struct.pack(">HI", 3, 77)))
    camera.send(chunks.write(2, messages.USER_CONTROL, 0, b"\0\6"))

    assert camera.heard() == [(messages.USER_CONTROL, struct.pack(">HI", 7, 77))]


async def test_received_bytes_are_acknowledged_once_a_window(camera: Camera) -> None:
    await camera.admitted()
    camera.send(chunks.write(2, messages.WINDOW_SIZE, 0, struct.pack(">I", 1)))
    before = len(camera.heard())

    for time in range(3):
        camera.media(chunks.VIDEO, time, avc(IDR + bytes(40_000), key=True))

    acknowledged = [body for kind, body in camera.heard()[before:] if kind == 3]
    assert len(acknowledged) == 1, "the window is 64 KiB at least"
    assert struct.unpack(">I", acknowledged[0])[0] > 1 << 16


def test_acknowledgement_wraps_around() -> None:
    (message,) = chunks.ChunkReader(100).feed(messages.acknowledgement((1 << 32) + 5))

    assert bytes(message.payload) == b"\0\0\0\5"


# Clocks


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    at = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: at[0])
    yield at


@pytest.mark.parametrize(
    ("greets", "seconds", "closed"),
    [(False, 3.0, False), (False, 3.1, True), (True, 8.0, False), (True, 8.1, True)],
)
async def test_stranger_has_so_long_to_shake_hands_and_to_publish(
    at: list[float], tmp_path: Path, greets: bool, seconds: float, closed: bool
) -> None:
    camera = Camera(tmp_path)
    if greets:
        camera.greet()

    at[0] += seconds
    camera.session.check()

    assert camera.wire.aborted is closed
    camera.session.connection_lost(None)


async def test_camera_that_is_let_go_has_time_to_read_why(at: list[float], tmp_path: Path) -> None:
    camera = Camera(tmp_path)
    await camera.admitted()
    at[0] += 60.0
    camera.media(chunks.AUDIO, 0, b"\xaf\x01x")

    camera.gate.close(LetGo.REPLACED)
    camera.session.check()

    assert not camera.wire.aborted
    camera.session.connection_lost(None)


async def test_camera_that_reads_no_answer_is_closed(camera: Camera) -> None:
    await camera.admitted()

    camera.session.pause_writing()

    assert camera.wire.aborted


async def test_camera_may_be_silent_for_twelve_seconds(at: list[float], tmp_path: Path) -> None:
    camera = Camera(tmp_path)
    await camera.admitted()
    for _ in range(5):
        at[0] += 12.0
        camera.session.check()
        camera.media(chunks.AUDIO, 0, b"\xaf\x01x")
    assert not camera.wire.closed

    at[0] += 12.1
    camera.session.check()

    assert camera.wire.aborted
    camera.session.connection_lost(None)

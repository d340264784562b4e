"""A transport that only remembers: no socket, no loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from showfloor.fanout.log import Change, RoomLog
from showfloor.fanout.room import Room
from showfloor.fanout.viewer import Viewer


class FakeTransport:
    def __init__(self) -> None:
        self.written = b""
        self.writes = 0
        self.aborted = self.closed = False

    def write(self, data: bytes) -> None:
        self.written += data
        self.writes += 1

    def writelines(self, parts: Iterable[bytes]) -> None:
        self.write(b"".join(parts))

    def abort(self) -> None:
        self.aborted = True

    def close(self) -> None:
        self.closed = True

    def take(self) -> bytes:
        written, self.written = self.written, b""
        return written


class NobodyElse:
    """The audience of a test that looks at one room only."""

    def leave(self, viewer: Viewer) -> None: ...


def make_change(seq: int, value: str = "1", key: str = "k") -> Change:
    return Change(seq, 1_000 + seq, key, value)


@pytest.fixture
def change() -> Callable[..., Change]:
    return make_change


@pytest.fixture
def room() -> Room:
    return Room(
        RoomLog(3, {"show": '{"state":"live"}'}, most_events=10, most_bytes=10_000),
        lambda room: None,
        state_every=0.1,
    )


@pytest.fixture
def join(room: Room) -> Callable[..., Viewer]:
    def join(last_event_id: int | None = None, *, counted: bool = True) -> Viewer:
        viewer = Viewer(FakeTransport(), room, NobodyElse(), counted=counted)  # type: ignore[arg-type]
        room.join(viewer, last_event_id)
        return viewer

    return join

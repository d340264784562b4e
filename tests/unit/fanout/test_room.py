"""A room and its viewers, without sockets."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from showfloor.fanout.log import Change, RoomLog
from showfloor.fanout.room import SLICE, Room
from showfloor.fanout.viewer import Viewer
from showfloor.kit import clock
from tests.unit.fanout.conftest import FakeTransport

Join = Callable[..., Viewer]
MakeChange = Callable[..., Change]


def wire(viewer: Viewer) -> FakeTransport:
    assert isinstance(viewer.transport, FakeTransport)
    return viewer.transport


def _push(room: Room) -> int:
    return sum(1 for _ in room.push())


def _events(viewer: Viewer) -> list[str]:
    """`snapshot 3`, `set 4`, `state 1` (viewers) … in the order of writing."""
    written = wire(viewer).take().decode()
    found = re.findall(
        r'event: (\w+)\n(?:id: (\d+)\n)?data: {"seq":\d+,"ts":\d+(?:,"viewers":(\d+))?', written
    )
    return [f"{kind} {seq or viewers}" for kind, seq, viewers in found]


async def test_newcomer_gets_snapshot_and_state_once(room: Room, join: Join) -> None:
    viewer = join()
    assert _events(viewer) == ["snapshot 3", "state 1"]

    room.tick(0.0)
    _push(room)
    assert _events(viewer) == []


async def test_hearts_and_questions_are_in_the_state_and_change_it(room: Room, join: Join) -> None:
    viewer = join()
    _events(viewer)

    room.hearts = 12
    room.questions = 7
    room.tick(1.0)
    _push(room)

    assert b'"viewers":1,"hearts":12,"questions":7,"stock"' in wire(viewer).take()


async def test_newcomer_is_told_the_present_time_however_long_nothing_happened(
    room: Room, join: Join
) -> None:
    def times(viewer: Viewer) -> set[int]:
        return {int(ts) for ts in re.findall(rb'"ts":(\d+)', wire(viewer).take())}

    start = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with clock.use(lambda: start):
        room.leave(first := join())
    with clock.use(lambda: start + timedelta(minutes=4)):
        second = join()

    assert times(first) == {clock.milliseconds(start)}
    assert times(second) == {clock.milliseconds(start) + 240_000}


async def test_state_follows_joins_and_leaves_at_the_next_tick(room: Room, join: Join) -> None:
    first, second = join(), join()
    assert (_events(first), _events(second)) == (
        ["snapshot 3", "state 1"],
        ["snapshot 3", "state 2"],
    )

    room.tick(10.0)
    _push(room)
    assert (_events(first), _events(second)) == (["state 2"], [])

    room.leave(second)
    room.tick(10.05)
    _push(room)
    assert _events(first) == []
    room.tick(10.11)
    _push(room)
    assert _events(first) == ["state 1"]


async def test_host_hears_everything_and_is_not_counted(
    room: Room, join: Join, change: MakeChange
) -> None:
    viewer = join()
    host = join(counted=False)
    assert (_events(viewer), _events(host)) == (
        ["snapshot 3", "state 1"],
        ["snapshot 3", "state 1"],
    )

    room.advance([change(4)])
    room.leave(viewer)
    room.tick(10.0)
    _push(room)
    assert _events(host) == ["set 4", "state 0"]


async def test_crowd_is_told_its_number_less_often_than_its_stock(room: Room, join: Join) -> None:
    viewers = [join() for _ in range(5_000)]
    room.tick(1.0)
    _push(room)
    room.leave(viewers.pop())
    wire(viewers[0]).take()

    room.tick(1.4)
    _push(room)
    assert _events(viewers[0]) == []
    room.tick(1.51)
    _push(room)
    assert _events(viewers[0]) == ["state 4999"]

    room.stock = '{"A":1}'
    room.tick(1.62)
    _push(room)
    assert _events(viewers[0]) == ["state 4999"]


async def test_stock_is_sent_when_it_changed(room: Room, join: Join) -> None:
    viewer = join()
    room.tick(0.0)
    _push(room)
    wire(viewer).take()

    room.stock = '{"A":41}'
    room.tick(1.0)
    _push(room)
    assert b'"viewers":1,"hearts":0,"questions":0,"stock":{"A":41}}' in wire(viewer).take()

    room.tick(2.0)
    _push(room)
    assert wire(viewer).written == b""


async def test_log_event_does_not_hurry_the_state(
    room: Room, join: Join, change: MakeChange
) -> None:
    viewer = join()
    room.tick(0.0)
    _push(room)
    join()
    _events(viewer)

    room.advance([change(4)])
    _push(room)

    assert _events(viewer) == ["set 4"]


async def test_resume_gets_what_was_missed(room: Room, join: Join, change: MakeChange) -> None:
    room.advance([change(4), change(5), change(6)])

    assert _events(join(4)) == ["set 5", "set 6", "state 1"]
    assert _events(join(6)) == ["state 2"]
    assert _events(join(2)) == ["snapshot 6", "state 3"]
    assert _events(join(7)) == ["snapshot 6", "state 4"]


async def test_long_resume_is_told_in_portions_with_the_state_last(
    room: Room, join: Join, change: MakeChange
) -> None:
    room.log = RoomLog(0, {}, most_events=100, most_bytes=10_000_000)
    room.advance([change(seq, f'"{"x" * 10_000}"') for seq in range(1, 11)])

    viewer = join(0)
    assert _events(viewer) == ["set 1", "set 2", "set 3", "set 4"]
    room.tick(1.0)
    for _ in range(3):
        await asyncio.sleep(0)

    assert _events(viewer) == ["set 5", "set 6", "set 7", "set 8", "set 9", "set 10", "state 1"]


async def test_slow_viewer_gets_the_latest_state_and_every_event_when_it_drained(
    room: Room, join: Join, change: MakeChange
) -> None:
    slow, quick = join(), join()
    _push(room)
    _events(slow), _events(quick)
    slow.pause_writing()

    for seq in range(4, 8):
        room.advance([change(seq)])
        room.stock = f'{{"A":{seq}}}'
        room.tick(float(seq))
        _push(room)
    assert _events(slow) == []
    assert _events(quick).count("state 2") == 4

    slow.resume_writing()
    written = wire(slow).written
    assert _events(slow) == ["set 4", "set 5", "set 6", "set 7", "state 2"]
    assert b'"stock":{"A":7}' in written


async def test_slow_viewer_that_falls_off_the_log_is_closed(
    room: Room, join: Join, change: MakeChange
) -> None:
    slow, quick = join(), join()
    slow.pause_writing()

    for seq in range(4, 14):
        room.advance([change(seq)])
        _push(room)
    assert not wire(slow).aborted

    room.advance([change(14)])
    _push(room)
    assert wire(slow).aborted
    assert not wire(quick).aborted
    assert _events(quick)[-1] == "set 14"


async def test_restart_sends_everybody_the_new_snapshot(room: Room, join: Join) -> None:
    viewers = [join(), join()]
    for viewer in viewers:
        _events(viewer)

    room.restart(RoomLog(2, {}, 10, 10_000))
    _push(room)

    assert [_events(viewer) for viewer in viewers] == [["snapshot 2"], ["snapshot 2"]]


async def test_push_pauses_after_a_slice_and_goes_on_with_what_came_meanwhile(
    room: Room, join: Join, change: MakeChange
) -> None:
    viewers = [join() for _ in range(SLICE + 1)]
    for viewer in viewers:
        wire(viewer).take()

    room.advance([change(4)])
    round_ = room.push()
    next(round_)
    assert sum(viewer.seq == 4 for viewer in viewers) == SLICE
    late = join()
    assert late.seq == 4
    room.advance([change(5)])
    for _ in round_:
        pass

    assert all(viewer.seq == 5 for viewer in [*viewers, late])
    assert sorted({tuple(_events(viewer)) for viewer in viewers}) == [("set 4", "set 5")]


async def test_equal_viewers_are_written_the_same_bytes(
    room: Room, join: Join, change: MakeChange
) -> None:
    written: list[bytes] = []
    for viewer in [join(), join()]:
        viewer.transport.write = written.append  # type: ignore[method-assign]

    room.advance([change(4)])
    _push(room)

    assert written[0] is written[1]


async def test_stalled_viewer_is_closed_by_the_heartbeat(join: Join) -> None:
    stalled, drains = join(), join()
    for viewer in (stalled, drains):
        wire(viewer).take()
    stalled.pause_writing()

    stalled.beat(stalled.paused_at)
    drains.beat(stalled.paused_at)
    assert (wire(stalled).aborted, drains.transport.written) == (False, b": hb\n\n")

    stalled.beat(stalled.paused_at + 0.001)
    assert wire(stalled).aborted


async def test_viewer_that_keeps_sending_is_closed(join: Join) -> None:
    viewer = join()

    viewer.data_received(b"x" * 1024)
    assert not wire(viewer).aborted

    viewer.data_received(b"x")
    assert wire(viewer).aborted

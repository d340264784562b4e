"""What is said in a room, without sockets and database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from uuid import UUID

from showfloor.fanout import messages
from showfloor.fanout.log import Change
from showfloor.fanout.messages import Cursor, MessageChange, Messages, choose
from showfloor.fanout.room import Room
from showfloor.fanout.viewer import Viewer
from tests.unit.fanout.conftest import FakeTransport

Join = Callable[..., Viewer]
MakeChange = Callable[..., Change]


def said(
    number: int, *, author: int = 0, staff: bool = False, shown: bool = True, change: int = 0
) -> MessageChange:
    value = json.dumps({"id": number} if shown else {"id": number, "deleted": True})
    return MessageChange(UUID(int=number), change or number, UUID(int=author), staff, shown, value)


def written(viewer: Viewer) -> list[int | str]:
    """Numbers of messages, `-7` for one that went, and the kinds of other events."""
    assert isinstance(viewer.transport, FakeTransport)
    found = re.findall(r"event: (\w+)\n(?:id: \d+\n)?data: (.*)", viewer.transport.take().decode())
    return [
        kind if kind != "message" else (-1 if "deleted" in data else 1) * json.loads(data)["id"]
        for kind, data in found
    ]


def push(room: Room) -> None:
    for _ in room.push():
        pass


def test_message_carries_the_room_s_number_and_the_time() -> None:
    room = Messages()
    room.take(said(7))
    room.publish(41, 0.0)

    event, data = room.after(0).decode().removesuffix("\n\n").split("\n")
    assert event == "event: message"
    found = json.loads(data.removeprefix("data: "))
    assert (found["seq"], found["id"], type(found["ts"])) == (41, 7, int)


async def test_who_joins_gets_the_last_fifty_before_the_state(room: Room, join: Join) -> None:
    for number in range(1, 61):
        room.hear(said(number))

    assert written(join()) == ["snapshot", *range(11, 61), "state"]


async def test_messages_of_a_tick_come_in_one_frame_and_none_before_it(
    room: Room, join: Join
) -> None:
    viewer = join()
    room.tick(10.0)
    push(room)
    written(viewer)
    for number in (1, 2, 3):
        room.hear(said(number))

    push(room)
    assert written(viewer) == []
    room.tick(10.1)
    push(room)
    assert written(viewer) == [1, 2, 3]
    room.hear(said(4))
    room.tick(10.15)
    push(room)
    assert written(viewer) == []
    room.tick(10.2)
    push(room)
    assert written(viewer) == [4]


async def test_pin_comes_before_what_was_said_and_does_not_wait_for_it(
    room: Room, join: Join, change: MakeChange
) -> None:
    viewer = join()
    room.tick(10.0)
    push(room)
    written(viewer)
    room.hear(said(1))

    room.advance([change(4)])
    push(room)
    assert written(viewer) == ["set"]
    room.hear(said(2))
    room.advance([change(5)])
    room.tick(10.2)
    push(room)
    assert written(viewer) == ["set", 1, 2]


async def test_deleted_message_goes_from_screens_and_from_the_history(
    room: Room, join: Join
) -> None:
    viewer = join()
    room.hear(said(1))
    room.hear(said(2))
    room.tick(10.0)
    push(room)
    written(viewer)

    room.hear(said(1, shown=False, change=3))
    room.tick(10.1)
    push(room)

    assert written(viewer) == [-1]
    assert written(join()) == ["snapshot", 2, "state"]


def test_message_that_is_shown_again_returns_to_its_place() -> None:
    known = Messages([said(number) for number in range(1, messages.HISTORY + 1)])

    known.take(said(2, shown=False, change=100))
    known.take(said(2, change=101))
    known.take(said(60, change=102))

    ids = [int(found) for found in re.findall(rb'"id": ?(\d+)', known.opening(1))]
    assert ids == [*range(2, messages.HISTORY + 1), 60]


async def test_slow_viewer_loses_messages_and_no_event(
    room: Room, join: Join, change: MakeChange
) -> None:
    viewer = join()
    room.tick(10.0)
    push(room)
    written(viewer)
    viewer.pause_writing()
    for number in range(1, messages.FRAMES + 11):
        room.hear(said(number))
        room.tick(10.0 + number)
        push(room)
    room.advance([change(4)])

    viewer.resume_writing()

    assert written(viewer)[:2] == ["set", 11]


async def test_crowd_gets_fewer_and_larger_frames(room: Room, join: Join) -> None:
    viewers = [join() for _ in range(8_000)]
    room.hear(said(1))
    room.tick(10.0)
    push(room)
    written(viewers[0])
    room.hear(said(2))

    room.tick(10.19)
    push(room)
    assert written(viewers[0]) == []
    room.tick(10.21)
    push(room)
    assert written(viewers[0]) == [2]


def test_same_change_is_taken_once_and_older_ones_not_at_all() -> None:
    room = Messages([said(1, change=5)])
    room.take(said(1, change=5))
    room.take(said(1, shown=False, change=4))
    assert not room.waiting

    room.take(said(1, shown=False, change=6))
    assert room.waiting


def test_choice_is_fair_keeps_the_order_and_loses_no_word_of_the_team() -> None:
    loud = [said(number, author=1) for number in range(1, 9)]
    others = [said(20, author=2), said(21, author=3)]
    team = said(30, author=4, staff=True)
    gone = said(31, shown=False)

    chosen = choose([*loud, *others, team, gone], 4)

    assert [message.id.int for message in chosen] == [8, 20, 21, 30, 31]


def test_everything_is_chosen_where_there_is_room() -> None:
    waiting = [said(number) for number in range(1, 5)]

    assert choose(waiting, 4) == waiting


def test_room_s_readers_get_no_more_than_can_be_read() -> None:
    room = Messages()
    shown = 0
    for tick in range(100):
        for number in range(20):
            room.take(said(1 + tick * 20 + number, author=number))
        room.publish(0, tick / 10)
        shown += room.after(room.frame - 1).count(b"event: message")

    assert shown <= messages.BURST + 10 * messages.READABLE + 1


def test_number_that_was_passed_over_is_asked_for_until_it_comes_or_is_too_old() -> None:
    cursor = Cursor(10)
    cursor.passed([11, 14], 0.0)
    assert (cursor.newest, cursor.missing) == (14, [12, 13])

    cursor.passed([12], 1.0)
    assert (cursor.newest, cursor.missing) == (14, [13])
    cursor.passed([], Cursor.PATIENCE)
    assert cursor.missing == []


def test_number_that_was_not_there_when_following_began_is_asked_for() -> None:
    cursor = Cursor.behind([7, 9, 10], 0.0)

    assert (cursor.newest, cursor.missing) == (10, [1, 2, 3, 4, 5, 6, 8])
    cursor.passed([8], 1.0)
    assert 8 not in cursor.missing
    assert Cursor.behind([], 0.0).missing == []
    assert len(Cursor.behind([10**6], 0.0).missing) < Cursor.BACK


def test_numbers_asked_for_are_bounded() -> None:
    cursor = Cursor(0)
    cursor.passed([100_000], 0.0)

    assert len(cursor.missing) <= Cursor.MOST

"""What a viewer is told: the snapshot, then every event once and in order, and the state."""

from __future__ import annotations

import asyncio
import itertools
import random
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from showfloor.fanout import queries
from showfloor.fanout.feed import COUNTS_EVERY
from showfloor.kit import clock, ids
from showfloor.kit.contract import ROOMS_CHANNEL
from showfloor.realtime import service
from showfloor.realtime.hints import Hints
from tests.integration.fanout.conftest import NEVER
from tests.waiting import until


async def test_snapshot_then_events(house: Any, serve: Any, watch: Any) -> None:
    room = await house.open_room(show={"state": "live"}, note={"text": "سطر\nline"})
    async with serve() as server:
        viewer = await watch(server, room)

        assert viewer.head.startswith("HTTP/1.1 200 OK\r\n")
        assert "Content-Type: text/event-stream\r\n" in viewer.head
        assert "Access-Control-Allow-Origin: *\r\n" in viewer.head
        snapshot = await viewer.next()
        assert viewer.retry is not None and 500 <= viewer.retry < 3000
        assert (snapshot.kind, snapshot.id) == ("snapshot", 2)
        assert {key: snapshot.data[key] for key in ("seq", "entries")} == await house.snapshot(room)
        state = await viewer.next()
        assert (state.kind, state.id, state.data["viewers"], state.data["stock"]) == (
            "state",
            None,
            1,
            {},
        )

        await house.set(room, "cue/1", {"kind": "pin"})
        event = await viewer.next()
        assert (event.kind, event.id) == ("set", 3)
        assert event.data.pop("ts") >= snapshot.data["ts"]
        assert event.data == {"seq": 3, "key": "cue/1", "value": {"kind": "pin"}}


@pytest.mark.parametrize("way", ["header", "query"])
async def test_resume_gives_exactly_what_was_missed(
    house: Any, serve: Any, watch: Any, way: str
) -> None:
    room = await house.open_room(a=1, b=2, c=3, d=4)
    async with serve() as server:
        viewer = await (
            watch(server, room, "last-event-id: 2")
            if way == "header"
            else watch(server, room, query="?last_event_id=2")
        )

        events = [await viewer.next() for _ in range(3)]

    assert [(event.kind, event.id) for event in events] == [("set", 3), ("set", 4), ("state", None)]


async def test_resume_at_the_newest_event_gets_only_the_state(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room(a=1)
    async with serve() as server:
        viewer = await watch(server, room, "Last-Event-ID: 1", query="?last_event_id=0")

        assert (await viewer.next()).kind == "state"


@pytest.mark.parametrize("last_event_id", ["0", "4711", "x", "-1", "99999999999999999999"])
async def test_resume_from_a_number_that_the_log_does_not_have_gives_a_snapshot(
    house: Any, serve: Any, watch: Any, last_event_id: str
) -> None:
    room = await house.open_room(a=1, b=2, c=3)
    await house.run("delete from room_event where seq = 1")
    async with serve() as server:
        viewer = await watch(server, room, f"Last-Event-ID: {last_event_id}")

        event = await viewer.next()

    assert (event.kind, event.id, event.data["entries"]) == (
        "snapshot",
        3,
        {"a": 1, "b": 2, "c": 3},
    )


async def test_viewers_who_come_and_resume_at_any_time_agree(
    house: Any, serve: Any, watch: Any
) -> None:
    """Somebody who saw everything, somebody who came late and somebody who lost the stream fold to
    the same room.
    """
    room = await house.open_room()
    async with serve() as server:
        faithful = await watch(server, room)
        writer = asyncio.create_task(_write(house, room, 40))
        others = [asyncio.create_task(_fold(await watch(server, room), 40)) for _ in range(3)]
        flighty = asyncio.create_task(_fold_with_breaks(server, room, watch, 40))
        await writer

        expected = (await house.snapshot(room))["entries"]
        assert await _fold(faithful, 40) == expected
        assert [await other for other in others] == [expected] * 3
        assert await flighty == expected


async def _write(house: Any, room: Any, events: int) -> None:
    for number in range(events):
        await house.set(room, random.choice("abc"), number)


async def _fold(
    viewer: Any, until: int, seq: int = -1, entries: dict[str, Any] | None = None
) -> dict[str, Any]:
    entries = {} if entries is None else entries
    while seq < until:
        event = await viewer.next_log()
        if event.kind == "snapshot":
            entries = event.data["entries"]
        else:
            assert event.id == seq + 1
            entries[event.data["key"]] = event.data["value"]
        seq = event.id
    return entries


async def _fold_with_breaks(server: Any, room: Any, watch: Any, until: int) -> dict[str, Any]:
    viewer = await watch(server, room)
    snapshot = await viewer.next_log()
    seq, entries = snapshot.id, snapshot.data["entries"]
    while seq < until:
        event = await viewer.next_log()
        assert event.id == seq + 1
        seq, entries[event.data["key"]] = event.id, event.data["value"]
        if seq % 3 == 0:
            viewer.close()
            viewer = await watch(server, room, f"Last-Event-ID: {seq}")
    return entries


async def test_viewers_are_counted_when_they_come_and_go(
    house: Any, serve: Any, watch: Any
) -> None:
    room, other = await house.open_room(), await house.open_room()
    async with serve() as server:
        viewer = await watch(server, room)
        await watch(server, other)
        crowd = [await watch(server, room) for _ in range(4)]
        await viewer.state_when(lambda state: state["viewers"] == 5)

        for one in crowd[:3]:
            one.close()
        await viewer.state_when(lambda state: state["viewers"] == 2)
        assert await crowd[3].state_when(lambda state: state["viewers"] == 2)


async def test_hearts_reach_everybody_twice_a_second_at_most(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room()
    await house.run("insert into room_hearts values (%s, 1)", room)
    async with serve() as server:
        began = clock.monotonic()
        viewer = await watch(server, room)
        assert (await viewer.state_when(lambda state: True))["hearts"] == 1
        for total in range(2, 5):
            # The next one is sent when this one was seen.
            await house.run("update room_hearts set total = %s", total)
            assert await viewer.state_when(lambda state, seen=total: state["hearts"] == seen)
        passed = clock.monotonic() - began

    # The first of them may be read at once, each of the others half a second after that before.
    assert passed >= 2 * COUNTS_EVERY


async def test_stock_is_sampled_and_replaced_whole(house: Any, serve: Any, watch: Any) -> None:
    room = await house.open_room()
    await house.set_stock(room, A=3, B=1)
    async with serve() as server:
        viewer = await watch(server, room)
        assert (await viewer.state_when(lambda _: True))["stock"] == {"A": 3, "B": 1}

        await house.set_stock(room, A=2)
        assert (await viewer.state_when(lambda state: state["stock"]["A"] == 2))["stock"] == {
            "A": 2,
            "B": 1,
        }

        await house.run("delete from room_stock where sku = 'B'")
        await viewer.state_when(lambda state: state["stock"] == {"A": 2})


async def test_state_is_not_repeated_and_heartbeats_go_on(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room()
    async with serve(heartbeat_every=0.02) as server:
        viewer = await watch(server, room)
        await house.set(room, "a", 0)
        for number in itertools.count(1):
            if viewer.heartbeats >= 4:
                break
            # The value that is there already would be no event, and none would be waited for.
            await house.set(room, "a", number)
            await viewer.next_log()

    assert len(viewer.states) == 1


async def test_event_without_a_hint_is_found_by_looking(house: Any, serve: Any, watch: Any) -> None:
    room = await house.open_room()
    async with serve() as server:
        viewer = await watch(server, room)
        await viewer.next_log()

        await house.set(room, "a", 1)  # nothing in this test sends hints

        assert (await viewer.next_log()).id == 1


async def test_hint_is_quicker_than_looking(house: Any, serve: Any, watch: Any) -> None:
    room = await house.open_room()
    sender = asyncio.create_task(Hints(house.url).run())
    async with serve(look_every=NEVER) as server:
        viewer = await watch(server, room)
        await viewer.next_log()

        for number in range(3):
            await house.set(room, "a", number)
            assert (await viewer.next_log()).id == number + 1
    sender.cancel()


async def test_garbage_as_a_hint_is_a_hint(house: Any, serve: Any, watch: Any) -> None:
    room = await house.open_room()
    async with serve(look_every=NEVER) as server:
        viewer = await watch(server, room)
        await viewer.next_log()
        await house.set(room, "a", 1)

        await house.run(f"notify {ROOMS_CHANNEL}, 'garbage'")

        assert (await viewer.next_log()).id == 1


async def test_log_forgotten_under_a_viewer_gives_it_a_snapshot(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room(a=1)
    async with serve(look_every=NEVER) as server:
        viewer = await watch(server, room)
        await viewer.next_log()

        async with (
            house.database.session() as session
        ):  # at once, as if the room server had not looked for an hour
            await service.set_entry(session, room, "b", 2)
            await service.set_entry(session, room, "c", 3)
            await session.execute(text("delete from room_event where seq <= 2"))
        await house.run(f"notify {ROOMS_CHANNEL}")

        event = await viewer.next_log()
        assert (event.kind, event.id, event.data["entries"]) == (
            "snapshot",
            3,
            {"a": 1, "b": 2, "c": 3},
        )


async def test_room_that_is_deleted_ends_its_streams(house: Any, serve: Any, watch: Any) -> None:
    room = await house.open_room()
    async with serve() as server:
        viewer = await watch(server, room)
        await viewer.next_log()

        await house.run("delete from room where id = %s", room)

        await viewer.ended()
        assert "404" in (await watch(server, room)).head


async def test_room_without_viewers_is_forgotten_and_found_again(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room()
    async with serve(linger=0.0) as server:
        viewer = await watch(server, room)
        viewer.close()
        await until(lambda: not server.feed.rooms)

        await house.set(room, "a", 1)
        assert (await (await watch(server, room)).next_log()).id == 1


async def test_newcomer_to_a_room_that_nobody_watches_is_shown_the_present_stock(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room()
    await house.set_stock(room, A=972)
    async with serve() as server:
        (await watch(server, room)).close()
        await until(lambda: not server.connections.audience)
        in_memory = server.feed.rooms[room]
        await house.set_stock(room, A=0)

        newcomer = await watch(server, room)

        first = await newcomer.state_when(lambda _: True)
        assert (first["stock"], len(newcomer.states)) == ({"A": 0}, 1)
        assert server.feed.rooms[room] is in_memory


async def test_room_that_is_forgotten_at_once_stays_for_whoever_asked_for_it(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room()
    async with serve(linger=0.0) as server:
        viewer = await watch(server, room)
        await viewer.next_log()

        await house.set(room, "a", 1)

        assert (await viewer.next_log()).id == 1


async def test_unknown_rooms_are_asked_for_together(house: Any, serve: Any, watch: Any) -> None:
    async with serve() as server:
        viewers = await asyncio.gather(*(watch(server, ids.new()) for _ in range(20)))

    assert {viewer.head.partition("\r\n")[0] for viewer in viewers} == {"HTTP/1.1 404 Not Found"}
    assert server.feed.rooms == {}


async def test_role_with_the_grants_is_enough_and_can_only_read(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room(a=1)
    await house.run(f"grant select on room_stock to {queries.ROLE}")
    url = house.url.replace("showfloor@", f"{queries.ROLE}@")
    async with serve(database_url=url) as server:
        viewer = await watch(server, room)
        assert (await viewer.next_log()).data["entries"] == {"a": 1}
        await house.set(room, "a", 2)
        assert (await viewer.next_log()).id == 2

    async with await psycopg.AsyncConnection.connect(url) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("update room set seq = 7")


async def test_viewers_who_lose_the_server_together_come_back_spread(
    house: Any, serve: Any, watch: Any
) -> None:
    room = await house.open_room()
    async with serve() as server:
        viewers = [await watch(server, room) for _ in range(100)]
        for viewer in viewers:
            await viewer.next()

    assert sorted(viewer.retry for viewer in viewers) == sorted([*range(500, 3000, 50)] * 2)

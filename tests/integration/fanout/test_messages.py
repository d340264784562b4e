"""Messages from the database to viewers on sockets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest

from showfloor.fanout import queries
from showfloor.fanout.messages import Cursor
from showfloor.kit import ids
from tests.integration.fanout.conftest import House, Viewer

ADD = """
insert into chat_message (id, show_id, author_id, role, name, text, at, media_at, state)
values (%s, %s, %s, 'viewer', 'Sofia', %s, now(), now(), 'shown')
"""
DELETE = "update chat_message set state = 'deleted', change = nextval('chat_change') where id = %s"


async def say(house: House, room: UUID, text: str) -> UUID:
    message = ids.new()
    await house.run(ADD, message, room, ids.new(), text)
    return message


async def next_message(viewer: Viewer) -> dict[str, Any]:
    while (event := await viewer.next()).kind != "message":
        pass
    return event.data


async def test_what_is_said_reaches_who_is_there_and_who_comes(
    house: House, serve: Any, watch: Any
) -> None:
    room, other = await house.open_room(a=1), await house.open_room(a=1)
    await say(house, room, "before")
    async with serve() as server:
        viewer, elsewhere = await watch(server, room), await watch(server, other)
        assert (await next_message(viewer))["text"] == "before"

        await say(house, room, "after")
        await say(house, other, "elsewhere")

        said = await next_message(viewer)
        assert (said["text"], said["name"], said["seq"]) == ("after", "Sofia", 1)
        assert (await next_message(elsewhere))["text"] == "elsewhere"
        newcomer = await watch(server, room)
        assert [(await next_message(newcomer))["text"] for _ in range(2)] == ["before", "after"]


async def test_message_that_is_deleted_goes(house: House, serve: Any, watch: Any) -> None:
    room = await house.open_room(a=1)
    async with serve() as server:
        viewer = await watch(server, room)
        message = await say(house, room, "rude")
        assert (await next_message(viewer))["text"] == "rude"

        await house.run(DELETE, message)

        gone = await next_message(viewer)
        assert (gone["id"], gone["deleted"]) == (ids.encode("msg", message), True)
        assert "text" not in gone
        await say(house, room, "kind")
        assert (await next_message(await watch(server, room)))["text"] == "kind"


async def test_message_that_commits_late_is_not_missed(
    house: House, serve: Any, watch: Any, database_url: str
) -> None:
    room = await house.open_room(a=1)
    async with serve() as server:
        viewer = await watch(server, room)
        async with await psycopg.AsyncConnection.connect(database_url) as slow:
            await slow.execute(ADD, (ids.new(), room, ids.new(), "slow"))
            await say(house, room, "quick")
            assert (await next_message(viewer))["text"] == "quick"

            await slow.commit()

        assert (await next_message(viewer))["text"] == "slow"


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_message_that_commits_after_the_first_viewer_came_is_not_missed(
    house: House,
    serve: Any,
    watch: Any,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    """Its number is smaller than that of the newest message when following begins."""
    if not guard:
        monkeypatch.setattr(Cursor, "behind", lambda there, _now: Cursor(max(there)))
    room = await house.open_room(a=1)
    async with await psycopg.AsyncConnection.connect(database_url) as slow:
        await slow.execute(ADD, (ids.new(), room, ids.new(), "slow"))
        await say(house, room, "quick")
        async with serve() as server:
            viewer = await watch(server, room)
            assert (await next_message(viewer))["text"] == "quick"

            await slow.commit()
            if not guard:
                await say(house, room, "marker")

            assert (await next_message(viewer))["text"] == ("slow" if guard else "marker")


async def test_message_that_was_never_shown_is_not_sent(
    house: House, serve: Any, watch: Any
) -> None:
    room = await house.open_room(a=1)
    held = ADD.replace("'shown'", "'held'")
    async with serve() as server:
        viewer = await watch(server, room)
        await house.run(held, ids.new(), room, ids.new(), "waits for a moderator")
        await say(house, room, "shown")

        assert (await next_message(viewer))["text"] == "shown"


async def test_what_changed_is_read_by_index_whatever_the_planner_expects(
    house: House, database_url: str
) -> None:
    """Ten times a second: a plan for any values must not walk through all that was ever said."""
    query = queries._MESSAGES.replace("%(after)s", "$1").replace("%(missing)s", "$2")
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        for setting in ("enable_seqscan = off", "enable_bitmapscan = off"):
            await connection.execute(f"set {setting}".encode())
        await connection.execute("set plan_cache_mode = force_generic_plan")
        prepared = f"prepare read(bigint, bigint[]) as {query.replace('%(most)s', '2000')}"
        await connection.execute(prepared.encode())
        found = await connection.execute("explain execute read(7, '{3}')")
        plan = [line for (line,) in await found.fetchall()]

    assert sum("Index Cond" in line and "change" in line for line in plan) == 2, plan
    assert not [line for line in plan if "Filter" in line and "change" in line]

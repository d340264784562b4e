"""Hearts are counted, whoever sends them; nothing is kept of who did."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest

from showfloor.fanout import queries as fanout_queries
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.pace import Limit
from showfloor.room.http import hearts as route
from showfloor.room.rules.pace import MOST_HEARTS
from showfloor.shows import service as shows
from tests.integration.room.conftest import Talk
from tests.waiting import BOUND


async def send(talk: Talk, count: int = 1, show: str | None = None) -> Any:
    return await talk.client.post(
        f"/api/v1/shows/{show or talk.show}/hearts", json={"count": count}
    )


async def counted(talk: Talk, database_url: str) -> int:
    """What the room server reads."""
    async with fanout_queries.reader(database_url, BOUND) as reader:
        return (await reader.hearts([talk.floor.show.id])).get(talk.floor.show.id, 0)


async def test_hearts_add_up(talk: Talk, database_url: str) -> None:
    assert [(await send(talk, count)).status_code for count in (1, 5, 2)] == [204, 204, 204]

    assert await counted(talk, database_url) == 8


async def test_hearts_of_a_crowd_are_all_counted(talk: Talk, database_url: str) -> None:
    answers = await asyncio.gather(*(send(talk) for _ in range(40)))

    assert {answer.status_code for answer in answers} == {204}
    assert await counted(talk, database_url) == 40


@pytest.mark.parametrize("count", [0, MOST_HEARTS + 1, -1, "1", 1.5, None])
async def test_no_other_number_is_taken(talk: Talk, database_url: str, count: Any) -> None:
    assert (await send(talk, count)).status_code == 422

    assert await counted(talk, database_url) == 0


async def test_show_that_is_not_on_the_air_takes_none(
    talk: Talk, database: Database, database_url: str
) -> None:
    async with database.session() as session:
        await shows.end_show(session, person=talk.floor.host, show_id=talk.floor.show.id)

    answer = await send(talk)

    assert (answer.status_code, answer.json()["code"]) == (409, "hearts_closed")
    assert await counted(talk, database_url) == 0


async def test_show_that_nobody_knows_takes_none(talk: Talk) -> None:
    answer = await send(talk, show=ids.encode("show", ids.new()))

    assert (answer.status_code, answer.json()["code"]) == (404, "show_not_found")


@pytest.mark.parametrize("is_limited", [True, False], ids=["guarded", "twin"])
async def test_one_network_sends_so_many_and_no_more(
    talk: Talk, database_url: str, monkeypatch: pytest.MonkeyPatch, is_limited: bool
) -> None:
    monkeypatch.setattr(route, "HEARTS", Limit(2 if is_limited else 1000, 600.0))

    statuses = [(await send(talk)).status_code for _ in range(4)]

    assert statuses == ([204, 204, 429, 429] if is_limited else [204] * 4)
    assert await counted(talk, database_url) == (2 if is_limited else 4)


async def test_nothing_is_kept_of_who_sent_them(talk: Talk, database_url: str) -> None:
    await send(talk)

    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        row = await (await connection.execute("select * from room_hearts")).fetchall()
    assert row == [(talk.floor.show.id, 1)]

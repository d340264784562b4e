"""What is not announced is known to its host alone."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest

from showfloor.fanout import queries as rooms
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.media import service as media
from showfloor.shows import service as shows
from showfloor.shows.errors import ShowNotFound
from showfloor.shows.schemas import NewShow, ShowChange
from showfloor.shows.types import ShowState
from tests.people import add_floor, add_host, add_key


@pytest.mark.parametrize("what", ["", "/timeline"])
async def test_draft_is_its_host_s_alone(
    client: httpx2.AsyncClient, database: Database, what: str
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        host, stranger = (
            await add_key(session, floor.host),
            await add_key(session, await add_host(session)),
        )
    path = f"/api/v1/shows/{ids.encode('show', floor.show.id)}{what}"

    answers = [await client.get(path, headers=headers) for headers in ({}, stranger, host)]

    assert [answer.status_code for answer in answers] == [404, 404, 200]
    assert answers[0].json()["code"] == answers[1].json()["code"] == "show_not_found"


async def test_room_of_a_draft_is_not_served(database: Database, database_url: str) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
    room = floor.show.id
    async with rooms.reader(database_url, limit=5) as reader:
        assert await reader.documents([room], most=10) == {}

        async with database.session() as session:
            await shows.change_show(
                session, person=floor.host, show_id=room, change=ShowChange(starts_at=clock.now())
            )
        assert "show" in (await reader.documents([room], most=10))[room].entries


async def test_cancelled_draft_stays_its_host_s_alone(
    client: httpx2.AsyncClient, database: Database, database_url: str
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        key = await media.issue_stream_key(session, floor.show.id)
        ended = await shows.end_show(session, person=floor.host, show_id=floor.show.id)
        host = await add_key(session, floor.host)
    path = f"/api/v1/shows/{ids.encode('show', floor.show.id)}"
    outside = [path, f"{path}/timeline", f"/s/{ended.slug}", f"/embed/{ended.slug}"]

    answers = [await client.get(each) for each in outside]
    lists = [await client.get(f"/api/v1/shows{query}") for query in ("", "?state=ended")]
    mine = (await client.get("/api/v1/shows/mine", headers=host)).json()

    assert ended.state is ShowState.CANCELLED
    assert [answer.status_code for answer in answers] == [404] * len(outside)
    assert [answer.json()["items"] for answer in lists] == [[], []]
    assert [item["state"] for item in mine["items"]] == ["cancelled"]
    async with rooms.reader(database_url, limit=5) as reader:
        assert await reader.documents([floor.show.id], most=10) == {}
    async with database.session() as session:
        answer = await shows.admit_publisher(session, stream_key=key, secret="s" * 32)
    assert answer.refusal is not None and answer.refusal.code == "show_ended"


async def test_show_that_was_announced_stays_public_when_it_is_called_off(
    client: httpx2.AsyncClient, database: Database
) -> None:
    """Its address was given away: the page says that it is over."""
    async with database.session() as session:
        floor = await add_floor(session)
        await shows.change_show(
            session,
            person=floor.host,
            show_id=floor.show.id,
            change=ShowChange(starts_at=clock.now()),
        )
        await shows.end_show(session, person=floor.host, show_id=floor.show.id)

    answer = await client.get(f"/api/v1/shows/{ids.encode('show', floor.show.id)}")

    assert (answer.status_code, answer.json()["state"]) == (200, "ended")


async def test_address_of_a_draft_is_found_once_it_is_announced(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)

        with pytest.raises(ShowNotFound):
            await shows.find_public_show(session, floor.show.slug)
        assert (
            await shows.find_public_show(session, floor.show.slug, person=floor.host)
        ).id == floor.show.id

        await shows.change_show(
            session,
            person=floor.host,
            show_id=floor.show.id,
            change=ShowChange(starts_at=clock.now()),
        )
        assert (await shows.find_public_show(session, floor.show.slug)).id == floor.show.id


async def test_what_is_announced_is_found_however_many_shows_never_began(
    database: Database,
) -> None:
    long_ago, soon, later = (clock.now() + timedelta(hours=hours) for hours in (-48, 1, 30))
    title = {"en": "Evening", "ar": "مساء"}
    async with database.session() as session:
        floor = await add_floor(session)
        for starts_at in [*[long_ago] * 5, later, soon]:
            with clock.use(lambda: long_ago):
                new = NewShow(title=title, market="gb", starts_at=starts_at)
            await shows.create_show(session, person=floor.host, new=new)

        assert [show.starts_at for show in await shows.list_upcoming(session, limit=5)] == [
            soon,
            later,
        ]


async def test_own_shows_come_newest_first_and_page_by_page(
    client: httpx2.AsyncClient, database: Database
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        second = await shows.create_show(
            session,
            person=floor.host,
            new=NewShow(title={"en": "Evening", "ar": "مساء"}, market="gb"),
        )
        host = await add_key(session, floor.host)

    first_page = (await client.get("/api/v1/shows/mine?limit=1", headers=host)).json()
    last_page = (
        await client.get(
            f"/api/v1/shows/mine?limit=1&cursor={first_page['next_cursor']}", headers=host
        )
    ).json()

    assert [item["id"] for item in first_page["items"] + last_page["items"]] == [
        ids.encode("show", show.id) for show in (second, floor.show)
    ]
    assert last_page["next_cursor"] is None


EDGES_OF_TIME = (
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
)


@pytest.mark.parametrize("moment", EDGES_OF_TIME)
async def test_time_at_the_edge_of_the_calendar_is_refused_in_every_field(
    client: httpx2.AsyncClient, database: Database, moment: str
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        host = await add_key(session, floor.host)
    show = f"/api/v1/shows/{ids.encode('show', floor.show.id)}"
    new = {"title": {"en": "A", "ar": "أ"}, "market": "gb", "starts_at": moment}
    line = {"show_id": "show_1", "ingest_id": "i", "state": "lost", "since": moment}

    answers = [
        await client.post("/api/v1/shows", headers=host, json=new),
        await client.patch(show, headers=host, json={"starts_at": moment}),
        await client.get(f"{show}/timeline", headers=host, params={"at": moment}),
        await client.post(
            "/internal/ingests",
            headers={"Authorization": f"Bearer {'t' * 32}"},
            json={"ingests": [line]},
        ),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422, 200]
    async with database.session() as session:
        assert (await shows.get_show(session, floor.show.id)).starts_at is None


DAY = 24
TWO_YEARS = 731 * DAY


@pytest.mark.parametrize(
    ("hours", "status", "problem"),
    [
        (-2, 422, "in_the_past"),
        (2, 201, ""),
        (TWO_YEARS - DAY, 201, ""),
        (TWO_YEARS + DAY, 422, "too_far_ahead"),
    ],
)
async def test_show_starts_at_a_time_that_is_still_to_come(
    client: httpx2.AsyncClient, database: Database, hours: int, status: int, problem: str
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        host = await add_key(session, floor.host)
    starts_at = clock.rfc3339(clock.now() + timedelta(hours=hours))

    answer = await client.post(
        "/api/v1/shows",
        headers=host,
        json={"title": {"en": "A", "ar": "أ"}, "market": "gb", "starts_at": starts_at},
    )

    assert answer.status_code == status
    if status == 422:
        assert answer.json()["fields"] == [{"path": "body/starts_at", "problem": problem}]

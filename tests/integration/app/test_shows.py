"""The routes of shows, spoken to over HTTP: what a host does, what others read, what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from tests.people import FakeStreaming, Floor, add_floor, add_host, add_key, put_on_air


@dataclass
class Studio:
    """A host's program, a stranger's, and the media server beside them."""

    client: httpx2.AsyncClient
    floor: Floor
    streaming: FakeStreaming
    host: dict[str, str]
    stranger: dict[str, str]
    seller: dict[str, str]

    @property
    def show(self) -> str:
        return f"/api/v1/shows/{ids.encode('show', self.floor.show.id)}"

    @property
    def products(self) -> list[str]:
        return [ids.encode("prod", product.id) for product in self.floor.products]

    async def get(self, path: str, who: dict[str, str] | None = None) -> httpx2.Response:
        return await self.client.get(path, headers=who or {})

    async def send(
        self, method: str, path: str, body: object = None, who: dict[str, str] | None = None
    ) -> httpx2.Response:
        headers = self.host if who is None else who
        return await self.client.request(method, path, json=body, headers=headers)

    async def shelf(self) -> list[str]:
        show = (await self.get(self.show, self.host)).json()
        return [product["id"] for product in show["products"]]


@pytest.fixture
async def studio(client: httpx2.AsyncClient, app: FastAPI, database: Database) -> Studio:
    async with database.session() as session:
        floor = await add_floor(session)
        stranger = await add_host(session)
        keys = [await add_key(session, who) for who in (floor.host, stranger, floor.sellers[0])]
    return Studio(client, floor, app.state.streaming, *keys)


async def on_air(studio: Studio, database: Database) -> None:
    async with database.session() as session:
        await put_on_air(session, studio.floor)


def code(answer: httpx2.Response) -> str:
    found: str = answer.json()["code"]
    return found


def soon(days: int) -> str:
    """A time in so many days, at the full hour."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    return clock.rfc3339(hour + timedelta(days=days))


NEW = {"title": {"en": "Evening kiln", "ar": "فرن المساء"}, "market": "gb"}


async def test_new_show_is_a_draft_of_its_host(studio: Studio) -> None:
    made = await studio.send("POST", "/api/v1/shows", NEW)

    assert made.status_code == 201
    show = made.json()
    assert (show["state"], show["title"], show["products"]) == ("draft", NEW["title"], [])
    path = f"/api/v1/shows/{show['id']}"
    assert (await studio.get(path, studio.host)).status_code == 200
    assert (await studio.get(path, studio.stranger)).status_code == 404
    assert (await studio.get(path)).status_code == 404


async def test_show_with_a_time_is_announced(studio: Studio) -> None:
    made = await studio.send("POST", "/api/v1/shows", NEW | {"starts_at": soon(1)})

    assert made.json()["state"] == "scheduled"
    listed = (await studio.get("/api/v1/shows?state=scheduled")).json()["items"]
    assert [show["id"] for show in listed] == [made.json()["id"]]
    assert listed[0]["starts_at"] == soon(1)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"market": "atlantis"}, 422),
        ({"title": {}}, 422),
        ({"title": {"en": " \u200b "}}, 422),
        ({"slug": "Not A Slug"}, 422),
        ({"starts_at": "2099-05-01T19:00:00"}, 422),
        ({"title": {"en": "x" * 1000}}, 422),
    ],
    ids=["market", "no title", "title of nothing", "slug", "time without offset", "long title"],
)
async def test_show_that_is_not_whole_is_not_made(
    studio: Studio, change: dict[str, Any], status: int
) -> None:
    answer = await studio.send("POST", "/api/v1/shows", NEW | change)

    assert answer.status_code == status
    mine = (await studio.get("/api/v1/shows/mine", studio.host)).json()["items"]
    assert [show["id"] for show in mine] == [ids.encode("show", studio.floor.show.id)]


async def test_somebody_who_hosts_nothing_makes_no_show(studio: Studio) -> None:
    answer = await studio.send("POST", "/api/v1/shows", NEW, studio.seller)

    assert (answer.status_code, code(answer)) == (403, "forbidden")
    assert (await studio.get("/api/v1/shows/mine", studio.seller)).json() == {
        "items": [],
        "next_cursor": None,
    }


async def test_nobody_makes_no_show(studio: Studio) -> None:
    answer = await studio.send("POST", "/api/v1/shows", NEW, {})

    assert (answer.status_code, code(answer)) == (401, "not_authenticated")


ROUTES = [
    ("PATCH", "", {"title": {"en": "Taken over"}}),
    ("POST", "/products", {"product_id": "prod_" + "0" * 32}),
    ("PUT", "/products", {"product_ids": []}),
    ("DELETE", "/products/prod_" + "0" * 32, None),
    ("POST", "/go-live", None),
    ("POST", "/end", None),
    ("POST", "/stream-key", None),
    ("GET", "/studio", None),
    ("GET", "/sales", None),
    ("POST", "/cues", {"kind": "pin", "product_id": "prod_" + "0" * 32}),
]


async def test_no_route_of_a_host_serves_another_host(studio: Studio, database: Database) -> None:
    await on_air(studio, database)
    before = (await studio.get(studio.show, studio.host)).json()

    found = {
        f"{method} {path}": (await studio.send(method, studio.show + path, body, studio.stranger))
        for method, path, body in ROUTES
    }

    assert {name: answer.status_code for name, answer in found.items()} == dict.fromkeys(found, 404)
    assert {code(answer) for answer in found.values()} == {"show_not_found"}
    assert (await studio.get(studio.show, studio.host)).json() == before
    assert studio.streaming.states == studio.streaming.put == []


async def test_no_route_of_a_host_serves_nobody(studio: Studio) -> None:
    found = [
        (await studio.send(method, studio.show + path, body, {"x": "y"})).status_code
        for method, path, body in ROUTES
    ]

    assert found == [401] * len(ROUTES)


async def test_change_that_says_nothing_of_a_field_leaves_it(studio: Studio) -> None:
    changed = await studio.send("PATCH", studio.show, {"title": {"en": "Late", "ar": "متأخر"}})
    again = await studio.send("PATCH", studio.show, {"starts_at": soon(1)})

    assert changed.json()["title"] == again.json()["title"] == {"en": "Late", "ar": "متأخر"}
    assert (changed.json()["state"], again.json()["state"]) == ("draft", "scheduled")


async def test_shelf_is_filled_arranged_and_emptied(studio: Studio) -> None:
    mug, scarf = studio.products
    assert await studio.shelf() == [mug, scarf]

    turned = await studio.send("PUT", f"{studio.show}/products", {"product_ids": [scarf, mug]})
    assert [product["id"] for product in turned.json()["products"]] == [scarf, mug]
    gone = await studio.send("DELETE", f"{studio.show}/products/{mug}")
    assert gone.status_code == 204 and await studio.shelf() == [scarf]
    back = await studio.send("POST", f"{studio.show}/products", {"product_id": mug})

    assert back.status_code == 201 and await studio.shelf() == [scarf, mug]


async def test_order_of_another_shelf_changes_nothing(studio: Studio) -> None:
    mug, scarf = studio.products

    for wrong in ([mug], [mug, mug], [mug, scarf, mug], []):
        answer = await studio.send("PUT", f"{studio.show}/products", {"product_ids": wrong})
        assert (answer.status_code, code(answer)) == (409, "shelf_changed")

    assert await studio.shelf() == [mug, scarf]


async def test_product_that_nobody_sells_stays_off_the_shelf(studio: Studio) -> None:
    unknown = ids.encode("prod", ids.new())

    answer = await studio.send("POST", f"{studio.show}/products", {"product_id": unknown})

    assert code(answer) == "product_not_sellable"
    assert await studio.shelf() == studio.products


async def test_show_without_a_picture_does_not_go_live(studio: Studio) -> None:
    answer = await studio.send("POST", f"{studio.show}/go-live")

    assert (answer.status_code, code(answer)) == (409, "signal_missing")
    assert (await studio.get(studio.show, studio.host)).json()["state"] == "draft"
    assert studio.streaming.states == []


async def test_end_is_told_to_the_media_server_and_is_the_end(
    studio: Studio, database: Database
) -> None:
    await on_air(studio, database)

    ended = await studio.send("POST", f"{studio.show}/end")

    assert ended.json()["state"] == "ended" and studio.streaming.states == ["ended"]
    again = await studio.send("POST", f"{studio.show}/go-live")
    assert (again.status_code, code(again)) == (409, "show_state_conflict")
    assert studio.streaming.states == ["ended"]
    assert (await studio.get("/api/v1/shows?state=ended")).json()["items"][0]["state"] == "ended"


async def test_pin_is_on_the_newest_frame_and_in_the_stream(
    studio: Studio, database: Database
) -> None:
    await on_air(studio, database)
    mug, scarf = studio.products

    first = (
        await studio.send("POST", f"{studio.show}/cues", {"kind": "pin", "product_id": mug})
    ).json()
    studio.streaming.advance(5)
    second = (
        await studio.send(
            "POST",
            f"{studio.show}/cues",
            {"kind": "pin", "product_id": scarf, "replace": True},
        )
    ).json()

    assert first["start"] == "2026-11-23T10:00:00.000Z" and first["end"] is None
    assert second["start"] == "2026-11-23T10:00:05.000Z"
    assert [(cue.id, cue.end) for cue in studio.streaming.put[-1]] == [(second["id"], None)]
    timeline = (await studio.get(f"{studio.show}/timeline")).json()["cues"]
    assert [cue["end"] for cue in timeline] == ["2026-11-23T10:00:05.000Z", None]


async def test_timeline_says_what_was_pinned_at_a_moment(
    studio: Studio, database: Database
) -> None:
    await on_air(studio, database)
    mug, scarf = studio.products
    pinned = []
    for product in (mug, scarf):
        body = {"kind": "pin", "product_id": product, "replace": True}
        pinned.append((await studio.send("POST", f"{studio.show}/cues", body)).json()["id"])
        studio.streaming.advance(10)
    ended = await studio.send("POST", f"/api/v1/cues/{pinned[1]}/end")
    assert ended.json()["end"] == "2026-11-23T10:00:20.000Z"

    async def at(moment: str) -> list[str]:
        found = await studio.get(f"{studio.show}/timeline?at={moment}")
        return [cue["id"] for cue in found.json()["cues"]]

    assert [cue["id"] for cue in (await studio.get(f"{studio.show}/timeline")).json()["cues"]] == (
        pinned
    )
    assert await at("2026-11-23T09:59:59.999Z") == []
    assert await at("2026-11-23T10:00:00Z") == [pinned[0]]
    assert await at("2026-11-23T10:00:10Z") == [pinned[1]]
    assert await at("2026-11-23T10:00:20Z") == []


async def test_cue_of_another_host_is_not_found_and_goes_on(
    studio: Studio, database: Database
) -> None:
    await on_air(studio, database)
    body = {"kind": "pin", "product_id": studio.products[0]}
    cue = (await studio.send("POST", f"{studio.show}/cues", body)).json()

    answer = await studio.send("POST", f"/api/v1/cues/{cue['id']}/end", None, studio.stranger)

    assert answer.status_code == 404
    timeline = (await studio.get(f"{studio.show}/timeline")).json()["cues"]
    assert [entry["end"] for entry in timeline] == [None]


async def test_pin_without_a_picture_is_refused(studio: Studio, database: Database) -> None:
    await on_air(studio, database)
    studio.streaming.publishing = False

    body = {"kind": "pin", "product_id": studio.products[0]}
    answer = await studio.send("POST", f"{studio.show}/cues", body)

    assert (answer.status_code, code(answer)) == (409, "not_live")
    assert (await studio.get(f"{studio.show}/timeline")).json()["cues"] == []


async def test_new_key_is_another_one_and_studio_shows_none(studio: Studio) -> None:
    first = (await studio.send("POST", f"{studio.show}/stream-key")).json()
    second = (await studio.send("POST", f"{studio.show}/stream-key")).json()

    assert first["stream_key"] != second["stream_key"]
    assert first["rtmp_url"].startswith("rtmp://")
    shown = (await studio.get(f"{studio.show}/studio", studio.host)).text
    assert first["stream_key"] not in shown and second["stream_key"] not in shown


async def test_lists_follow_each_other_without_gap(studio: Studio) -> None:
    made = []
    for number in range(3):
        body = NEW | {"starts_at": soon(number + 1)}
        made.append((await studio.send("POST", "/api/v1/shows", body)).json()["id"])

    found, cursor = [], ""
    for _ in range(2):
        page = (await studio.get(f"/api/v1/shows?state=scheduled&limit=2{cursor}")).json()
        found += [show["id"] for show in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"

    assert sorted(found) == sorted(made) and page["next_cursor"] is None


@pytest.mark.parametrize(
    "query", ["state=draft", "limit=0", "limit=101", "limit=x", "state=cancelled"]
)
async def test_list_that_nobody_may_ask_for_is_refused(studio: Studio, query: str) -> None:
    answer = await studio.get(f"/api/v1/shows?{query}")

    assert (answer.status_code, code(answer)) == (422, "validation_failed")


@pytest.mark.parametrize("name", ["show_1", "prod_" + "0" * 32, "show_" + "g" * 32, "..", "%00"])
async def test_what_is_no_show_is_not_found(studio: Studio, name: str) -> None:
    assert (await studio.get(f"/api/v1/shows/{name}")).status_code == 404

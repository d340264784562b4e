"""A show's destinations over HTTP, and what `streaming` gets and reports of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from showfloor.identity.types import GrantKind
from showfloor.kit import clock, ids
from showfloor.kit.contract import DestinationLine, DestinationOrder, Health, VideoHealth
from showfloor.kit.db import Database
from showfloor.media.types import IngestState
from showfloor.shows import service as shows
from tests.clocks import stopped
from tests.people import Floor, add_floor, add_host, add_key, add_person, put_on_air, report

KEY = "live_4711-secret-abcd"
SECRET = "s" * 32
YOUTUBE = {"platform": "youtube", "name": "Dar Noor", "key": KEY}
TIKTOK = {"platform": "tiktok", "url": "rtmp://push.tiktokcdn.com/game", "key": KEY}


@dataclass
class Desk:
    """A host, a stranger and an operator at one show's destinations."""

    client: httpx2.AsyncClient
    database: Database
    floor: Floor
    host: dict[str, str]
    stranger: dict[str, str]
    operator: dict[str, str]

    @property
    def path(self) -> str:
        return f"/api/v1/shows/{ids.encode('show', self.floor.show.id)}/destinations"

    async def send(
        self, method: str, path: str = "", body: object = None, who: dict[str, str] | None = None
    ) -> httpx2.Response:
        headers = who or self.host
        return await self.client.request(method, self.path + path, json=body, headers=headers)

    async def add(self, body: object = YOUTUBE) -> str:
        added = await self.send("POST", body=body)
        assert added.status_code == 201, added.text
        return str(added.json()["id"])

    async def list(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.send("GET")).json()["items"]
        return found

    async def orders(
        self, *lines: DestinationLine, health: Health | None = None
    ) -> list[DestinationOrder]:
        """What `streaming` hears when it reports these lines."""
        said = report(self.floor.show, IngestState.PUBLISHING)
        said = replace(said, destinations=lines, health=health)
        answer = await shows.note_ingests(self.database, reports=[said], secret=SECRET)
        return answer.shows[ids.encode("show", self.floor.show.id)].destinations


@pytest.fixture
async def desk(client: httpx2.AsyncClient, app: FastAPI, database: Database) -> AsyncIterator[Desk]:
    # Or what was reported gets too old on a machine that stands still.
    with stopped():
        async with database.session() as session:
            floor = await add_floor(session)
            operator = await add_person(session, "op", (GrantKind.OPERATOR, UUID(int=0)))
            people = (floor.host, await add_host(session), operator)
            keys = [await add_key(session, who) for who in people]
        yield Desk(client, database, floor, *keys)


def line(name: str, **more: Any) -> DestinationLine:
    values = {"state": "sending", "bytes": 4_000_000, "dropped": 0, "reconnects": 0, **more}
    return DestinationLine(name, since=clock.rfc3339(clock.now()), **values)


async def test_a_key_is_stored_sealed_and_never_shown_again(desk: Desk) -> None:
    added = await desk.send("POST", body=YOUTUBE)

    shown = added.json()
    assert shown["url"] == "rtmps://a.rtmps.youtube.com/live2"
    assert (shown["state"], shown["started"], shown["key_hint"]) == ("off", False, "…abcd")
    assert KEY not in added.text + (await desk.send("GET")).text
    async with desk.database.session() as session:
        row = (
            await session.execute(text("select destination::text from destination"))
        ).scalar_one()
    assert KEY not in row
    assert KEY.encode().hex() not in row


async def test_streaming_gets_what_is_started_until_it_is_stopped(desk: Desk) -> None:
    name = await desk.add()
    await desk.add(TIKTOK)
    assert await desk.orders() == []

    started = await desk.send("POST", f"/{name}/start")
    orders = await desk.orders()
    again = await desk.send("POST", f"/{name}/start")
    tried = await desk.orders()
    stopped = await desk.send("POST", f"/{name}/stop")

    assert (started.status_code, started.json()["state"]) == (200, "waiting")
    assert orders == [DestinationOrder(name, "rtmps://a.rtmps.youtube.com/live2", KEY, 1)]
    # A new attempt starts one anew that had given up.
    assert again.status_code == 200
    assert tried == [replace(orders[0], attempt=2)]
    assert stopped.json()["state"] == "off"
    assert await desk.orders() == []


async def test_the_host_sees_how_a_destination_is(desk: Desk) -> None:
    name = await desk.add()
    await desk.send("POST", f"/{name}/start")
    await desk.orders(
        line(name, state="retrying", reconnects=3, reason="key_refused", detail="Bad name")
    )

    (shown,) = await desk.list()

    assert shown["state"] == "retrying"
    assert (shown["reason"], shown["detail"]) == ("key_refused", "Bad name")
    assert (shown["bytes"], shown["reconnects"]) == (4_000_000, 3)


async def test_a_change_reaches_streaming_and_what_is_removed_is_gone(desk: Desk) -> None:
    name = await desk.add()
    await desk.send("POST", f"/{name}/start")

    changed = await desk.send("PATCH", f"/{name}", {"key": "another-key-wxyz", "name": "Noor"})
    (order,) = await desk.orders()
    removed = await desk.send("DELETE", f"/{name}")

    assert (changed.json()["name"], changed.json()["key_hint"]) == ("Noor", "…wxyz")
    assert order.key == "another-key-wxyz"
    assert removed.status_code == 204
    assert await desk.orders() == []
    async with desk.database.session() as session:
        assert (await session.execute(text("select count(*) from destination"))).scalar_one() == 0


async def test_nobody_else_reads_or_changes_a_shows_destinations(desk: Desk) -> None:
    name = await desk.add()
    before = await desk.list()

    answers = [
        await desk.send(method, path, body, desk.stranger)
        for method, path, body in (
            ("GET", "", None),
            ("POST", "", YOUTUBE),
            ("PATCH", f"/{name}", {"name": "Mine"}),
            ("DELETE", f"/{name}", None),
            ("POST", f"/{name}/start", None),
            ("POST", f"/{name}/stop", None),
        )
    ]

    assert {answer.json()["code"] for answer in answers} == {"show_not_found"}
    assert await desk.list() == before
    assert (await desk.send("GET", who=desk.operator)).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/live",
        "rtmp://a.example",
        "rtmp://user:pass@a.example/live",
        "rtmp://a.example:port/live",
        "rtmp://shop.localhost:1935/live",
        "rtmp://127.0.0.1/live",
        "",
    ],
)
async def test_what_is_no_address_to_send_to_is_refused_and_not_stored(
    url: str, desk: Desk
) -> None:
    answer = await desk.send("POST", body={"platform": "custom", "url": url, "key": KEY})

    assert (answer.status_code, answer.json()["code"]) == (422, "destination_address_invalid")
    assert await desk.list() == []


async def test_a_show_has_a_bounded_number_of_destinations(desk: Desk) -> None:
    for _ in range(8):
        await desk.add()

    answer = await desk.send("POST", body=YOUTUBE)

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_destinations")
    assert len(await desk.list()) == 8


@pytest.mark.parametrize("platform", ["tiktok", "custom"])
async def test_a_session_that_sells_is_not_sent_where_that_is_forbidden(
    platform: str, desk: Desk
) -> None:
    """Whatever the destination is called: the address says whose rules hold."""
    name = await desk.add({**TIKTOK, "platform": platform})

    answer = await desk.send("POST", f"/{name}/start")

    assert (answer.status_code, answer.json()["code"]) == (409, "shop_simulcast_forbidden")
    assert "TikTok" in answer.json()["detail"]
    (shown,) = await desk.list()
    assert shown["started"] is False
    (rule,) = [rule for rule in shown["broken_rules"] if rule["forbids"]]
    assert (rule["code"], rule["read_on"]) == ("shop_simulcast_forbidden", "2026-11-26")
    assert "26 August 2025" in rule["source"]


async def test_a_product_on_the_shelf_stops_what_is_running_there(desk: Desk) -> None:
    products = list(desk.floor.show.product_ids)
    async with desk.database.session() as session:
        await session.execute(text("delete from show_product"))
    name = await desk.add(TIKTOK)
    await desk.send("POST", f"/{name}/start")
    assert len(await desk.orders()) == 1

    async with desk.database.session() as session:
        await session.execute(
            text(
                "insert into show_product (show_id, product_id, position, item_number)"
                " values (:show, :product, 0, 1)"
            ),
            {"show": desk.floor.show.id, "product": products[0]},
        )

    assert await desk.orders() == []
    (shown,) = await desk.list()
    assert (shown["state"], shown["reason"]) == ("refused", "shop_simulcast_forbidden")


async def disclose(desk: Desk, payload: str) -> None:
    async with desk.database.session() as session:
        await session.execute(
            text(
                "insert into cue (id, show_id, kind, starts_at, ends_at, payload)"
                " values (:id, :show, 'disclosure', now() - interval '2 hours',"
                " now() - interval '1 hour', cast(:payload as jsonb))"
            ),
            {"id": ids.new(), "show": desk.floor.show.id, "payload": payload},
        )


async def test_a_paid_partnership_goes_nowhere_else(desk: Desk) -> None:
    name = await desk.add()
    await disclose(desk, '{"label": "recorded"}')
    assert (await desk.send("POST", f"/{name}/start")).status_code == 200
    assert len(await desk.orders()) == 1

    await disclose(desk, '{"labels": [{"kind": "paid_partnership"}]}')

    answer = await desk.send("POST", f"/{name}/start")
    assert (answer.status_code, answer.json()["code"]) == (409, "disclosure_not_burnt_in")
    assert await desk.orders() == []


async def test_a_paid_partnership_said_before_going_live_goes_nowhere_else(desk: Desk) -> None:
    name, show = await desk.add(), desk.path.removesuffix("/destinations")
    assert (await desk.send("POST", f"/{name}/start")).status_code == 200
    assert len(await desk.orders()) == 1
    before = (await desk.client.get(f"{show}/preflight", headers=desk.host)).json()

    said = {"disclosures": ["paid_partnership"]}
    await desk.client.patch(show, json=said, headers=desk.host)

    answer = await desk.send("POST", f"/{name}/start")
    after = (await desk.client.get(f"{show}/preflight", headers=desk.host)).json()
    codes = [
        {check["code"] for check in found["checks"] if check["area"] == "destinations"}
        for found in (before, after)
    ]
    assert (answer.status_code, answer.json()["code"]) == (409, "disclosure_not_burnt_in")
    assert await desk.orders() == []
    assert codes[0] != codes[1]


async def test_an_operator_forbids_a_network_for_good(desk: Desk) -> None:
    name = await desk.add()
    await desk.send("POST", f"/{name}/start")
    ban = "/api/v1/platforms/youtube/ban"

    refused = await desk.client.put(ban, headers=desk.host)
    assert len(await desk.orders()) == 1
    forbidden = await desk.client.put(ban, headers=desk.operator)
    answer = await desk.send("POST", f"/{name}/start")
    orders = await desk.orders()
    listed = (await desk.client.get("/api/v1/platforms", headers=desk.host)).json()["items"]
    await desk.client.delete(ban, headers=desk.operator)

    assert refused.json()["code"] == "forbidden"
    assert forbidden.status_code == 204
    assert answer.json()["code"] == "platform_forbidden"
    assert orders == []
    assert [platform["code"] for platform in listed if platform["forbidden"]] == ["youtube"]
    assert len(await desk.orders()) == 1
    unknown = await desk.client.put("/api/v1/platforms/none/ban", headers=desk.operator)
    assert unknown.json()["code"] == "platform_unknown"


async def test_what_a_network_advises_is_said_and_forbids_nothing(desk: Desk) -> None:
    name = await desk.add({"platform": "instagram", "key": KEY})
    picture = VideoHealth("h264", "High", "4.0", 1920, 1080, 30.0, 9_000_000, 2.0)
    await desk.orders(health=Health(picture, None, []))

    started = await desk.send("POST", f"/{name}/start")

    rules = started.json()["broken_rules"]
    assert [(rule["code"], rule["forbids"]) for rule in rules] == [
        ("portrait_advised", False),
        ("bit_rate_high", False),
    ]
    assert rules[1]["params"] == {"platform": "Instagram", "most": 6000, "now": 9000}


async def test_a_key_sealed_with_another_secret_is_not_sent_and_says_so(desk: Desk) -> None:
    name = await desk.add()
    await desk.send("POST", f"/{name}/start")
    async with desk.database.session() as session:
        await session.execute(text("update destination set sealed_key = sealed_key || 'x'::bytea"))

    assert await desk.orders() == []
    (shown,) = await desk.list()
    assert (shown["state"], shown["reason"]) == ("refused", "key_unreadable")


async def test_a_show_that_is_over_goes_nowhere(desk: Desk) -> None:
    name = await desk.add()
    async with desk.database.session() as session:
        await put_on_air(session, desk.floor)
        await shows.end_show(session, person=desk.floor.host, show_id=desk.floor.show.id)

    answers = [await desk.send("POST", f"/{name}/start"), await desk.send("POST", body=YOUTUBE)]

    assert {answer.json()["code"] for answer in answers} == {"show_state_conflict"}
    assert len(await desk.list()) == 1
    assert (await desk.send("DELETE", f"/{name}")).status_code == 204

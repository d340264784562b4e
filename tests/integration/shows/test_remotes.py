"""A second device: one ticket, one device, the pins of one show, and an end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx2
import pytest
import segno
from fastapi import FastAPI

from showfloor.identity import service as identity
from showfloor.kit import clock, ids
from showfloor.kit.db import Database, Session
from showfloor.shows import service as shows
from showfloor.shows.schemas import NewShow
from showfloor.shows.service import remotes
from tests.clocks import stopped
from tests.integration.app.conftest import app, client
from tests.people import (
    FakeStreaming,
    Floor,
    add_floor_on_air,
    add_host,
    add_key,
    put_on_air,
)

__all__ = ["app", "client"]
PASSWORD = "correct horse"


@dataclass
class Room:
    """A live show, its host with a key, and what a device does with a token."""

    client: httpx2.AsyncClient
    floor: Floor
    host: dict[str, str]
    path: str

    async def invite(self, headers: dict[str, str] | None = None) -> httpx2.Response:
        headers = self.host if headers is None else headers
        return await self.client.post(f"{self.path}/remotes", headers=headers)

    async def join(self, invited: httpx2.Response) -> httpx2.Response:
        ticket = invited.json()["url"].partition("#")[2]
        return await self.client.post("/api/v1/remote", json={"ticket": ticket})

    async def remote(self) -> dict[str, str]:
        return bearer(await self.join(await self.invite()))

    async def pin(self, remote: dict[str, str], place: int = 0) -> httpx2.Response:
        body = {"product_id": ids.encode("prod", self.floor.products[place].id)}
        return await self.client.post("/api/v1/remote/pins", json=body, headers=remote)

    async def cues(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = (await self.client.get(f"{self.path}/timeline")).json()[
            "cues"
        ]
        return found


def bearer(joined: httpx2.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {joined.json()['token']}"}


@pytest.fixture
def streaming(app: FastAPI) -> FakeStreaming:
    streaming = app.state.streaming = FakeStreaming()
    streaming.media_time = clock.now()
    return streaming


@pytest.fixture
async def room(
    client: httpx2.AsyncClient, database: Database, streaming: FakeStreaming
) -> AsyncIterator[Room]:
    # Or the report of the picture gets too old on a machine that stands still.
    with stopped():
        async with database.session() as session:
            floor = await add_floor_on_air(session)
            host = await add_key(session, floor.host)
        path = f"/api/v1/shows/{ids.encode('show', floor.show.id)}"
        yield Room(client, floor, host, path)


async def test_remote_joins_pins_and_unpins(room: Room, streaming: FakeStreaming) -> None:
    remote = await room.remote()

    before = (await room.client.get("/api/v1/remote", headers=remote)).json()
    pinned = await room.pin(remote)
    replaced = await room.pin(remote, place=1)
    during = (await room.client.get("/api/v1/remote", headers=remote)).json()
    cue = replaced.json()["id"]
    streaming.advance(5)
    await room.client.post(f"/api/v1/remote/pins/{cue}/end", headers=remote)

    assert (before["state"], before["receiving"], before["pins"]) == ("live", True, [])
    assert [product["name"]["en"] for product in before["products"]] == ["Mug", "Scarf"]
    assert (pinned.status_code, [each["id"] for each in during["pins"]]) == (201, [cue])
    assert during["last_product_id"] == replaced.json()["payload"]["product_id"]
    assert [each["end"] is not None for each in await room.cues()] == [True, True]
    assert streaming.put[-1][-1].end is not None


async def test_code_says_the_address_of_the_ticket(room: Room) -> None:
    made = (await room.invite()).json()

    matrix = [bytes(row) for row in segno.make_qr(made["url"], error="m").matrix]
    drawn = [bytearray(made["qr"]["size"]) for _ in range(made["qr"]["size"])]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", made["qr"]["path"]):
        for at in range(int(x), int(x) + int(width)):
            drawn[int(y)][at] = 1
    assert [bytes(row) for row in drawn] == matrix
    assert "/remote#rt_" in made["url"]


async def test_ticket_is_used_once_however_many_try(room: Room) -> None:
    invited = await room.invite()

    answers = await asyncio.gather(*(room.join(invited) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 410, 410, 410]
    joined = (await room.client.get(f"{room.path}/remotes", headers=room.host)).json()["items"]
    assert [each["joined_at"] is not None for each in joined] == [True]


async def test_ticket_runs_out_and_can_be_withdrawn(room: Room) -> None:
    old, withdrawn = await room.invite(), await room.invite()
    remote_id = withdrawn.json()["remote"]["id"]
    await room.client.delete(f"{room.path}/remotes/{remote_id}", headers=room.host)
    later = clock.now() + remotes.TICKET_LASTS + timedelta(seconds=1)
    with clock.use(lambda: later):
        answers = [await room.join(old), await room.join(withdrawn)]

    assert [answer.json()["code"] for answer in answers] == ["remote_ticket_invalid"] * 2


async def test_remote_may_do_nothing_else(room: Room) -> None:
    remote = await room.remote()
    product = ids.encode("prod", room.floor.products[0].id)

    answers = [
        await room.client.post(f"{room.path}/end", headers=remote),
        await room.client.patch(room.path, json={"title": {"en": "X"}}, headers=remote),
        await room.client.get(f"{room.path}/studio", headers=remote),
        await room.client.get(f"{room.path}/sales", headers=remote),
        await room.client.post(
            f"{room.path}/cues", json={"kind": "pin", "product_id": product}, headers=remote
        ),
        await room.invite(remote),
        await room.client.get("/api/v1/orders", headers=remote),
    ]

    assert {answer.status_code for answer in answers} == {401}
    show = (await room.client.get(room.path)).json()
    assert (show["state"], show["title"]["en"]) == ("live", "Slow morning")
    assert await room.cues() == []


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
@pytest.mark.parametrize("kind", ["label", "other_show"])
async def test_remote_ends_pins_of_its_own_show_alone(
    room: Room, database: Database, monkeypatch: pytest.MonkeyPatch, kind: str, guard: bool
) -> None:
    remote = await room.remote()
    if kind == "label":
        path, host = room.path, room.host
        body = {"kind": "disclosure", "disclosure": "dubbed_voice"}
    else:
        async with database.session() as session:
            other = await add_other_show(session, room.floor)
            host = await add_key(session, other.host)
        path = f"/api/v1/shows/{ids.encode('show', other.show.id)}"
        body = {"kind": "pin", "product_id": ids.encode("prod", other.products[0].id)}
    cue = (await room.client.post(f"{path}/cues", json=body, headers=host)).json()
    if not guard:
        monkeypatch.setattr(remotes, "may_end_by_remote", lambda remote, cue: True)

    answer = await room.client.post(f"/api/v1/remote/pins/{cue['id']}/end", headers=remote)

    (after,) = (await room.client.get(f"{path}/timeline")).json()["cues"]
    if guard:
        assert (answer.status_code, answer.json()["code"]) == (404, "cue_not_found")
        assert after == cue
    else:
        assert answer.status_code == 200 and after["end"] is not None


async def add_other_show(session: Session, floor: Floor) -> Floor:
    """Another live show of the same host."""
    show = await shows.create_show(
        session, person=floor.host, new=NewShow(title={"en": "Second"}, market="gb")
    )
    show = await shows.add_product(
        session, person=floor.host, show_id=show.id, product_id=floor.products[0].id
    )
    other = replace(floor, show=show)
    await put_on_air(session, other)
    return other


@pytest.mark.parametrize("end", ["host", "show", "sign_out", "key", "time"])
async def test_remote_ends_with(room: Room, database: Database, end: str) -> None:
    headers = room.host
    if end == "sign_out":
        signed_in = await room.client.post(
            "/api/v1/session",
            json={"email": room.floor.host.email, "password": PASSWORD, "adult": True},
        )
        headers = {"X-CSRF-Token": signed_in.json()["csrf"]}
    remote = bearer(await room.join(await room.invite(headers)))
    assert (await room.client.get("/api/v1/remote", headers=remote)).status_code == 200

    moment = clock.now()
    if end == "host":
        (item,) = (await room.client.get(f"{room.path}/remotes", headers=headers)).json()["items"]
        await room.client.delete(f"{room.path}/remotes/{item['id']}", headers=headers)
    elif end == "show":
        await room.client.post(f"{room.path}/end", headers=headers)
    elif end == "key":
        async with database.session() as session:
            (key,) = await identity.list_keys(session, person_id=room.floor.host.id)
            await identity.revoke_key(session, person_id=room.floor.host.id, key_id=key.id)
    elif end == "sign_out":
        await room.client.delete("/api/v1/session", headers=headers)
    else:
        moment += remotes.REMOTE_LASTS + timedelta(seconds=1)

    cues = await room.cues()
    with clock.use(lambda: moment):
        answers = [
            await room.client.get("/api/v1/remote", headers=remote),
            await room.pin(remote),
        ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (401, "remote_ended")
    ] * 2
    assert await room.cues() == cues


async def test_remote_would_outlive_a_revoked_key_if_nobody_asked_for_it(
    room: Room, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def open_for_ever(*_: object) -> bool:
        return True

    monkeypatch.setattr(identity, "is_sign_in_open", open_for_ever)
    remote = await room.remote()
    async with database.session() as session:
        (key,) = await identity.list_keys(session, person_id=room.floor.host.id)
        await identity.revoke_key(session, person_id=room.floor.host.id, key_id=key.id)

    assert (await room.pin(remote)).status_code == 201


async def test_ticket_of_a_revoked_key_is_used_by_nobody(room: Room, database: Database) -> None:
    invited = await room.invite()
    async with database.session() as session:
        (key,) = await identity.list_keys(session, person_id=room.floor.host.id)
        await identity.revoke_key(session, person_id=room.floor.host.id, key_id=key.id)

    refused = await room.join(invited)

    assert (refused.status_code, refused.json()["code"]) == (410, "remote_ticket_invalid")


async def test_stranger_neither_invites_nor_ends(room: Room, database: Database) -> None:
    remote = await room.remote()
    (item,) = (await room.client.get(f"{room.path}/remotes", headers=room.host)).json()["items"]
    async with database.session() as session:
        stranger = await add_key(session, await add_host(session))

    answers = [
        await room.invite(stranger),
        await room.client.get(f"{room.path}/remotes", headers=stranger),
        await room.client.delete(f"{room.path}/remotes/{item['id']}", headers=stranger),
        await room.invite({}),
        await room.client.get("/api/v1/remote"),
        await room.client.get("/api/v1/remote", headers={"Authorization": "Bearer rc_x"}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 401, 401, 401]
    assert (await room.client.get("/api/v1/remote", headers=remote)).status_code == 200


async def test_show_has_only_so_many_remotes(room: Room) -> None:
    for _ in range(5):
        assert (await room.invite()).status_code == 201

    refused = await room.invite()

    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_remotes")
    items = (await room.client.get(f"{room.path}/remotes", headers=room.host)).json()["items"]
    assert len(items) == 5

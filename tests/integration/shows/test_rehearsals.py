"""A rehearsal is the real show for its team alone, and nothing is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.identity import service as identity
from showfloor.identity.types import GrantKind, Role
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.recent import Recent
from showfloor.media.types import IngestState
from showfloor.shows import service as shows
from showfloor.shows.service import rehearsals
from showfloor.shows.tasks import end_old_rehearsals
from tests.integration.app.conftest import app, client
from tests.integration.checkout.shop import execute
from tests.people import (
    Floor,
    add_floor,
    add_host,
    add_key,
    add_person,
    put_on_air,
    report,
)
from tests.surfaces import PUBLIC, answers, changed, rows_of

__all__ = ["app", "client"]
ITS_OWN = {
    *("show", "show_product", "cue", "remote", "rehearsal", "stream_key", "ingest"),
    *("room", "room_entry", "room_event"),
}
"""Tables in which a rehearsal has rows while it runs: those of a show that is prepared."""


@dataclass
class Stage:
    """A draft with two products, its host and one of its sellers, each with a key."""

    client: httpx2.AsyncClient
    database: Database
    floor: Floor
    host: dict[str, str]
    seller: dict[str, str]

    def path(self, show: dict[str, Any] | None = None) -> str:
        shown = show["id"] if show else ids.encode("show", self.floor.show.id)
        return f"/api/v1/shows/{shown}"

    async def start(self) -> dict[str, Any]:
        answer = await self.client.post(f"{self.path()}/rehearsal", headers=self.host)
        assert answer.status_code == 201, answer.text
        started: dict[str, Any] = answer.json()
        return started

    async def rehearse(self) -> dict[str, Any]:
        """Everything that a host does in a rehearsal."""
        show = await self.start()
        path = self.path(show)
        made = await self.client.post(f"{path}/stream-key", headers=self.host)
        assert made.status_code == 201
        async with self.database.session() as session:
            rehearsed = await shows.get_show(session, ids.parse("show", show["id"]))
            await shows.note_ingest(
                session, report=report(rehearsed, IngestState.PUBLISHING), secret="s" * 32
            )
        for product in self.floor.products:
            pin = {"kind": "pin", "product_id": ids.encode("prod", product.id), "replace": True}
            assert (
                await self.client.post(f"{path}/cues", json=pin, headers=self.host)
            ).status_code == 201
        label = {"kind": "disclosure", "disclosure": "paid_partnership"}
        assert (
            await self.client.post(f"{path}/cues", json=label, headers=self.host)
        ).status_code == 201
        assert (await self.client.post(f"{path}/remotes", headers=self.host)).status_code == 201
        return show

    async def counted(self) -> dict[str, str]:
        """Every list and sum that anybody can ask for."""
        desk = ("/api/v1/orders", "/api/v1/ledger/entries", "/api/v1/ledger/balances")
        own = ("/api/v1/shows/mine", f"{self.path()}/sales", f"{self.path()}/next")
        return await answers(
            self.client,
            {
                **{path: {} for path in PUBLIC},
                **dict.fromkeys(desk, self.seller),
                **dict.fromkeys(own, self.host),
            },
        )


@pytest.fixture
async def stage(app: FastAPI, client: httpx2.AsyncClient, database: Database) -> Stage:
    # Pages are kept for a second otherwise, and the home page of before would be compared with
    # itself.
    app.state.pages = Recent(seconds=0.0, most=1)
    async with database.session() as session:
        floor = await add_floor(session)
        host = await add_key(session, floor.host)
        seller = await add_key(session, floor.sellers[0])
    for headers in (host, seller):
        # A key remembers when it was used first.
        await client.get("/api/v1/shows/mine", headers=headers)
    return Stage(client, database, floor, host, seller)


async def test_rehearsal_is_the_show_with_its_shelf(stage: Stage) -> None:
    show = await stage.rehearse()

    view = (await stage.client.get(f"{stage.path(show)}/studio", headers=stage.host)).json()
    assert view["show"]["state"] == "rehearsal"
    assert view["show"]["title"] == {"en": "Slow morning", "ar": "صباح هادئ"}
    assert view["show"]["product_ids"] == [
        ids.encode("prod", product.id) for product in stage.floor.products
    ]
    of = ids.encode("show", stage.floor.show.id)
    assert (view["rehearsal"]["show_id"], view["rehearsal"]["of_show_id"]) == (show["id"], of)
    timeline = await stage.client.get(f"{stage.path(show)}/timeline", headers=stage.host)
    assert [cue["kind"] for cue in timeline.json()["cues"]] == ["pin", "pin", "disclosure"]
    async with stage.database.session() as session:
        rehearsed = await shows.get_show(session, ids.parse("show", show["id"]))
        answer = await shows.note_ingest(
            session, report=report(rehearsed, IngestState.PUBLISHING), secret="s" * 32
        )
    assert answer is not None
    assert (answer.state, len(answer.cues)) == ("draft", 2)


async def test_rehearsal_is_in_no_count_while_it_runs(stage: Stage) -> None:
    before, rows = await stage.counted(), await rows_of(stage.database)

    await stage.rehearse()

    assert changed(before, await stage.counted()) == set()
    assert changed(rows, await rows_of(stage.database)) <= ITS_OWN


async def test_nothing_is_left_of_a_rehearsal(stage: Stage, app: FastAPI) -> None:
    rows = await rows_of(stage.database)
    show = await stage.rehearse()

    ended = await stage.client.delete(f"{stage.path(show)}/rehearsal", headers=stage.host)

    assert ended.status_code == 204
    assert changed(rows, await rows_of(stage.database)) == set()
    assert app.state.streaming.states == ["cancelled"]
    again = await stage.client.delete(f"{stage.path()}/rehearsal", headers=stage.host)
    assert (again.status_code, again.json()["code"]) == (404, "rehearsal_not_found")


async def test_without_its_state_a_rehearsal_is_counted(stage: Stage) -> None:
    """The twin: a show that is live for everybody, and so in lists, on the home page, and left."""
    before, rows = await stage.counted(), await rows_of(stage.database)
    show = await stage.rehearse()
    show_id = ids.parse("show", show["id"])
    await execute(
        stage.database,
        f"update show set state = 'live', published_at = now() where id = '{show_id}'",
    )

    counted = changed(before, await stage.counted())
    await stage.client.delete(f"{stage.path()}/rehearsal", headers=stage.host)

    assert {"/", "/api/v1/shows", "/api/v1/shows?state=live", "/api/v1/shows/mine"} <= counted
    assert "show" in changed(rows, await rows_of(stage.database))


STRANGERS = [
    *(("GET", path) for path in ("", "/timeline", "/next", "/messages", "/clips", "/replay")),
    *(("GET", path) for path in ("/captions/en", "/captions/en.vtt")),
    ("POST", "/captions"),
]
UNSIGNED = {("GET", "/replay"), ("POST", "/captions")}
"""What asks for a person first."""


@pytest.mark.parametrize(("method", "path"), STRANGERS)
async def test_rehearsal_is_not_found_by_strangers(stage: Stage, method: str, path: str) -> None:
    show = await stage.start()
    async with stage.database.session() as session:
        stranger = await add_key(session, await add_host(session))
    body = {"language": "en", "text": "Hello"} if method == "POST" else None
    not_found = (404, "show_not_found")
    unsigned = (401, "not_authenticated") if (method, path) in UNSIGNED else not_found

    refused = []
    for headers in ({}, stranger, stage.seller):
        answer = await stage.client.request(
            method, f"{stage.path(show)}{path}", json=body, headers=headers
        )
        refused.append((answer.status_code, answer.json()["code"]))

    assert refused == [unsigned, not_found, not_found]
    page = await stage.client.get(f"/s/{show['slug']}", headers={"accept": "text/html"})
    frame = await stage.client.get(f"/embed/{show['slug']}", headers={"accept": "text/html"})
    assert (page.status_code, frame.status_code) == (404, 404)


async def test_nothing_can_be_bought_in_a_rehearsal(stage: Stage) -> None:
    show = await stage.start()
    rows = await rows_of(stage.database)

    answer = await stage.client.post(
        f"{stage.path(show)}/holds",
        json={"lines": [{"sku": "MUG-1", "quantity": 1}]},
        headers={"Idempotency-Key": "k" * 16},
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "not_for_sale")
    assert changed(rows, await rows_of(stage.database)) == set()


# What a host may do with a show, but not with a rehearsal: it would leave something behind.
LEAVING = {
    "go-live": ("POST", "/go-live", {}),
    "end": ("POST", "/end", {}),
    "words": ("PATCH", "", {"title": {"en": "Other"}}),
    "clip": (
        "POST",
        "/clips",
        {
            "title": {"en": "Clip"},
            "from": "2026-11-23T10:00:00Z",
            "to": "2026-11-23T10:00:20Z",
        },
    ),
    "replay": ("PATCH", "/replay", {"published": False}),
    "captions": ("POST", "/captions", {"language": "en", "text": "Hello"}),
    "destination": (
        "POST",
        "/destinations",
        {"platform": "custom", "name": "x", "url": "rtmp://198.51.100.1/live", "key": "secret"},
    ),
    "message": ("POST", "/messages", {"text": "hello"}),
    "cover": ("DELETE", "/cover", None),
    "rehearsal": ("POST", "/rehearsal", {}),
}


@pytest.mark.parametrize("what", LEAVING)
async def test_rehearsal_takes_nothing_that_would_stay(stage: Stage, what: str) -> None:
    show = await stage.rehearse()
    rows = await rows_of(stage.database)
    method, path, body = LEAVING[what]

    answer = await stage.client.request(
        method, f"{stage.path(show)}{path}", json=body, headers=stage.host
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "show_not_found"), answer.text
    assert changed(rows, await rows_of(stage.database)) == set()


async def test_show_has_one_rehearsal_at_a_time(stage: Stage) -> None:
    await stage.start()
    rows = await rows_of(stage.database)

    second = await stage.client.post(f"{stage.path()}/rehearsal", headers=stage.host)

    assert (second.status_code, second.json()["code"]) == (409, "rehearsal_running")
    assert changed(rows, await rows_of(stage.database)) == set()


async def test_live_show_cannot_be_rehearsed(stage: Stage) -> None:
    async with stage.database.session() as session:
        await put_on_air(session, stage.floor)
    rows = await rows_of(stage.database)

    answer = await stage.client.post(f"{stage.path()}/rehearsal", headers=stage.host)

    assert (answer.status_code, answer.json()["code"]) == (409, "show_state_conflict")
    assert changed(rows, await rows_of(stage.database)) == set()


async def test_going_live_ends_the_rehearsal(stage: Stage) -> None:
    show = await stage.rehearse()

    async with stage.database.session() as session:
        await put_on_air(session, stage.floor)

    gone = await stage.client.get(f"{stage.path(show)}/studio", headers=stage.host)
    assert gone.status_code == 404
    async with stage.database.session() as session:
        assert await shows.list_rehearsals(session) == []


async def test_camera_of_a_rehearsal_that_is_over_is_let_go(stage: Stage) -> None:
    show = await stage.rehearse()
    async with stage.database.session() as session:
        rehearsed = await shows.get_show(session, ids.parse("show", show["id"]))
    await stage.client.delete(f"{stage.path()}/rehearsal", headers=stage.host)
    rows = await rows_of(stage.database)

    said = report(rehearsed, IngestState.PUBLISHING)
    answer = await shows.note_ingests(stage.database, reports=[said], secret="s" * 32)

    (orders,) = answer.shows.values()
    assert (orders.state, orders.key_revoked) == ("cancelled", True)
    assert changed(rows, await rows_of(stage.database)) == set()


async def test_rehearsal_that_nobody_ends_ends(stage: Stage) -> None:
    rows = await rows_of(stage.database)
    await stage.rehearse()
    later = clock.now() + rehearsals.LASTS + timedelta(seconds=1)

    with clock.use(lambda: later):
        await end_old_rehearsals(stage.database)

    assert changed(rows, await rows_of(stage.database)) == set()


async def test_stranger_starts_and_ends_no_rehearsal(stage: Stage) -> None:
    show = await stage.start()
    async with stage.database.session() as session:
        stranger = await add_key(session, await add_host(session))
    rows = await rows_of(stage.database)

    begun = await stage.client.post(f"{stage.path()}/rehearsal", headers=stranger)
    ended = await stage.client.delete(f"{stage.path(show)}/rehearsal", headers=stranger)

    assert (begun.status_code, ended.status_code) == (404, 404)
    assert changed(rows, await rows_of(stage.database)) == set()


@pytest.mark.parametrize("role", [Role.PRODUCER, Role.MODERATOR, Role.ANALYST])
async def test_team_watches_the_rehearsal_by_the_link_of_its_show(stage: Stage, role: Role) -> None:
    async with stage.database.session() as session:
        member = await add_person(session, role.value)
        await identity.grant(
            session,
            person_id=member.id,
            kind=GrantKind.CREATOR,
            subject_id=stage.floor.show.host_creator_id,
            role=role,
        )
        colleague = await add_key(session, member)
    before = await stage.client.get(f"{stage.path()}/rehearsal", headers=colleague)
    show = await stage.rehearse()

    watched = await stage.client.get(f"{stage.path()}/rehearsal", headers=colleague)
    same = await stage.client.get(f"{stage.path(show)}/rehearsal", headers=colleague)

    assert (before.status_code, before.json()["code"]) == (404, "rehearsal_not_found")
    assert watched.json() == same.json()
    seen = watched.json()["show"]
    assert (seen["id"], seen["state"]) == (show["id"], "rehearsal")
    assert seen["title"] == {"en": "Slow morning", "ar": "صباح هادئ"}
    assert "/index.m3u8?preview=" in seen["playback"]["hls_url"]
    assert show["id"] in seen["playback"]["events_url"]


async def test_nobody_else_watches_a_rehearsal(stage: Stage) -> None:
    show = await stage.rehearse()
    async with stage.database.session() as session:
        stranger = await add_key(session, await add_host(session))

    answers = [
        await stage.client.get(f"{path}/rehearsal", headers=headers)
        for path in (stage.path(), stage.path(show))
        for headers in ({}, stranger, stage.seller)
    ]

    assert [(each.status_code, each.json()["code"]) for each in answers] == 2 * [
        (401, "not_authenticated"),
        (404, "show_not_found"),
        (404, "show_not_found"),
    ]
    assert "preview=" not in "".join(each.text for each in answers)


async def test_page_of_rehearsals_says_the_same_with_and_without_one(stage: Stage) -> None:
    of = ids.encode("show", stage.floor.show.id)
    before = await stage.client.get(f"/rehearsals/{of}?lang=en")
    await stage.rehearse()

    page = await stage.client.get(f"/rehearsals/{of}?lang=en", headers=stage.host)

    assert (before.status_code, page.text) == (200, before.text)
    assert page.headers["x-robots-tag"] == "noindex"
    assert "Slow morning" not in page.text
    broken = await stage.client.get("/rehearsals/nothing", headers={"accept": "text/html"})
    assert broken.status_code == 404

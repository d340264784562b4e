"""Where a viewer is signed in, and how that ends."""

from __future__ import annotations

from uuid import UUID

import pytest
from fastapi import FastAPI

from showfloor.kit.db import Session
from showfloor.viewers import queries
from tests.integration.viewers.visitors import Visitor, visitor

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


async def test_sessions_are_listed_and_ended_by_their_owner(app: FastAPI, sofia: Visitor) -> None:
    async with visitor(app, IPHONE) as phone, visitor(app, "curl/8") as program:
        await sofia.sign_in()
        await phone.sign_in()
        await program.sign_in()

        listed = (await sofia.get("/viewer/sessions")).json()["sessions"]
        assert [each["browser"] for each in listed][:2] == ["", "Safari, iPhone"]
        assert [each["current"] for each in listed] == [False, False, True]

        gone = await sofia.send("DELETE", f"/viewer/sessions/{listed[1]['id']}")
        assert gone.status_code == 204
        assert (await phone.get("/viewer/session")).status_code == 401
        assert (await program.get("/viewer/session")).status_code == 200

        assert (await sofia.send("DELETE", "/viewer/sessions")).status_code == 204
        assert (await program.get("/viewer/session")).status_code == 401
        assert len((await sofia.get("/viewer/sessions")).json()["sessions"]) == 1


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_nobody_ends_the_session_of_another(
    sofia: Visitor, stranger: Visitor, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        owned = queries.remove_own_session

        async def of_anybody(session: Session, _viewer: UUID, session_id: UUID) -> bool:
            row = queries.ViewerSessionRow
            owner = queries.select(row.viewer_id).where(row.id == session_id)
            viewer_id = (await session.execute(owner)).scalar_one()
            return await owned(session, viewer_id, session_id)

        monkeypatch.setattr(queries, "remove_own_session", of_anybody)
    await sofia.sign_in()
    await stranger.sign_in("eve@example.com")
    (own,) = (await sofia.get("/viewer/sessions")).json()["sessions"]

    answer = await stranger.send("DELETE", f"/viewer/sessions/{own['id']}")

    assert (answer.status_code == 404) is guard
    assert ((await sofia.get("/viewer/session")).status_code == 200) is guard


async def test_signing_in_again_ends_the_session_that_the_browser_had(sofia: Visitor) -> None:
    await sofia.sign_in()
    await sofia.sign_in()

    assert len((await sofia.get("/viewer/sessions")).json()["sessions"]) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/viewer/session"),
        ("GET", "/viewer/sessions"),
        ("DELETE", "/viewer/sessions"),
        ("DELETE", "/viewer/sessions/vss_" + "0" * 32),
    ],
)
async def test_visitor_without_a_session_is_asked_to_sign_in(
    stranger: Visitor, method: str, path: str
) -> None:
    answer = await stranger.client.request(method, path)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")

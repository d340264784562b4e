"""How often somebody may ask, and how often guess."""

from __future__ import annotations

import httpx2
import pytest
from limits import RateLimitItemPerMinute
from starlette.types import ASGIApp

from showfloor.app.middleware import RateLimit
from showfloor.identity import http as identity_http
from showfloor.kit import ids
from showfloor.kit.db import Database
from tests.integration.app.conftest import BASE
from tests.people import add_floor


def client_at(app: ASGIApp, address: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app, client=(address, 50000)), base_url=BASE
    )


async def test_api_says_how_much_is_left(client: httpx2.AsyncClient) -> None:
    first, second = [await client.get("/api/v1/shows") for _ in range(2)]

    left = [
        int(answer.headers["ratelimit"].split("r=")[1].split(";")[0]) for answer in (first, second)
    ]
    assert left[0] - left[1] == 1
    assert first.headers["ratelimit-policy"] == '"caller";q=1200;w=60'


async def test_caller_over_the_limit_is_told_when_to_come_back(client: httpx2.AsyncClient) -> None:
    headers = {"Authorization": "Bearer somebody-busy"}
    for _ in range(1200):
        answer = await client.get("/api/v1/nothing", headers=headers)
    assert answer.status_code == 404

    refused = await client.get("/api/v1/nothing", headers=headers)

    assert refused.status_code == 429 and refused.json()["code"] == "rate_limited"
    assert (await client.get("/api/v1/shows")).status_code == 200


async def test_made_up_tokens_open_no_new_allowance(app: ASGIApp) -> None:
    limited = RateLimit(app)
    limited._most = RateLimitItemPerMinute(5)
    async with client_at(limited, "192.0.2.1") as client:
        answers = [
            await client.get("/api/v1/nothing", headers={"Authorization": f"Bearer {number}"})
            for number in range(6)
        ]

    assert [answer.status_code for answer in answers] == [404] * 5 + [429]


async def test_only_the_hold_and_callback_routes_are_not_counted(
    client: httpx2.AsyncClient,
) -> None:
    """A path that only ends like them is counted as any other."""
    show = ids.encode("show", ids.new())
    for path in ("/orders/holds", "/products/callback", f"/shows/{show}/extra/holds"):
        assert "ratelimit" in (await client.post(f"/api/v1{path}")).headers
    assert "ratelimit" in (await client.get(f"/api/v1/shows/{show}/holds")).headers

    for path in (f"/shows/{show}/holds", "/payments/test/callback"):
        assert "ratelimit" not in (await client.post(f"/api/v1{path}")).headers


async def test_too_many_sign_ins_are_slowed_down(
    client: httpx2.AsyncClient, database: Database
) -> None:
    body = {"email": f"{ids.secret(4)}@example.com", "password": "wrong", "adult": True}

    answers = [await client.post("/api/v1/session", json=body) for _ in range(11)]

    assert {answer.json()["code"] for answer in answers[:10]} == {"sign_in_failed"}
    assert answers[10].status_code == 429 and answers[10].headers["retry-after"] == "60"


async def test_a_stranger_s_guesses_do_not_lock_the_host_out(
    app: ASGIApp, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        identity_http, "_GUESSES_BY_CLIENT", RateLimitItemPerMinute(2, namespace="two guesses")
    )
    async with database.session() as session:
        floor = await add_floor(session)
    wrong = {"email": floor.host.email, "password": "wrong", "adult": True}

    async with client_at(app, "192.0.2.2") as stranger, client_at(app, "192.0.2.3") as host:
        answers = [await stranger.post("/api/v1/session", json=wrong) for _ in range(3)]
        signed_in = await host.post("/api/v1/session", json={**wrong, "password": "correct horse"})

    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert signed_in.status_code == 200


async def test_signing_in_is_no_guess(
    app: ASGIApp, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        identity_http, "_GUESSES_BY_CLIENT", RateLimitItemPerMinute(1, namespace="one guess")
    )
    async with database.session() as session:
        floor = await add_floor(session)
    right = {"email": floor.host.email, "password": "correct horse", "adult": True}

    async with client_at(app, "192.0.2.4") as host:
        answers = [await host.post("/api/v1/session", json=right) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]


async def test_one_client_signs_in_so_often_and_no_more_whatever_it_types(
    app: ASGIApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        identity_http, "_BY_CLIENT", RateLimitItemPerMinute(2, namespace="two tries")
    )
    async with client_at(app, "192.0.2.5") as client:
        bodies = [
            {"email": f"{ids.secret(4)}@example.com", "password": "wrong", "adult": True}
            for _ in range(3)
        ]
        answers = [await client.post("/api/v1/session", json=body) for body in bodies]

    assert [answer.status_code for answer in answers] == [401, 401, 429]

"""How often somebody may ask, and how often guess."""

from __future__ import annotations

import asyncio

import httpx2
import pytest
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp

from showfloor.app.middleware import RateLimit
from showfloor.identity import http as identity_http
from showfloor.identity.rules import (
    FREE_GUESSES,
    FREE_OF_ALL,
    MOST_REMEMBERED,
    WrongPasswords,
    delay_of_all,
    device_of,
    device_token,
    own_delay,
)
from showfloor.identity.service import passwords
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.minutes import PerMinute
from tests.clocks import stopped
from tests.conftest import PRODUCT_NOBODY
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
    with stopped():
        for _ in range(1200):
            answer = await client.get("/api/v1/nothing", headers=headers)
        assert answer.status_code == 404

        refused = await client.get("/api/v1/nothing", headers=headers)

        assert refused.status_code == 429 and refused.json()["code"] == "rate_limited"
        assert (await client.get("/api/v1/shows")).status_code == 200


async def test_made_up_tokens_open_no_new_allowance(app: ASGIApp) -> None:
    limited = RateLimit(app)
    limited._addresses = PerMinute(5)
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


async def _host(database: Database) -> dict[str, object]:
    async with database.session() as session:
        floor = await add_floor(session)
    return {"email": floor.host.email, "password": "correct horse", "adult": True}


@pytest.fixture(autouse=True)
def _nobody_was_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity_http, "_wrong", WrongPasswords())
    monkeypatch.setattr(identity_http, "_attempts", MovingWindowRateLimiter(MemoryStorage()))


async def test_wrong_passwords_of_one_address_are_slowed_down(
    app: ASGIApp, database: Database
) -> None:
    right = await _host(database)
    async with client_at(app, "192.0.2.2") as stranger, client_at(app, "192.0.2.3") as host:
        with stopped():
            wrong = [
                await stranger.post("/api/v1/session", json={**right, "password": "wrong"})
                for _ in range(FREE_GUESSES + 1)
            ]
        signed_in = await host.post("/api/v1/session", json=right)

    assert [answer.status_code for answer in wrong] == [401] * FREE_GUESSES + [429]
    assert wrong[-1].headers["retry-after"] == "1" and wrong[-1].json()["seconds"] == 1
    assert signed_in.status_code == 200, "another address is not slowed down with it"


async def test_guesses_from_everywhere_delay_strangers_and_no_known_device(
    app: ASGIApp, database: Database
) -> None:
    right = await _host(database)
    async with client_at(app, "192.0.2.9") as host, client_at(app, "192.0.2.10") as stranger:
        assert (await host.post("/api/v1/session", json=right)).status_code == 200
        account = ids.digest(str(right["email"])).hex()
        for _ in range(FREE_OF_ALL + 200):
            identity_http._wrong.add(account, clock.monotonic())

        refused = await stranger.post("/api/v1/session", json=right)
        known = await host.post("/api/v1/session", json=right)
        host.cookies.delete("showfloor-device")
        forgotten = await host.post("/api/v1/session", json=right)

    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 1
    assert known.status_code == 200
    assert forgotten.status_code == 429, "the twin: without the cookie it is a stranger"


async def test_device_of_one_account_is_a_stranger_to_another(
    app: ASGIApp, database: Database
) -> None:
    token = device_token("s" * 32, "a", "nonce")

    assert device_of("s" * 32, "a", token) == "nonce"
    for secret, account, shown in (
        ("t" * 32, "a", token),
        ("s" * 32, "b", token),
        ("s" * 32, "a", "nonce."),
        ("s" * 32, "a", None),
        ("s" * 32, "a", device_token("s" * 32, "a", "")),
    ):
        assert device_of(secret, account, shown) is None


async def test_one_address_occupies_two_places_of_the_hashing(
    app: ASGIApp, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sign-ins of unknown people at once, all of one address: the host's stands behind two."""
    monkeypatch.setattr(passwords, "STRANGERS", passwords.Lane(at_once=1, most_waiting=40))
    # The product's cost: with the tests' own each answer would be there before the next request.
    monkeypatch.setattr(passwords, "NOBODY", PRODUCT_NOBODY)
    right = await _host(database)
    async with client_at(app, "2001:db8::1") as stranger, client_at(app, "192.0.2.11") as host:
        storm = [
            asyncio.create_task(
                stranger.post(
                    "/api/v1/session", json={**right, "email": f"{ids.secret(4)}@example.com"}
                )
            )
            for _ in range(20)
        ]
        await asyncio.wait(storm, return_when=asyncio.FIRST_COMPLETED)
        signed_in = await host.post("/api/v1/session", json=right)
        answers = [answer.status_code for answer in await asyncio.gather(*storm)]

    assert signed_in.status_code == 200
    assert set(answers) == {401, 429} and answers.count(401) < 10


async def test_signing_in_is_no_guess(app: ASGIApp, database: Database) -> None:
    right = await _host(database)
    async with client_at(app, "192.0.2.4") as host:
        answers = [await host.post("/api/v1/session", json=right) for _ in range(FREE_GUESSES + 2)]

    assert {answer.status_code for answer in answers} == {200}


async def test_one_client_signs_in_so_often_and_no_more_whatever_it_types(
    app: ASGIApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        identity_http, "_BY_CLIENT", RateLimitItemPerMinute(2, namespace="two tries")
    )
    bodies = [
        {"email": f"{ids.secret(4)}@example.com", "password": "wrong", "adult": True}
        for _ in range(3)
    ]
    answers = []
    for number, body in enumerate(bodies):
        # One customer has a whole /64 of IPv6 (RFC 6177).
        async with client_at(app, f"2001:db8:0:1::{number + 1}") as client:
            answers.append(await client.post("/api/v1/session", json=body))

    assert [answer.status_code for answer in answers] == [401, 401, 429]


def test_delays_grow_and_end() -> None:
    assert [own_delay(wrong) for wrong in (0, 2, 3, 4, 8, 500)] == [0, 0, 1, 2, 32, 900]
    assert [delay_of_all(wrong) for wrong in (0, 99, 100, 150, 10_000)] == [0, 0, 1, 4, 60]


def test_wrong_passwords_are_forgotten_after_an_hour_and_are_bounded() -> None:
    wrong = WrongPasswords()
    for _ in range(5):
        wrong.add("a", 0.0)

    assert wrong.wait("a", own_delay, 1.0) == 3.0
    assert wrong.wait("a", own_delay, 4.0) == 0
    wrong.add("a", 3700.0)
    assert wrong.wait("a", own_delay, 3700.0) == 0
    for number in range(MOST_REMEMBERED + 5):
        wrong.add(str(number), 1.0)
    assert len(wrong._counts) == MOST_REMEMBERED

"""What a person does with the own account, and what a key may be used for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import pytest

from showfloor.identity import http as identity_http
from showfloor.identity import service as identity
from showfloor.identity.rules import WrongPasswords, may_use
from showfloor.identity.types import CollectionPoint, GrantKind, Person, Scope
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from tests.people import Floor, add_floor, add_person

RIGHT, NEW = "correct horse", "a long enough password"


@pytest.fixture(autouse=True)
def _nobody_was_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity_http, "_wrong", WrongPasswords())


async def _floor(database: Database) -> Floor:
    async with database.session() as session:
        return await add_floor(session)


async def _key(
    database: Database,
    person: Person,
    scopes: Collection[Scope] = tuple(Scope),
    lasts: timedelta | None = None,
) -> dict[str, str]:
    async with database.session() as session:
        key = await identity.add_api_key(
            session,
            admission=identity.admit(CollectionPoint.API, adult=True),
            person_id=person.id,
            label="test",
            scopes=scopes,
            lasts=lasts,
        )
    return {"Authorization": f"Bearer {key}"}


async def _sign_in(client: httpx2.AsyncClient, person: Person, password: str = RIGHT) -> str:
    """The session's token; the CSRF header goes into the client."""
    answer = await client.post(
        "/api/v1/session", json={"email": person.email, "password": password, "adult": True}
    )
    assert answer.status_code == 200, answer.text
    client.headers["x-csrf-token"] = answer.json()["csrf"]
    return str(answer.cookies["showfloor"])


async def _who(client: httpx2.AsyncClient, token: str) -> int:
    headers = {"Cookie": f"showfloor={token}"}
    return (await client.get("/api/v1/session", headers=headers)).status_code


async def test_signing_in_again_ends_the_session_presented(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    first = await _sign_in(client, floor.host)
    second = await _sign_in(client, floor.host)
    client.cookies.clear()

    assert [await _who(client, first), await _who(client, second)] == [401, 200]


async def test_new_password_ends_the_other_sessions(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    elsewhere = await _sign_in(client, floor.host)
    client.cookies.clear()
    here = await _sign_in(client, floor.host)
    listed = (await client.get("/api/v1/sessions")).json()["sessions"]

    wrong = await client.put("/api/v1/password", json={"current": "wrong", "new": NEW})
    common = await client.put("/api/v1/password", json={"current": RIGHT, "new": "123456789012"})
    assert [wrong.status_code, common.status_code] == [401, 422]
    assert common.json()["code"] == "password_too_common"
    assert len(listed) == 2 and await _who(client, elsewhere) == 200, "nothing has changed"

    changed = await client.put("/api/v1/password", json={"current": RIGHT, "new": NEW})

    client.cookies.clear()
    assert changed.status_code == 204
    assert [await _who(client, elsewhere), await _who(client, here)] == [401, 200]
    await _sign_in(client, floor.host, NEW)


async def test_one_session_is_ended_by_its_owner_alone(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    elsewhere = await _sign_in(client, floor.host)
    client.cookies.clear()
    here = await _sign_in(client, floor.host)
    listed = (await client.get("/api/v1/sessions")).json()["sessions"]
    other = next(one["id"] for one in listed if not one["current"])
    assert [one["current"] for one in listed] == [True, False]

    ended = await client.delete(f"/api/v1/sessions/{other}")
    again = await client.delete(f"/api/v1/sessions/{other}")
    client.cookies.clear()
    await _sign_in(client, floor.sellers[0])
    strange = await client.delete(f"/api/v1/sessions/{listed[0]['id']}")

    client.cookies.clear()
    assert [ended.status_code, again.status_code, strange.status_code] == [204, 404, 404]
    assert again.json()["code"] == strange.json()["code"] == "session_not_found"
    assert [await _who(client, elsewhere), await _who(client, here)] == [401, 200]


async def test_keys_are_made_listed_and_revoked_by_their_owner(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    await _sign_in(client, floor.sellers[0])
    body = {"label": "order books", "scopes": ["orders:read"], "days": 30}
    made = await client.post("/api/v1/keys", json=body)
    key = {"Authorization": f"Bearer {made.json()['key']}"}
    used = await client.get("/api/v1/orders", headers=key)
    (shown,) = (await client.get("/api/v1/keys")).json()["keys"]

    assert (made.status_code, used.status_code) == (201, 200)
    assert shown["scopes"] == ["orders:read"] and shown["last_used_at"] and shown["expires_at"]
    assert made.json()["key"] not in str(shown)
    foreign = await client.delete(f"/api/v1/keys/{ids.encode('key', ids.new())}")
    revoked = await client.delete(f"/api/v1/keys/{shown['id']}")
    assert (foreign.status_code, revoked.status_code) == (404, 204)
    assert (await client.get("/api/v1/orders", headers=key)).status_code == 401


async def test_key_has_a_label_that_people_can_see(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    await _sign_in(client, floor.host)
    body = {"scopes": ["orders:read"]}

    refused = await client.post("/api/v1/keys", json={"label": " \u200b\u2066", **body})
    made = await client.post("/api/v1/keys", json={"label": "\u200eShop  sync ", **body})

    assert (refused.status_code, made.status_code) == (422, 201)
    keys = (await client.get("/api/v1/keys")).json()["keys"]
    assert [key["label"] for key in keys] == ["Shop sync"]


async def test_key_for_orders_changes_no_price_and_no_account(
    client: httpx2.AsyncClient, database: Database
) -> None:
    """The key of the order books once set a price to 0.01 and let a stranger frame the shows."""
    floor = await _floor(database)
    seller = floor.sellers[0]
    product = floor.products[0]
    merchant = ids.encode("mer", next(iter(seller.merchant_ids)))
    price = f"/api/v1/products/{ids.encode('prod', product.id)}/prices"
    body = {"sku": product.variants[0].sku, "price": {"amount": 1, "currency": "GBP"}}
    narrow = await _key(database, seller, [Scope.ORDERS_READ])
    wide = await _key(database, seller)

    refused = [
        await client.post(price, json=body, headers=narrow),
        await client.post(
            f"/api/v1/merchants/{merchant}/origins",
            json={"origin": "https://attacker.example"},
            headers=narrow,
        ),
    ]
    accounts = [
        await client.get("/api/v1/keys", headers=wide),
        await client.get("/api/v1/sessions", headers=wide),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {
        (403, "scope_missing")
    }
    assert {answer.status_code for answer in accounts} <= {401, 403}
    origins = await client.get(f"/api/v1/merchants/{merchant}/origins", headers=wide)
    assert origins.json() == {"origins": []}
    assert (await client.post(price, json=body, headers=wide)).status_code == 201, "the twin"


async def test_key_ends_by_itself(client: httpx2.AsyncClient, database: Database) -> None:
    floor = await _floor(database)
    key = await _key(database, floor.sellers[0], lasts=timedelta(days=1))

    before = await client.get("/api/v1/orders", headers=key)
    with clock.use(lambda: datetime.now(UTC) + timedelta(days=2)):
        after = await client.get("/api/v1/orders", headers=key)

    assert (before.status_code, after.status_code) == (200, 401)


async def test_person_who_is_disabled_is_nobody(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    token = await _sign_in(client, floor.host)
    key = await _key(database, floor.host)
    client.cookies.clear()

    async with database.session() as session:
        await identity.disable(session, person_id=floor.host.id)

    assert await _who(client, token) == 401
    assert (await client.get("/api/v1/orders", headers=key)).status_code == 401
    body = {"email": floor.host.email, "password": RIGHT, "adult": True}
    assert (await client.post("/api/v1/session", json=body)).status_code == 401


async def test_security_log_is_for_operators_and_names_nobody(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    async with database.session() as session:
        operator = await add_person(session, "op", (GrantKind.OPERATOR, UUID(int=0)))
    wrong = {"email": floor.host.email, "password": "wrong", "adult": True}
    await client.post("/api/v1/session", json=wrong)
    await _sign_in(client, floor.host)
    assert (await client.get("/api/v1/security-log")).status_code == 403
    client.cookies.clear()
    await _sign_in(client, operator)

    log = (await client.get("/api/v1/security-log?limit=3")).json()["records"]

    assert [line["event"] for line in log] == ["signed_in", "signed_in", "sign_in_refused"]
    assert log[2]["person"] == ids.encode("per", floor.host.id)
    assert floor.host.email not in str(log)


async def test_creator_is_forbidden_by_the_merchant_alone(
    client: httpx2.AsyncClient, database: Database
) -> None:
    floor = await _floor(database)
    mine, other = [await _key(database, seller) for seller in floor.sellers]
    merchant = ids.encode("mer", next(iter(floor.sellers[0].merchant_ids)))
    path = f"/api/v1/merchants/{merchant}/creators"
    (creator,) = (await client.get(path, headers=mine)).json()["creators"]

    foreign = await client.delete(f"{path}/{creator['id']}", headers=other)
    assert foreign.status_code == 403
    assert len((await client.get(path, headers=mine)).json()["creators"]) == 1
    done = await client.delete(f"{path}/{creator['id']}", headers=mine)

    assert done.status_code == 204
    assert (await client.get(path, headers=mine)).json()["creators"] == []


@pytest.mark.parametrize(
    ("scopes", "tag", "method", "allowed"),
    [
        ([Scope.ORDERS_READ], "orders", "GET", True),
        ([Scope.ORDERS_READ], "orders", "POST", False),
        ([Scope.ORDERS_READ], "shows", "GET", False),
        ([Scope.SHOWS_RUN], "shows", "POST", True),
        ([Scope.SHOWS_RUN], "a room of tomorrow", "GET", False),
        (list(Scope), "a room of tomorrow", "POST", True),
        (list(Scope), "account", "GET", False),
        ([], "session", "GET", True),
    ],
)
def test_scopes_say_where_a_key_may_be_used(
    scopes: list[Scope], tag: str, method: str, allowed: bool
) -> None:
    assert may_use(frozenset(scopes), tag, method) is allowed

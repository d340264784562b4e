"""Whose order it is: bought while signed in, or claimed by the link of its mail alone. Each guard
has its twin.
"""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from showfloor.app.wiring import connect_erasers
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.orders import http as orders_http
from showfloor.orders import queries, service
from showfloor.privacy import service as privacy
from showfloor.privacy.types import Subject
from tests.guards import guarded
from tests.integration.checkout.shop import execute, scalar
from tests.integration.viewers.purchases import buy
from tests.integration.viewers.visitors import SECRET, Visitor


@pytest.fixture(autouse=True)
def own_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders_http, "_guesses", orders_http.PerMinute(30))


def token_of(order: dict[str, Any]) -> str:
    """What the mail of the order carries."""
    return service.page_token(SECRET.encode(), ids.parse("ord", order["id"]))


async def listed(visitor: Visitor) -> list[str]:
    answer = await visitor.get("/viewer/orders")
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


async def test_what_is_bought_while_signed_in_belongs_to_the_account(
    sofia: Visitor, stranger: Visitor, show: str
) -> None:
    await sofia.sign_in()
    await stranger.sign_in("eve@example.com")

    first, second = await buy(sofia, show), await buy(sofia, show)

    assert await listed(sofia) == [second["id"], first["id"]]
    assert await listed(stranger) == []
    page = (await sofia.get("/viewer/orders?limit=1")).json()
    assert page["items"][0]["page"] == f"/o/{token_of(second)}"
    older = (await sofia.get(f"/viewer/orders?cursor={page['next_cursor']}")).json()
    assert [each["id"] for each in older["items"]] == [first["id"]]
    assert older["next_cursor"] is None


async def test_session_in_a_header_counts_as_well(sofia: Visitor, show: str) -> None:
    """In a frame on a brand's website, which has no cookie of ours."""
    way = {"link": (await sofia.letter(await sofia.ask())).link, "as_token": True}
    sofia.client.headers["X-Viewer-Token"] = (await sofia.enter(**way)).json()["token"]

    order = await buy(sofia, show)

    assert await listed(sofia) == [order["id"]]


async def test_session_that_has_ended_leaves_the_buyer_a_guest(
    sofia: Visitor, database: Database, show: str
) -> None:
    await sofia.sign_in()
    cookie = dict(sofia.client.cookies)
    await sofia.send("DELETE", "/viewer/session")
    sofia.client.cookies.update(cookie)

    await buy(sofia, show)

    assert await scalar(database, "select count(*) from orders where viewer_id is null") == 1


@guarded
async def test_guest_order_is_claimed_by_its_link_and_by_no_address(
    sofia: Visitor, show: str, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """That the address is the account's own proves nothing: whoever bought may have typed it."""
    order = await buy(sofia, show, "sofia@example.com")
    await sofia.sign_in()
    if not guard:
        known = ids.parse("ord", order["id"])
        monkeypatch.setattr("showfloor.orders.rules.order_of_token", lambda _secret, _token: known)

    wrong = await sofia.send("POST", "/viewer/orders", json={"token": "x" * 43})

    assert (wrong.status_code == 404) is guard
    assert await listed(sofia) == ([] if guard else [order["id"]])
    if guard:
        right = {"token": token_of(order)}
        for _ in range(2):
            answer = await sofia.send("POST", "/viewer/orders", json=right)
            assert (answer.status_code, answer.json()["id"]) == (200, order["id"])
        assert await listed(sofia) == [order["id"]]


@guarded
async def test_order_of_another_account_is_not_taken_away(
    sofia: Visitor, stranger: Visitor, show: str, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(
            queries.agreed, "or_", lambda *_: queries.agreed.OrderRow.id.is_not(None)
        )
    await sofia.sign_in()
    await stranger.sign_in("eve@example.com")
    order = await buy(sofia, show)

    answer = await stranger.send("POST", "/viewer/orders", json={"token": token_of(order)})

    assert (answer.status_code == 409 and answer.json()["code"] == "order_claimed") is guard
    assert (await listed(sofia) == [order["id"]]) is guard


async def test_nobody_claims_without_a_session_or_its_token(
    sofia: Visitor, stranger: Visitor, show: str
) -> None:
    order = await buy(stranger, show)
    await sofia.sign_in()
    body = {"token": token_of(order)}

    nobody = await stranger.client.post("/viewer/orders", json=body)
    forged = await sofia.client.post("/viewer/orders", json=body)

    assert (nobody.status_code, nobody.json()["code"]) == (401, "not_authenticated")
    assert (forged.status_code, forged.json()["code"]) == (403, "csrf_failed")
    assert (await stranger.get("/viewer/orders")).status_code == 401
    assert await listed(sofia) == []


async def test_guesses_of_links_are_slowed(sofia: Visitor, show: str) -> None:
    await sofia.sign_in()

    codes = [
        (await sofia.send("POST", "/viewer/orders", json={"token": "x" * 43})).json()["code"]
        for _ in range(31)
    ]

    assert codes == ["order_not_found"] * 30 + ["rate_limited"]


async def test_erasing_an_account_frees_its_orders_of_their_buyer(
    app: FastAPI, sofia: Visitor, show: str
) -> None:
    """Also those under another address; afterwards nobody claims them."""
    viewer_id = ids.parse("vwr", (await sofia.sign_in())["id"])
    order = await buy(sofia, show)
    connect_erasers()
    database: Database = app.state.database
    await execute(database, "update orders set withdrawn_at = now()")

    async with database.session() as session:
        touched = await privacy.erase(session, Subject("sofia@example.com", viewer_id))

    assert touched["orders"] == 1
    left = (
        "select count(*) from orders where email is null and address is null and viewer_id is null"
    )
    assert await scalar(database, left) == 1
    await sofia.sign_in()
    again = await sofia.send("POST", "/viewer/orders", json={"token": token_of(order)})
    assert again.json()["code"] == "order_claimed"
    assert await listed(sofia) == []

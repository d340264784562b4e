"""The provider calls back over real HTTP: signed, sometimes twice, sometimes in the wrong order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from showfloor.catalog.types import Product
from showfloor.checkout.adapters.test_provider import TestProvider
from showfloor.checkout.deps import CheckoutDeps
from showfloor.kit import ids
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import (
    DUPLICATE,
    OK,
    OUT_OF_ORDER,
    SECRET,
    SLOW,
    Buyer,
    Counter,
)
from tests.integration.checkout.shop import execute, let_expire, scalar, stock_now
from tests.waiting import BOUND, bounded, until


@pytest.fixture
def gate() -> asyncio.Event:
    """Cleared, it keeps the provider's calls waiting; buyers ask past it."""
    gate = asyncio.Event()
    gate.set()
    return gate


@pytest.fixture
async def calling_shop(
    shop: Counter, tmp_path: Path, gate: asyncio.Event
) -> AsyncIterator[Counter]:
    """The same shop behind a real server, with a provider that calls it through the gate."""

    async def behind_gate(scope: Scope, receive: Receive, send: Send) -> None:
        await gate.wait()
        await shop.app(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(behind_gate, port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}/api/v1/payments/test/callback"
    shop.provider = TestProvider(
        mode="test", folder=tmp_path / "books", secret=SECRET, callback_url=url
    )
    shop.app.state.checkout = CheckoutDeps(
        shop.database, secret=SECRET, hold_seconds=300, providers=shop.providers
    )
    yield shop
    await shop.provider.close()
    server.should_exit = True
    await serving


async def calls_are_done(shop: Counter) -> None:
    async with bounded():
        await asyncio.gather(*shop.provider._calls)


@pytest.mark.parametrize("number", [OK, DUPLICATE, OUT_OF_ORDER, SLOW])
async def test_calls_finish_the_payment_once(
    calling_shop: Counter, product: Product, number: str
) -> None:
    buyer = Buyer(calling_shop)
    await buyer.up_to_details(("SALT", 1))
    assert (await buyer.pay(number)).json()["status"] in ("pending", "paid")

    async def paid() -> bool:
        return bool((await buyer.look()).json()["status"] == "paid")

    await until(paid)
    await calls_are_done(calling_shop)

    assert await paid()
    # The first one has an effect, unless the answer came before it; others repeat what is known.
    assert await scalar(calling_shop.database, "select count(*) from payment_callback") <= 1
    assert await scalar(calling_shop.database, "select count(*) from orders") == 1
    assert calling_shop.money_moved() == (1, 0)
    assert await stock_now(calling_shop.database, product) == Stock(50, 0, 1)


async def test_call_that_comes_too_late_gives_the_money_back(
    calling_shop: Counter, product: Product, gate: asyncio.Event
) -> None:
    gate.clear()
    assert calling_shop.provider._caller is not None
    calling_shop.provider._caller.timeout = BOUND
    await execute(calling_shop.database, "update stock_item set on_hand = 1")
    buyer = Buyer(calling_shop)
    await buyer.up_to_details(("SALT", 1))
    await buyer.pay(SLOW)
    await let_expire(calling_shop.database, ids.parse("hold", buyer.hold["id"]))
    assert (await Buyer(calling_shop).reserve(("SALT", 1))).status_code == 201
    gate.set()
    await calls_are_done(calling_shop)

    assert (await buyer.look()).json()["status"] == "expired"
    assert calling_shop.money_moved() == (1, 1)
    assert await stock_now(calling_shop.database, product) == Stock(1, 1, 0)


async def test_call_that_is_not_the_providers_changes_nothing(shop: Counter, buyer: Buyer) -> None:
    await buyer.up_to_details(("SALT", 1))
    await buyer.pay(SLOW)
    payment_id = next(iter(shop.ledger()))
    body = json.dumps(
        {"id": "evt_1", "type": "payment.succeeded", "payment_id": ids.encode("pay", payment_id)}
    )
    now = datetime.now(UTC)
    forged = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": "v1,Zm9yZ2Vk",
    }

    refused = [
        await shop.client.post("/payments/test/callback", content=body, headers=forged),
        await shop.client.post("/payments/test/callback", content=b"\xff"),
    ]
    unknown = await shop.client.post("/payments/other/callback", content=body, headers=forged)

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (401, "callback_invalid")
    ] * 2
    assert unknown.status_code == 404
    assert await scalar(shop.database, "select state from payment") == "pending"
    assert await scalar(shop.database, "select count(*) from payment_callback") == 0


async def test_call_about_a_payment_of_somebody_else_is_heard_and_ignored(shop: Counter) -> None:
    body = json.dumps(
        {"id": "evt_1", "type": "payment.succeeded", "payment_id": ids.encode("pay", ids.new())}
    )
    now = datetime.now(UTC)
    signature = shop.provider._signer.sign("evt_1", now, body)
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }

    assert (
        await shop.client.post("/payments/test/callback", content=body, headers=headers)
    ).status_code == 200
    assert await scalar(shop.database, "select count(*) from payment_callback") == 0

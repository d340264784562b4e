"""A thousand buyers at once over HTTP for fifty pieces, on real servers, with telephones that hang
up and a server that is killed.

Exactly fifty are sold: none lost, none double. The twin, with the lock and the table's check taken
out, has to oversell.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter as Tally
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bench.holds_client import Answer, Connection, Server, address, request, servers
from showfloor.app.verify import broken
from showfloor.checkout.adapters.test_ledger import TestLedger
from showfloor.kit import ids
from showfloor.kit.db import Database
from tests.integration.checkout.counter import ADDRESS, EMAIL, OK, open_show
from tests.integration.checkout.shop import add_product, add_seller, execute, scalar
from tests.waiting import BOUND, until_somebody_waits

BUYERS, UNITS = 1000, 50
CUT_EVERY = 7
"""One buyer in so many hangs up in the middle of a request and tries again with the same key."""
STORM_BOUND = 4 * BOUND
"""Seconds; every buyer of the crowd stands behind all the others."""


@dataclass
class Shopper:
    """One buyer with a telephone. `cuts` is how often it still loses its network, each time at
    another place of the exchange; `address` is its own. `ports` are the shop's servers; when one
    does not answer, the next one is asked.
    """

    ports: list[int]
    cuts: int
    random: random.Random
    address: str
    connection: Connection = field(init=False)
    token: str = ""

    def __post_init__(self) -> None:
        self.connection = Connection(self.random.choice(self.ports))

    async def ask(self, path: str, body: object) -> Answer:
        """The same request with the same key until there is an answer."""
        headers = {
            "Idempotency-Key": ids.secret(),
            "X-Forwarded-For": self.address,
            **({"Authorization": f"Bearer {self.token}"} if self.token else {}),
        }
        async with asyncio.timeout(STORM_BOUND):
            while True:
                try:
                    if self.cuts:
                        self.cuts -= 1
                        await self._hang_up_during(request(path, body, headers))
                    answer = await self.connection.post(path, body, headers)
                    if answer.status != 503:
                        return answer
                except (OSError, EOFError):
                    self.connection.cut()
                    self.connection = Connection(self.random.choice(self.ports))
                # waits: a buyer whose request failed tries again a moment later
                await asyncio.sleep(self.random.uniform(0.02, 0.2))

    async def _hang_up_during(self, raw: bytes) -> None:
        """In the middle of the request, right after it, or while the answer is on its way."""
        await self.connection.send(raw[: self.random.choice([len(raw) // 2, len(raw), len(raw)])])
        # waits: the exchange is cut at different places; every place is allowed
        await asyncio.sleep(self.random.choice([0, 0.005, 0.05]))
        self.connection.cut()

    async def hold(self, show: str) -> Answer:
        answer = await self.ask(
            f"/api/v1/shows/{show}/holds", {"lines": [{"sku": "MUG", "quantity": 1}]}
        )
        if answer.status == 201:
            self.token = answer.body["token"]
        return answer

    async def buy(self, hold: Mapping[str, Any]) -> Answer:
        details = {"hold_id": hold["id"], "adult": True, "email": EMAIL, "address": ADDRESS}
        checkout = await self.ask("/api/v1/checkouts", details)
        assert checkout.status == 201, checkout
        payment = {
            "payment_method": {"type": "test", "number": OK},
            "expected_total": checkout.body["total"],
        }
        return await self.ask(f"/api/v1/checkouts/{checkout.body['id']}/pay", payment)


def shoppers(running: tuple[Server, ...], how_many: int) -> list[Shopper]:
    ports = [server.port for server in running]
    return [
        Shopper(ports, 2 if number % CUT_EVERY == 0 else 0, random.Random(number), address(number))
        for number in range(how_many)
    ]


async def storm(
    running: tuple[Server, ...], show: str, *, how_many: int = BUYERS, kill_one: bool
) -> tuple[list[Shopper], list[Answer]]:
    """Everybody wants one piece, at once; in the middle of it one of the servers is killed."""
    crowd = shoppers(running, how_many)
    asking = [asyncio.create_task(shopper.hold(show)) for shopper in crowd]
    if kill_one:
        await asyncio.wait(asking[:100], return_when=asyncio.FIRST_COMPLETED)
        running[0].process.kill()
    return crowd, await asyncio.gather(*asking)


def settings(database_url: str, folder: Path) -> dict[str, str]:
    return {
        "SHOWFLOOR_MODE": "test",
        "SHOWFLOOR_DATABASE_URL": database_url,
        "SHOWFLOOR_DATA": str(folder),
        "SHOWFLOOR_SECRET": "s" * 40,
        "SHOWFLOOR_INTERNAL_TOKEN": "t" * 40,
    }


@pytest.fixture
async def show(database: Database) -> str:
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=UNITS)
    return ids.encode("show", await open_show(database, (seller, product)))


@pytest.mark.xdist_group("load")
async def test_a_thousand_buyers_get_exactly_fifty_pieces(
    database: Database, database_url: str, tmp_path: Path, show: str
) -> None:
    async with servers(settings(database_url, tmp_path)) as running:
        crowd, answers = await storm(running, show, kill_one=True)
        winners = [
            (shopper, answer.body)
            for shopper, answer in zip(crowd, answers, strict=True)
            if answer.status == 201
        ]
        paid = await asyncio.gather(*(shopper.buy(hold) for shopper, hold in winners))

    assert Tally(answer.status for answer in answers) == {201: UNITS, 409: BUYERS - UNITS}
    assert {answer.body["code"] for answer in answers if answer.status == 409} == {"sold_out"}
    assert len({hold["id"] for _, hold in winners}) == UNITS
    assert [(answer.status, answer.body["status"]) for answer in paid] == [(200, "paid")] * UNITS
    assert await scalar(database, "select count(*) from hold") == UNITS
    assert await scalar(database, "select sold || '/' || held from stock_item") == f"{UNITS}/0"
    assert await scalar(database, "select sum(quantity) from order_line") == UNITS
    assert await scalar(database, "select count(distinct checkout_id) from orders") == UNITS
    books = TestLedger(tmp_path / "test-payments").entries().values()
    assert (sum(entry.charges for entry in books), sum(entry.refunds for entry in books)) == (
        UNITS,
        0,
    )
    assert await broken(database, {}) == []


@pytest.mark.xdist_group("load")
async def test_the_same_storm_without_the_guard_oversells(
    database: Database, database_url: str, tmp_path: Path, show: str
) -> None:
    """For the last piece, so that two who look at the same moment are enough: each server lets one
    buyer look and wait at the gate.
    """
    await execute(database, "alter table stock_item drop constraint ck_stock_item_never_oversold")
    await execute(database, "update stock_item set on_hand = 1")

    app = "tests.integration.checkout.unguarded:create_app"
    async with (
        servers(settings(database_url, tmp_path), app=app) as running,
        database.pool.connection() as gate,
    ):
        await gate.execute("select pg_advisory_lock(7)")
        storming = asyncio.create_task(storm(running, show, how_many=100, kill_one=False))
        await until_somebody_waits(database, len(running))
        await gate.execute("select pg_advisory_unlock(7)")
        _, answers = await storming

    assert Tally(answer.status for answer in answers)[201] > 1

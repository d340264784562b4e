"""Whole purchases per second over HTTP (hold, details, payment) beside the same processes' route
that does nothing.

    .venv/bin/python -m bench.purchases [--buyers 1 50 200] [--purchases 600] [--processes 1 2]

A real PostgreSQL that syncs every commit to the disk, real uvicorn processes, the test provider
with its callbacks, bare asyncio buyers on keep-alive connections, each from an address of its own.
All of them share this machine's cores, so the figures to trust are the ratios within one round: of
purchases to empty requests, and of the web processes' CPU for each. Each
run is audited after it: pieces sold, orders placed and charges in the provider's books agree.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.holds import APP, Drop, cpu_seconds, open_drop, storm
from bench.holds_client import Answer, Connection, Server, address, servers, settings_of
from showfloor.app.migrate import upgrade
from showfloor.app.postgres import EmbeddedPostgres
from showfloor.checkout.adapters.test_ledger import TestLedger
from showfloor.kit.db import Database

HOLD = {"lines": [{"sku": "MUG", "quantity": 1}]}
CARD = {"type": "test", "number": "4242424242424242"}
ADDRESS = {
    "name": "Anna Example",
    "line1": "1 High Street",
    "city": "London",
    "postal_code": "N1 1AA",
    "country": "GB",
}


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds from the first request to the last answer, CPU seconds of the web processes, how long
    each step took, and how long a purchase held database connections in all.
    """

    seconds: float
    cpu: float
    steps: Mapping[str, list[float]]
    held_ms: float

    @property
    def per_second(self) -> float:
        return len(self.steps["pay"]) / self.seconds

    def p99(self, step: str) -> float:
        times = sorted(self.steps[step])
        return 1000 * times[min(int(len(times) * 0.99), len(times) - 1)]


class Buyer:
    """Buys again and again over one connection, as a new guest each time."""

    def __init__(self, server: Server, number: int, steps: dict[str, list[float]]) -> None:
        self._connection = Connection(server.port)
        self._address = address(number)
        self._steps = steps

    async def open(self) -> None:
        await self._connection.open()

    def close(self) -> None:
        self._connection.cut()

    async def buy(self, show: str) -> None:
        began = time.perf_counter()
        hold = await self._post("hold", f"/shows/{show}/holds", HOLD, 201)
        details = {
            "hold_id": hold["id"],
            "adult": True,
            "email": "anna@example.com",
            "address": ADDRESS,
        }
        checkout = await self._post("details", "/checkouts", details, 201, hold["token"])
        payment = {"payment_method": CARD, "expected_total": checkout["total"]}
        paid = await self._post(
            "pay", f"/checkouts/{checkout['id']}/pay", payment, 200, hold["token"]
        )
        assert paid["status"] == "paid", paid
        self._steps["purchase"].append(time.perf_counter() - began)

    async def _post(
        self, step: str, path: str, body: object, status: int, token: str | None = None
    ) -> Any:
        headers = {"Idempotency-Key": secrets.token_hex(16), "X-Forwarded-For": self._address}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        began = time.perf_counter()
        answer: Answer = await self._connection.post(f"/api/v1{path}", body, headers)
        self._steps[step].append(time.perf_counter() - began)
        assert answer.status == status, (step, answer)
        return answer.body


async def rush(running: tuple[Server, ...], drop: Drop, *, buyers: int, purchases: int) -> Run:
    """Everybody connects first, then buys until all purchases are made."""
    steps: dict[str, list[float]] = {"hold": [], "details": [], "pay": [], "purchase": []}
    crowd = [Buyer(running[number % len(running)], number, steps) for number in range(buyers)]
    await asyncio.gather(*(buyer.open() for buyer in crowd))
    left = [purchases]

    async def shop(buyer: Buyer) -> None:
        while left[0] > 0:
            left[0] -= 1
            await buyer.buy(drop.show)

    held, cpu = await held_seconds(running), used(running)
    began = time.perf_counter()
    await asyncio.gather(*(shop(buyer) for buyer in crowd))
    seconds = time.perf_counter() - began
    cpu = used(running) - cpu
    held = await held_seconds(running) - held
    for buyer in crowd:
        buyer.close()
    return Run(seconds, cpu, steps, 1000 * held / purchases)


def used(running: tuple[Server, ...]) -> float:
    return sum(cpu_seconds(server.process.pid) for server in running)


async def held_seconds(running: tuple[Server, ...]) -> float:
    """How long the web processes have held database connections until now, in all."""
    total = 0.0
    for server in running:
        connection = Connection(server.port)
        total += (await connection.post("/bench/held", {}, {})).body["seconds"]
        connection.cut()
    return total


async def audit(database: Database, drop: Drop, books: Path, run: Run) -> str:
    """Pieces sold, orders and charges agree with the answers; nothing is left held."""
    made = len(run.steps["pay"])
    values = {"variant": drop.variant_id}
    async with database.session() as session:
        sold, held = (
            await session.execute(
                text("select sold, held from stock_item where variant_id = :variant"), values
            )
        ).one()
        orders, total = (
            await session.execute(
                text(
                    "select count(*), coalesce(sum(total), 0) from orders join order_line"
                    " on order_id = orders.id where variant_id = :variant"
                ),
                values,
            )
        ).one()
        paid = (
            await session.execute(
                text(
                    "select payment.id from payment join checkout on checkout.id = checkout_id"
                    " join hold_line on hold_line.hold_id = checkout.hold_id"
                    " where variant_id = :variant and payment.state = 'paid'"
                ),
                values,
            )
        ).scalars()
        charged = [TestLedger(books).read(payment) for payment in paid]
    charges = sum(entry.charges for entry in charged if entry)
    amount = sum(entry.amount for entry in charged if entry)
    assert (sold, held, orders, charges) == (made, 0, made, made), (sold, held, orders, charges)
    assert total == amount, (total, amount)
    return f"{made:,} sold, ordered and charged, exact"


async def measure(
    database: Database, settings: dict[str, str], arguments: argparse.Namespace
) -> None:
    books = Path(settings["SHOWFLOOR_DATA"]) / "test-payments"
    for processes in arguments.processes:
        async with servers(settings, how_many=processes, app=APP) as running:
            for buyers in arguments.buyers:
                drop = await open_drop(database, arguments.purchases + 50)
                await rush(running, drop, buyers=min(buyers, 10), purchases=20)
                drop = await open_drop(database, arguments.purchases)
                path = f"/api/v1/shows/{drop.show}/nothing"
                nothing = await storm(running, path, buyers=buyers, requests=arguments.nothing)
                purchases = arguments.purchases if buyers > 1 else arguments.purchases // 3
                run = await rush(running, drop, buyers=buyers, purchases=purchases)
                again = await storm(running, path, buyers=buyers, requests=arguments.nothing)
                empty = (nothing.per_second + again.per_second) / 2
                empty_ms = 1000 * 2 / (nothing.per_cpu_second + again.per_cpu_second)
                cpu_ms = 1000 * run.cpu / purchases
                print(
                    f"| {processes} | {buyers} | {empty:,.0f} | {run.per_second:,.1f} | "
                    f"{100 * run.per_second / empty:.1f} % | {empty_ms:.2f} | {cpu_ms:.2f} | "
                    f"{100 * empty_ms / cpu_ms:.1f} % | {run.p99('pay'):,.0f} | "
                    f"{run.p99('purchase'):,.0f} | {run.held_ms:.1f} | "
                    f"{await audit(database, drop, books, run)} |",
                    flush=True,
                )


async def run(url: str, folder: Path, arguments: argparse.Namespace) -> None:
    await upgrade(url)
    settings = settings_of(url, folder)
    database = Database(url)
    print(
        "| web processes | buyers | empty requests/s | purchases/s | of empty | CPU of an empty "
        "one ms | CPU of a purchase ms | of empty by CPU | p99 of paying ms | p99 of a purchase ms "
        "| connection held ms | audit |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    await measure(database, settings, arguments)
    await database.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--buyers", type=int, nargs="*", default=[1, 50, 200])
    parser.add_argument("--purchases", type=int, default=600)
    parser.add_argument("--nothing", type=int, default=4000)
    parser.add_argument("--processes", type=int, nargs="*", default=[1, 2])
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="showfloor-bench-"))
    postgres = EmbeddedPostgres(folder / "pg")
    try:
        asyncio.run(run(postgres.start(), folder, arguments))
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

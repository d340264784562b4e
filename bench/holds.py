"""Holds per second over HTTP beside the same server's route that does nothing: one SKU, a thousand
buyers at once.

    .venv/bin/python -m bench.holds [--buyers 1000] [--requests 10000] [--rounds 2]

A real PostgreSQL that syncs every commit to the disk, real uvicorn processes, bare asyncio buyers
on keep-alive connections. All of them share this machine's cores, so the figure to trust is the
ratio within one round. Each drop is audited after it: exactly as many pieces are held as were
answered with 201, and never more than there are.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from bench.holds_client import Connection, Server, address, servers, settings_of
from showfloor.app.migrate import upgrade
from showfloor.app.postgres import EmbeddedPostgres
from showfloor.catalog import service as catalog
from showfloor.catalog.types import NewProduct, NewVariant
from showfloor.identity.types import Person
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.merchants import service as merchants
from showfloor.shows import service as shows
from showfloor.shows.schemas import NewShow
from showfloor.stock import service as stock

APP = "bench.holds_app:create_app"
BODY = {"lines": [{"sku": "MUG", "quantity": 1}]}


@dataclass(frozen=True, slots=True)
class Run:
    """Answers by status; `seconds` from the first request to the last answer; `cpu` of the web
    processes; latencies in seconds.
    """

    statuses: Counter[int]
    seconds: float
    cpu: float
    latencies: list[float]

    @property
    def per_second(self) -> float:
        return sum(self.statuses.values()) / self.seconds

    @property
    def per_cpu_second(self) -> float:
        return sum(self.statuses.values()) / self.cpu

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        return (
            1000
            * sorted(self.latencies)[min(int(len(self.latencies) * share), len(self.latencies) - 1)]
        )


@dataclass(frozen=True, slots=True)
class Drop:
    show: str
    variant_id: UUID


async def storm(running: tuple[Server, ...], path: str, *, buyers: int, requests: int) -> Run:
    """Everybody connects first, then asks again and again until all requests are made."""
    connections = [Connection(running[number % len(running)].port) for number in range(buyers)]
    for start in range(0, buyers, 100):
        await asyncio.gather(
            *(connection.open() for connection in connections[start : start + 100])
        )
    left, statuses, latencies = [requests], Counter[int](), list[float]()

    async def shop(connection: Connection, buyer: int) -> None:
        while left[0] > 0:
            left[0] -= 1
            headers = {
                "Idempotency-Key": secrets.token_hex(16),
                "X-Forwarded-For": address(buyer),
            }
            began = time.perf_counter()
            answer = await connection.post(path, BODY, headers)
            latencies.append(time.perf_counter() - began)
            statuses[answer.status] += 1

    began, cpu = time.perf_counter(), sum(cpu_seconds(server.process.pid) for server in running)
    await asyncio.gather(*(shop(connection, buyer) for buyer, connection in enumerate(connections)))
    seconds, cpu = (
        time.perf_counter() - began,
        sum(cpu_seconds(server.process.pid) for server in running) - cpu,
    )
    for connection in connections:
        connection.cut()
    return Run(statuses, seconds, cpu, latencies)


def cpu_seconds(pid: int) -> float:
    """User and system time (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def open_drop(database: Database, units: int) -> Drop:
    """A show on air with one SKU."""
    async with database.session() as session:
        words = {"en": "Drop", "ar": "طرح"}
        slug = secrets.token_hex(8)
        seller = await merchants.add_merchant(
            session, slug=slug, name=words, about=words, avatar_url="/a.webp", order_prefix="BE"
        )
        host = await merchants.add_creator(session, name=words, avatar_url="/h.webp")
        person = Person(
            ids.new(),
            "Bench",
            "bench@example.com",
            frozenset({seller.id}),
            host.id,
            is_operator=False,
        )
        draft = NewProduct(
            seller.id, "mug", words, words, words, (NewVariant("MUG", {}, {"GBP": 2200}),)
        )
        product = await catalog.add_product(session, person=person, product=draft)
        variant_id = product.variants[0].id
        await stock.set_on_hand(session, person=person, variant_id=variant_id, on_hand=units)
        show = await shows.create_show(
            session, person=person, new=NewShow(title=words, market="gb", slug=slug)
        )
        await shows.add_product(session, person=person, show_id=show.id, product_id=product.id)
        await session.execute(
            text("update show set state = 'live' where id = :id"), {"id": show.id}
        )
    return Drop(ids.encode("show", show.id), variant_id)


async def audit(database: Database, drop: Drop, run: Run, units: int) -> str:
    """What stands in the database against what was answered."""
    held = (
        "select coalesce(sum(quantity), 0) from hold_line where variant_id = :id and state = 'held'"
    )
    async with database.session() as session:
        lines = (await session.execute(text(held), {"id": drop.variant_id})).scalar_one()
        found = (await stock.stock_of(session, [drop.variant_id]))[drop.variant_id]
    assert lines == found.held == run.statuses[201], (lines, found, run.statuses)
    assert found.held == min(units, sum(run.statuses.values())), (
        "pieces were left although buyers were refused"
    )
    assert set(run.statuses) <= {201, 409}, run.statuses
    return f"{found.held:,} of {units:,}, exact"


def row(name: str, run: Run, beside: Run | None, sold: str) -> str:
    ratio = f"{run.per_second / beside.per_second:.2f}" if beside else "1.00"
    p50, p99 = run.percentile(0.5), run.percentile(0.99)
    return (
        f"| {name} | {run.per_second:,.0f} | {run.per_cpu_second:,.0f} | {ratio} | {p50:.0f} | "
        f"{p99:.0f} | {sold} |"
    )


async def measure(
    database: Database,
    settings: dict[str, str],
    arguments: argparse.Namespace,
    show: Callable[[str], None],
) -> None:
    buyers, requests = arguments.buyers, arguments.requests
    for processes in arguments.processes:
        async with servers(settings, how_many=processes, app=APP) as running:
            for _ in range(arguments.rounds):
                drop = await open_drop(database, requests)
                await storm(
                    running, f"/api/v1/shows/{drop.show}/nothing", buyers=buyers, requests=buyers
                )
                nothing = await storm(
                    running,
                    f"/api/v1/shows/{drop.show}/nothing",
                    buyers=buyers,
                    requests=2 * requests,
                )
                show(row(f"{processes} × nothing", nothing, None, "–"))
                for name, units in (
                    ("holds, enough for all", requests),
                    ("holds, one in ten wins", requests // 10),
                ):
                    drop = await open_drop(database, units)
                    run = await storm(
                        running,
                        f"/api/v1/shows/{drop.show}/holds",
                        buyers=buyers,
                        requests=requests,
                    )
                    show(
                        row(
                            f"{processes} × {name}",
                            run,
                            nothing,
                            await audit(database, drop, run, units),
                        )
                    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--buyers", type=int, default=1000)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--processes", type=int, nargs="*", default=[1, 2])
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="showfloor-bench-"))
    postgres = EmbeddedPostgres(folder / "pg")
    try:
        asyncio.run(run(postgres.start(), folder, arguments))
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def run(url: str, folder: Path, arguments: argparse.Namespace) -> None:
    await upgrade(url)
    settings = settings_of(url, folder)
    database = Database(url)
    print(
        f"| web processes × route, {arguments.buyers:,} buyers | requests/s | per CPU second "
        f"| of nothing | p50 ms | p99 ms | held |"
    )
    print("|---|---|---|---|---|---|---|")
    await measure(database, settings, arguments, lambda line: print(line, flush=True))
    await database.close()


if __name__ == "__main__":
    main()

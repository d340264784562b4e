"""What the age gate costs: its answer, refused and admitted, beside an empty request to the same
process.

    python -m bench.gate [--requests 3000] [--buyers 8]

The three go in turns, so that all of them meet the same hour of the machine. Web has a database
that it never asks: the gate decides before any SQL.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from bench.holds import APP, cpu_seconds
from bench.holds_client import Connection, Server, address, servers, settings_of
from showfloor.kit import clock

ROUNDS = 5
REACH = 2.0
"""Milliseconds."""
NOTHING = "/api/v1/shows/show_00000000000000000000000000/nothing"
ADMISSIONS = "/api/v1/admissions"


def asked(age: int) -> dict[str, object]:
    born = {"day": 3, "month": 1, "year": clock.now().year - age}
    return {"door": "guest_checkout", "country": "GB", "born": born}


ROWS: dict[str, tuple[str, object, int]] = {
    "empty request": (NOTHING, {}, 201),
    "admitted": (ADMISSIONS, asked(40), 201),
    "refused": (ADMISSIONS, asked(11), 403),
}


async def answers(
    server: Server, path: str, body: object, status: int, *, buyers: int, requests: int
) -> tuple[float, list[float]]:
    """CPU milliseconds of web for one, and how long each took, in milliseconds."""
    taken: list[float] = []
    left = [requests]

    async def ask(buyer: int) -> None:
        connection = Connection(server.port)
        await connection.open()
        while left[0] > 0:
            left[0] -= 1
            # Nobody asks twice: one address would meet its limit.
            headers = {"X-Forwarded-For": address(left[0] * 64 + buyer)}
            began = time.perf_counter()
            answer = await connection.post(path, body, headers)
            taken.append(1000 * (time.perf_counter() - began))
            assert answer.status == status, answer
        connection.cut()

    before = cpu_seconds(server.process.pid)
    await asyncio.gather(*(ask(buyer) for buyer in range(buyers)))
    return 1000 * (cpu_seconds(server.process.pid) - before) / requests, taken


async def run(settings: dict[str, str], *, buyers: int, requests: int) -> None:
    cpu: dict[str, list[float]] = {name: [] for name in ROWS}
    alone: dict[str, list[float]] = {name: [] for name in ROWS}
    async with servers(settings, how_many=1, app=APP) as (server,):
        for path, body, status in ROWS.values():
            await answers(server, path, body, status, buyers=1, requests=200)
        for _ in range(ROUNDS):
            for name, (path, body, status) in ROWS.items():
                used, _ = await answers(
                    server, path, body, status, buyers=buyers, requests=requests
                )
                cpu[name].append(used)
                _, taken = await answers(server, path, body, status, buyers=1, requests=500)
                alone[name].append(statistics.median(taken))
    print("| answer | CPU of web, ms | added | one at a time, p50 ms | added | reach |")
    print("|---|---|---|---|---|---|")
    empty_cpu, empty = (statistics.median(found["empty request"]) for found in (cpu, alone))
    for name in ROWS:
        used, taken_ms = statistics.median(cpu[name]), statistics.median(alone[name])
        print(
            f"| {name} | {used:.2f} | {used - empty_cpu:.2f} | {taken_ms:.2f} | "
            f"{taken_ms - empty:.2f} | {'' if name == 'empty request' else f'{REACH} ms added'} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--buyers", type=int, default=8)
    parser.add_argument("--requests", type=int, default=3000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of("postgresql:///nothing?host=/nowhere", Path(folder))
        asyncio.run(run(settings, buyers=arguments.buyers, requests=arguments.requests))


if __name__ == "__main__":
    main()

"""Room delivery: our room server beside a plain C epoll loop that sends bytes encoded once, in
turns, to viewers in another process.

    .venv/bin/python -m bench.rooms [--viewers 2000] [--events 150] [--rounds 3]

The loop is closed: the next event is written when the last viewer has the one before. Only the
server's CPU seconds count, with all it does besides (looking into PostgreSQL, sampling stock); the
figure to trust is the ratio within one round.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import create_engine

from showfloor.app.postgres import EmbeddedPostgres
from showfloor.kit import ids
from showfloor.kit.db import Base, Database
from showfloor.realtime import models, service
from showfloor.realtime.hints import PAUSE, Hints

FOLDER = Path(__file__).parent
VALUE = {"id": "cue_bench", "kind": "pin", "note": "x" * 80}
"""About 200 bytes an event with its frame, like a cue."""
ROWS = models.RoomRow, models.RoomEntryRow, models.RoomEventRow
ROOM_SERVER = (
    "import logging, sys; from showfloor.fanout import server; from showfloor.fanout.config "
    "import FanoutConfig;"
    "logging.basicConfig(level='INFO', format='%(message)s', stream=sys.stdout); "
    "server.run(FanoutConfig(sys.argv[1], port=0))"
)


@dataclass(frozen=True, slots=True)
class Result:
    """One server in one round. CPU is the server's, in seconds."""

    deliveries: int
    wall: float
    cpu: float
    join_wall: float
    join_cpu: float
    viewers: int
    memory_kib: float
    gaps: int

    @property
    def per_cpu_second(self) -> float:
        return self.deliveries / self.cpu


def cpu_seconds(pid: int) -> float:
    """On all threads, to the nanosecond (proc(5), schedstat)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def resident_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


@contextlib.contextmanager
def started(command: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A program with pipes to talk to, ended with the block."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def measure(
    pid: int, port: int, path: str, viewers: int, events: int, publish: Callable[[int], None]
) -> Result:
    """Let the viewers join, then one event after the other."""
    memory, cpu = resident_kib(pid), cpu_seconds(pid)
    command = [
        sys.executable,
        str(FOLDER / "rooms_viewers.py"),
        str(port),
        path,
        str(viewers),
        str(events),
    ]
    with started(command) as crowd:
        assert crowd.stdout is not None
        join_wall = float(_line(crowd, "joined"))
        join_cpu = cpu_seconds(pid) - cpu
        memory = resident_kib(pid) - memory
        time.sleep(0.3)  # the states that tell of the last joins
        cpu, wall = cpu_seconds(pid), time.monotonic()
        for seq in range(1, events + 1):
            publish(seq)
            assert int(crowd.stdout.readline()) == seq
        cpu, wall = cpu_seconds(pid) - cpu, time.monotonic() - wall
        gaps = int(_line(crowd, "gaps"))
    return Result(viewers * events, wall, cpu, join_wall, join_cpu, viewers, memory / viewers, gaps)


def _line(process: subprocess.Popen[str], word: str) -> str:
    assert process.stdout is not None
    name, _, value = process.stdout.readline().strip().partition(" ")
    if name != word:
        raise RuntimeError(f"expected {word}, got {name!r}: {process.poll()}")
    return value


def measure_ours(url: str, viewers: int, events: int) -> Result:
    """The room server as it is shipped, its log in a real PostgreSQL, written through `realtime`
    with hints.
    """
    environment = {**os.environ, "PYTHONPATH": str(FOLDER.parent / "src")}
    with (
        asyncio.Runner() as runner,
        started([sys.executable, "-c", ROOM_SERVER, url], env=environment) as process,
    ):
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        writer = Writer(url)
        room = runner.run(writer.open())
        result = measure(
            process.pid,
            port,
            f"/rooms/{ids.encode('show', room)}/events",
            viewers,
            events,
            lambda seq: runner.run(writer.write(room, seq)),
        )
        runner.run(writer.close())
    return result


class Writer:
    """A web process in small: a transaction an event, a hint after it."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._url = url

    async def open(self) -> UUID:
        self._hints = asyncio.create_task(Hints(self._url).run())
        room = ids.new()
        async with self._database.session() as session:
            await service.open_room(session, room)
        return room

    async def write(self, room: UUID, seq: int) -> None:
        async with self._database.session() as session:
            await service.set_entry(session, room, "cue/bench", {**VALUE, "n": seq})
        await asyncio.sleep(
            PAUSE * 1.5
        )  # the loop stands still between two events; the hint must be out

    async def close(self) -> None:
        self._hints.cancel()
        await self._database.close()


def measure_limit(program: Path, viewers: int, events: int) -> Result:
    """The C loop, with events of the same size."""
    with started([str(program)]) as process:
        assert process.stdin is not None and process.stdout is not None
        pipe = process.stdin

        def publish(seq: int) -> None:
            body = {
                "seq": seq,
                "ts": 1_700_000_000_000,
                "key": "cue/bench",
                "value": {**VALUE, "n": seq},
            }
            pipe.write(f"{seq} {json.dumps(body)}\n")
            pipe.flush()

        return measure(
            process.pid,
            int(process.stdout.readline()),
            "/rooms/any/events",
            viewers,
            events,
            publish,
        )


def compile_limit(folder: Path) -> Path | None:
    """The C loop as a program; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    program = folder / "rooms_limit"
    subprocess.run([compiler, "-O2", "-o", str(program), str(FOLDER / "rooms_limit.c")], check=True)
    return program


def prepare_database(server: EmbeddedPostgres) -> str:
    """Only what the room server reads; its views are empty tables here."""
    url = server.start()
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    Base.metadata.create_all(engine, [Base.metadata.tables[row.__tablename__] for row in ROWS])
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table room_stock (room_id uuid, sku text, available int)")
        connection.execute("create table room_hearts (room_id uuid, total bigint)")
        connection.execute("create table room_questions (room_id uuid, number bigint)")
        connection.execute("create view public_room as select id, seq from room")
    return url


def run(viewers: int, events: int, rounds: int) -> list[tuple[Result, Result | None]]:
    """Our server and the limit in turns; the limit is None when it cannot be compiled."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory(prefix="rooms-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        program = compile_limit(folder)
        server = EmbeddedPostgres(folder / "pg")
        try:
            url = prepare_database(server)
            return [
                (
                    measure_ours(url, viewers, events),
                    measure_limit(program, viewers, events) if program else None,
                )
                for _ in range(rounds)
            ]
        finally:
            server.stop()


def rows(measured: list[tuple[Result, Result | None]]) -> list[tuple[str, str, str, str]]:
    """What, ours, the limit, what to reach. Medians over the rounds."""
    ours, limits = [pair[0] for pair in measured], [pair[1] for pair in measured if pair[1]]
    ratios = [own.per_cpu_second / limit.per_cpu_second for own, limit in measured if limit]

    def row(
        what: str, figure: Callable[[Result], float], shown: str, reach: str = ""
    ) -> tuple[str, str, str, str]:
        limit = shown.format(median(map(figure, limits))) if limits else "not run"
        return what, shown.format(median(map(figure, ours))), limit, reach

    return [
        row("deliveries per server CPU second", lambda result: result.per_cpu_second, "{:,.0f}"),
        (
            "  ratio to the limit",
            f"{median(ratios):.2f}" if ratios else "not run",
            "1.00" if ratios else "not run",
            ">= 0.60",
        ),
        row(
            "deliveries per second (closed loop)",
            lambda result: result.deliveries / result.wall,
            "{:,.0f}",
        ),
        row("memory per viewer, KiB", lambda result: result.memory_kib, "{:.1f}", "<= 4"),
        row(
            "joins per server CPU second",
            lambda result: result.viewers / result.join_cpu,
            "{:,.0f}",
            ">= 10,000",
        ),
        row(
            "joins per second (one Python client)",
            lambda result: result.viewers / result.join_wall,
            "{:,.0f}",
        ),
        row("gaps and repeats", lambda result: result.gaps, "{:.0f}", "0"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--viewers", type=int, default=2_000)
    parser.add_argument("--events", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    measured = run(chosen.viewers, chosen.events, chosen.rounds)
    print(
        f"Room delivery: {chosen.viewers} viewers, {chosen.events} events, median of "
        f"{chosen.rounds} rounds"
    )
    for what, ours, limit, reach in [("", "showfloor", "C epoll loop", "reach"), *rows(measured)]:
        print(f"{what:<38}{ours:>14}{limit:>16}{reach:>12}")


if __name__ == "__main__":
    main()

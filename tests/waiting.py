"""How a test waits: for something that happens, never for time to pass.

`docs/contribute/testing.md` explains the rules. `BOUND` is the only limit in all tests: it ends a
wait for something that never comes, so it says nothing about speed.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import text

from showfloor.kit.db import Database

BOUND = 60.0
"""Seconds. Long enough for a machine whose cores are all busy with something else."""
BETWEEN_LOOKS = 0.01
"""Seconds between two looks at a fact that nothing announces."""

_WAITING = text(
    "select count(*) from pg_stat_activity where datname = current_database() and "
    "wait_event_type = 'Lock'"
)


def bounded(within: float = BOUND) -> asyncio.Timeout:
    """`async with bounded():` around a wait that would hang if the product were broken."""
    return asyncio.timeout(within)


async def until(condition: Callable[[], bool | Awaitable[bool]], *, within: float = BOUND) -> None:
    """Return once the condition holds, however late that is; `within` more where a whole program
    has to start, import and encode first.

    For facts that nothing announces: a file, another process, a row. Where there is an event, a
    future or a message to wait for, wait for that under `bounded()`.
    """
    async with bounded(within):
        while True:
            answer = condition()
            if await answer if inspect.isawaitable(answer) else answer:
                return
            await asyncio.sleep(BETWEEN_LOOKS)


def until_blocking(
    condition: Callable[[], bool],
    *,
    within: float = BOUND,
    otherwise: Callable[[], str] = lambda: "it did not happen",
    pause: Callable[[], None] = lambda: time.sleep(BETWEEN_LOOKS),
) -> None:
    """`until` for tests that have no event loop; `otherwise` says what is wrong if it fails."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, otherwise()
        pause()


def hold_up(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str
) -> tuple[asyncio.Event, asyncio.Event]:
    """The first call of a coroutine function of `module` has its result, says so by the first event
    and returns after the second; every other call returns at once. So two requests meet between
    what they read and what they write.
    """
    looked, go_on, look = asyncio.Event(), asyncio.Event(), getattr(module, name)

    async def slow(*args: Any) -> Any:
        found = await look(*args)
        if not looked.is_set():
            looked.set()
            await go_on.wait()
        return found

    monkeypatch.setattr(module, name, slow)
    return looked, go_on


async def until_somebody_waits(database: Database, how_many: int = 1) -> None:
    """Until so many transactions of this test's database wait for a lock of another.

    Makes two transactions meet: the second has to wait for the first before the test goes on.
    """

    async def waits() -> bool:
        # A transaction of its own each time: within one, PostgreSQL shows the same picture of its
        # sessions again.
        async with database.session() as session:
            return int((await session.execute(_WAITING)).scalar_one()) >= how_many

    await until(waits)


async def stop_listening(server: asyncio.Server) -> None:
    """Close a server in the middle of a test; whoever is connected hears of it or is answered.

    `Server.close` alone forgets a connection that was accepted in the same turn of the loop: nobody
    serves it, and it stays open until the garbage is collected, so that its client waits for long.
    """
    loop = asyncio.get_running_loop()
    for listener in server.sockets:
        loop.remove_reader(listener.fileno())
    await asyncio.sleep(0)
    server.close()

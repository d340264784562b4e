"""Two of the same request at one moment, with the order's lock and without it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from showfloor.orders import queries
from tests.integration.checkout.counter import Counter
from tests.waiting import until_somebody_waits

Ask = Callable[[], Awaitable[httpx2.Response]]


def take_lock_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard of a twin: whoever changes an order locks it first."""

    async def no_lock(_session: object, _order_id: object) -> bool:
        return True

    monkeypatch.setattr(queries, "lock_order", no_lock)


async def ask_twice(
    shop: Counter, monkeypatch: pytest.MonkeyPatch, ask: Ask, *, add: str, waits: bool
) -> list[int]:
    """The statuses of both. The first has looked and is held up before the query `add` until the
    second waits for a lock, or is answered where none is to be waited for.
    """
    looked, go_on, write = asyncio.Event(), asyncio.Event(), getattr(queries, add)

    async def slow(*args: Any, **more: Any) -> None:
        if not looked.is_set():
            looked.set()
            await go_on.wait()
        await write(*args, **more)

    monkeypatch.setattr(queries, add, slow)
    first = asyncio.ensure_future(ask())
    await looked.wait()
    second = asyncio.ensure_future(ask())
    if waits:
        await until_somebody_waits(shop.database)
    else:
        await second
    go_on.set()
    return [(await first).status_code, (await second).status_code]

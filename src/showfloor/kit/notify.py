"""What happens after a commit: hints over PostgreSQL's NOTIFY, on a connection of their own.

A hint says "look" and may be lost at any time; whoever waits for one also looks by itself, less
often. It is never sent inside a transaction, where NOTIFY would make commits wait for each other.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.orm import Session as SyncSession

from showfloor.kit.db import Connection, Session, leave_to_do, listen_to_commits

JOBS = "showfloor_jobs"
"""The channel on which the worker is woken; the payload is names, with commas between."""
RECONNECT = 0.5
"""Seconds before the next attempt when the database is away."""
GATHER = 0.02
"""Seconds in which the commits after a hint become the next one."""
_WOKEN = "notify.woken"


@contextmanager
def commits(listener: Callable[[Any], None]) -> Iterator[None]:
    """While open, `listener(session)` is called after each transaction of any session was
    committed; not after a savepoint.
    """

    def committed(session: SyncSession) -> None:
        if session.get_nested_transaction() is None:
            listener(session)

    event.listen(SyncSession, "after_commit", committed)
    try:
        yield
    finally:
        event.remove(SyncSession, "after_commit", committed)


class NotifierLost(Exception):
    """The connection for hints is gone."""


@asynccontextmanager
async def notifier(url: str, channel: str) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """A connection of its own in autocommit mode, as a function that sends one payload.

    Raises NotifierLost.
    """
    try:
        async with await psycopg.AsyncConnection.connect(
            url, autocommit=True, connect_timeout=5
        ) as connection:

            async def notify(payload: str) -> None:
                await connection.execute("select pg_notify(%s, %s)", (channel, payload))

            yield notify
    except psycopg.Error as error:
        raise NotifierLost from error


async def listen(url: str, channel: str, heard: Callable[[str], None]) -> None:
    """Until cancelled: `heard(payload)` for each hint, and `heard("")` whenever some may have been
    missed, which is after each connect.
    """
    while True:
        with contextlib.suppress(psycopg.Error):
            async with await psycopg.AsyncConnection.connect(
                url, autocommit=True, connect_timeout=5
            ) as connection:
                await connection.execute(f"listen {channel}")
                heard("")
                await _hand_on(connection, heard)
        await asyncio.sleep(RECONNECT)


async def _hand_on(connection: psycopg.AsyncConnection[Any], heard: Callable[[str], None]) -> None:
    """Until the connection is lost, which raises psycopg.Error.

    psycopg's own `notifies()` looks ten times a second; here the loop says when there is something
    to read.
    """
    loop = asyncio.get_running_loop()
    lost: asyncio.Future[None] = loop.create_future()
    socket = connection.pgconn.socket

    def read() -> None:
        try:
            connection.pgconn.consume_input()
            while notice := connection.pgconn.notifies():
                heard(notice.extra.decode())
        except psycopg.Error as error:
            loop.remove_reader(socket)
            if not lost.done():
                lost.set_exception(error)

    loop.add_reader(socket, read)
    try:
        read()  # what came with the answer to `listen`
        await lost
    finally:
        loop.remove_reader(socket)


def wake(session: Session | Connection, name: str) -> None:
    """Remember that this transaction left something to do for the worker."""
    if not isinstance(session, Session):
        leave_to_do(session, name)
        return
    session.info.setdefault(_WOKEN, set()).add(name)


class Waker:
    """Tells the worker after each commit; run as a task by every process that leaves it work."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._names: set[str] = set()
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        with commits(self.committed), listen_to_commits(self._wake):
            while True:
                with contextlib.suppress(NotifierLost):
                    await self._send()
                await asyncio.sleep(RECONNECT)

    def committed(self, session: Any) -> None:
        """Called after a commit; takes what the transaction left to do."""
        if names := session.info.pop(_WOKEN, None):
            self._wake(names)

    def _wake(self, names: set[str]) -> None:
        self._names |= names
        self._woken.set()

    async def _send(self) -> None:
        async with notifier(self._url, JOBS) as notify:
            while True:
                await self._woken.wait()
                names, self._names = self._names, set()
                self._woken.clear()
                await notify(",".join(sorted(names)))
                # Many commits a second are one hint.
                await asyncio.sleep(GATHER)

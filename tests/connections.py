"""Connections to the databases that tests borrow outlive the test, as the databases do.

A test opens two or three, and PostgreSQL reads the catalogs anew for each: that was two thirds of
what the server did for a test. So one that a test closes in order is reset and kept for the next
test that connects with the same parameters to the same database. `DISCARD ALL` forgets settings,
prepared statements, locks, channels and temporary tables (PostgreSQL, "DISCARD"); psycopg's object
around the connection is a new one each time. One that is left in a transaction, or in use, is
closed as ever.
"""

from __future__ import annotations

import select
from collections import defaultdict
from collections.abc import Generator
from typing import Any

import psycopg
from psycopg.pq import ConnStatus, ExecStatus, PGconn, PipelineStatus, TransactionStatus

MOST = 6
"""Kept for one database and list of parameters; a storm opens more."""

_kept: dict[str, defaultdict[str, list[PGconn]]] = {}
"""By database and by parameters, for the databases that are lent."""
_connect, _close = psycopg.AsyncConnection._connect_gen.__func__, psycopg.AsyncConnection.close
_CLOSED = PGconn.connect_start(b"host=/nowhere")
_CLOSED.finish()


def keep_connections() -> None:
    """For every asynchronous connection of psycopg that is opened from now on."""
    replaced: Any = psycopg.AsyncConnection
    replaced._connect_gen = classmethod(_take)
    replaced.close = _put_back


def lend(database: str) -> None:
    """Keep what is closed in this database, until `forget`."""
    _kept.setdefault(database, defaultdict(list))


def forget(database: str) -> None:
    """Close what is kept of a database that will be dropped."""
    for connections in _kept.pop(database, {}).values():
        for each in connections:
            each.finish()


def kept_processes(database: str) -> list[int]:
    """The server's processes for what is kept and not in use."""
    return [
        each.backend_pid
        for connections in _kept.get(database, {}).values()
        for each in connections
        if each.status == ConnStatus.OK
    ]


def _take(
    cls: type[psycopg.AsyncConnection[Any]], parameters: str
) -> Generator[Any, Any, psycopg.AsyncConnection[Any]]:
    found = _find(parameters)
    connection: psycopg.AsyncConnection[Any]
    connection = (yield from _connect(cls, parameters)) if found is None else cls(found)
    connection.__dict__["parameters"] = parameters
    return connection


def _find(parameters: str) -> PGconn | None:
    kept = _of_database(parameters)
    while kept:
        found = kept.pop()
        # The server sends nothing on an idle connection, unless it ends it.
        if found.status == ConnStatus.OK and not select.select([found.socket], [], [], 0)[0]:
            return found
        found.finish()
    return None


async def _put_back(connection: psycopg.AsyncConnection[Any]) -> None:
    parameters, used = connection.__dict__.get("parameters", ""), connection.pgconn
    kept = _of_database(parameters)
    if connection.closed or kept is None or len(kept) >= MOST or not _is_reset(used):
        await _close(connection)
        return
    # Whoever still holds the object finds it closed.
    connection.pgconn = _CLOSED
    await _close(connection)
    kept.append(used)


def _of_database(parameters: str) -> list[PGconn] | None:
    name = psycopg.conninfo.conninfo_to_dict(parameters).get("dbname")
    databases = _kept.get(str(name))
    return None if databases is None else databases[parameters]


def _is_reset(connection: PGconn) -> bool:
    if (
        connection.transaction_status != TransactionStatus.IDLE
        or connection.pipeline_status != PipelineStatus.OFF
        or select.select([connection.socket], [], [], 0)[0]
    ):
        return False
    connection.notice_handler = connection.notify_handler = None
    done = connection.exec_(b"discard all").status == ExecStatus.COMMAND_OK
    while connection.notifies() is not None:
        pass
    return done

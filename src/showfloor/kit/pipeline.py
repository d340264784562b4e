"""Statements that go to PostgreSQL together: one round trip for all that need not wait for each
other's rows.

psycopg's cursors serve every use there is, and a purchase spent more of the web process in them
than in anything else (docs/benchmarks.md). This is the same libpq (psycopg.pq) and the same
adaptation of values (psycopg.adapt) for the one use that `kit/db` has: constant statements, each
prepared once for a connection, whose rows are tuples (PostgreSQL, "Pipeline Mode").
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any, LiteralString

from psycopg import AsyncConnection, OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]
MOST_PREPARED = 300
"""Statements that a connection keeps prepared, one for each combination of a statement and the
types of its values. Further ones are parsed each time.
"""
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_Key = tuple[bytes, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `%(name)s` in place of each value."""

    text: LiteralString
    values: Mapping[str, object]


class PipelineConnection(AsyncConnection[Row]):
    """A connection of psycopg that can also send several statements at once.

    It is in autocommit mode: a transaction is what lies between the statements `begin` and
    `commit`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._names: dict[_Key, bytes] = {}
        self._count = count()

    async def exchange(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """The rows of each, in their order.

        Raises psycopg's errors: that of the first statement that fails; those after it do not run.
        The connection is closed when it is lost, or when the task is cancelled here: nobody would
        know to which statement its next answer belongs.
        """
        calls = [_Call(self, statement) for statement in statements]
        prepared = dict[_Key, bytes]()
        self.pgconn.enter_pipeline_mode()
        try:
            expected = [each for call in calls for each in self._send(call, prepared)]
            self.pgconn.pipeline_sync()
            results = await self._results()
        except BaseException:
            self.pgconn.finish()
            raise
        self.pgconn.exit_pipeline_mode()
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result, self.info.encoding)
        self._names |= prepared
        answers = zip(expected, results, strict=True)
        return [call.rows(result) for call, result in answers if call is not None]

    def _send(self, call: _Call, prepared: dict[_Key, bytes]) -> list[_Call | None]:
        """What will be answered: None stands for a statement that is only prepared."""
        expected: list[_Call | None] = [call]
        name = self._names.get(call.key) or prepared.get(call.key)
        if name is None:
            name = b""
            if len(self._names) + len(prepared) < MOST_PREPARED:
                name = prepared[call.key] = b"sf%d" % next(self._count)
            sql, types = call.key
            self.pgconn.send_prepare(name, sql, types)
            expected.insert(0, None)
        self.pgconn.send_query_prepared(name, call.values, call.formats, Format.BINARY)
        return expected

    async def _results(self) -> list[PGresult]:
        """Until the server has answered everything."""
        pgconn, results = self.pgconn, list[PGresult]()
        while pgconn.flush():
            await self._ready(writing=True)
            pgconn.consume_input()
        while True:
            while pgconn.is_busy():
                await self._ready()
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:
                # One statement's results end, or no more will ever come.
                if pgconn.status == ConnStatus.BAD:
                    raise OperationalError("the connection is lost")
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return results
            else:
                results.append(result)

    async def _ready(self, *, writing: bool = False) -> None:
        loop, socket = asyncio.get_running_loop(), self.pgconn.socket
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_reader(socket, _wake, ready)
        if writing:
            loop.add_writer(socket, _wake, ready)
        try:
            await ready
        finally:
            loop.remove_reader(socket)
            if writing:
                loop.remove_writer(socket)


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


class _Call:
    """A statement with its values as the server reads them."""

    def __init__(self, connection: PipelineConnection, statement: Statement) -> None:
        sql, names = _numbered(statement.text)
        self._transformer = Transformer(connection)
        given = [statement.values[name] for name in names]
        self.values = self._transformer.dump_sequence(given, [PyFormat.AUTO] * len(given))
        self.formats = self._transformer.formats
        self.key: _Key = sql, self._transformer.types or ()

    def rows(self, result: PGresult) -> list[Row]:
        if result.status != ExecStatus.TUPLES_OK:
            return []
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, tuple)


@cache
def _numbered(text: str) -> tuple[bytes, tuple[str, ...]]:
    """`$1`, `$2` … for the names, and the names in this order."""
    names = tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))
    number = {name: place for place, name in enumerate(names, 1)}
    return _PLACEHOLDER.sub(lambda found: f"${number[found[1]]}", text).encode(), names


__all__ = ["PipelineConnection", "Row", "Statement"]

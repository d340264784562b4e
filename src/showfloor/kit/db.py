"""PostgreSQL: one transaction per request or job, committed here and nowhere else.

`Database.session()` is the rule. A purchase uses `Database.transaction()`: the same rule on the
driver itself, because SQLAlchemy would cost more than the statements. `Database.pool` is the one
exception that `docs/decisions/0003` lists: hot paths that are a single SQL statement run it in
autocommit mode, so that the statement is its own transaction.

No connection is tested by a statement before its use. The server sends nothing on an idle
connection, so one that is readable was closed (or got a notice) and is replaced. When a connection
is lost after that check, the first statements of a transaction are sent once more on another one;
with later statements the caller gets Busy.

A transaction borrows its connection when its first statements are sent, not before; those that
wait for one are served by their urgency (kit/turns).
"""

from __future__ import annotations

import select as readiness
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from typing import Any, ClassVar, Generic, LiteralString, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import AsyncConnectionPool
from psycopg_pool import PoolTimeout as NoConnection
from sqlalchemy import ColumnElement, DateTime, MetaData, delete, event, select, tuple_
from sqlalchemy import inspect as sql_inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DataError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

from showfloor.kit.errors import Busy, ValidationFailed
from showfloor.kit.pipeline import PipelineConnection, Row, Statement
from showfloor.kit.turns import Turns, Urgency

Session = AsyncSession
LOCK_TIMEOUT = "3s"
"""How long a statement waits for a row lock before the caller gets 503 `busy` (pretix's doctrine:
refuse, do not queue for ever).
"""
STATEMENT_TIMEOUT = "15s"
_WAIT = 10.0
"""Seconds for which a transaction waits for a connection before it is Busy."""
_BEGIN = Statement("begin", {})
_SOFTLY = Statement("set local synchronous_commit to off", {})
_SOFTLY_ALONE = Statement("select set_config('synchronous_commit', 'off', true)", {})
"""As `_SOFTLY`, before a statement that is its own transaction: what goes together without `begin`
is committed together.
"""
_COMMIT = Statement("commit", {})
_UNDO = Statement("rollback", {})


Parameters = Mapping[str, object]
"""Of a statement, by name."""


class Collided(Exception):
    """Two rows would have had one key: nothing of the transaction stays. For whoever writes on the
    chance that nobody was there before, instead of waiting for a look.
    """


class Base(DeclarativeBase):
    """All tables. Modules refer to each other's rows by id, never by relationship."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        dict[str, str]: JSONB,
        list[Any]: JSONB,
    }


def personal(eraser: str, *args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """A column that tells something about a person; `eraser` names the entry in the privacy
    registry that makes it disappear.
    """
    return mapped_column(*args, info={"personal": eraser}, **kwargs)


BATCH = 1000
"""Rows that one clean-up transaction removes: well inside `STATEMENT_TIMEOUT`, whatever piled up.
"""


async def delete_batch(session: Session, table: type[Base], *which: ColumnElement[bool]) -> int:
    """Delete some of the rows that fit, `BATCH` at most; how many.

    Rows that somebody has locked are left for the next time.
    """
    key = sql_inspect(table).primary_key
    # A plain subquery might run again for each row (PostgreSQL, nested loop), and lock and delete
    # more than the limit.
    chosen = (
        select(*key)
        .where(*which)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=table)
        .cte("chosen")
    )
    done = (
        delete(table)
        .where(tuple_(*key).in_(select(chosen)))
        .returning(*key)
        .execution_options(synchronize_session=False)
    )
    return len((await session.execute(done)).all())


class Database:
    """The connections of one process. `url` is a libpq URL: `postgresql://user@host/name` or
    `postgresql://user@/name?host=/socket/folder`. `lock_timeout` is a PostgreSQL interval. With a
    `schema`, names of tables are looked for there and nowhere else.
    """

    def __init__(
        self,
        url: str,
        *,
        size: int = 10,
        pool_size: int = 8,
        lock_timeout: str = LOCK_TIMEOUT,
        schema: str | None = None,
    ) -> None:
        limits = {"lock_timeout": lock_timeout, "statement_timeout": STATEMENT_TIMEOUT}
        if schema is not None:
            limits["search_path"] = schema
        self.engine: AsyncEngine = create_async_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=size,
            max_overflow=size,
            pool_timeout=5,
            hide_parameters=True,
        )
        event.listen(self.engine.sync_engine, "connect", _set(limits))
        event.listen(self.engine.sync_engine, "checkout", _replace_if_closed)
        self._turns = Turns(pool_size)
        self.pool: AsyncConnectionPool[PipelineConnection] = AsyncConnectionPool(
            url,
            connection_class=PipelineConnection,
            min_size=1,
            max_size=pool_size,
            open=False,
            timeout=_WAIT,
            kwargs={
                "autocommit": True,
                "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
            },
            check=_check_if_disturbed,
        )

    async def open(self) -> None:
        await self.pool.open()

    async def close(self) -> None:
        await self.pool.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Raises Busy when the database cannot be had.
        """
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            try:
                yield session
                await session.commit()
            except DataError as error:
                # A NUL or a number too large: the payload's fault, and its values stay out of the
                # log.
                await session.rollback()
                raise ValidationFailed from error
            except (OperationalError, PoolTimeout) as error:
                await session.rollback()
                raise Busy from error
            except BaseException:
                await session.rollback()
                raise

    @asynccontextmanager
    async def transaction(
        self, *, durable: bool = True, urgency: Urgency = Urgency.USUAL
    ) -> AsyncIterator[Connection]:
        """As `session`, on the driver.

        One that is not `durable` does not wait for the disk: when the server loses its power within
        the next half second it may never have been, but it is never half. For what can be asked for
        again without harm, and is followed by something durable before money moves.
        """
        begin = [_BEGIN] if durable else [_BEGIN, _SOFTLY]
        connection = Connection(self, begin, urgency)
        try:
            try:
                yield connection
                await connection.commit()
            finally:
                await connection.give_back()
        except psycopg.errors.UniqueViolation as error:
            raise Collided from error
        except psycopg.DataError as error:
            raise ValidationFailed from error
        except (psycopg.OperationalError, NoConnection) as error:
            raise Busy from error
        _tell(connection.left_to_do)

    async def run(
        self, text: LiteralString, values: Parameters, *, durable: bool = True
    ) -> list[Row]:
        """One statement that is its own transaction, and safe to repeat: on a connection that dies
        it runs once more. `durable` as in `transaction`.

        Raises psycopg's errors.
        """
        softly = [] if durable else [_SOFTLY_ALONE]
        statements = [*softly, Statement(text, values)]
        connection, rows = await self.start(statements, Urgency.USUAL)
        await self.give_back(connection)
        return rows[-1]

    async def start(
        self, statements: Sequence[Statement], urgency: Urgency
    ) -> tuple[PipelineConnection, list[list[Row]]]:
        """Borrow a connection and send these. One that turns out to be dead is replaced once."""
        try:
            await self._turns.take(urgency, within=_WAIT)
        except TimeoutError:
            raise NoConnection from None
        connection: PipelineConnection | None = None
        try:
            connection = await self.pool.getconn()
            try:
                return connection, await connection.exchange(statements)
            except psycopg.OperationalError:
                if not connection.closed:
                    raise
            dead, connection = connection, None
            await self.pool.putconn(dead)
            await self.pool.check()
            connection = await self.pool.getconn()
            return connection, await connection.exchange(statements)
        except BaseException:
            await self.give_back(connection)
            raise

    async def give_back(self, connection: PipelineConnection | None) -> None:
        """What `start` borrowed; a transaction that is open is rolled back."""
        try:
            if connection is not None:
                await self._put_back(connection)
        finally:
            self._turns.give()

    async def _put_back(self, connection: PipelineConnection) -> None:
        """Also a connection that is lost, which the pool replaces; the server rolls back then."""
        try:
            if connection.pgconn.transaction_status in _OPEN:
                with suppress(psycopg.Error):
                    await connection.rollback()
        finally:
            await self.pool.putconn(connection)


_OPEN = TransactionStatus.INTRANS, TransactionStatus.INERROR


T = TypeVar("T")


class Asked(Generic[T]):
    """What is known when the rows of a statement are here; `read` makes it of them."""

    def __init__(self, connection: Connection, read: Callable[[list[Row]], T]) -> None:
        self._connection = connection
        self._read = read
        self.rows: list[Row] | None = None

    async def answer(self) -> T:
        if self.rows is None:
            await self._connection.fetch()
        assert self.rows is not None
        return self._read(self.rows)


class Connection:
    """What a transaction on the driver sends its statements over.

    They go together where they can: `begin` with the first, `write` and `ask` with the next that is
    waited for, the last ones with `commit`.
    """

    def __init__(self, database: Database, begin: list[Statement], urgency: Urgency) -> None:
        self._database = database
        self._urgency = urgency
        self._waiting = begin
        self._asked = dict[int, Asked[Any]]()
        self._borrowed: PipelineConnection | None = None
        self._end = _COMMIT
        self.left_to_do = set[str]()

    def write(self, statement: Statement) -> None:
        self._waiting.append(statement)

    def ask(self, asked: Asked[Any], statement: Statement) -> None:
        self._asked[len(self._waiting)] = asked
        self._waiting.append(statement)

    async def fetch(self, *statements: Statement) -> list[list[Row]]:
        """The rows of each of these."""
        waiting, self._waiting = [*self._waiting, *statements], []
        asked, self._asked = self._asked, {}
        if self._borrowed is not None:
            rows = await self._borrowed.exchange(waiting)
        else:
            self._borrowed, rows = await self._database.start(waiting, self._urgency)
        for place, each in asked.items():
            each.rows = rows[place]
        return rows[len(waiting) - len(statements) :]

    def undo(self) -> None:
        """Nothing of this transaction stays, though nothing went wrong: what was sent on the chance
        that it would be needed was not.
        """
        self._end = _UNDO
        self.left_to_do.clear()

    async def commit(self) -> None:
        if self._borrowed is None:
            # What is sent on a fresh connection may be sent twice, and a commit must not be.
            await self.fetch()
        await self.fetch(self._end)

    async def give_back(self) -> None:
        borrowed, self._borrowed = self._borrowed, None
        if borrowed is not None:
            await self._database.give_back(borrowed)


_listeners: list[Callable[[set[str]], None]] = []


def leave_to_do(connection: Connection, name: str) -> None:
    """Remember that the open transaction leaves something to do; `listen_to_commits` hears of
    it.
    """
    connection.left_to_do.add(name)


@contextmanager
def listen_to_commits(listener: Callable[[set[str]], None]) -> Iterator[None]:
    """While open, `listener(names)` is called after each commit of a `transaction` that left
    something to do.
    """
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def _tell(names: set[str]) -> None:
    for listener in _listeners if names else ():
        listener(names)


async def fetch(connection: Connection, text: LiteralString, values: Parameters) -> list[Row]:
    """The rows of a statement, which the server prepares once for each connection."""
    (rows,) = await connection.fetch(Statement(text, values))
    return rows


def write(connection: Connection, text: LiteralString, values: Parameters) -> None:
    """A statement whose rows nobody reads: it is sent with the next `fetch`, or with the commit,
    which then raises what is wrong with it.
    """
    connection.write(Statement(text, values))


def ask(
    connection: Connection, text: LiteralString, values: Parameters, read: Callable[[list[Row]], T]
) -> Asked[T]:
    """A statement that is sent with the next `fetch`, for whoever needs its rows after that one's.

    What is wrong with it is raised there, and what `read` raises when the answer is taken.
    """
    asked = Asked(connection, read)
    connection.ask(asked, Statement(text, values))
    return asked


def _is_disturbed(connection: Any) -> bool:
    """Whether an idle connection is readable: the server closed it, or sent a notice."""
    poll = readiness.poll()
    poll.register(connection.fileno(), readiness.POLLIN | readiness.POLLHUP | readiness.POLLERR)
    return bool(poll.poll(0))


async def _check_if_disturbed(connection: PipelineConnection) -> None:
    if _is_disturbed(connection):
        await AsyncConnectionPool.check_connection(connection)


def _replace_if_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    if _is_disturbed(connection.driver_connection):
        raise InvalidatePoolError("closed by the server")


def _set(limits: dict[str, str]) -> Callable[[Any, Any], None]:
    """What sets these parameters on a new connection, before its first transaction."""
    statement = "; ".join(f"set {name} = '{value}'" for name, value in limits.items())

    def on_connect(connection: Any, _record: Any) -> None:
        autocommit, connection.autocommit = connection.autocommit, True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.autocommit = autocommit

    return on_connect

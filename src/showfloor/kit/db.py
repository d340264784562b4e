"""PostgreSQL: one transaction per request or job, committed here and nowhere else.

`Database.session()` is the rule. `Database.pool` is the one exception that `docs/decisions/0003`
lists: hot paths that are a single SQL statement run it in autocommit mode, so that the statement is
its own transaction.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, ClassVar

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import ColumnElement, DateTime, MetaData, delete, event, select, tuple_
from sqlalchemy import inspect as sql_inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

from showfloor.kit.errors import Busy, ValidationFailed

Session = AsyncSession
LOCK_TIMEOUT = "3s"
"""How long a statement waits for a row lock before the caller gets 503 `busy` (pretix's doctrine:
refuse, do not queue for ever).
"""
STATEMENT_TIMEOUT = "15s"


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
    `postgresql://user@/name?host=/socket/folder`. `lock_timeout` is a PostgreSQL interval.
    """

    def __init__(
        self, url: str, *, size: int = 10, pool_size: int = 4, lock_timeout: str = LOCK_TIMEOUT
    ) -> None:
        limits = {"lock_timeout": lock_timeout, "statement_timeout": STATEMENT_TIMEOUT}
        self.engine: AsyncEngine = create_async_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=size,
            max_overflow=size,
            pool_pre_ping=True,
            pool_timeout=5,
            hide_parameters=True,
        )
        event.listen(self.engine.sync_engine, "connect", _set(limits))
        self.pool: AsyncConnectionPool[AsyncConnection[tuple[Any, ...]]] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=pool_size,
            open=False,
            timeout=10,
            kwargs={
                "autocommit": True,
                "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
            },
            check=AsyncConnectionPool.check_connection,
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


def _set(limits: dict[str, str]) -> Callable[[Any, Any], None]:
    """What sets these parameters on a new connection, before its first transaction."""
    statement = "; ".join(f"set {name} = '{value}'" for name, value in limits.items())

    def on_connect(connection: Any, _record: Any) -> None:
        autocommit, connection.autocommit = connection.autocommit, True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.autocommit = autocommit

    return on_connect

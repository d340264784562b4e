"""Events are rows, written in the transaction of their fact; the worker hands them to subscribers,
each exactly once in effect.

Delivery is at least once; the pair (event, subscriber) in `outbox_done` is written in the
transaction of the subscriber's effect, so a second delivery finds it and does nothing. Events of
one kind arrive in the order of their transactions' ids, roughly: a subscriber must not lean on
order across kinds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit import clock
from showfloor.kit.db import Base, Connection, Database, Session, delete_batch, write
from showfloor.kit.errors import where_raised
from showfloor.kit.notify import wake
from showfloor.kit.retention import kept_for

log = structlog.get_logger()
E = TypeVar("E")
OUTBOX = "outbox"
"""The name under which the worker is woken."""
PUT_OFF = timedelta(seconds=5)
"""How long an event waits after its first failure; twice as long after each further one."""
MOST_ATTEMPTS = 10
"""After so many (about 40 minutes) an event is parked: the operator reads why (`showfloor jobs`),
and lets it go on when the cause is gone.
"""
KEPT_FOR = kept_for("event")
Subscriber = Callable[[Session, Any], Awaitable[None]]

_kind_of: dict[type[Any], str] = {}
_adapter_of: dict[str, TypeAdapter[Any]] = {}


class OutboxEvent(Base):
    __tablename__ = "outbox_event"
    __table_args__ = (
        Index(
            "ix_outbox_event_open",
            "id",
            postgresql_where=text("done_at is null and parked_at is null"),
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]  # the fields of any event
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    """Deliveries that failed."""
    error: Mapped[str | None]
    """The kind of the last failure and where it was raised; its text could hold personal data."""
    parked_at: Mapped[datetime | None]


class OutboxDone(Base):
    __tablename__ = "outbox_done"
    event_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("outbox_event.id", ondelete="cascade"), primary_key=True
    )
    subscriber: Mapped[str] = mapped_column(primary_key=True)


def event(kind: str) -> Callable[[type[E]], type[E]]:
    """Name a frozen dataclass of plain values as an event: `@event("orders.placed.v1")`.

    Ids travel as UUID, times as datetime.
    """

    def register(cls: type[E]) -> type[E]:
        _kind_of[cls], _adapter_of[kind] = kind, TypeAdapter(cls)
        return cls

    return register


async def publish(session: Session, happened: object) -> None:
    """Write the event in the caller's transaction."""
    await publish_each(session, [happened])


async def publish_each(session: Session, happened: Sequence[object]) -> None:
    """As `publish`, for many events in one statement."""
    if not happened:
        return
    now, rows = clock.now(), []
    for each in happened:
        kind = _kind_of[type(each)]
        payload = _adapter_of[kind].dump_python(each, mode="json")
        rows.append({"kind": kind, "payload": payload, "at": now})
    await session.execute(insert(OutboxEvent), rows)
    wake(session, OUTBOX)


def publish_all(connection: Connection, happened: Sequence[object]) -> None:
    """As `publish`, for the events of one transaction on the driver, in one statement."""
    kinds = [_kind_of[type(event)] for event in happened]
    payloads = [
        _adapter_of[kind].dump_json(event).decode()
        for kind, event in zip(kinds, happened, strict=True)
    ]
    write(
        connection,
        """
        insert into outbox_event (kind, payload, at)
        select kind, payload::jsonb, %(at)s
        from unnest(%(kinds)s::text[], %(payloads)s::text[]) as event(kind, payload)
        """,
        {"at": clock.now(), "kinds": kinds, "payloads": payloads},
    )
    wake(connection, OUTBOX)


_OPEN = OutboxEvent.done_at.is_(None), OutboxEvent.parked_at.is_(None)


class Dispatcher:
    """Hands open events to subscribers. Built by `app/wiring.py`, run by the worker."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._subscribers: dict[str, list[tuple[str, Subscriber]]] = {}

    def subscribe(self, cls: type[Any], subscriber: Subscriber) -> None:
        name = f"{subscriber.__module__}.{subscriber.__qualname__}"
        self._subscribers.setdefault(_kind_of[cls], []).append((name, subscriber))

    async def drain(self, limit: int = 100) -> int:
        """Deliver up to `limit` open events, oldest first; the number delivered.

        One whose subscriber raises waits, longer each time, and is parked in the end.
        """
        oldest = select(
            OutboxEvent.id, OutboxEvent.kind, OutboxEvent.payload, OutboxEvent.attempts
        ).where(
            *_OPEN, or_(OutboxEvent.not_before.is_(None), OutboxEvent.not_before <= clock.now())
        )
        async with self._database.session() as session:
            rows = (await session.execute(oldest.order_by(OutboxEvent.id).limit(limit))).all()
        delivered = 0
        for event_id, kind, payload, attempts in rows:
            try:
                await self._hand_out(event_id, kind, payload)
                delivered += 1
            except Exception as error:  # one that cannot be delivered must not hold up the others
                log.warning("event stays open", kind=kind, number=event_id, exc_info=error)
                await self._put_off(event_id, attempts + 1, error)
        return delivered

    async def next_due(self) -> datetime | None:
        """When the next event that waits is to be tried again; None when none waits."""
        async with self._database.session() as session:
            return (
                await session.execute(select(func.min(OutboxEvent.not_before)).where(*_OPEN))
            ).scalar_one()

    async def _hand_out(self, event_id: int, kind: str, payload: dict[str, Any]) -> None:
        happened = _adapter_of[kind].validate_python(payload)
        for name, subscriber in self._subscribers.get(kind, []):
            await self._deliver(event_id, name, subscriber, happened)
        async with self._database.session() as session:
            await session.execute(
                update(OutboxEvent).where(OutboxEvent.id == event_id).values(done_at=clock.now())
            )

    async def _put_off(self, event_id: int, attempts: int, error: Exception) -> None:
        now = clock.now()
        values = {
            "attempts": attempts,
            "error": where_raised(error),
            "not_before": now + PUT_OFF * 2 ** (attempts - 1),
            "parked_at": now if attempts >= MOST_ATTEMPTS else None,
        }
        async with self._database.session() as session:
            await session.execute(
                update(OutboxEvent).where(OutboxEvent.id == event_id).values(values)
            )

    async def _deliver(
        self, event_id: int, name: str, subscriber: Subscriber, happened: Any
    ) -> None:
        async with self._database.session() as session:
            claimed = await session.execute(
                insert_or(OutboxDone)
                .values(event_id=event_id, subscriber=name)
                .on_conflict_do_nothing()
                .returning(OutboxDone.event_id)
            )
            if claimed.first() is not None:
                await subscriber(session, happened)


@dataclass(frozen=True, slots=True)
class Parked:
    """An event that was tried often enough."""

    id: int
    kind: str
    at: datetime
    attempts: int
    error: str


async def list_parked(session: Session, most: int = 100) -> list[Parked]:
    """Oldest first."""
    columns = OutboxEvent.id, OutboxEvent.kind, OutboxEvent.at, OutboxEvent.attempts
    chosen = select(*columns, OutboxEvent.error).where(OutboxEvent.parked_at.is_not(None))
    rows = await session.execute(chosen.order_by(OutboxEvent.id).limit(most))
    return [Parked(row.id, row.kind, row.at, row.attempts, row.error or "") for row in rows]


async def retry_parked(session: Session) -> int:
    """Let every parked event be tried again at once; how many."""
    again = update(OutboxEvent).where(OutboxEvent.parked_at.is_not(None))
    done = await session.execute(
        again.values(parked_at=None, attempts=0, not_before=None).returning(OutboxEvent.id)
    )
    wake(session, OUTBOX)
    return len(done.all())


async def forget_old(session: Session) -> int:
    """Delivered events are kept a week, to look at. One batch; how many went."""
    return await delete_batch(session, OutboxEvent, OutboxEvent.done_at < clock.now() - KEPT_FOR)


__all__ = [
    "Dispatcher",
    "OutboxDone",
    "OutboxEvent",
    "Parked",
    "event",
    "forget_old",
    "list_parked",
    "publish",
    "publish_all",
    "publish_each",
    "retry_parked",
]

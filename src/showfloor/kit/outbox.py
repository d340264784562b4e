"""Events are rows, written in the transaction of their fact; the worker hands them to subscribers,
each exactly once in effect.

Delivery is at least once; the pair (event, subscriber) in `outbox_done` is written in the
transaction of the subscriber's effect, so a second delivery finds it and does nothing. Events of
one kind arrive in the order of their transactions' ids, roughly: a subscriber must not lean on
order across kinds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import BigInteger, ForeignKey, Identity, Index, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.orm import Mapped, mapped_column

from showfloor.kit import clock
from showfloor.kit.db import Base, Database, Session, delete_batch

log = structlog.get_logger()
E = TypeVar("E")
PUT_OFF = timedelta(seconds=5)
KEPT_FOR = timedelta(days=7)
Subscriber = Callable[[Session, Any], Awaitable[None]]

_kind_of: dict[type[Any], str] = {}
_class_of: dict[str, type[Any]] = {}


class OutboxEvent(Base):
    __tablename__ = "outbox_event"
    __table_args__ = (Index("ix_outbox_event_open", "id", postgresql_where="done_at is null"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]


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
        _kind_of[cls], _class_of[kind] = kind, cls
        return cls

    return register


async def publish(session: Session, happened: object) -> None:
    """Write the event in the caller's transaction."""
    assert is_dataclass(happened) and not isinstance(happened, type)
    await session.execute(
        insert(OutboxEvent).values(
            kind=_kind_of[type(happened)], payload=_plain(asdict(happened)), at=clock.now()
        )
    )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return clock.rfc3339(value)
    return value


def _restore(kind: str, payload: dict[str, Any]) -> Any:
    cls = _class_of[kind]
    hints = {name: str(annotation) for name, annotation in cls.__annotations__.items()}
    return cls(**{name: _restore_value(hints[name], value) for name, value in payload.items()})


def _restore_value(hint: str, value: Any) -> Any:
    if value is None:
        return None
    if "UUID" in hint and isinstance(value, str):
        return UUID(hex=value)
    if "datetime" in hint and isinstance(value, str):
        return clock.parse_rfc3339(value)
    return value


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

        One whose subscriber raises waits a while.
        """
        oldest = select(OutboxEvent.id, OutboxEvent.kind, OutboxEvent.payload).where(
            OutboxEvent.done_at.is_(None),
            or_(OutboxEvent.not_before.is_(None), OutboxEvent.not_before <= clock.now()),
        )
        async with self._database.session() as session:
            rows = (await session.execute(oldest.order_by(OutboxEvent.id).limit(limit))).all()
        delivered = 0
        for event_id, kind, payload in rows:
            try:
                await self._hand_out(event_id, kind, payload)
                delivered += 1
            except (
                Exception
            ) as error:  # one event that cannot be delivered must not hold up the others
                log.warning(
                    "event stays open", kind=kind, number=event_id, error=type(error).__name__
                )
                await self._put_off(event_id)
        return delivered

    async def _hand_out(self, event_id: int, kind: str, payload: dict[str, Any]) -> None:
        happened = _restore(kind, payload)
        for name, subscriber in self._subscribers.get(kind, []):
            await self._deliver(event_id, name, subscriber, happened)
        async with self._database.session() as session:
            await session.execute(
                update(OutboxEvent).where(OutboxEvent.id == event_id).values(done_at=clock.now())
            )

    async def _put_off(self, event_id: int) -> None:
        async with self._database.session() as session:
            later = clock.now() + PUT_OFF
            await session.execute(
                update(OutboxEvent).where(OutboxEvent.id == event_id).values(not_before=later)
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


async def forget_old(session: Session) -> int:
    """Delivered events are kept a week, to look at. One batch; how many went."""
    return await delete_batch(session, OutboxEvent, OutboxEvent.done_at < clock.now() - KEPT_FOR)


__all__ = ["Dispatcher", "OutboxDone", "OutboxEvent", "event", "forget_old", "publish"]

"""All SQL of `webhooks`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import Session, delete_batch
from showfloor.webhooks.models import DeliveryRow, EndpointRow, MessageRow, SoldOutRow
from showfloor.webhooks.rules import Verdict
from showfloor.webhooks.types import (
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    EventType,
    Message,
    Outcome,
    Reason,
    Secrets,
)

_WAITING = DeliveryRow.state == DeliveryState.WAITING.value
_ON = EndpointRow.state == EndpointState.ON.value


def _endpoint(row: EndpointRow, waiting: int = 0) -> Endpoint:
    return Endpoint(
        id=row.id,
        merchant_id=row.merchant_id,
        url=row.url,
        events=frozenset(EventType(name) for name in row.events),
        state=EndpointState(row.state),
        created_at=row.created_at,
        secrets=_secrets(row),
        failures=row.failures,
        failing_since=row.failing_since,
        resume_at=row.resume_at,
        waiting=waiting,
    )


def _secrets(row: EndpointRow) -> Secrets:
    return Secrets(row.secret, row.previous_secret, row.previous_until)


async def endpoints(session: Session, merchant_ids: Collection[UUID]) -> list[Endpoint]:
    """Of these merchants, oldest first, with how much waits for each."""
    waits = (
        select(func.count())
        .where(DeliveryRow.endpoint_id == EndpointRow.id, _WAITING)
        .scalar_subquery()
    )
    chosen = select(EndpointRow, waits).where(EndpointRow.merchant_id.in_(merchant_ids))
    rows = await session.execute(chosen.order_by(EndpointRow.id))
    return [_endpoint(row, waiting) for row, waiting in rows]


async def lock_endpoints(session: Session, merchant_id: UUID) -> None:
    """Nobody else adds one for this merchant meanwhile: who counts them at the same time counts
    the same.
    """
    key = func.hashtextextended(f"{EndpointRow.__tablename__} {merchant_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def endpoint(
    session: Session, endpoint_id: UUID, merchant_ids: Collection[UUID]
) -> Endpoint | None:
    """One of these merchants', locked."""
    chosen = select(EndpointRow).where(
        EndpointRow.id == endpoint_id, EndpointRow.merchant_id.in_(merchant_ids)
    )
    row = (await session.execute(chosen.with_for_update())).scalar_one_or_none()
    return None if row is None else _endpoint(row)


async def save_endpoint(session: Session, endpoint: Endpoint) -> None:
    """Add it, or store what changed of it."""
    values = {
        "id": endpoint.id,
        "merchant_id": endpoint.merchant_id,
        "url": endpoint.url,
        "events": sorted(endpoint.events),
        "state": endpoint.state.value,
        "created_at": endpoint.created_at,
        "secret": endpoint.secrets.current,
        "previous_secret": endpoint.secrets.previous,
        "previous_until": endpoint.secrets.previous_until,
        "failures": endpoint.failures,
        "failing_since": endpoint.failing_since,
        "resume_at": endpoint.resume_at,
    }
    stored = insert(EndpointRow).values(values)
    await session.execute(stored.on_conflict_do_update(index_elements=["id"], set_=values))


async def remove_endpoint(session: Session, endpoint_id: UUID) -> None:
    """With its deliveries."""
    await session.execute(delete(EndpointRow).where(EndpointRow.id == endpoint_id))


async def wanted(session: Session, merchant_ids: Collection[UUID]) -> dict[UUID, set[EventType]]:
    """What the endpoints of each merchant want to hear of; none is left out."""
    chosen = select(EndpointRow.merchant_id, EndpointRow.events)
    found: dict[UUID, set[EventType]] = {}
    for merchant_id, events in await session.execute(
        chosen.where(EndpointRow.merchant_id.in_(merchant_ids), _ON)
    ):
        found.setdefault(merchant_id, set()).update(EventType(name) for name in events)
    return found


async def endpoints_for(session: Session, message: Message) -> list[UUID]:
    chosen = select(EndpointRow.id).where(
        EndpointRow.merchant_id == message.merchant_id,
        EndpointRow.events.contains([message.type.value]),
        _ON,
    )
    return list((await session.execute(chosen)).scalars())


async def add_message(session: Session, message: Message, deliveries: dict[UUID, UUID]) -> None:
    """With its deliveries, by the endpoints they go to."""
    await session.execute(
        insert(MessageRow).values(
            id=message.id,
            merchant_id=message.merchant_id,
            type=message.type.value,
            about=message.about,
            body=message.body,
            made_at=message.made_at,
        )
    )
    rows = [
        {
            "id": delivery_id,
            "endpoint_id": endpoint_id,
            "message_id": message.id,
            "state": DeliveryState.WAITING.value,
            "since": message.made_at,
            "not_before": message.made_at,
        }
        for endpoint_id, delivery_id in deliveries.items()
    ]
    await session.execute(insert(DeliveryRow).values(rows))


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    rested = or_(EndpointRow.resume_at.is_(None), EndpointRow.resume_at <= now)
    return _WAITING, DeliveryRow.not_before <= now, _ON, rested


async def due_endpoints(session: Session, now: datetime) -> list[tuple[UUID, int, int]]:
    """Endpoints for which something is due, the longest wait first: how much, and how often in a
    row they failed.
    """
    rows = await session.execute(
        select(EndpointRow.id, func.count(), EndpointRow.failures)
        .join(DeliveryRow, DeliveryRow.endpoint_id == EndpointRow.id)
        .where(*_due(now))
        .group_by(EndpointRow.id)
        .order_by(func.min(DeliveryRow.not_before))
    )
    return [(endpoint_id, count, failures) for endpoint_id, count, failures in rows]


async def next_due(session: Session, now: datetime) -> datetime | None:
    """When the first delivery is due that is not due yet, or whose endpoint rests."""
    moment = func.greatest(DeliveryRow.not_before, EndpointRow.resume_at)
    chosen = select(func.min(moment)).join(EndpointRow, EndpointRow.id == DeliveryRow.endpoint_id)
    found: datetime | None = (
        await session.execute(chosen.where(_WAITING, _ON, moment > now))
    ).scalar_one()
    return found


async def claim(
    session: Session, endpoint_id: UUID, now: datetime, until: datetime
) -> Attempt | None:
    """The delivery to this endpoint that is due the longest; nobody else gets it before `until`."""
    due = (
        select(DeliveryRow.id)
        .join(EndpointRow, EndpointRow.id == DeliveryRow.endpoint_id)
        .where(DeliveryRow.endpoint_id == endpoint_id, *_due(now))
        .order_by(DeliveryRow.not_before, DeliveryRow.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=DeliveryRow)
        .cte("due")
    )
    claimed = (
        update(DeliveryRow)
        .where(
            DeliveryRow.id == due.c.id,
            EndpointRow.id == DeliveryRow.endpoint_id,
            MessageRow.id == DeliveryRow.message_id,
        )
        .values(not_before=until, attempts=DeliveryRow.attempts + 1)
        .returning(
            DeliveryRow.id,
            EndpointRow.url,
            EndpointRow.secret,
            EndpointRow.previous_secret,
            EndpointRow.previous_until,
            MessageRow.id.label("message_id"),
            MessageRow.body,
            DeliveryRow.attempts,
            DeliveryRow.since,
        )
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(claimed)).first()
    if row is None:
        return None
    return Attempt(
        delivery_id=row.id,
        endpoint_id=endpoint_id,
        url=row.url,
        secrets=Secrets(row.secret, row.previous_secret, row.previous_until),
        message_id=row.message_id,
        body=row.body,
        number=row.attempts,
        since=row.since,
    )


async def lock_failures(session: Session, endpoint_id: UUID) -> tuple[int, datetime | None] | None:
    """How often in a row an endpoint failed, and since when; None when it was removed."""
    chosen = select(EndpointRow.failures, EndpointRow.failing_since)
    row = (
        await session.execute(chosen.where(EndpointRow.id == endpoint_id).with_for_update())
    ).first()
    return None if row is None else (row.failures, row.failing_since)


async def note_delivered(
    session: Session, attempt: Attempt, outcome: Outcome, now: datetime
) -> None:
    """Taken by the endpoint, which nothing holds up any more."""
    await _note(session, attempt, outcome, DeliveryState.DELIVERED, now, now)
    await note_taken(session, attempt.endpoint_id)


async def note_failed(
    session: Session, attempt: Attempt, outcome: Outcome, verdict: Verdict, now: datetime
) -> None:
    await _note(session, attempt, outcome, verdict.state, verdict.next_at, now)


async def _note(
    session: Session,
    attempt: Attempt,
    outcome: Outcome,
    state: DeliveryState,
    next_at: datetime,
    now: datetime,
) -> None:
    """Nothing when another worker has claimed the delivery meanwhile."""
    values = {
        "state": state.value,
        "not_before": next_at,
        "status": outcome.status,
        "reason": outcome.reason.value if outcome.reason else None,
        "took_ms": outcome.took_ms,
        "tried_at": now,
    }
    still = DeliveryRow.attempts == attempt.number, _WAITING
    noted = update(DeliveryRow).where(DeliveryRow.id == attempt.delivery_id, *still)
    await session.execute(noted.values(values))


async def note_taken(session: Session, endpoint_id: UUID) -> None:
    """Nothing holds the endpoint up."""
    await session.execute(
        update(EndpointRow)
        .where(EndpointRow.id == endpoint_id, EndpointRow.failures > 0)
        .values(failures=0, failing_since=None, resume_at=None)
    )


async def note_refused(
    session: Session, endpoint_id: UUID, failures: int, since: datetime, verdict: Verdict
) -> None:
    """The endpoint took nothing. One that its owner switched off meanwhile stays so."""
    counted = {"failures": failures, "failing_since": since, "resume_at": verdict.resume_at}
    await session.execute(update(EndpointRow).where(EndpointRow.id == endpoint_id).values(counted))
    if verdict.endpoint is not EndpointState.ON:
        await session.execute(
            update(EndpointRow)
            .where(EndpointRow.id == endpoint_id, _ON)
            .values(state=verdict.endpoint.value)
        )


_LINE = (
    DeliveryRow.id,
    DeliveryRow.message_id,
    MessageRow.type,
    MessageRow.about,
    MessageRow.made_at,
    DeliveryRow.state,
    DeliveryRow.attempts,
    DeliveryRow.status,
    DeliveryRow.reason,
    DeliveryRow.took_ms,
    DeliveryRow.tried_at,
    DeliveryRow.not_before,
)


async def deliveries(
    session: Session,
    endpoint_id: UUID,
    limit: int,
    before: UUID | None = None,
    state: DeliveryState | None = None,
) -> list[Delivery]:
    """Newest first."""
    chosen = select(*_LINE).join(MessageRow, MessageRow.id == DeliveryRow.message_id)
    chosen = chosen.where(DeliveryRow.endpoint_id == endpoint_id)
    if before is not None:
        chosen = chosen.where(DeliveryRow.id < before)
    if state is not None:
        chosen = chosen.where(DeliveryRow.state == state.value)
    rows = await session.execute(chosen.order_by(DeliveryRow.id.desc()).limit(limit))
    return [_delivery(row) for row in rows]


def _delivery(row: Any) -> Delivery:
    state = DeliveryState(row.state)
    return Delivery(
        id=row.id,
        message_id=row.message_id,
        type=EventType(row.type),
        about=row.about,
        state=state,
        attempts=row.attempts,
        made_at=row.made_at,
        status=row.status,
        reason=Reason(row.reason) if row.reason else None,
        took_ms=row.took_ms,
        tried_at=row.tried_at,
        next_at=row.not_before if state is DeliveryState.WAITING else None,
    )


async def replay(
    session: Session,
    endpoint_id: UUID,
    now: datetime,
    *,
    chosen: Collection[UUID] | None,
    failed_since: datetime | None,
) -> int:
    """Let these deliveries, or those that failed since then, go out as if they were new; how
    many.
    """
    which = [DeliveryRow.endpoint_id == endpoint_id]
    if chosen is not None:
        which.append(DeliveryRow.id.in_(chosen))
    else:
        which += [
            DeliveryRow.state == DeliveryState.FAILED.value,
            DeliveryRow.tried_at >= failed_since,
        ]
    again = update(DeliveryRow).where(*which)
    fresh = {"state": DeliveryState.WAITING.value, "since": now, "not_before": now, "attempts": 0}
    return len((await session.execute(again.values(fresh).returning(DeliveryRow.id))).all())


async def note_sold_out(session: Session, product_id: UUID) -> bool:
    """False when that was known."""
    added = insert(SoldOutRow).values(product_id=product_id).on_conflict_do_nothing()
    return (await session.execute(added.returning(SoldOutRow.product_id))).first() is not None


async def note_in_stock(session: Session, product_ids: Collection[UUID]) -> None:
    await session.execute(delete(SoldOutRow).where(SoldOutRow.product_id.in_(product_ids)))


async def remove_before(session: Session, moment: datetime) -> int:
    """A batch of messages made before this moment, with their deliveries."""
    return await delete_batch(session, MessageRow, MessageRow.made_at < moment)

"""The log of an endpoint, tests and replays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.notify import wake
from showfloor.kit.retention import kept_for
from showfloor.webhooks import queries
from showfloor.webhooks.errors import WebhookOff
from showfloor.webhooks.schemas import TestFacts, TestMessage
from showfloor.webhooks.service.endpoints import get_own
from showfloor.webhooks.service.messages import new_message
from showfloor.webhooks.service.sending import WEBHOOKS
from showfloor.webhooks.types import DeliveryState, Endpoint, EndpointState, Page

KEPT_FOR = kept_for("webhook")


async def list_deliveries(
    session: Session,
    *,
    person: Person,
    endpoint_id: UUID,
    limit: int,
    cursor: UUID | None = None,
    state: DeliveryState | None = None,
) -> Page:
    """Newest first. Raises WebhookNotFound."""
    endpoint = await get_own(session, person, endpoint_id)
    found = await queries.deliveries(session, endpoint.id, limit + 1, cursor, state)
    page = tuple(found[:limit])
    return Page(page, page[-1].id if len(found) > limit else None)


async def send_test(session: Session, *, person: Person, endpoint_id: UUID) -> UUID:
    """A message that says nothing, to this endpoint alone; its delivery. Raises WebhookNotFound,
    WebhookOff.
    """
    endpoint = await get_own(session, person, endpoint_id)
    _check_on(endpoint)
    content = TestMessage(timestamp=clock.now(), data=TestFacts(webhook_id=endpoint.id))
    message, delivery_id = new_message(endpoint.merchant_id, "", content), ids.new()
    await queries.add_message(session, message, {endpoint.id: delivery_id})
    wake(session, WEBHOOKS)
    return delivery_id


async def replay(
    session: Session,
    *,
    person: Person,
    endpoint_id: UUID,
    deliveries: Collection[UUID] | None = None,
    failed_since: datetime | None = None,
) -> int:
    """Send these again, or what failed since then, under the same ids; how many. Raises
    WebhookNotFound, WebhookOff.
    """
    endpoint = await get_own(session, person, endpoint_id)
    _check_on(endpoint)
    count = await queries.replay(
        session, endpoint.id, clock.now(), chosen=deliveries, failed_since=failed_since
    )
    # Somebody looks on: it must not wait until the endpoint has rested.
    await queries.note_taken(session, endpoint.id)
    wake(session, WEBHOOKS)
    return count


async def forget_old(session: Session) -> int:
    """One batch; how many went."""
    return await queries.remove_before(session, clock.now() - KEPT_FOR)


def _check_on(endpoint: Endpoint) -> None:
    if endpoint.state is not EndpointState.ON:
        raise WebhookOff

"""Where a merchant's messages go, and what they are signed with."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from showfloor.identity import service as identity
from showfloor.identity.types import Person, SecurityEvent
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.notify import wake
from showfloor.kit.outbound import Outbound, OutboundFailed
from showfloor.kit.sealing import seal
from showfloor.webhooks import queries
from showfloor.webhooks.errors import (
    MerchantUnclear,
    TooManyWebhooks,
    WebhookNotFound,
    WebhookUrlInvalid,
)
from showfloor.webhooks.rules import BOTH_SIGN, MOST_ENDPOINTS
from showfloor.webhooks.service.sending import WEBHOOKS
from showfloor.webhooks.types import Endpoint, EndpointState, EventType, Secrets

_KEY_BYTES = 32
"""Standard Webhooks: between 24 and 64."""


async def add_endpoint(
    session: Session,
    *,
    person: Person,
    merchant_id: UUID | None,
    url: str,
    events: Collection[EventType],
    outbound: Outbound,
    secret: str,
) -> tuple[Endpoint, str]:
    """With its signing secret, shown this once. `secret` is the installation's.

    Raises MerchantUnclear, WebhookUrlInvalid, TooManyWebhooks.
    """
    chosen = _merchant(person, merchant_id)
    _check_url(outbound, url)
    await queries.lock_endpoints(session, chosen)
    if len(await queries.endpoints(session, [chosen])) >= MOST_ENDPOINTS:
        raise TooManyWebhooks(most=MOST_ENDPOINTS)
    made, key = ids.new(), _new_key()
    endpoint = Endpoint(
        id=made,
        merchant_id=chosen,
        url=url,
        events=frozenset(events),
        state=EndpointState.ON,
        created_at=clock.now(),
        secrets=Secrets(seal(secret, key, owner=made.bytes)),
    )
    await queries.save_endpoint(session, endpoint)
    await _record(session, SecurityEvent.WEBHOOK_ADDED, person, endpoint)
    return endpoint, key


async def list_endpoints(session: Session, *, person: Person) -> list[Endpoint]:
    """Of this person's merchants."""
    return await queries.endpoints(session, person.merchant_ids)


async def change_endpoint(
    session: Session,
    *,
    person: Person,
    endpoint_id: UUID,
    url: str | None,
    events: Collection[EventType] | None,
    on: bool | None,
    outbound: Outbound,
) -> Endpoint:
    """What is None stays. What is due goes at once. Raises WebhookNotFound,
    WebhookUrlInvalid.
    """
    changed = await get_own(session, person, endpoint_id)
    if url is not None:
        _check_url(outbound, url)
        changed = replace(changed, url=url)
    if events is not None:
        changed = replace(changed, events=frozenset(events))
    if on is not None:
        state = EndpointState.ON if on else EndpointState.OFF
        changed = replace(changed, state=state)
    # Whatever its owner changed: what held it up may be over.
    changed = replace(changed, failures=0, failing_since=None, resume_at=None)
    await queries.save_endpoint(session, changed)
    await _record(session, SecurityEvent.WEBHOOK_CHANGED, person, changed)
    wake(session, WEBHOOKS)
    return changed


async def remove_endpoint(session: Session, *, person: Person, endpoint_id: UUID) -> None:
    """With everything that waits for it. Raises WebhookNotFound."""
    endpoint = await get_own(session, person, endpoint_id)
    await queries.remove_endpoint(session, endpoint.id)
    await _record(session, SecurityEvent.WEBHOOK_REMOVED, person, endpoint)


async def rotate_secret(
    session: Session, *, person: Person, endpoint_id: UUID, secret: str
) -> tuple[Endpoint, str]:
    """A new signing secret, shown this once; the one that it replaces signs for a day, too.

    Raises WebhookNotFound.
    """
    endpoint, key = await get_own(session, person, endpoint_id), _new_key()
    both = Secrets(
        seal(secret, key, owner=endpoint.id.bytes),
        endpoint.secrets.current,
        clock.now() + BOTH_SIGN,
    )
    rotated = replace(endpoint, secrets=both)
    await queries.save_endpoint(session, rotated)
    await _record(session, SecurityEvent.WEBHOOK_SECRET_MADE, person, rotated)
    return rotated, key


async def get_own(session: Session, person: Person, endpoint_id: UUID) -> Endpoint:
    """Locked. Raises WebhookNotFound for a foreign one too."""
    endpoint = await queries.endpoint(session, endpoint_id, person.merchant_ids)
    if endpoint is None:
        raise WebhookNotFound
    return endpoint


def _merchant(person: Person, merchant_id: UUID | None) -> UUID:
    """Raises MerchantUnclear."""
    if merchant_id is None and len(person.merchant_ids) == 1:
        return next(iter(person.merchant_ids))
    if merchant_id is None or merchant_id not in person.merchant_ids:
        raise MerchantUnclear
    return merchant_id


def _check_url(outbound: Outbound, url: str) -> None:
    try:
        outbound.check_url(url)
    except OutboundFailed:
        raise WebhookUrlInvalid from None


def _new_key() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


async def _record(
    session: Session, event: SecurityEvent, person: Person, endpoint: Endpoint
) -> None:
    about = f"{endpoint.merchant_id} {endpoint.id}"
    await identity.record(session, event, person_id=person.id, about=about)

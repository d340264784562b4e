"""JSON routes of `webhooks`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from showfloor.identity.errors import CsrfFailed, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.kit import ids
from showfloor.kit.errors import NotFound, ValidationFailed
from showfloor.kit.http import SessionDep
from showfloor.kit.openapi import refusals
from showfloor.kit.outbound import Outbound
from showfloor.webhooks import service
from showfloor.webhooks.errors import (
    MerchantUnclear,
    TooManyWebhooks,
    WebhookNotFound,
    WebhookOff,
    WebhookUrlInvalid,
)
from showfloor.webhooks.schemas import (
    DeliveriesOut,
    NewWebhook,
    NewWebhookOut,
    ReplayIn,
    ReplayOut,
    SecretOut,
    TestOut,
    WebhookChange,
    WebhookOut,
    WebhooksOut,
)
from showfloor.webhooks.types import DeliveryState, EventType
from showfloor.webhooks.views import deliveries_view, new_webhook_view, secret_view, webhook_view

router = APIRouter(prefix="/api/v1", tags=["webhooks"])
ONE = (NotAuthenticated, NotFound, WebhookNotFound)
CHANGE = (*ONE, CsrfFailed)


async def get_outbound(request: Request) -> Outbound:
    outbound: Outbound = request.app.state.outbound
    return outbound


async def get_secret(request: Request) -> str:
    secret: str = request.app.state.settings.secret
    return secret


OutboundDep = Annotated[Outbound, Depends(get_outbound)]
SecretDep = Annotated[str, Depends(get_secret)]


@router.get("/webhooks", responses=refusals(NotAuthenticated))
async def list_webhooks(session: SessionDep, person: CurrentPerson) -> WebhooksOut:
    """Where messages of the person's merchants go, oldest first."""
    found = await service.list_endpoints(session, person=person)
    return WebhooksOut(webhooks=[webhook_view(each) for each in found])


@router.post(
    "/webhooks",
    status_code=201,
    responses=refusals(
        *(NotAuthenticated, CsrfFailed, NotFound),
        *(MerchantUnclear, WebhookUrlInvalid, TooManyWebhooks),
    ),
)
async def add_webhook(
    body: NewWebhook,
    session: SessionDep,
    person: CurrentPerson,
    outbound: OutboundDep,
    secret: SecretDep,
) -> NewWebhookOut:
    """Send messages about these events there. The secret that signs them is shown this once."""
    endpoint, key = await service.add_endpoint(
        session,
        person=person,
        merchant_id=ids.parse("mer", body.merchant_id) if body.merchant_id else None,
        url=body.url,
        events=[EventType(name) for name in body.events],
        outbound=outbound,
        secret=secret,
    )
    return new_webhook_view(endpoint, key)


@router.patch("/webhooks/{webhook_id}", responses=refusals(*CHANGE, WebhookUrlInvalid))
async def change_webhook(
    webhook_id: str,
    body: WebhookChange,
    session: SessionDep,
    person: CurrentPerson,
    outbound: OutboundDep,
) -> WebhookOut:
    """Another address, other events, off or on again."""
    events = body.events
    return webhook_view(
        await service.change_endpoint(
            session,
            person=person,
            endpoint_id=ids.parse("hook", webhook_id),
            url=body.url,
            events=[EventType(name) for name in events] if events else None,
            on=body.on,
            outbound=outbound,
        )
    )


@router.delete("/webhooks/{webhook_id}", status_code=204, responses=refusals(*CHANGE))
async def remove_webhook(webhook_id: str, session: SessionDep, person: CurrentPerson) -> None:
    """Nothing is sent there any more, also not what waits."""
    await service.remove_endpoint(session, person=person, endpoint_id=ids.parse("hook", webhook_id))


@router.post("/webhooks/{webhook_id}/secret", status_code=201, responses=refusals(*CHANGE))
async def rotate_secret(
    webhook_id: str, session: SessionDep, person: CurrentPerson, secret: SecretDep
) -> SecretOut:
    """A new secret. For a day messages are signed with both, so that nothing is missed."""
    endpoint, key = await service.rotate_secret(
        session, person=person, endpoint_id=ids.parse("hook", webhook_id), secret=secret
    )
    return secret_view(endpoint, key)


@router.post(
    "/webhooks/{webhook_id}/test", status_code=202, responses=refusals(*CHANGE, WebhookOff)
)
async def test_webhook(webhook_id: str, session: SessionDep, person: CurrentPerson) -> TestOut:
    """Send a message that says nothing. What came of it is in the deliveries."""
    sent = await service.send_test(
        session, person=person, endpoint_id=ids.parse("hook", webhook_id)
    )
    return TestOut(delivery_id=ids.encode("del", sent))


@router.get("/webhooks/{webhook_id}/deliveries", responses=refusals(*ONE))
async def list_deliveries(
    webhook_id: str,
    session: SessionDep,
    person: CurrentPerson,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: str | None = None,
    state: DeliveryState | None = None,
) -> DeliveriesOut:
    """What was sent or is to be sent, newest first; kept for 30 days."""
    return deliveries_view(
        await service.list_deliveries(
            session,
            person=person,
            endpoint_id=ids.parse("hook", webhook_id),
            limit=limit,
            cursor=ids.parse("del", cursor) if cursor else None,
            state=state,
        )
    )


@router.post(
    "/webhooks/{webhook_id}/replay", status_code=202, responses=refusals(*CHANGE, WebhookOff)
)
async def replay_deliveries(
    webhook_id: str, body: ReplayIn, session: SessionDep, person: CurrentPerson
) -> ReplayOut:
    """Send some deliveries again, under the same `webhook-id`, whatever became of them before."""
    if (body.deliveries is None) == (body.failed_since is None):
        problem = {"path": "body", "problem": "needs_deliveries_or_failed_since"}
        raise ValidationFailed(extra={"fields": [problem]})
    chosen = body.deliveries
    return ReplayOut(
        count=await service.replay(
            session,
            person=person,
            endpoint_id=ids.parse("hook", webhook_id),
            deliveries=[ids.parse("del", each) for each in chosen] if chosen else None,
            failed_since=body.failed_since,
        )
    )

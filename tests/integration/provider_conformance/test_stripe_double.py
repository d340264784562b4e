"""The double is as strict as Stripe says it is; a lenient one would prove nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import stripe
from stripe import StripeClient

from showfloor.checkout.adapters.stripe_transport import StripeTransport
from tests.integration.provider_conformance.stripe_server import (
    SECRET_KEY,
    StripeServer,
    stripe_server,
)

WANTED = {"amount": 1999, "currency": "gbp", "capture_method": "manual"}


@pytest.fixture
async def server() -> AsyncIterator[StripeServer]:
    async with stripe_server() as opened:
        yield opened


def client(server: StripeServer, key: str = SECRET_KEY, **more: str) -> StripeClient:
    return StripeClient(
        key, http_client=StripeTransport(), base_addresses={"api": server.url}, **more
    )


@pytest.mark.parametrize(
    "more",
    [
        {"payment_method_types": ["card"]},
        {"capture_methods": "manual"},
        {"amount": 5},
        {"amount": 100_000_000},
    ],
)
async def test_what_stripe_does_not_take_is_refused(
    server: StripeServer, more: dict[str, object]
) -> None:
    """`payment_method_types` went with version 2026-09-30.endive."""
    with pytest.raises(stripe.InvalidRequestError):
        await client(server).v1.payment_intents.create_async(WANTED | more)  # type: ignore[arg-type]

    assert server.books.intents == {}


async def test_key_that_is_used_for_something_else_is_refused(server: StripeServer) -> None:
    ours, options = client(server), stripe.RequestOptions(idempotency_key="one")
    first = await ours.v1.payment_intents.create_async(WANTED, options)  # type: ignore[arg-type]

    again = await ours.v1.payment_intents.create_async(WANTED, options)  # type: ignore[arg-type]
    with pytest.raises(stripe.IdempotencyError):
        await ours.v1.payment_intents.create_async(WANTED | {"amount": 2000}, options)  # type: ignore[arg-type]

    assert first.id == again.id and len(server.books.intents) == 1


async def test_other_accounts_and_other_versions_are_refused(server: StripeServer) -> None:
    with pytest.raises(stripe.AuthenticationError):
        await client(server, "sk_test_other").v1.refunds.list_async()
    with pytest.raises(stripe.InvalidRequestError):
        await client(server, stripe_version="2020-08-27").v1.refunds.list_async()


async def test_what_is_not_authorised_is_not_captured(server: StripeServer) -> None:
    made = await client(server).v1.payment_intents.create_async(WANTED)  # type: ignore[arg-type]

    answers = await asyncio.gather(
        client(server).v1.payment_intents.capture_async(made.id),
        client(server).v1.refunds.create_async({"payment_intent": made.id}),
        return_exceptions=True,
    )

    assert [type(each) for each in answers] == [stripe.InvalidRequestError] * 2
    assert server.books.events == []

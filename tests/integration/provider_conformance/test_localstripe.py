"""Stripe's provider against `localstripe`, a server that nobody here wrote: it proves our reading
of PaymentIntents, refunds and webhooks, 3-D Secure among them. What it lacks (version 1.15:
confirming with a token, capture, Idempotency-Key, bounds of refunds) is asked of the strict double.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from stripe import StripeClient

from showfloor.checkout.adapters.stripe import PAYMENT, StripeProvider
from showfloor.checkout.adapters.stripe_keys import StripeKeys
from showfloor.checkout.adapters.stripe_transport import StripeTransport
from showfloor.checkout.errors import CallbackInvalid
from showfloor.checkout.types import (
    DeclineReason,
    Intent,
    ProviderStatus,
    Refund,
    RefundStatus,
    StepKind,
)
from showfloor.kit import ids
from showfloor.kit.money import Money
from tests.integration.provider_conformance.stripe_server import serving
from tests.ports import free_ports
from tests.waiting import bounded, until

KEY, SECRET = "sk_test_localstripe", "whsec_localstripe"
PRICE = Money(1999, "GBP")
OK, ASKS = "4242424242424242", "4000002500003155"


class Local:
    """The server, our provider on it, and payments that it can make by itself."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.provider = StripeProvider(StripeKeys(KEY, "pk_test_local", (SECRET,)), api=url)
        self.client = StripeClient(KEY, http_client=StripeTransport(), base_addresses={"api": url})

    async def payment(self, number: str) -> Intent:
        """Confirmed when it is made, as it cannot confirm with a token."""
        card: Any = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
        method = await self.client.v1.payment_methods.create_async({"type": "card", "card": card})
        payment_id = ids.new()
        made = await self.client.v1.payment_intents.create_async(
            {
                "amount": PRICE.amount,
                "currency": "gbp",
                "payment_method": method.id,
                "confirm": True,
                "metadata": {PAYMENT: ids.encode("pay", payment_id)},
            }
        )
        return Intent(payment_id, PRICE, made.id)

    async def answer_bank(self, intent: Intent, secret: str, *, agrees: bool) -> None:
        await self.ask(
            "POST",
            f"/v1/payment_intents/{intent.reference}/_authenticate",
            {"client_secret": secret, "success": str(agrees).lower(), "key": KEY},
        )

    async def ask(self, method: str, path: str, form: dict[str, str]) -> httpx2.Response:
        async with httpx2.AsyncClient(trust_env=False) as client:
            answer = await client.request(method, self.url + path, data=form, auth=(KEY, ""))
        answer.raise_for_status()
        return answer


@pytest.fixture
async def local() -> AsyncIterator[Local]:
    port = free_ports(1)
    program = Path(sys.executable).with_name("localstripe")
    process = await asyncio.create_subprocess_exec(
        str(program), "--port", str(port), "--from-scratch", stderr=asyncio.subprocess.DEVNULL
    )
    opened = Local(f"http://127.0.0.1:{port}")

    async def up() -> bool:
        try:
            await opened.ask("GET", "/v1/refunds", {})
        except httpx2.HTTPError:
            return False
        return True

    try:
        await until(up)
        yield opened
    finally:
        await opened.provider.close()
        process.terminate()
        await process.wait()


async def test_paid_payment_is_read_and_given_back_in_parts(local: Local) -> None:
    intent = await local.payment(OK)
    assert (await local.provider.lookup(intent)).status is ProviderStatus.PAID
    part = Refund(ids.new(), intent.payment_id, Money(500, "GBP"), intent.reference)

    made = [await local.provider.refund(part) for _ in range(2)]
    other = Refund(ids.new(), intent.payment_id, Money(1, "USD"), intent.reference)

    assert made == [RefundStatus.DONE] * 2
    assert await local.provider.refund(other) is RefundStatus.REFUSED
    listed = await local.client.v1.refunds.list_async({"payment_intent": str(intent.reference)})
    assert [each.amount for each in listed.data] == [500], "once, though it forgets our key"


@pytest.mark.parametrize("agrees", [True, False])
async def test_bank_s_question(local: Local, agrees: bool) -> None:
    intent = await local.payment(ASKS)
    asked = await local.provider.lookup(intent)
    assert asked.status is ProviderStatus.NEEDS_CONFIRMATION
    assert asked.next_step is not None and asked.next_step.kind is StepKind.AUTHENTICATE

    await local.answer_bank(intent, str(asked.next_step.secret), agrees=agrees)
    reply = await local.provider.confirm(intent)

    if agrees:
        assert reply.status is ProviderStatus.PAID
    else:
        assert (reply.status, reply.reason) == (
            ProviderStatus.DECLINED,
            DeclineReason.NOT_AUTHENTICATED,
        )


async def test_unanswered_question_is_cancelled(local: Local) -> None:
    intent = await local.payment(ASKS)

    await local.provider.void(intent)
    await local.provider.void(intent)

    assert (await local.provider.lookup(intent)).status is ProviderStatus.VOIDED


async def test_its_webhooks_are_signed_as_we_read_them(local: Local) -> None:
    async with heard_calls() as (url, calls):
        await local.ask("POST", "/_config/webhooks/ours", {"url": url, "secret": SECRET})
        intent = await local.payment(OK)
        async with bounded():
            while True:
                headers, body = await calls()
                if json.loads(body)["type"] == "payment_intent.succeeded":
                    break

    heard = local.provider.parse_callback(headers, body)

    assert heard is not None
    assert (heard.payment_id, heard.status) == (intent.payment_id, ProviderStatus.PAID)
    with pytest.raises(CallbackInvalid):
        local.provider.parse_callback(headers, body + b" ")


Call = tuple[dict[str, str], bytes]


@asynccontextmanager
async def heard_calls() -> AsyncIterator[tuple[str, Callable[[], Awaitable[Call]]]]:
    calls: asyncio.Queue[Call] = asyncio.Queue()

    async def hear(request: Request) -> Response:
        await calls.put((dict(request.headers), await request.body()))
        return JSONResponse({})

    async with serving(Starlette(routes=[Route("/", hear, methods=["POST"])])) as url:
        yield f"{url}/", calls.get

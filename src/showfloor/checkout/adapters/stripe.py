"""Stripe: a PaymentIntent for each payment, authorised first and captured when the goods are
secured.

A PaymentIntent is created without a card, under our payment's id as its Idempotency-Key, and then
confirmed with what the Payment Element collected. So a lost answer loses nothing: creating it again
answers the same one, whose state is then read. Pages named here are of docs.stripe.com; the double
in tests/integration/provider_conformance follows the same ones.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

import stripe
import structlog
from stripe import PaymentIntent, StripeClient, WebhookSignature
from stripe.params import PaymentIntentCreateParams

from showfloor.checkout.adapters.provider import FormData
from showfloor.checkout.adapters.stripe_keys import StripeKeys
from showfloor.checkout.adapters.stripe_transport import StripeTransport
from showfloor.checkout.adapters.stripe_words import (
    EVENTS,
    REFUND_ENDS,
    REFUND_EVENTS,
    SHIFTS,
    NotPayable,
    code_in,
    reason_of,
    reply_of,
    stripe_amount,
)
from showfloor.checkout.errors import CallbackInvalid, PaymentMethodInvalid, ProviderUnavailable
from showfloor.checkout.types import (
    Callback,
    DeclineReason,
    Intent,
    Method,
    ProviderRecord,
    ProviderReply,
    ProviderStatus,
    Refund,
    RefundCallback,
    RefundStatus,
    StripeToken,
)
from showfloor.kit import clock, ids

log = structlog.get_logger()
API = "https://api.stripe.com"
SCRIPT = "https://js.stripe.com/endive/stripe.js"
PAYMENT, REFUND = "showfloor_payment", "showfloor_refund"
"""Keys of the metadata by which we know our own objects (/metadata)."""
METHODS: tuple[Literal["card"], ...] = ("card",)
"""What the Payment Element offers, wallets among it. All of them can be captured later and none
leaves the page (/payments/place-a-hold-on-a-payment-method).
"""
TOLERANCE = timedelta(seconds=300)
"""Of a signature's age (/webhooks#replay-attacks)."""
CALL_SECONDS = 14.0
"""All requests of one call together: less than `rules.CALL_TAKES`."""
KEYS_LAST = timedelta(hours=20)
"""Idempotency keys may be forgotten after 24 hours (/api/idempotent_requests)."""
_UNDER_WAY = 409
"""The same request is being answered elsewhere (/error-codes#idempotency-key-in-use)."""
_SEARCHED = timedelta(hours=1)
_TRIES = 3


class StripeProvider:
    """`api` and `script` are Stripe's own except in tests."""

    name = "stripe"

    def __init__(self, keys: StripeKeys, *, api: str = API, script: str = SCRIPT) -> None:
        stripe.enable_telemetry = False
        self._keys = keys
        self._script = script
        self._transport = StripeTransport()
        self._client = StripeClient(
            keys.secret_key,
            http_client=self._transport,
            base_addresses={"api": api},
            max_network_retries=1,
        )

    @property
    def sources(self) -> Mapping[str, Sequence[str]]:
        """/security/guide#content-security-policy. Their script stands only where something is paid
        for.
        """
        address = urlsplit(self._script)
        own = f"{address.scheme}://{address.netloc}"
        if own != "https://js.stripe.com":
            return dict.fromkeys(("script-src", "frame-src", "connect-src"), (own,))
        framed = (own, "https://*.js.stripe.com")
        return {
            "script-src": framed,
            "frame-src": (*framed, "https://hooks.stripe.com"),
            "connect-src": (API,),
        }

    @property
    def form(self) -> FormData:
        return {
            "publishable_key": self._keys.publishable_key,
            "script": self._script,
            "shifts": SHIFTS,
        }

    async def close(self) -> None:
        await self._transport.close_async()

    def check_method(self, method: Method) -> None:
        if not isinstance(method, StripeToken):
            raise PaymentMethodInvalid

    async def charge(self, intent: Intent, method: Method) -> ProviderReply:
        assert isinstance(method, StripeToken)
        async with _answered():
            try:
                reference = intent.reference or (await self._create(intent)).id
            except stripe.APIError:
                # They repeat such an answer for a day, whatever it made.
                found = await self._search(intent.payment_id)
                if found is None:
                    raise
                reference = found
            except NotPayable:
                return _declined(DeclineReason.NOT_SUPPORTED)
            except stripe.InvalidRequestError as error:
                # Nothing was made, so nothing can be charged later.
                log.error("stripe refuses a payment", code=error.code, param=error.param)
                return _declined(reason_of(error.code))
            return await self._confirm(reference, intent.payment_id, method)

    async def _create(self, intent: Intent) -> PaymentIntent:
        """/api/payment_intents/create. Everything in it follows from the intent, as the same key
        has to come with the same parameters (/api/idempotent_requests).
        """
        wanted: PaymentIntentCreateParams = {
            "amount": stripe_amount(intent.amount),
            "currency": intent.amount.currency.lower(),
            "capture_method": "manual",
            "allowed_payment_method_types": list(METHODS),
            "metadata": {PAYMENT: ids.encode("pay", intent.payment_id)},
        }
        return await self._client.v1.payment_intents.create_async(
            wanted, {"idempotency_key": str(intent.payment_id)}
        )

    async def _confirm(
        self, reference: str, payment_id: UUID, method: StripeToken
    ) -> ProviderReply:
        """/api/payment_intents/confirm, with the token of
        /payments/finalize-payments-on-the-server.
        """
        try:
            found = await self._client.v1.payment_intents.confirm_async(
                reference,
                {"confirmation_token": method.confirmation_token},
                {"idempotency_key": f"{payment_id}-confirm"},
            )
        except stripe.CardError as error:
            reason = reason_of(error.code, _decline_code(error))
            return _declined(reason, reference)
        except stripe.InvalidRequestError as error:
            # Its state forbids it (cancelled, or confirmed before), or the token is no good.
            reply = await self._read(reference)
            if reply.status is not ProviderStatus.UNKNOWN:
                return reply
            return await self._end(reference, reason_of(error.code))
        return reply_of(found)

    async def capture(self, intent: Intent) -> ProviderReply:
        """/api/payment_intents/capture. Doing so twice captures once: the second finds it done."""
        async with _answered():
            reference = await self._reference(intent)
            if reference is None:
                return ProviderReply(ProviderStatus.UNKNOWN)
            try:
                return reply_of(await self._client.v1.payment_intents.capture_async(reference))
            except (stripe.CardError, stripe.InvalidRequestError) as error:
                reply = await self._read(reference)
                if reply.status is not ProviderStatus.AUTHORIZED:
                    return reply
                log.warning("stripe does not capture", code=error.code, reference=reference)
                return await self._end(reference, reason_of(error.code, _decline_code(error)))

    async def confirm(self, intent: Intent) -> ProviderReply:
        return await self.lookup(intent)

    async def lookup(self, intent: Intent) -> ProviderReply:
        async with _answered():
            reference = await self._reference(intent)
            if reference is None:
                return ProviderReply(ProviderStatus.UNKNOWN)
            reply = await self._read(reference)
            if reply.status is ProviderStatus.DECLINED and reply.reason is not None:
                # The buyer's browser may still have the secret to try it with another card.
                return await self._end(reference, reply.reason)
            return reply

    async def _reference(self, intent: Intent) -> str | None:
        """Stripe's id of a payment; None when it never arrived and never will."""
        if intent.reference is not None:
            return intent.reference
        if clock.now() - ids.made_at(intent.payment_id) > KEYS_LAST:
            return await self._search(intent.payment_id)
        try:
            return (await self._create(intent)).id
        except NotPayable:
            return None
        except stripe.APIError as error:
            if error.http_status == _UNDER_WAY:
                raise
            # An answer of 5xx is kept under the key and comes again for a day, whether something
            # was made or not (/error-low-level#server-errors), so the list decides. What is not in
            # it was never confirmed, as nobody got its name.
            return await self._search(intent.payment_id)
        except stripe.IdempotencyError:
            # Made with other parameters: by an older version of this file.
            return await self._search(intent.payment_id)
        except stripe.InvalidRequestError:
            return None

    async def _search(self, payment_id: UUID) -> str | None:
        """/api/payment_intents/list, which is never late, unlike their search."""
        since = int((ids.made_at(payment_id) - TOLERANCE).timestamp())
        until = since + int(_SEARCHED.total_seconds())
        name = ids.encode("pay", payment_id)
        page = await self._client.v1.payment_intents.list_async(
            {"created": {"gte": since, "lte": until}, "limit": 100}
        )
        async for found in page.auto_paging_iter():
            if name_in(found.metadata, PAYMENT) == name:
                return found.id
        return None

    async def listed(self, since: datetime, until: datetime) -> AsyncIterator[ProviderRecord]:
        """/api/payment_intents/list; others who use the account have theirs in it. The bound is of
        each page: what the caller does between two of them is its own time.
        """
        async with _answered():
            page = await self._client.v1.payment_intents.list_async(
                {
                    "created": {"gte": int(since.timestamp()), "lte": int(until.timestamp())},
                    "expand": ["data.latest_charge"],
                    "limit": 100,
                }
            )
        while True:
            for found in page.data:
                payment_id = _our_payment(name_in(found.metadata, PAYMENT))
                if payment_id is not None:
                    yield ProviderRecord(payment_id, reply_of(found))
            if not page.has_more:
                return
            async with _answered():
                page = await page.next_page_async()

    async def _read(self, reference: str) -> ProviderReply:
        return reply_of(await self._retrieve(reference))

    async def _retrieve(self, reference: str) -> PaymentIntent:
        """/api/payment_intents/retrieve; whether all was given back stands in the charge."""
        return await self._client.v1.payment_intents.retrieve_async(
            reference, {"expand": ["latest_charge"]}
        )

    async def _end(self, reference: str, reason: DeclineReason) -> ProviderReply:
        """Declined for good: no later attempt on the same PaymentIntent can succeed
        (/api/payment_intents/cancel).
        """
        try:
            await self._client.v1.payment_intents.cancel_async(reference)
        except stripe.InvalidRequestError:
            reply = await self._read(reference)
            if reply.status not in (ProviderStatus.DECLINED, ProviderStatus.VOIDED):
                return reply
        return _declined(reason, reference)

    async def void(self, intent: Intent) -> None:
        async with _answered():
            reference = await self._reference(intent)
            for _ in range(_TRIES if reference is not None else 0):
                assert reference is not None
                if await self._is_given_back(reference):
                    return
            if reference is not None:
                raise ProviderUnavailable

    async def _is_given_back(self, reference: str) -> bool:
        """Cancelled before it was captured, refunded afterwards. False when its state moved
        meanwhile.
        """
        found = await self._retrieve(reference)
        if found.status == "canceled" or reply_of(found).status is ProviderStatus.VOIDED:
            return True
        try:
            if found.status == "succeeded":
                # Of all that is left, so it cannot happen twice; under a key of ours an answer of
                # 5xx would come again for a day.
                await self._client.v1.refunds.create_async(
                    {"payment_intent": reference, "metadata": {REFUND: "void"}}
                )
            else:
                await self._client.v1.payment_intents.cancel_async(reference)
        except stripe.InvalidRequestError as error:
            log.warning("stripe does not give back", code=error.code, reference=reference)
            return False
        return True

    async def refund(self, refund: Refund) -> RefundStatus:
        """/api/refunds/create."""
        async with _answered():
            reference = await self._reference(
                Intent(refund.payment_id, refund.amount, refund.reference)
            )
            if reference is None:
                return RefundStatus.REFUSED
            if (earlier := await self._earlier_refund(reference, refund)) is not None:
                return earlier
            try:
                made = await self._client.v1.refunds.create_async(
                    {
                        "payment_intent": reference,
                        "amount": stripe_amount(refund.amount),
                        "metadata": {REFUND: str(refund.id)},
                    },
                    {"idempotency_key": str(refund.id)},
                )
            except (NotPayable, stripe.InvalidRequestError, stripe.IdempotencyError):
                return RefundStatus.REFUSED
            return _outcome(made)

    async def refund_status(self, refund: Refund) -> RefundStatus | None:
        async with _answered():
            reference = await self._reference(
                Intent(refund.payment_id, refund.amount, refund.reference)
            )
            return await self._earlier_refund(reference, refund) if reference else None

    async def failed_refunds(self, since: datetime, until: datetime) -> AsyncIterator[UUID]:
        """/api/events/list, which goes back thirty days: a refund may fail long after it was made,
        so that the list of refunds, which is by that moment, says too much or too little.
        """
        async with _answered():
            page = await self._client.v1.events.list_async(
                {
                    "created": {"gte": int(since.timestamp()), "lte": int(until.timestamp())},
                    "types": list(REFUND_EVENTS),
                    "limit": 100,
                }
            )
        while True:
            for event in page.data:
                made = event.data.object
                refund_id = _our_refund(name_in(getattr(made, "metadata", None), REFUND))
                if refund_id is not None and getattr(made, "status", None) in REFUND_ENDS:
                    yield refund_id
            if not page.has_more:
                return
            async with _answered():
                page = await page.next_page_async()

    async def _earlier_refund(self, reference: str, refund: Refund) -> RefundStatus | None:
        """What became of a refund whose key may be forgotten (/api/refunds/list); also the guard of
        the currency, which Stripe does not ask for.
        """
        payment = await self._retrieve(reference)
        if payment.currency != refund.amount.currency.lower():
            return RefundStatus.REFUSED
        page = await self._client.v1.refunds.list_async({"payment_intent": reference, "limit": 100})
        async for made in page.auto_paging_iter():
            if name_in(made.metadata, REFUND) == str(refund.id):
                same = made.amount == stripe_amount(refund.amount)
                return _outcome(made) if same else RefundStatus.REFUSED
        return None

    def parse_callback(
        self, headers: Mapping[str, str], body: bytes
    ) -> Callback | RefundCallback | None:
        """/webhooks/signature over the raw body, with any of the secrets."""
        header = headers.get("stripe-signature", "")
        if not any(self._is_signed(body, header, each) for each in self._keys.webhook_secrets):
            raise CallbackInvalid
        event = json.loads(body)
        about = event["data"]["object"]
        if event["type"] in REFUND_EVENTS:
            refund_id = _our_refund((about.get("metadata") or {}).get(REFUND))
            ended = refund_id is not None and about.get("status") in REFUND_ENDS
            return RefundCallback(event["id"], refund_id) if refund_id and ended else None
        status = EVENTS.get(event["type"])
        name = (about.get("metadata") or {}).get(PAYMENT)
        if status is None or name is None:
            return None
        payment_id = _our_payment(name)
        return Callback(event["id"], payment_id, status) if payment_id is not None else None

    def _is_signed(self, body: bytes, header: str, secret: str) -> bool:
        """By the library; the age by our own clock, in both directions."""
        try:
            WebhookSignature.verify_header(body, header, secret)
            (moment,) = (part[2:] for part in header.split(",") if part.startswith("t="))
            age = clock.now().timestamp() - int(moment)
        except (stripe.SignatureVerificationError, TypeError, ValueError):
            return False
        return abs(age) <= TOLERANCE.total_seconds()


_REFUNDS = {
    "succeeded": RefundStatus.DONE,
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
}


def _outcome(made: stripe.Refund) -> RefundStatus:
    """/refunds#refund-statuses. One that failed or was cancelled has given nothing back for good:
    asking again under its key would answer for a day what was said at first.
    """
    return _REFUNDS.get(made.status or "", RefundStatus.REFUSED)


def _our_payment(name: object) -> UUID | None:
    try:
        return ids.parse("pay", str(name))
    except ids.MalformedId:
        return None


def _our_refund(name: object) -> UUID | None:
    """None for one that we did not ask for by itself, as that of a payment that was given up."""
    try:
        return UUID(str(name))
    except ValueError:
        return None


def name_in(metadata: object, key: str) -> object:
    """Whose it is, by what we wrote on it; None where somebody else made it."""
    return getattr(metadata, key, None)


def _declined(reason: DeclineReason, reference: str | None = None) -> ProviderReply:
    return ProviderReply(ProviderStatus.DECLINED, reference=reference, reason=reason)


def _decline_code(error: stripe.StripeError) -> str | None:
    return code_in(error.error, "decline_code")


@asynccontextmanager
async def _answered() -> AsyncIterator[None]:
    """No answer, or none that says anything about the payment, is ProviderUnavailable: perhaps it
    happened (/error-handling). A refused key is somebody's mistake and is logged; neither the key
    nor the buyer's data are.
    """
    try:
        async with asyncio.timeout(CALL_SECONDS):
            yield
    except (TimeoutError, stripe.APIConnectionError, stripe.RateLimitError):
        raise ProviderUnavailable from None
    except stripe.StripeError as error:
        if error.http_status == _UNDER_WAY:
            raise ProviderUnavailable from None
        log.error(
            "stripe answers with an error",
            kind=type(error).__name__,
            code=error.code,
            status=error.http_status,
            request=error.request_id,
        )
        raise ProviderUnavailable from None

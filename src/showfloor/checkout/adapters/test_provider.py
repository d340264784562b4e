"""The built-in provider `test`: every outcome that a real one has, chosen by the card's number. No
money moves.

It refuses to be built outside demo and test mode, keeps books of its own (`test_ledger.py`), and
calls back like a real one: signed by the Standard Webhooks scheme, sometimes twice, sometimes in
the wrong order.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

from standardwebhooks import Webhook, WebhookVerificationError

from showfloor.checkout.adapters import test_ledger
from showfloor.checkout.adapters.test_caller import TestCaller
from showfloor.checkout.errors import CallbackInvalid, PaymentMethodInvalid
from showfloor.checkout.types import (
    Callback,
    DeclineReason,
    Intent,
    Method,
    NextStep,
    ProviderRecord,
    ProviderReply,
    ProviderStatus,
    Refund,
    RefundStatus,
    StepKind,
    TestCard,
)
from showfloor.kit import clock, ids

MODES = frozenset({"demo", "test"})
SLOW_SECONDS = 2.0
BANK_SECONDS = 1.0
"""After the answer, the first event comes."""
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Card:
    """What the bank does, what it answers at once, and the events it sends afterwards, in this
    order.
    """

    state: ProviderStatus
    answer: ProviderStatus
    events: tuple[str, ...]
    paid_after: float | None = None


SUCCEEDED, PENDING, DECLINED = "payment.succeeded", "payment.pending", "payment.declined"
_WORDS = {
    SUCCEEDED: ProviderStatus.PAID,
    PENDING: ProviderStatus.PENDING,
    DECLINED: ProviderStatus.DECLINED,
}
CARDS: Mapping[str, Card] = {
    "4242424242424242": Card(ProviderStatus.PAID, ProviderStatus.PAID, (SUCCEEDED,)),
    "4000000000000002": Card(ProviderStatus.DECLINED, ProviderStatus.DECLINED, (DECLINED,)),
    "4000002500003155": Card(
        ProviderStatus.NEEDS_CONFIRMATION, ProviderStatus.NEEDS_CONFIRMATION, ()
    ),
    "4000000000000077": Card(
        ProviderStatus.PENDING, ProviderStatus.PENDING, (SUCCEEDED,), paid_after=SLOW_SECONDS
    ),
    "4000000000000259": Card(ProviderStatus.PAID, ProviderStatus.PENDING, (SUCCEEDED, SUCCEEDED)),
    "4000000000005126": Card(ProviderStatus.PAID, ProviderStatus.PENDING, (SUCCEEDED, PENDING)),
}


class WrongMode(RuntimeError):
    """A shop that takes real orders must not have a card that always pays."""


class TestProvider:
    """`folder` holds the books, `secret` signs the callbacks, `callback_url` receives them; None
    sends none.
    """

    name = "test"
    sources: Mapping[str, Sequence[str]] = MappingProxyType({})
    form: Mapping[str, str] = MappingProxyType({})

    def __init__(
        self, *, mode: str, folder: Path, secret: str, callback_url: str | None = None
    ) -> None:
        if mode not in MODES:
            raise WrongMode(f"the payment provider test does not run in mode {mode}")
        self._ledger = test_ledger.TestLedger(folder)
        self._signer = Webhook(sha256(f"showfloor test callbacks v1:{secret}".encode()).digest())
        self._caller = TestCaller(callback_url) if callback_url else None
        self._calls: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        if self._caller is not None:
            self._caller.close()

    def check_method(self, method: Method) -> None:
        _card(method)

    async def charge(self, intent: Intent, method: Method) -> ProviderReply:
        card, is_first = _card(method), []
        paid_from = (
            clock.now().timestamp() + card.paid_after if card.paid_after is not None else None
        )
        charge = test_ledger.charged(intent.amount, card.state, paid_from=paid_from)

        def decide(before: test_ledger.Entry | None) -> test_ledger.Entry | None:
            is_first.append(before is None)
            return charge(before)

        entry = self._ledger.change(intent.payment_id, decide)
        assert entry is not None
        if not is_first[0]:
            return _reply(entry.state)
        self._call_back(intent.payment_id, card.events, card.paid_after or BANK_SECONDS)
        return _reply(card.answer)

    async def capture(self, intent: Intent) -> ProviderReply:
        """Its cards pay at once, so nothing is ever only promised."""
        return await self.lookup(intent)

    async def confirm(self, intent: Intent) -> ProviderReply:
        entry = self._ledger.change(intent.payment_id, test_ledger.confirmed)
        if entry is not None and entry.state is ProviderStatus.PAID:
            self._call_back(intent.payment_id, (SUCCEEDED,), BANK_SECONDS)
        return _reply(entry.state if entry else ProviderStatus.UNKNOWN)

    async def lookup(self, intent: Intent) -> ProviderReply:
        ripened = test_ledger.ripened(clock.now().timestamp())
        entry = self._ledger.change(intent.payment_id, ripened)
        return _reply(entry.state if entry else ProviderStatus.UNKNOWN)

    async def void(self, intent: Intent) -> None:
        self._ledger.change(intent.payment_id, test_ledger.voided)

    async def refund(self, refund: Refund) -> RefundStatus:
        change = test_ledger.refunded(refund.id, refund.amount)
        entry = self._ledger.change(refund.payment_id, change)
        done = entry is not None and entry.refunded.get(refund.id.hex) == refund.amount.amount
        return RefundStatus.DONE if done else RefundStatus.REFUSED

    async def refund_status(self, refund: Refund) -> RefundStatus | None:
        entry = self._ledger.entries().get(refund.payment_id)
        known = entry is not None and refund.id.hex in entry.refunded
        return RefundStatus.DONE if known else None

    async def failed_refunds(self, since: datetime, until: datetime) -> AsyncIterator[UUID]:
        """Play money always arrives."""
        nothing: tuple[UUID, ...] = ()
        for refund_id in nothing:
            yield refund_id

    async def listed(self, since: datetime, until: datetime) -> AsyncIterator[ProviderRecord]:
        for payment_id, entry in self._ledger.entries().items():
            if since <= ids.made_at(payment_id) <= until:
                yield ProviderRecord(payment_id, _reply(entry.state))

    def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Callback:
        try:
            event = self._signer.verify(body, dict(headers))
            return Callback(
                event["id"], ids.parse("pay", event["payment_id"]), _WORDS[event["type"]]
            )
        except (WebhookVerificationError, ValueError, KeyError, TypeError):
            # The library lets a malformed signature's own errors through.
            raise CallbackInvalid from None

    def _call_back(self, payment_id: UUID, events: Sequence[str], delay: float) -> None:
        if self._caller is None or not events:
            return
        call = asyncio.create_task(self._send(payment_id, events, delay))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _send(self, payment_id: UUID, events: Sequence[str], delay: float) -> None:
        """The same event has the same id, however often it is sent."""
        await asyncio.sleep(delay)
        for event in events:
            body = json.dumps(
                {
                    "id": f"evt_{payment_id.hex}_{event}",
                    "type": event,
                    "payment_id": ids.encode("pay", payment_id),
                }
            )
            for attempt in range(_ATTEMPTS):
                if await self._deliver(body):
                    break
                await asyncio.sleep(0.5 * 2**attempt)

    async def _deliver(self, body: str) -> bool:
        assert self._caller is not None
        event_id, now = json.loads(body)["id"], clock.now()
        headers = {
            "webhook-id": event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(event_id, now, body),
        }
        return await self._caller.post(body.encode(), headers)


def _reply(status: ProviderStatus) -> ProviderReply:
    """The bank's question is asked on our own page."""
    asks = status is ProviderStatus.NEEDS_CONFIRMATION
    reason = DeclineReason.DECLINED if status is ProviderStatus.DECLINED else None
    return ProviderReply(status, NextStep(StepKind.CONFIRM) if asks else None, reason=reason)


def _card(method: Method) -> Card:
    number = method.number if isinstance(method, TestCard) else ""
    found = CARDS.get("".join(number.split()))
    if found is None:
        raise PaymentMethodInvalid
    return found

"""What the house asks of a payment provider."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from showfloor.checkout.types import (
    Callback,
    Intent,
    Method,
    ProviderRecord,
    ProviderReply,
    Refund,
    RefundCallback,
    RefundStatus,
)

FormData = Mapping[str, str | Mapping[str, int]]


class PaymentProvider(Protocol):
    """All calls are idempotent by payment id and happen outside any transaction. Each raises
    ProviderUnavailable when no answer came, which means: perhaps it happened. None may take longer
    than `rules.CALL_TAKES`.

    A reply says how the payment stands and, where the usual thing will not do, what the page shows
    next. Its `reference` is stored and comes back with every later `Intent`; an intent without one
    is of a payment whose first answer was lost. `tests/integration/provider_conformance` holds
    every provider to all of this, docs/operate/payments.md says it in more words.
    """

    @property
    def name(self) -> str:
        """As in the address of its callbacks and in `payment_method.type`."""

    @property
    def sources(self) -> Mapping[str, Sequence[str]]:
        """What a page that pays with it may load besides our own files: origins by directive of the
        Content Security Policy (CSP3 §6).
        """

    @property
    def form(self) -> FormData:
        """What the page's form for it must know, and everybody may: no secret."""

    def check_method(self, method: Method) -> None:
        """Raises PaymentMethodInvalid, before anything is promised."""

    async def charge(self, intent: Intent, method: Method) -> ProviderReply:
        """Take the money, or have the bank promise it (AUTHORIZED), once for each payment id.

        After `void` the answer is VOIDED and no money moves.
        """

    async def capture(self, intent: Intent) -> ProviderReply:
        """Take what was promised, once. DECLINED or VOIDED when the promise is no longer good."""

    async def confirm(self, intent: Intent) -> ProviderReply:
        """The buyer answered the bank's question, or wants to hear it again."""

    async def lookup(self, intent: Intent) -> ProviderReply:
        """How the payment stands now; UNKNOWN when it never arrived."""

    async def void(self, intent: Intent) -> None:
        """Cancel it or give the money back.

        Of a payment that never arrived it makes sure that it never will.
        """

    async def refund(self, refund: Refund) -> RefundStatus:
        """Give back a part or all of what was paid, once for each refund id; never more than was
        paid.
        """

    async def refund_status(self, refund: Refund) -> RefundStatus | None:
        """How it stands now, where it arrived; None where it never did. Asks for nothing: what was
        done may be REFUSED later, when the buyer's bank sends the money back.
        """

    def failed_refunds(self, since: datetime, until: datetime) -> AsyncIterator[UUID]:
        """Refunds of ours that ended between the two without the buyer having the money."""

    def listed(self, since: datetime, until: datetime) -> AsyncIterator[ProviderRecord]:
        """Every payment of ours that was begun between the two, by the provider's own list."""

    def parse_callback(
        self, headers: Mapping[str, str], body: bytes
    ) -> Callback | RefundCallback | None:
        """Whose payment or refund a call is about, after checking that it is the provider's; None
        when it is about none of ours.

        Raises CallbackInvalid.
        """

    async def close(self) -> None:
        """The process ends."""

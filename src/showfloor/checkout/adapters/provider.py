"""What the house asks of a payment provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from showfloor.checkout.types import Callback, Intent, Method, ProviderStatus


class PaymentProvider(Protocol):
    """All calls are idempotent by payment id and happen outside any transaction. Each raises
    ProviderUnavailable when no answer came, which means: perhaps it happened."""

    @property
    def name(self) -> str:
        """As in the address of its callbacks and in `payment_method.type`."""

    def check_method(self, method: Method) -> None:
        """Raises PaymentMethodInvalid, before anything is promised."""

    async def charge(self, intent: Intent, method: Method) -> ProviderStatus:
        """Take the money, once for each payment id.

        After `void` the answer is VOIDED and no money moves.
        """

    async def confirm(self, payment_id: UUID) -> ProviderStatus:
        """The buyer answered the bank's question."""

    async def lookup(self, payment_id: UUID) -> ProviderStatus:
        """How the payment stands now; UNKNOWN when it never arrived."""

    async def void(self, payment_id: UUID) -> None:
        """Cancel it or give the money back.

        Of a payment that never arrived it makes sure that it never will.
        """

    def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Callback:
        """Whose payment a call is about, after checking that it is the provider's.

        Raises CallbackInvalid.
        """

    async def close(self) -> None:
        """The process ends."""

"""Each provider with the bank and the buyers around it, so that one suite can ask all of them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from stripe import StripeClient

from showfloor.checkout.adapters.provider import PaymentProvider
from showfloor.checkout.adapters.stripe import StripeProvider
from showfloor.checkout.adapters.stripe_keys import StripeKeys
from showfloor.checkout.adapters.stripe_transport import StripeTransport
from showfloor.checkout.adapters.test_ledger import TestLedger
from showfloor.checkout.adapters.test_provider import TestProvider
from showfloor.checkout.types import Intent, Method, StripeToken, TestCard
from showfloor.kit import clock, ids
from showfloor.kit.money import Money
from tests.integration.provider_conformance.stripe_server import (
    PUBLISHABLE_KEY,
    SECRET_KEY,
    WEBHOOK_SECRET,
    StripeServer,
    signed,
    stripe_server,
)

PRICE = Money(1999, "GBP")
TEST_ACCOUNT_KEY = "SHOWFLOOR_TRY_STRIPE_SECRET_KEY"
"""The secret key of a real test account, for `scripts/try-stripe`."""


class Pays(StrEnum):
    """What the buyer's bank does."""

    OK = "ok"
    DECLINES = "declines"
    HAS_TOO_LITTLE = "has too little"
    ASKS = "asks"


class World(Protocol):
    """A provider and what stands around it. What a world cannot do raises NotThere."""

    @property
    def provider(self) -> PaymentProvider: ...

    async def method(self, pays: Pays) -> Method: ...

    async def answer_bank(self, intent: Intent, *, agrees: bool) -> None:
        """What the buyer does in the bank's own window."""

    async def moved(self, intent: Intent) -> tuple[int, int]:
        """Minor units taken and given back, by the provider's own books."""

    def keep_refunds_waiting(self) -> None:
        """From now on a refund is asked for and not made yet."""

    def end_refund(self, *, arrives: bool) -> None:
        """The buyer's bank says what became of the newest refund."""

    def callback(self, intent: Intent) -> tuple[Mapping[str, str], bytes]:
        """The newest call about a payment, signed as the provider does."""

    def lose(self, *calls: str) -> None:
        """The next answers of these calls get lost after they had their effect."""

    def go_away(self) -> None: ...


class NotThere(Exception):
    """This world cannot show it."""


@dataclass
class TestProviderWorld:
    folder: Path

    def __post_init__(self) -> None:
        self.provider = TestProvider(mode="test", folder=self.folder, secret="secret")

    async def method(self, pays: Pays) -> Method:
        cards = {
            Pays.OK: "4242424242424242",
            Pays.DECLINES: "4000000000000002",
            Pays.ASKS: "4000002500003155",
        }
        if pays not in cards:
            raise NotThere("play money is declined for one reason only")
        return TestCard(cards[pays])

    async def answer_bank(self, intent: Intent, *, agrees: bool) -> None:
        if not agrees:
            raise NotThere("its bank always agrees")

    async def moved(self, intent: Intent) -> tuple[int, int]:
        entry = TestLedger(self.folder).read(intent.payment_id)
        if entry is None:
            return 0, 0
        back = entry.amount * entry.refunds + sum(entry.refunded.values())
        return entry.amount * entry.charges, back

    def keep_refunds_waiting(self) -> None:
        raise NotThere("play money is given back at once")

    def end_refund(self, *, arrives: bool) -> None:
        raise NotThere("play money always arrives")

    def callback(self, intent: Intent) -> tuple[Mapping[str, str], bytes]:
        id_, now = "evt_1", clock.now()
        payment = ids.encode("pay", intent.payment_id)
        body = f'{{"id":"{id_}","type":"payment.succeeded","payment_id":"{payment}"}}'
        headers = {
            "webhook-id": id_,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self.provider._signer.sign(id_, now, body),
        }
        return headers, body.encode()

    def lose(self, *calls: str) -> None:
        raise NotThere("its books are a folder")

    def go_away(self) -> None:
        raise NotThere("its books are a folder")


CARDS = {
    Pays.OK: "pm_card_visa",
    Pays.DECLINES: "pm_card_chargeDeclined",
    Pays.HAS_TOO_LITTLE: "pm_card_chargeDeclinedInsufficientFunds",
    Pays.ASKS: "pm_card_authenticationRequired",
}
"""/testing on docs.stripe.com."""


async def token(client: StripeClient, pays: Pays) -> StripeToken:
    """What the Payment Element makes of a card, made without a browser
    (/api/confirmation_tokens/test_create).
    """
    made = await client.v1.test_helpers.confirmation_tokens.create_async(
        {"payment_method": CARDS[pays]}
    )
    return StripeToken(made.id)


@dataclass
class StripeOnDouble:
    server: StripeServer

    def __post_init__(self) -> None:
        keys = StripeKeys(SECRET_KEY, PUBLISHABLE_KEY, (WEBHOOK_SECRET, "whsec_next"))
        self.provider = StripeProvider(keys, api=self.server.url)

    async def method(self, pays: Pays) -> Method:
        return await token(self.provider._client, pays)

    async def answer_bank(self, intent: Intent, *, agrees: bool) -> None:
        (found,) = (
            key
            for key, each in self.server.books.intents.items()
            if each["metadata"]["showfloor_payment"] == ids.encode("pay", intent.payment_id)
        )
        self.server.books.answer_bank(found, agrees=agrees)

    async def moved(self, intent: Intent) -> tuple[int, int]:
        return self.server.books.money_moved(ids.encode("pay", intent.payment_id))

    def keep_refunds_waiting(self) -> None:
        self.server.books.refunds_are = "pending"

    def end_refund(self, *, arrives: bool) -> None:
        newest = list(self.server.books.refunds)[-1]
        self.server.books.end_refund(newest, "succeeded" if arrives else "failed")

    def callback(self, intent: Intent) -> tuple[Mapping[str, str], bytes]:
        call = signed(self.server.books.events[-1])
        return call["headers"], call["body"]

    def lose(self, *calls: str) -> None:
        self.server.lost.extend(calls)

    def go_away(self) -> None:
        self.server.away = True


class StripeItself:
    """A test account. Its webhooks and its bank's window need a public address and a browser."""

    def __init__(self, secret_key: str) -> None:
        assert secret_key.startswith(("sk_test_", "rk_test_")), "only with a test key"
        self.provider = StripeProvider(StripeKeys(secret_key, "", (WEBHOOK_SECRET,)))
        self.client = StripeClient(secret_key, http_client=StripeTransport())

    async def method(self, pays: Pays) -> Method:
        return await token(self.client, pays)

    async def answer_bank(self, intent: Intent, *, agrees: bool) -> None:
        raise NotThere("the bank's window needs a browser")

    async def moved(self, intent: Intent) -> tuple[int, int]:
        reference = await self.provider._reference(intent)
        if reference is None:
            return 0, 0
        found: Any = await self.provider._retrieve(reference)
        charge = found.latest_charge
        return (charge.amount_captured, charge.amount_refunded) if charge else (0, 0)

    def keep_refunds_waiting(self) -> None:
        raise NotThere("their bank decides it")

    def end_refund(self, *, arrives: bool) -> None:
        raise NotThere("their bank takes days")

    def callback(self, intent: Intent) -> tuple[Mapping[str, str], bytes]:
        raise NotThere("webhooks need a public address")

    def lose(self, *calls: str) -> None:
        raise NotThere("their answers come")

    def go_away(self) -> None:
        raise NotThere("they are there")


@asynccontextmanager
async def play_money(folder: Path) -> AsyncIterator[World]:
    yield TestProviderWorld(folder)


@asynccontextmanager
async def stripe_on_double(folder: Path) -> AsyncIterator[World]:
    async with stripe_server() as server:
        yield StripeOnDouble(server)


@asynccontextmanager
async def stripe_itself(folder: Path) -> AsyncIterator[World]:
    yield StripeItself(os.environ[TEST_ACCOUNT_KEY])


WORLDS: dict[str, Callable[[Path], Any]] = {
    "play-money": play_money,
    "stripe-double": stripe_on_double,
    **({"stripe-itself": stripe_itself} if os.environ.get(TEST_ACCOUNT_KEY) else {}),
}

"""A second payment provider, which has a page of its own, beside the one that is built in: it adds
a class, a model and a line of wiring, and nothing that stands has to change.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Literal
from uuid import UUID

import httpx2
import pytest

from showfloor.checkout.deps import CheckoutDeps
from showfloor.checkout.errors import CallbackInvalid, PaymentMethodInvalid
from showfloor.checkout.schemas import PAYMENT_METHODS, PayIn, PaymentMethodIn, pay_in
from showfloor.checkout.types import (
    Callback,
    Intent,
    Method,
    NextStep,
    ProviderRecord,
    ProviderReply,
    ProviderStatus,
    Refund,
    RefundStatus,
    StepKind,
)
from showfloor.kit import ids
from showfloor.kit.db import Database
from tests.integration.checkout.counter import OK, SECRET, Buyer, Counter, counter
from tests.integration.checkout.shop import add_product, add_seller


@dataclass(frozen=True)
class BankTransfer:
    bank: str
    type: ClassVar[str] = "bank"


class BankTransferIn(PaymentMethodIn):
    type: Literal["bank"]
    bank: str

    def value(self) -> Method:
        return BankTransfer(self.bank)


class BankProvider:
    """Takes the money on its own page, and calls back when the buyer agreed there."""

    name = "bank"
    sources: Mapping[str, Sequence[str]] = {"frame-src": ("https://bank.test",)}
    form: Mapping[str, str] = {}

    def __init__(self) -> None:
        self.charges: dict[UUID, Intent] = {}
        self.paid: set[UUID] = set()

    def check_method(self, method: Method) -> None:
        if not isinstance(method, BankTransfer) or method.bank != "kiosk":
            raise PaymentMethodInvalid

    async def charge(self, intent: Intent, method: Method) -> ProviderReply:
        self.charges[intent.payment_id] = intent
        return await self.lookup(intent)

    async def lookup(self, intent: Intent) -> ProviderReply:
        payment_id = intent.payment_id
        if payment_id in self.paid:
            return ProviderReply(ProviderStatus.PAID)
        if payment_id not in self.charges:
            return ProviderReply(ProviderStatus.UNKNOWN)
        page = f"https://bank.test/pay/{ids.encode('pay', payment_id)}"
        return ProviderReply(
            ProviderStatus.NEEDS_CONFIRMATION, NextStep(StepKind.REDIRECT, url=page)
        )

    async def confirm(self, intent: Intent) -> ProviderReply:
        return await self.lookup(intent)

    async def capture(self, intent: Intent) -> ProviderReply:
        return await self.lookup(intent)

    async def void(self, intent: Intent) -> None:
        self.charges.pop(intent.payment_id, None)

    async def refund(self, refund: Refund) -> RefundStatus:
        return RefundStatus.DONE if refund.payment_id in self.paid else RefundStatus.REFUSED

    async def refund_status(self, refund: Refund) -> RefundStatus | None:
        return RefundStatus.DONE if refund.payment_id in self.paid else None

    async def failed_refunds(self, since: datetime, until: datetime) -> AsyncIterator[UUID]:
        nothing: tuple[UUID, ...] = ()
        for refund_id in nothing:
            yield refund_id

    async def listed(self, since: datetime, until: datetime) -> AsyncIterator[ProviderRecord]:
        for intent in self.charges.values():
            yield ProviderRecord(intent.payment_id, await self.lookup(intent))

    def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Callback:
        if headers.get("bank-signature") != "right":
            raise CallbackInvalid
        return Callback(f"bank-{body.decode()}", UUID(hex=body.decode()), ProviderStatus.PAID)

    async def close(self) -> None:
        pass


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> AsyncIterator[Counter]:
    seller = await add_seller(database)
    product = await add_product(database, seller, on_hand=3)
    async with counter(database, tmp_path / "books", (seller, product)) as shop:
        yield shop


@pytest.fixture
def bank(shop: Counter) -> BankProvider:
    """The shop with both providers."""
    bank = BankProvider()
    shop.app.state.checkout = CheckoutDeps(
        shop.database,
        secret=SECRET,
        hold_seconds=300,
        providers={"test": shop.provider, "bank": bank},
        methods=(*PAYMENT_METHODS, BankTransferIn),
    )
    return bank


@pytest.fixture
async def buyer(shop: Counter, bank: BankProvider) -> Buyer:
    buyer = Buyer(shop)
    await buyer.up_to_details(("MUG", 1))
    return buyer


KIOSK = {"type": "bank", "bank": "kiosk"}


async def test_buyer_is_sent_to_the_provider_s_page_and_paid_by_its_callback(
    shop: Counter, bank: BankProvider, buyer: Buyer
) -> None:
    begun = (await buyer.pay(payment_method=KIOSK)).json()

    (payment_id,) = bank.charges
    page = f"https://bank.test/pay/{ids.encode('pay', payment_id)}"
    assert begun["status"] == "needs_confirmation"
    assert begun["next"] == {"kind": "redirect", "url": page}
    assert (await buyer.look()).json()["next"] == begun["next"], "a reload leads there again"

    bank.paid.add(payment_id)
    heard = await call_back(shop, payment_id, "right")
    assert heard.status_code == 200
    bought = (await buyer.look()).json()
    assert (bought["status"], len(bought["orders"]), bought["next"]) == ("paid", 1, None)
    assert shop.money_moved() == (0, 0), "the other provider has nothing to do with it"


async def test_callback_that_the_provider_did_not_sign_pays_nothing(
    shop: Counter, bank: BankProvider, buyer: Buyer
) -> None:
    await buyer.pay(payment_method=KIOSK)
    (payment_id,) = bank.charges

    refused = await call_back(shop, payment_id, "wrong")

    assert refused.json()["code"] == "callback_invalid"
    assert (await buyer.look()).json()["status"] == "needs_confirmation"


async def test_the_built_in_provider_still_takes_its_card(
    shop: Counter, bank: BankProvider, buyer: Buyer
) -> None:
    assert (await buyer.pay(OK)).json()["status"] == "paid"

    assert bank.charges == {} and shop.money_moved() == (1, 0)


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ({"type": "bank", "bank": "unknown"}, "payment_method_invalid"),
        ({"type": "bank", "number": OK}, "validation_failed"),
        ({"type": "cash"}, "validation_failed"),
        ({"bank": "kiosk"}, "validation_failed"),
    ],
)
async def test_method_that_no_provider_knows_is_refused(
    shop: Counter, bank: BankProvider, buyer: Buyer, method: dict[str, str], code: str
) -> None:
    refused = await buyer.pay(payment_method=method)

    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert bank.charges == {} and shop.money_moved() == (0, 0)
    assert (await buyer.look()).json()["status"] == "open"


def test_a_second_provider_only_adds_to_the_description() -> None:
    one = PayIn.model_json_schema()["properties"]["payment_method"]
    two = pay_in((*PAYMENT_METHODS, BankTransferIn)).model_json_schema()["properties"]

    assert {"$ref": "#/$defs/TestCardIn"} in one["oneOf"]
    assert all(each in two["payment_method"]["oneOf"] for each in one["oneOf"])
    assert len(two["payment_method"]["oneOf"]) == len(one["oneOf"]) + 1
    assert {each["discriminator"]["propertyName"] for each in (one, two["payment_method"])} == {
        "type"
    }


async def call_back(shop: Counter, payment_id: UUID, signature: str) -> httpx2.Response:
    return await shop.client.post(
        "/payments/bank/callback",
        content=payment_id.hex.encode(),
        headers={"Bank-Signature": signature},
    )

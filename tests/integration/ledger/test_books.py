"""What happens to orders stands in the books once, to the cent."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy

from showfloor.app.verify import broken
from showfloor.kit import clock, ids
from showfloor.kit.money import Money
from showfloor.ledger import rules, service
from showfloor.ledger.queries import reading
from showfloor.ledger.rules import of_sale
from showfloor.ledger.service import booking
from showfloor.ledger.types import BookedOrder, Entry
from showfloor.orders import service as orders
from showfloor.orders.service import RefundRequest
from showfloor.orders.types import WantedRefund
from tests.integration.checkout.desk import Desk
from tests.integration.checkout.shop import execute
from tests.integration.ledger.conftest import (
    FEES,
    NET,
    PRICE,
    SOLD,
    Shop,
    arrive,
    order_uuid,
    refund_one,
)


async def test_sale_is_booked_with_its_fees(shop: Shop) -> None:
    desk = await shop.buy()
    assert await shop.entries() == []
    await shop.hear()

    assert await shop.entries() == SOLD
    (payment, *_) = (await shop.get(f"/ledger/entries?order_id={desk.order_id}"))["items"][::-1]
    assert payment["order_id"] == desk.order_id
    assert payment["order_number"].startswith("LW-")
    assert payment["account"]["name"]["en"] == "loamwick"
    assert payment["others"][0] == {
        "holder": "provider",
        "id": None,
        "name": {"en": "Play money", "ar": "نقود تجريبية"},
    }


async def test_refund_gives_back_the_fee_of_the_site_and_not_that_of_the_provider(
    shop: Shop,
) -> None:
    desk = await shop.buy(2)
    await desk.refund(("SALT", 1, 0))
    await shop.hear()

    assert await shop.entries() == [
        ("payment", 4400),
        ("provider_fee", -91),
        ("platform_fee", -220),
        ("refund", -2200),
        ("platform_fee_back", 110),
    ]


async def test_cancelled_order_leaves_what_the_provider_kept(shop: Shop) -> None:
    desk = await shop.buy()
    await desk.post("cancel")
    await shop.hear()

    assert await shop.balance() == -58
    (balance,) = (await shop.get("/ledger/balances"))["balances"]
    assert (balance["payable"]["amount"], balance["waiting"]) == (-58, [])


async def test_events_that_come_twice_and_in_any_order_are_booked_once(shop: Shop) -> None:
    desk = await shop.buy(2)
    await desk.refund(("SALT", 1, 0))
    refund_id = ids.parse("ref", (await desk.look())["refunds"][0]["id"])
    order_id = order_uuid(desk)

    for _ in range(2):
        async with shop.database.session() as session:
            await service.book_refund(session, order_id, refund_id, FEES)
            await service.book_sale(session, order_id, FEES)
    await shop.hear()

    assert await shop.balance() == 4400 - 91 - 220 - 2200 + 110


async def failed_refund(shop: Shop, desk: Desk) -> UUID:
    """The buyer's bank sent back what was given for one piece."""
    refund_id = await refund_one(desk)
    async with shop.database.session() as session:
        await orders.fail_refund(session, refund_id)
    return refund_id


async def test_failed_refund_is_taken_back_by_entries_of_its_own_in_any_order(shop: Shop) -> None:
    desk = await shop.buy(2)
    refund_id, order_id = await failed_refund(shop, desk), order_uuid(desk)

    for _ in range(2):
        async with shop.database.session() as session:
            await service.book_failed_refund(session, order_id, refund_id, FEES)
            await service.book_refund(session, order_id, refund_id, FEES)
    await shop.hear()

    assert await shop.entries() == [
        ("payment", 4400),
        ("provider_fee", -91),
        ("platform_fee", -220),
        ("refund", -2200),
        ("platform_fee_back", 110),
        ("refund_failed", 2200),
        ("platform_fee_again", -110),
    ]
    assert await broken(shop.database, {}) == []


@pytest.mark.parametrize(("guarded", "payable"), [(True, 0), (False, 4089)])
async def test_what_came_back_from_the_bank_is_not_the_sellers_to_take(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guarded: bool, payable: int
) -> None:
    """Nobody withdrew. The twin: a seller is paid with the buyer's money."""
    if not guarded:
        monkeypatch.setattr(reading, "owes_buyer", sqlalchemy.false)
    desk = await shop.buy(2)
    await arrive(desk)
    await desk.refund(("SALT", 2, 0))
    refund_id = ids.parse("ref", (await desk.look())["refunds"][-1]["id"])
    async with shop.database.session() as session:
        await orders.fail_refund(session, refund_id)
    await shop.hear()
    later = clock.now() + timedelta(days=60)
    with clock.use(lambda: later):
        (balance,) = (await shop.get("/ledger/balances"))["balances"]
    assert balance["payable"]["amount"] == payable

    # Play money knows of no bank that sends money back, so it is not asked.
    asked = RefundRequest(WantedRefund(amount=Money(4400, "GBP")), "again", b"again")
    async with shop.database.session() as session:
        _, again = await orders.promise_refund(
            session,
            person=shop.seller.person,
            order_id=order_uuid(desk),
            asked=asked,
            look_at=later,
        )
        await orders.end_refund(session, again.id, given_back=True)
    await shop.hear()
    with clock.use(lambda: later):
        (balance,) = (await shop.get("/ledger/balances"))["balances"]

    assert balance["payable"]["amount"] == -91


async def test_two_workers_book_one_sale_once(shop: Shop) -> None:
    order_id = order_uuid(await shop.buy())

    async def book() -> None:
        async with shop.database.session() as session:
            await service.book_sale(session, order_id, FEES)

    await asyncio.gather(*(book() for _ in range(4)))

    assert await shop.entries() == SOLD


@pytest.mark.parametrize(("guarded", "balance"), [(True, NET), (False, 2 * NET)])
async def test_each_thing_that_happened_has_one_entry_of_a_kind(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guarded: bool, balance: int
) -> None:
    """The key of entries is enough, also where the books forget which orders they know. The twin:
    without what an entry comes from a sale is booked as often as it is told.
    """
    order_id = order_uuid(await shop.buy())

    async def add_always(*_args: object) -> bool:
        return True

    def of_nothing(order: BookedOrder, fee: int) -> list[Entry]:
        return [replace(entry, source_id=ids.new()) for entry in of_sale(order, fee)]

    monkeypatch.setattr(booking.queries, "add_order", add_always)
    if not guarded:
        monkeypatch.setattr(rules, "of_sale", of_nothing)

    for _ in range(2):
        async with shop.database.session() as session:
            await service.book_sale(session, order_id, FEES)

    assert await shop.balance() == balance


async def test_orders_that_no_event_brought_are_booked_with_all_that_happened(shop: Shop) -> None:
    desk = await shop.buy(2)
    await desk.refund(("SALT", 2, 0))
    await execute(shop.database, "delete from outbox_event")

    assert await service.book_missing(shop.database, FEES) == 1
    assert await service.book_missing(shop.database, FEES) == 0

    assert await shop.balance() == -91


async def test_first_event_of_an_order_from_before_the_books_brings_all_that_went_back(
    shop: Shop,
) -> None:
    """Its refund was of a time without books: what comes later finds it, not the daily walk, which
    looks for orders that the books do not know.
    """
    desk = await shop.buy(2)
    await desk.refund(("SALT", 1, 0))
    await execute(shop.database, "delete from outbox_event")
    await arrive(desk)
    await shop.hear()
    await service.book_missing(shop.database, FEES)

    assert (await shop.entries())[-2:] == [("refund", -PRICE), ("platform_fee_back", 110)]
    assert await shop.balance() == 4400 - 91 - 220 - PRICE + 110


async def promise_cancel(shop: Shop, desk: Desk) -> UUID:
    """The merchant does not send the rest; the provider has not answered."""
    async with shop.database.session() as session:
        _, refund = await orders.promise_refund(
            session,
            person=shop.seller.person,
            order_id=order_uuid(desk),
            asked=orders.RefundRequest(None, ids.secret(), b"cancel"),
            look_at=clock.now() + timedelta(hours=1),
        )
    return refund.id


@pytest.mark.parametrize("shipped", [(), (("SALT", 1),)])
async def test_money_of_goods_that_may_still_be_sent_waits_while_a_refund_is_only_promised(
    shop: Shop, shipped: tuple[tuple[str, int], ...]
) -> None:
    """A refused refund is as if it had never been asked for: its pieces are sent after all."""
    desk = await shop.buy(2)
    if shipped:
        await desk.ship(*shipped)
        parcel = (await desk.look())["shipments"][0]["id"]
    refund_id = await promise_cancel(shop, desk)
    if shipped:
        await desk.post(f"shipments/{parcel}/delivered")
    await shop.hear()
    async with shop.database.session() as session:
        await service.note_progress(session, order_uuid(desk), FEES)
        await orders.end_refund(session, refund_id, given_back=False)
    await shop.hear()

    (balance,) = (await shop.get("/ledger/balances"))["balances"]
    assert balance["payable"]["amount"] == 0
    assert [each["payable_at"] for each in balance["waiting"]] == [None]

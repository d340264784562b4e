"""Money goes back once, never more than was paid, whatever stops in between; and pieces with it."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from showfloor.app import verify
from showfloor.catalog.types import Product
from showfloor.checkout import queries as checkout_queries
from showfloor.checkout import service
from showfloor.checkout.adapters.test_provider import TestProvider
from showfloor.checkout.errors import ProviderUnavailable
from showfloor.checkout.types import Refund, RefundStatus
from showfloor.kit import clock
from showfloor.orders import queries, rules
from showfloor.orders.service import refunding
from tests.integration.checkout.at_once import ask_twice, take_lock_out
from tests.integration.checkout.counter import Buyer, Counter
from tests.integration.checkout.desk import Desk, as_merchant, sold
from tests.integration.checkout.shop import Seller, add_seller, execute, scalar, stock_now

PRICE = 2200
guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])


@pytest.fixture
async def desk(shop: Counter, seller: Seller, buyer: Buyer) -> Desk:
    return await sold(shop, seller, buyer, ("SALT", 3))


def given_back(shop: Counter) -> list[int]:
    """Parts of payments that went back, by the provider's own books."""
    return [part for entry in shop.ledger().values() for part in entry.refunded.values()]


async def kinds(shop: Counter) -> list[str]:
    """What was told of orders after they were placed."""
    found: Any = await scalar(
        shop.database,
        """select array_agg(kind order by id) from outbox_event
        where kind like 'orders.%' and kind <> 'orders.placed.v1'""",
    )
    return found or []


async def worker_looks(shop: Counter, seconds: float = 60) -> None:
    now = clock.now()
    with clock.use(lambda: now + timedelta(seconds=seconds)):
        await service.settle_open_refunds(shop.database, shop.providers)


async def test_pieces_are_refunded_twice_and_then_all_that_is_left(
    shop: Counter, desk: Desk, product: Product
) -> None:
    await desk.refund(("SALT", 1, 1))
    await desk.refund(amount=50)
    answer = await desk.refund()

    assert given_back(shop) == [PRICE, 50, 3 * PRICE - PRICE - 50]
    order = answer.json()
    assert (order["refunded"]["amount"], order["left"]["amount"]) == (3 * PRICE, 0)
    assert [each["state"] for each in order["refunds"]] == ["done"] * 3
    assert order["items"][0]["refunded"] == 1 and order["to_send"] == 2
    assert (await stock_now(shop.database, product)).sold == 2
    assert await kinds(shop) == ["orders.refunded.v1"] * 3


async def test_more_than_was_paid_is_refused_and_moves_nothing(
    shop: Counter, desk: Desk, product: Product
) -> None:
    await desk.refund(("SALT", 2, 0))

    too_much = await desk.refund(amount=PRICE + 1)
    too_many = await desk.refund(("SALT", 2, 2))

    assert (too_much.status_code, too_much.json()["code"]) == (409, "refund_too_large")
    assert (too_many.status_code, too_many.json()["code"]) == (409, "refund_invalid")
    assert given_back(shop) == [2 * PRICE]
    assert await scalar(shop.database, "select count(*) from order_refund") == 1
    assert (await stock_now(shop.database, product)).sold == 3


async def test_same_key_refunds_once(shop: Counter, desk: Desk) -> None:
    first = await desk.refund(("SALT", 1, 0), key="k" * 16)
    again = await desk.refund(("SALT", 1, 0), key="k" * 16)
    other = await desk.refund(("SALT", 2, 0), key="k" * 16)
    missing = await shop.client.post(f"{desk.path}/refunds", json={})

    assert first.json() == again.json()
    assert other.json()["code"] == "idempotency_conflict"
    assert missing.json()["code"] == "idempotency_key_required"
    assert given_back(shop) == [PRICE]


async def test_foreign_merchant_gives_nothing_back(shop: Counter, desk: Desk) -> None:
    as_merchant(shop, await add_seller(shop.database, "zafralune", "ZL"))

    answers = [await desk.refund(), await desk.post("cancel"), await desk.ship()]

    assert {answer.json()["code"] for answer in answers} == {"order_not_found"}
    assert given_back(shop) == []
    assert await scalar(shop.database, "select count(*) from order_shipment") == 0


async def test_cancelled_order_gives_everything_back_and_is_told_of(
    shop: Counter, desk: Desk, product: Product
) -> None:
    order = (await desk.post("cancel")).json()

    assert given_back(shop) == [3 * PRICE]
    assert (order["fulfilment"], order["to_send"], order["left"]["amount"]) == ("cancelled", 0, 0)
    assert (await stock_now(shop.database, product)).available == 50
    assert await kinds(shop) == ["orders.cancelled.v1", "orders.refunded.v1"]
    assert (await desk.ship()).json()["code"] == "shipment_invalid"
    assert (await desk.post("cancel")).json()["code"] == "nothing_to_cancel"


async def test_cancelling_the_rest_keeps_what_was_sent(
    shop: Counter, desk: Desk, product: Product
) -> None:
    await desk.ship(("SALT", 1))

    order = (await desk.post("cancel", {"restock": False})).json()

    assert given_back(shop) == [2 * PRICE]
    assert (order["fulfilment"], order["left"]["amount"]) == ("sent", PRICE)
    assert (await stock_now(shop.database, product)).sold == 3


async def test_refunded_by_sum_an_order_is_cancelled_without_money(
    shop: Counter, desk: Desk, product: Product
) -> None:
    await desk.refund(amount=3 * PRICE)

    order = (await desk.post("cancel")).json()

    assert order["fulfilment"] == "cancelled" and given_back(shop) == [3 * PRICE]
    assert (await stock_now(shop.database, product)).sold == 0
    assert await kinds(shop) == ["orders.refunded.v1", "orders.cancelled.v1"]


class Lost(TestProvider):
    """Gives back, and its answer is lost so many times."""

    lost = 1
    status: RefundStatus | None = None

    async def refund(self, refund: Refund) -> RefundStatus:
        done = self.status or await super().refund(refund)
        if self.lost:
            self.lost -= 1
            raise ProviderUnavailable
        return done


@pytest.fixture
def lost(shop: Counter) -> Lost:
    """The provider of the counter, whose next answer gets lost."""
    provider = shop.provider
    provider.__class__ = Lost
    assert isinstance(provider, Lost)
    return provider


async def test_lost_answer_is_found_by_the_worker_and_given_back_once(
    shop: Counter, desk: Desk, product: Product, lost: Lost
) -> None:
    promised = (await desk.refund(("SALT", 1, 1))).json()
    await worker_looks(shop, seconds=1)
    early = (await desk.look())["refunds"][0]["state"]
    await worker_looks(shop)
    await worker_looks(shop)

    assert promised["refunds"][0]["state"] == early == "promised"
    assert promised["promised"]["amount"] == PRICE
    assert (await desk.look())["refunds"][0]["state"] == "done"
    assert given_back(shop) == [PRICE]
    assert (await stock_now(shop.database, product)).sold == 2
    assert await kinds(shop) == ["orders.refunded.v1"]


async def test_promised_money_cannot_be_promised_again(
    shop: Counter, desk: Desk, lost: Lost
) -> None:
    await desk.refund()

    answer = await desk.refund(amount=1)

    assert answer.json()["code"] == "refund_too_large"


async def test_refund_that_the_provider_refuses_leaves_the_order_as_it_was(
    shop: Counter, desk: Desk, product: Product, lost: Lost
) -> None:
    before = await desk.look()
    lost.lost, lost.status = 0, RefundStatus.REFUSED

    after = (await desk.refund(("SALT", 2, 2))).json()

    assert after.pop("refunds")[0]["state"] == "refused" and before.pop("refunds") == []
    assert after == before
    assert (await stock_now(shop.database, product)).sold == 3
    assert await kinds(shop) == []


async def test_bank_that_takes_its_time_is_asked_again_later_and_later(
    shop: Counter, desk: Desk, lost: Lost
) -> None:
    lost.lost, lost.status = 0, RefundStatus.PENDING
    made = clock.now()
    waits = "select extract(epoch from look_at - made_at)::int from order_refund"

    with clock.use(lambda: made):
        await desk.refund()
        first = await scalar(shop.database, waits)
    with clock.use(lambda: made + timedelta(seconds=600)):
        await service.settle_open_refunds(shop.database, shop.providers)
    second = await scalar(shop.database, waits)
    lost.status = None
    await worker_looks(shop, 7200)

    assert (first, second) == (15, 1200)
    assert given_back(shop) == [3 * PRICE]


@guarded
async def test_two_refunds_at_once_never_exceed_what_was_paid(
    shop: Counter, desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """The lock on the order. The provider's own bound is the second net, so what is counted is what
    we promised.
    """
    if not guard:
        take_lock_out(monkeypatch)
    both = await ask_twice(shop, monkeypatch, desk.refund, add="add_refund", waits=guard)

    assert sorted(both) == ([200, 409] if guard else [200, 200])
    promised = await scalar(shop.database, "select sum(amount) from order_refund")
    assert (int(str(promised)) <= 3 * PRICE) is guard


@guarded
async def test_sum_is_checked_before_anything_is_promised(
    shop: Counter, desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(rules.fulfilment, "check_sum", lambda stands, amount: None)

    answer = await desk.refund(amount=3 * PRICE + 1)

    assert answer.status_code == (409 if guard else 200)
    promised = await scalar(shop.database, "select count(*) from order_refund")
    assert promised == (0 if guard else 1)
    assert given_back(shop) == []


@guarded
async def test_pieces_come_back_on_sale_once(
    shop: Counter,
    desk: Desk,
    product: Product,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    """Worker and request may both bring the provider's last word."""
    if not guard:

        async def always(*_args: object) -> bool:
            return True

        monkeypatch.setattr(queries, "end_refund", always)
    await desk.refund(("SALT", 1, 1))
    refund_id: Any = await scalar(shop.database, "select id from order_refund")
    async with shop.database.session() as session:
        await refunding.end_refund(session, refund_id, given_back=True)

    assert (await stock_now(shop.database, product)).sold == (2 if guard else 1)


async def test_everything_that_we_gave_back_is_no_difference(shop: Counter, desk: Desk) -> None:
    """Stripe calls a payment that was refunded whole VOIDED; so do the books here, for once."""
    now = clock.now()
    await desk.refund()
    await shop.provider.void(await _intent(shop))

    with clock.use(lambda: now + timedelta(hours=1)):
        ours = await service.reconcile(shop.database, shop.providers)
        await execute(shop.database, "update order_refund set amount = amount - 1")
        theirs = await service.reconcile(shop.database, shop.providers)

    assert (len(ours), len(theirs)) == (0, 1)


async def _intent(shop: Counter) -> Any:
    payment_id: Any = await scalar(shop.database, "select id from payment")
    payment = await checkout_queries.find_payment(shop.database, payment_id)
    assert payment is not None
    return payment.intent


async def test_no_penny_and_no_piece_goes_astray_in_the_database(
    shop: Counter, seller: Seller, product: Product
) -> None:
    """Random orders, parcels, refunds, cancels and lost answers; then the books are closed."""
    provider = shop.provider
    provider.__class__ = Lost
    assert isinstance(provider, Lost)
    dice = random.Random(8)
    desks = []
    for _ in range(8):
        lines = [("SALT", dice.randint(1, 3)), ("CLAY", dice.randint(1, 2))]
        desks.append(await sold(shop, seller, Buyer(shop), *lines))
    for _ in range(240):
        provider.lost = dice.choice([0, 0, 0, 1])
        await _a_step(dice, dice.choice(desks))
    provider.lost = 0
    await worker_looks(shop, 7200)

    orders = [await desk.look() for desk in desks]
    back = sum(each["refunded"]["amount"] for each in orders)
    assert sum(given_back(shop)) == back > 0
    assert all(each["promised"]["amount"] == 0 <= each["left"]["amount"] for each in orders)
    for order in orders:
        for line in order["items"]:
            kept_back = line["quantity"] - line["sent"] - line["to_send"]
            assert 0 <= kept_back <= line["refunded"] <= line["quantity"]
            assert 0 <= line["returned"] <= line["sent"]
    restocked = await scalar(
        shop.database,
        """select (select coalesce(sum(restock), 0) from order_refund_line
        join order_refund on id = refund_id where state = 'done')
        + (select sum(restock) from order_return_line)""",
    )
    ordered = sum(line["quantity"] for order in orders for line in order["items"])
    assert await verify.broken(shop.database, shop.providers) == []
    sold_now = [(await stock_now(shop.database, product, at)).sold for at in range(2)]
    assert sum(sold_now) == ordered - int(str(restocked))


async def _a_step(dice: random.Random, desk: Desk) -> None:
    sku, count = dice.choice(["SALT", "CLAY"]), dice.randint(1, 2)
    match dice.choice(["ship", "ship", "refund", "refund", "sum", "cancel", "back", "back"]):
        case "back":
            damaged = dice.randint(0, 1)
            await desk.take_back((sku, count, damaged, dice.randint(0, count - damaged)))
        case "ship":
            await desk.ship((sku, count))
        case "refund":
            await desk.refund((sku, count, dice.randint(0, count)))
        case "sum":
            await desk.refund(amount=dice.randint(1, 3000))
        case _ if dice.random() < 0.2:
            await desk.post("cancel", {"restock": dice.random() < 0.5})

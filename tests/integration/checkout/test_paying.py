"""Paying over HTTP: each step twice, each test card, each refusal with nothing sold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from showfloor.catalog.types import Product
from showfloor.checkout import service, tasks
from showfloor.checkout.service import settlement
from showfloor.checkout.types import (
    Intent,
    NextStep,
    ProviderReply,
    ProviderStatus,
    StepKind,
    TestCard,
)
from showfloor.kit import clock, ids
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import (
    ASKS,
    DECLINED,
    DUPLICATE,
    GBP_2200,
    OK,
    SLOW,
    Buyer,
    Counter,
    nothing_is_sold,
)
from tests.integration.checkout.shop import (
    execute,
    let_expire,
    scalar,
    stock_now,
)


async def nothing(*_: object) -> None:
    """Instead of a guard."""


async def test_other_sum_than_shown_is_not_charged(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await buyer.up_to_details(("SALT", 1))

    refused = await buyer.pay(expected_total={"amount": 2199, "currency": "GBP"})

    assert (refused.status_code, refused.json()["code"]) == (409, "price_changed")
    assert (refused.json()["total"], refused.json()["lines"][0]["unit_price"]) == (
        GBP_2200,
        GBP_2200,
    )
    assert await scalar(shop.database, "select count(*) from payment") == 0
    await nothing_is_sold(shop, product)


async def test_starting_to_pay_extends_the_hold_once(shop: Counter, buyer: Buyer) -> None:
    await buyer.up_to_details(("SALT", 1))

    deadlines = [
        clock.parse_rfc3339((await buyer.pay(number)).json()["expires_at"])
        for number in (ASKS, ASKS, OK)
    ]

    held_until = clock.parse_rfc3339(buyer.hold["expires_at"])
    assert [deadline - held_until for deadline in deadlines] == [timedelta(seconds=120)] * 3


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_declined_card_holds_the_goods_no_longer(
    shop: Counter, buyer: Buyer, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(settlement.stock, "withdraw_extension", nothing)
    await buyer.up_to_details(("SALT", 1))

    for _ in range(2):
        assert (await buyer.pay(DECLINED)).json()["status"] == "declined"
        held_until = clock.parse_rfc3339((await buyer.look()).json()["expires_at"])
        longer = held_until - clock.parse_rfc3339(buyer.hold["expires_at"])
        assert longer == timedelta(seconds=0 if guard else 120)
    assert (await buyer.pay(OK)).json()["status"] == "paid"


async def test_provider_says_what_the_page_shows_next(shop: Counter, buyer: Buyer) -> None:
    await buyer.up_to_details(("SALT", 1))

    seen = [buyer.checkout["next"]]
    for number in (DECLINED, ASKS):
        seen.append((await buyer.pay(number)).json()["next"])
        assert (await buyer.look()).json()["next"] == seen[-1]
    seen += [(await buyer.pay(SLOW)).json()["next"]]

    assert seen == [{"kind": "form"}, {"kind": "form"}, {"kind": "confirm"}, {"kind": "wait"}]


async def test_redirect_of_a_provider_survives_a_reload(
    shop: Counter, buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = NextStep(StepKind.REDIRECT, "https://bank.example/3ds")

    async def charge(intent: Intent, method: TestCard) -> ProviderReply:
        return ProviderReply(ProviderStatus.NEEDS_CONFIRMATION, step)

    monkeypatch.setattr(shop.provider, "charge", charge)
    await buyer.up_to_details(("SALT", 1))

    paid = (await buyer.pay()).json()

    assert paid["next"] == {"kind": "redirect", "url": "https://bank.example/3ds"}
    assert (await buyer.look()).json()["next"] == paid["next"]


async def test_same_key_pays_once(shop: Counter, buyer: Buyer, product: Product) -> None:
    await buyer.up_to_details(("SALT", 1))
    first = await buyer.pay(key="k" * 16)
    again = await buyer.pay(key="k" * 16)
    other = await buyer.pay(DECLINED, key="k" * 16)

    assert (again.status_code, again.json()) == (200, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert shop.money_moved() == (1, 0)
    assert await stock_now(shop.database, product) == Stock(50, 0, 1)


async def test_another_key_after_paying_does_not_pay_again(shop: Counter, buyer: Buyer) -> None:
    await buyer.up_to_details(("SALT", 1))
    first = await buyer.pay()

    assert (await buyer.pay()).json() == first.json()
    assert shop.money_moved() == (1, 0)


async def test_declined_card_leaves_the_hold_and_another_card_pays(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await buyer.up_to_details(("SALT", 1))

    declined = await buyer.pay(DECLINED, key="d" * 16)
    assert (declined.status_code, declined.json()["status"], declined.json()["orders"]) == (
        200,
        "declined",
        [],
    )
    seen = (await buyer.look()).json()
    assert (seen["status"], seen["payment_id"]) == ("declined", declined.json()["payment_id"])
    assert await stock_now(shop.database, product) == Stock(50, 1, 0)

    paid = (await buyer.pay(OK)).json()
    assert paid["status"] == "paid"
    assert paid["payment_id"] != declined.json()["payment_id"]
    assert (await buyer.pay(DECLINED, key="d" * 16)).json()["status"] == "declined"
    assert shop.money_moved() == (1, 0)
    assert await stock_now(shop.database, product) == Stock(50, 0, 1)


async def test_unknown_card_promises_nothing(shop: Counter, buyer: Buyer, product: Product) -> None:
    await buyer.up_to_details(("SALT", 1))

    refused = await buyer.pay("4111111111111111")

    assert (refused.status_code, refused.json()["code"]) == (422, "payment_method_invalid")
    assert await scalar(shop.database, "select count(*) from payment") == 0
    await nothing_is_sold(shop, product)


async def test_confirmation_pays_once(shop: Counter, buyer: Buyer, product: Product) -> None:
    await buyer.up_to_details(("SALT", 1))
    assert (await buyer.confirm()).json()["code"] == "nothing_to_confirm"
    assert (await buyer.pay(ASKS)).json()["status"] == "needs_confirmation"
    assert (await buyer.look()).json()["status"] == "needs_confirmation"
    await nothing_is_sold(shop, product)

    first, again = await buyer.confirm(), await buyer.confirm()

    assert first.json()["status"] == "paid"
    assert again.json() == first.json()
    assert shop.money_moved() == (1, 0)
    assert await stock_now(shop.database, product) == Stock(50, 0, 1)


async def test_another_card_instead_of_a_confirmation_voids_the_first(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await buyer.up_to_details(("SALT", 1))
    await buyer.pay(ASKS)

    assert (await buyer.pay(OK)).json()["status"] == "paid"
    assert (await buyer.confirm()).json()["status"] == "paid"
    assert sorted(entry.state for entry in shop.ledger().values()) == ["paid", "voided"]
    assert shop.money_moved() == (1, 0)
    assert await stock_now(shop.database, product) == Stock(50, 0, 1)


async def test_slow_payment_is_pending_until_the_worker_finds_it_paid(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await buyer.up_to_details(("SALT", 1))
    assert (await buyer.pay(SLOW)).json()["status"] == "pending"
    assert (await buyer.pay(OK)).json()["code"] == "payment_in_progress"
    assert (await buyer.give_details()).json()["code"] == "payment_in_progress"
    assert (await buyer.look()).json()["status"] == "pending"

    now = clock.now()
    for seconds in (1.5, 3, 5):
        with clock.use(lambda seconds=seconds: now + timedelta(seconds=seconds)):
            await tasks.settle_open_payments(shop.database, providers=shop.providers)

    assert (await buyer.look()).json()["status"] == "paid"
    assert shop.money_moved() == (1, 0)
    assert await stock_now(shop.database, product) == Stock(50, 0, 1)


async def test_success_that_comes_too_late_is_given_back(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await execute(shop.database, "update stock_item set on_hand = 1")
    await buyer.up_to_details(("SALT", 1))
    await buyer.pay(ASKS)
    await let_expire(shop.database, ids.parse("hold", buyer.hold["id"]))
    next_buyer = Buyer(shop)
    await next_buyer.up_to_details(("SALT", 1))

    late = await buyer.confirm()

    assert (late.status_code, late.json()["code"]) == (409, "hold_expired")
    assert (await buyer.look()).json()["status"] == "expired"
    assert (await buyer.confirm()).json()["code"] == "hold_expired"
    assert shop.money_moved() == (1, 1)
    assert (await next_buyer.pay()).json()["status"] == "paid"
    assert await stock_now(shop.database, product) == Stock(1, 0, 1)
    assert await scalar(shop.database, "select count(*) from orders") == 1


async def test_pending_payment_is_given_up_when_its_goods_are_gone(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await execute(shop.database, "update stock_item set on_hand = 1")
    await buyer.up_to_details(("SALT", 1))
    await buyer.pay(SLOW)
    await let_expire(shop.database, ids.parse("hold", buyer.hold["id"]))
    await Buyer(shop).reserve(("SALT", 1))

    now = clock.now()
    with clock.use(lambda: now + timedelta(seconds=1.5)):
        await service.settle_open_payments(shop.database, shop.providers)

    assert (await buyer.look()).json()["status"] == "expired"
    assert [entry.state for entry in shop.ledger().values()] == ["voided"]
    await nothing_is_sold(shop, product)


async def test_duplicate_card_is_paid_by_the_worker_when_no_callback_arrives(
    shop: Counter, buyer: Buyer
) -> None:
    await buyer.up_to_details(("SALT", 1))
    assert (await buyer.pay(DUPLICATE)).json()["status"] == "pending"

    now = clock.now()
    with clock.use(lambda: now + timedelta(seconds=1.5)):
        await service.settle_open_payments(shop.database, shop.providers)

    assert (await buyer.look()).json()["status"] == "paid"

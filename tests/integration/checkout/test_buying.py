"""Hold, details, payment, order: over HTTP, each step twice, each refusal with nothing changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from showfloor.catalog import service as catalog
from showfloor.catalog.types import Product
from showfloor.checkout import queries, service, tasks
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
from showfloor.kit.db import Database
from showfloor.kit.money import Money
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import (
    ADDRESS,
    ASKS,
    DECLINED,
    DUPLICATE,
    EMAIL,
    OK,
    SLOW,
    Buyer,
    Counter,
    counter,
)
from tests.integration.checkout.shop import (
    Seller,
    add_product,
    add_seller,
    execute,
    let_expire,
    scalar,
    stock_now,
)

GBP_2200 = {"amount": 2200, "currency": "GBP"}


async def nothing(*_: object) -> None:
    """Instead of a guard."""


async def nothing_is_sold(shop: Counter, product: Product) -> None:
    assert (await stock_now(shop.database, product)).sold == 0
    assert await scalar(shop.database, "select count(*) from orders") == 0
    charges, refunds = shop.money_moved()
    assert charges == refunds


async def test_purchase_becomes_one_order_for_each_merchant(
    database: Database, tmp_path: Path, seller: Seller, product: Product
) -> None:
    other = await add_seller(database, "zafralune", "ZL")
    scarf = await add_product(database, other, ("SCARF",), on_hand=3, price=5000)

    async with counter(database, tmp_path / "books", (seller, product), (other, scarf)) as shop:
        buyer = Buyer(shop)
        await buyer.up_to_details(("SALT", 2), ("SCARF", 1))
        paid = await buyer.pay()
        seen = (await buyer.look()).json()

    body = paid.json()
    assert (paid.status_code, body["status"]) == (200, "paid")
    assert sorted(
        (order["number"][:3], order["seller"]["en"], order["total"]["amount"])
        for order in body["orders"]
    ) == [
        ("LW-", "loamwick", 4400),
        ("ZL-", "zafralune", 5000),
    ]
    assert (seen["status"], seen["orders"]) == ("paid", body["orders"])
    assert await stock_now(database, product) == Stock(50, 0, 2)
    assert await stock_now(database, scarf) == Stock(3, 0, 1)
    assert (
        await scalar(database, "select sum(total) from orders")
        == sum(entry.amount for entry in shop.ledger().values())
        == 9400
    )
    assert (
        await scalar(database, "select count(*) from outbox_event where kind = 'orders.placed.v1'")
        == 2
    )


async def test_checkout_tells_what_was_agreed_and_nothing_of_the_buyer(
    shop: Counter, buyer: Buyer
) -> None:
    await buyer.reserve(("SALT", 2))
    answer = await buyer.give_details()

    body = answer.json()
    assert answer.status_code == 201
    assert (body["status"], body["orders"], body["hold_id"]) == ("open", [], buyer.hold["id"])
    assert body["total"] == {"amount": 4400, "currency": "GBP"}
    assert body["expires_at"] == buyer.hold["expires_at"]
    assert [seller["name"]["en"] for seller in body["sellers"]] == ["loamwick"]
    assert body["lines"] == [
        {
            "sku": "SALT",
            "name": {"en": "Thing", "ar": "«Thing»"},
            "options_text": {"en": "Salt", "ar": "«Salt»"},
            "quantity": 2,
            "unit_price": GBP_2200,
            "total": {"amount": 4400, "currency": "GBP"},
            "picture_url": None,
            "seller_id": body["sellers"][0]["id"],
        }
    ]
    assert EMAIL not in answer.text and "High Street" not in answer.text


async def test_only_adults_get_through_the_door(shop: Counter, buyer: Buyer) -> None:
    await buyer.reserve(("SALT", 1))

    for adult in (False, None):
        refused = await buyer.give_details(adult=adult)
        assert (refused.status_code, refused.json()["code"]) == (403, "adult_declaration_required")
    missing = await buyer.ask(
        "POST", "/checkouts", {"hold_id": buyer.hold["id"], "email": EMAIL, "address": ADDRESS}
    )
    assert missing.status_code == 403
    assert await scalar(shop.database, "select count(*) from checkout") == 0
    assert await scalar(shop.database, "select count(*) from idempotent_answer") == 0


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"email": "no address"}, "body/email"),
        ({"email": "a@b"}, "body/email"),
        ({"email": None}, "body/email"),
        ({"email": "\u200b"}, "body/email"),
        ({"email": "two @example.com"}, "body/email"),
        ({"address": {**ADDRESS, "name": "\u200b\u3164"}}, "body/address/name"),
        ({"adult": "yes"}, "body/adult"),
        ({"address": {**ADDRESS, "country": "England"}}, "body/address/country"),
        ({"address": {**ADDRESS, "city": "  "}}, "body/address/city"),
        ({"address": {**ADDRESS, "line1": "x" * 201}}, "body/address/line1"),
        ({"address": {"name": "Anna"}}, "body/address/line1"),
        ({"phone": "1"}, "body/phone"),
    ],
)
async def test_malformed_details_are_told_where_and_never_repeated(
    shop: Counter, buyer: Buyer, change: dict[str, object], path: str
) -> None:
    await buyer.reserve(("SALT", 1))

    refused = await buyer.give_details(**change)

    assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")
    assert path in [field["path"] for field in refused.json()["fields"]]
    assert "High Street" not in refused.text and "no address" not in refused.text
    assert await scalar(shop.database, "select count(*) from checkout") == 0


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"postal_code": "XX"},
            {"path": "body/address/postal_code", "problem": "postal_code_invalid"},
        ),
        ({"postal_code": None}, {"path": "body/address/postal_code", "problem": "missing"}),
        (
            {"country": "XX", "postal_code": "75001"},
            {"path": "body/address/country", "problem": "country_unknown"},
        ),
    ],
)
async def test_goods_go_only_to_an_address_that_can_be(
    shop: Counter, buyer: Buyer, product: Product, change: dict[str, Any], problem: dict[str, str]
) -> None:
    await buyer.reserve(("SALT", 1))

    refused = await buyer.give_details(address={**ADDRESS, **change})

    assert refused.status_code == 422 and refused.json()["fields"] == [problem]
    assert await scalar(shop.database, "select count(*) from checkout") == 0
    assert await stock_now(shop.database, product) == Stock(50, 1, 0)


async def test_marks_of_a_paste_are_not_stored(shop: Counter, buyer: Buyer) -> None:
    await buyer.reserve(("SALT", 1))
    pasted = {**ADDRESS, "name": "\u200fAnna  \u202aB\u202c", "postal_code": "\u202an1  9gu\u202c"}

    taken = await buyer.give_details(email=f"\u202a{EMAIL}\u202c", address=pasted)

    assert taken.status_code == 201
    assert await scalar(shop.database, "select email from checkout") == EMAIL
    stored = await scalar(shop.database, "select address from checkout")
    assert (stored["name"], stored["postal_code"]) == ("Anna B", "N1 9GU")


async def test_same_key_opens_the_checkout_once(shop: Counter, buyer: Buyer) -> None:
    await buyer.reserve(("SALT", 1))
    first = await buyer.give_details(key="k" * 16)
    again = await buyer.give_details(key="k" * 16)
    other = await buyer.give_details(key="k" * 16, email="other@example.com")

    assert (again.status_code, again.json()) == (201, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert await scalar(shop.database, "select email from checkout") == EMAIL


async def test_other_details_replace_the_first_until_it_is_paid(
    shop: Counter, buyer: Buyer
) -> None:
    await buyer.up_to_details(("SALT", 1))
    first = buyer.checkout["id"]

    assert (await buyer.give_details(email="second@example.com")).json()["id"] == first
    assert await scalar(shop.database, "select email from checkout") == "second@example.com"
    await buyer.pay()
    refused = await buyer.give_details(email="third@example.com")

    assert refused.json()["code"] in ("checkout_closed", "hold_expired")
    assert await scalar(shop.database, "select email from orders") == "second@example.com"


async def test_checkout_of_another_guest_is_not_found(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await buyer.up_to_details(("SALT", 1))
    stranger = Buyer(shop)
    await stranger.reserve(("SALT", 1))
    stranger.checkout = buyer.checkout

    for refused in (await stranger.look(), await stranger.pay(), await stranger.confirm()):
        assert (refused.status_code, refused.json()["code"]) == (404, "checkout_not_found")
    stranger.hold = buyer.hold
    assert (await stranger.give_details()).json()["code"] == "hold_token_invalid"
    buyer.token = None
    assert (await buyer.look()).status_code == 401
    await nothing_is_sold(shop, product)


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


async def test_price_is_frozen_for_the_life_of_the_hold(
    shop: Counter, seller: Seller, buyer: Buyer, product: Product
) -> None:
    await buyer.reserve(("SALT", 1))
    async with shop.database.session() as session:
        await catalog.set_price(
            session, person=seller.person, variant_id=product.variants[0].id, price=Money(1, "GBP")
        )
    await buyer.give_details()

    assert (await buyer.pay()).json()["orders"][0]["total"] == GBP_2200


async def test_expired_hold_is_refused_at_each_step(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    early, late = Buyer(shop), buyer
    await early.reserve(("SALT", 1))
    await late.up_to_details(("SALT", 1))
    await let_expire(
        shop.database, ids.parse("hold", early.hold["id"]), ids.parse("hold", late.hold["id"])
    )

    refused = [await early.give_details(), await late.give_details(), await late.pay()]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (409, "hold_expired")
    ] * 3
    assert (await late.look()).json()["status"] == "expired"
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
    assert (await buyer.look()).json()["status"] == "declined"
    assert await stock_now(shop.database, product) == Stock(50, 1, 0)

    assert (await buyer.pay(OK)).json()["status"] == "paid"
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


async def test_buyers_data_moves_into_the_order_and_is_forgotten_otherwise(
    shop: Counter, buyer: Buyer
) -> None:
    await buyer.up_to_details(("SALT", 1))
    await buyer.pay()
    idle = Buyer(shop)
    await idle.up_to_details(("SALT", 1))
    assert await scalar(shop.database, "select count(*) from checkout where email is not null") == 1

    statement = "select expires_at from checkout where email is not null"
    ends = cast("datetime", await scalar(shop.database, statement))
    with clock.use(lambda: ends + timedelta(seconds=299)):
        await tasks.forget_abandoned(shop.database)
    assert await scalar(shop.database, "select count(*) from checkout where email is not null") == 1
    with clock.use(lambda: ends + timedelta(seconds=301)):
        await tasks.forget_abandoned(shop.database)

    assert (
        await scalar(
            shop.database,
            "select count(*) from checkout where email is not null or address is not null",
        )
        == 0
    )
    assert (
        await scalar(shop.database, "select email || (address ->> 'line1') from orders")
        == EMAIL + "1 High Street"
    )


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_goods_that_are_given_back_take_the_buyers_data_with_them(
    shop: Counter, buyer: Buyer, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(queries, "forget_buyer", lambda *_: None)
    await buyer.up_to_details(("SALT", 1))

    assert (await buyer.ask("DELETE", f"/holds/{buyer.hold['id']}")).status_code == 204

    kept = "select count(*) from checkout where email is not null or address is not null"
    assert await scalar(shop.database, kept) == (0 if guard else 1)


async def test_details_are_kept_while_a_payment_is_open(shop: Counter, buyer: Buyer) -> None:
    await buyer.up_to_details(("SALT", 1))
    await buyer.pay(SLOW)

    now = clock.now()
    with clock.use(lambda: now + timedelta(hours=1)):
        await tasks.forget_abandoned(shop.database)

    assert await scalar(shop.database, "select count(*) from checkout where email is not null") == 1


async def test_duplicate_card_is_paid_by_the_worker_when_no_callback_arrives(
    shop: Counter, buyer: Buyer
) -> None:
    await buyer.up_to_details(("SALT", 1))
    assert (await buyer.pay(DUPLICATE)).json()["status"] == "pending"

    now = clock.now()
    with clock.use(lambda: now + timedelta(seconds=1.5)):
        await service.settle_open_payments(shop.database, shop.providers)

    assert (await buyer.look()).json()["status"] == "paid"

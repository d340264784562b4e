"""Delivery in a purchase: said before the hold, chosen at the checkout, kept with the order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from showfloor.catalog.types import Product
from showfloor.checkout import rules
from showfloor.checkout.service import contact, holds
from showfloor.delivery import service as delivery
from showfloor.delivery.types import DeliveryOption, Step, Terms
from showfloor.kit import ids
from showfloor.merchants import service as merchants
from showfloor.orders import service as orders
from showfloor.orders.types import Order
from showfloor.orders.views import CSV_HEADER, csv_rows
from tests.integration.checkout.counter import ADDRESS, Buyer, Counter, counter
from tests.integration.checkout.shop import Seller, add_product, add_seller, scalar, words

guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
STANDARD = Terms(
    name=words("Standard"),
    countries=("GB", "IE"),
    currency="GBP",
    steps=(Step(0, 395),),
    free_from=6000,
    handling_days=1,
    days_from=2,
    days_to=3,
)
EXPRESS = Terms(words("Express"), ("GB",), "GBP", (Step(0, 795),), None, 0, 1, 1)
DUBLIN = {**ADDRESS, "city": "Dublin", "postal_code": "D02 X285", "country": "IE"}
PARIS = {**ADDRESS, "city": "Paris", "postal_code": "75001", "country": "FR"}


async def add(shop: Counter, seller: Seller, terms: Terms) -> DeliveryOption:
    async with shop.database.session() as session:
        option = await delivery.add_option(
            session, person=seller.person, merchant_id=seller.merchant.id, terms=terms
        )
    shop.app.state.checkout.shelf._loading.clear()
    return option


async def remove(shop: Counter, seller: Seller, option: DeliveryOption) -> None:
    async with shop.database.session() as session:
        await delivery.remove_option(
            session,
            person=seller.person,
            merchant_id=seller.merchant.id,
            option_id=option.id,
        )
    shop.app.state.checkout.shelf._loading.clear()


async def placed_order(shop: Counter, seller: Seller, order_id: str) -> Order:
    async with shop.database.session() as session:
        return await orders.get_own_order(
            session, person=seller.person, order_id=ids.parse("ord", order_id)
        )


@pytest.fixture
async def other(database: Any) -> Seller:
    return await add_seller(database, "zafralune", "ZL")


@pytest.fixture
async def two_sellers(
    database: Any, tmp_path: Path, seller: Seller, product: Product, other: Seller
) -> AsyncIterator[Counter]:
    lamp = await add_product(database, other, ("LAMP",), price=5000)
    async with counter(database, tmp_path / "books", (seller, product), (other, lamp)) as opened:
        yield opened


def amount(value: int) -> dict[str, object]:
    return {"amount": value, "currency": "GBP"}


async def test_chosen_way_is_paid_kept_with_the_order_and_stays_when_options_change(
    shop: Counter, buyer: Buyer, seller: Seller
) -> None:
    standard, express = await add(shop, seller, STANDARD), await add(shop, seller, EXPRESS)
    await buyer.reserve(("SALT", 1))
    chosen = [ids.encode("dlv", express.id)]

    quote = await buyer.ask("GET", f"/holds/{buyer.hold['id']}/quote?country=GB")
    await buyer.give_details(delivery=chosen)
    paid = await buyer.pay()
    await remove(shop, seller, express)

    (offered,) = quote.json()["sellers"]
    assert [offer["price"]["amount"] for offer in offered["offers"]] == [395, 795]
    assert offered["chosen"] == ids.encode("dlv", standard.id)
    assert quote.json()["total"] == amount(2595)
    assert quote.json()["countries"] == ["GB", "IE"]
    assert buyer.checkout["total"] == amount(2995)
    (placed,) = paid.json()["orders"]
    assert placed["total"] == amount(2995)
    assert [entry.amount for entry in shop.ledger().values()] == [2995]
    order = await placed_order(shop, seller, placed["id"])
    assert order.total.amount == 2995 and order.quote is not None
    assert order.quote.delivery is not None
    assert (order.quote.delivery.name, order.quote.delivery.price.amount) == (
        words("Express"),
        795,
    )
    said = [reason.code for reason in order.quote.reasons]
    assert said == ["line", "delivery", "vat_not_said", "total"]


async def test_who_chooses_nothing_gets_the_cheapest_of_each_seller(
    two_sellers: Counter, seller: Seller, other: Seller
) -> None:
    for each in (seller, other):
        await add(two_sellers, each, EXPRESS)
        await add(two_sellers, each, STANDARD)
    buyer = Buyer(two_sellers)
    await buyer.up_to_details(("SALT", 3), ("LAMP", 1))

    paid = await buyer.pay()

    # 3 × 22.00 are free from 60.00 on; the lamp costs 50.00 and 3.95 to be brought.
    totals = [order["total"]["amount"] for order in paid.json()["orders"]]
    assert sorted(totals) == [5395, 6600] and buyer.checkout["total"] == amount(11995)
    assert await scalar(two_sellers.database, "select sum(total) from orders") == 11995


async def test_seller_without_options_delivers_at_home_within_the_price(
    shop: Counter, buyer: Buyer
) -> None:
    await buyer.up_to_details(("SALT", 1))

    quote = await buyer.ask("GET", f"/holds/{buyer.hold['id']}/quote?country=GB")

    assert buyer.checkout["total"] == amount(2200) == quote.json()["total"]
    assert quote.json()["sellers"][0]["offers"] == []
    assert quote.json()["sellers"][0]["delivered"] and quote.json()["countries"] == ["GB"]
    assert (await buyer.pay()).json()["status"] == "paid"


@guarded
async def test_what_goes_nowhere_is_refused_before_it_is_held(
    shop: Counter,
    buyer: Buyer,
    seller: Seller,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    if not guard:
        monkeypatch.setattr(holds, "check_delivered", lambda *_: None)
    await add(shop, seller, STANDARD)
    show = ids.encode("show", shop.show_id)

    said = await buyer.ask("GET", f"/shows/{show}/quote?country=FR&sku=SALT")
    refused = await buyer.reserve(("SALT", 1), deliver_to="FR")

    assert said.json()["sellers"][0]["delivered"] is False
    held = await scalar(shop.database, "select count(*) from hold")
    assert (refused.status_code, held) == ((409, 0) if guard else (201, 1))
    if guard:
        assert (refused.json()["code"], refused.json()["skus"]) == ("not_delivered", ["SALT"])


async def test_address_that_no_option_reaches_is_refused_and_nothing_is_kept(
    shop: Counter, buyer: Buyer, seller: Seller
) -> None:
    await add(shop, seller, STANDARD)
    await buyer.reserve(("SALT", 1))

    refused = await buyer.give_details(address=PARIS)

    assert refused.json()["code"] == "not_delivered"
    assert await scalar(shop.database, "select count(*) from checkout") == 0
    assert (await buyer.give_details(address=DUBLIN)).status_code == 201


@guarded
async def test_change_to_what_goes_nowhere_is_refused_and_nothing_is_changed(
    shop: Counter,
    buyer: Buyer,
    seller: Seller,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    if not guard:

        async def anywhere(*_: object) -> None:
            return None

        monkeypatch.setattr(holds, "_check_reached", anywhere)
    await add(shop, seller, STANDARD)
    await buyer.reserve(("SALT", 1), deliver_to="IE")
    path, lines = f"/holds/{buyer.hold['id']}", [{"sku": "SALT", "quantity": 2}]

    answer = await buyer.ask("PATCH", path, {"lines": lines, "deliver_to": "FR"})

    held = await scalar(shop.database, "select quantity from hold_line")
    assert (answer.status_code, held) == ((409, 1) if guard else (200, 2))
    if guard:
        assert (answer.json()["code"], answer.json()["skus"]) == ("not_delivered", ["SALT"])
        reached = await buyer.ask("PATCH", path, {"lines": lines, "deliver_to": "IE"})
        assert reached.status_code == 200


@guarded
async def test_chosen_way_that_is_gone_is_refused_and_nothing_is_kept(
    shop: Counter,
    buyer: Buyer,
    seller: Seller,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    if not guard:
        monkeypatch.setattr(contact, "_check_chosen", lambda *_: None)
    await add(shop, seller, STANDARD)
    express = await add(shop, seller, EXPRESS)
    await buyer.reserve(("SALT", 1))
    await remove(shop, seller, express)

    refused = await buyer.give_details(delivery=[ids.encode("dlv", express.id)])

    kept = await scalar(shop.database, "select count(*) from checkout")
    assert (refused.status_code, kept) == ((409, 0) if guard else (201, 1))
    if guard:
        assert refused.json()["code"] == "delivery_gone"
        assert (await buyer.give_details()).status_code == 201


async def test_quote_says_that_the_chosen_way_is_gone(
    shop: Counter, buyer: Buyer, seller: Seller
) -> None:
    standard = await add(shop, seller, STANDARD)
    express = await add(shop, seller, EXPRESS)
    await buyer.reserve(("SALT", 1))
    named = ids.encode("dlv", express.id)
    path = f"/holds/{buyer.hold['id']}/quote?country=GB&delivery={named}"
    before = (await buyer.ask("GET", path)).json()
    await remove(shop, seller, express)

    after = (await buyer.ask("GET", path)).json()

    assert (before["sellers"][0]["chosen"], before["delivery_gone"]) == (named, [])
    assert after["delivery_gone"] == [named]
    assert after["sellers"][0]["chosen"] == ids.encode("dlv", standard.id)


async def test_details_that_name_a_way_to_another_country_leave_the_first_ones(
    shop: Counter, buyer: Buyer, seller: Seller
) -> None:
    standard, express = await add(shop, seller, STANDARD), await add(shop, seller, EXPRESS)
    await buyer.reserve(("SALT", 1))
    await buyer.give_details(delivery=[ids.encode("dlv", standard.id)])

    refused = await buyer.give_details(address=DUBLIN, delivery=[ids.encode("dlv", express.id)])

    assert refused.json()["code"] == "delivery_gone"
    assert await scalar(shop.database, "select address ->> 'country' from checkout") == "GB"
    assert (await buyer.pay()).json()["orders"][0]["total"] == amount(2595)


@pytest.mark.parametrize(
    ("address", "code", "lines", "delivery_tax"),
    [(ADDRESS, "vat_included", [367], 66), (DUBLIN, "vat_export", None, None)],
)
async def test_tax_in_the_sum_is_kept_with_the_order(
    shop: Counter,
    buyer: Buyer,
    seller: Seller,
    address: dict[str, str],
    code: str,
    lines: list[int] | None,
    delivery_tax: int | None,
) -> None:
    company = dict.fromkeys(("company", "address", "email", "phone", "registration"), "x")
    async with shop.database.session() as session:
        identity: Any = {**company, "vat": "GB 000 0000 00"}
        await merchants.set_identity(session, slug="loamwick", identity=identity)
    await add(shop, seller, STANDARD)
    await buyer.reserve(("SALT", 1))
    await buyer.give_details(address=address)

    paid = await buyer.pay()

    order = await placed_order(shop, seller, paid.json()["orders"][0]["id"])
    assert order.quote is not None and code in [each.code for each in order.quote.reasons]
    vat = order.quote.vat
    assert (vat and [each.amount for each in vat.lines]) == lines
    assert (vat and vat.delivery.amount) == delivery_tax
    assert order.total.amount == 2595
    row = dict(zip(CSV_HEADER, csv_rows(order, "en")[0], strict=True))
    cells = [row[name] for name in ("vat_rate", "vat", "delivery_vat")]
    assert cells == (["20%", "3.67", "0.66"] if lines else ["", "", ""])


async def test_change_of_what_is_held_changes_delivery_with_it(
    shop: Counter, buyer: Buyer, seller: Seller
) -> None:
    await add(shop, seller, STANDARD)
    await buyer.reserve(("SALT", 1))
    await buyer.give_details(address=DUBLIN)
    before = buyer.checkout["total"]

    lines = {"lines": [{"sku": "SALT", "quantity": 3}]}
    await buyer.ask("PATCH", f"/holds/{buyer.hold['id']}", lines)
    stale = await buyer.pay()
    paid = await buyer.pay(expected_total=amount(6600))

    assert before == amount(2595)
    assert (stale.status_code, stale.json()["total"]) == (409, amount(6600))
    assert paid.json()["orders"][0]["total"] == amount(6600)


@guarded
async def test_delivery_is_part_of_the_sum_that_has_to_be_the_shown_one(
    shop: Counter,
    buyer: Buyer,
    seller: Seller,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    if not guard:
        monkeypatch.setattr(rules, "is_as_shown", lambda total, expected: True)
    await add(shop, seller, STANDARD)
    await buyer.up_to_details(("SALT", 1))

    answer = await buyer.pay(expected_total=buyer.hold["total"])

    assert answer.status_code == (409 if guard else 200)
    assert shop.money_moved() == ((0, 0) if guard else (1, 0))

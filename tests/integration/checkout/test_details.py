"""Who buys and where it goes: refused with nothing kept, and forgotten when it is not needed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from showfloor.catalog.types import Product
from showfloor.checkout import queries, tasks
from showfloor.kit import clock
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import (
    ADDRESS,
    EMAIL,
    SLOW,
    Buyer,
    Counter,
    nothing_is_sold,
)
from tests.integration.checkout.shop import (
    scalar,
    stock_now,
)


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

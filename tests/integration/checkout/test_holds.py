"""The hold route: what it answers, refuses and leaves unchanged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from showfloor.catalog import service as catalog
from showfloor.catalog.types import Product
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.money import Money
from showfloor.stock.service import holds as stock_holds
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import OK, SLOW, Buyer, Counter, counter
from tests.integration.checkout.shop import (
    Seller,
    add_product,
    add_seller,
    execute,
    let_expire,
    scalar,
    stock_now,
)


async def test_hold_answers_with_token_deadline_and_sum(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    asked_at = clock.now()
    answer = await buyer.reserve(("SALT", 2), ("CLAY", 1))

    body = answer.json()
    assert answer.status_code == 201
    assert body["total"] == {"amount": 6600, "currency": "GBP"}
    unit = {"amount": 2200, "currency": "GBP"}
    assert body["lines"] == [
        {
            "sku": "SALT",
            "quantity": 2,
            "unit_price": unit,
            "total": {"amount": 4400, "currency": "GBP"},
        },
        {"sku": "CLAY", "quantity": 1, "unit_price": unit, "total": unit},
    ]
    expires_at = clock.parse_rfc3339(body["expires_at"]) - timedelta(seconds=300)
    assert asked_at <= expires_at <= clock.now()
    assert await stock_now(shop.database, product) == Stock(50, 2, 0)


async def test_repeated_request_gets_the_same_answer(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    first = await buyer.reserve(("SALT", 1), key="k" * 16)
    again = await Buyer(shop).reserve(("SALT", 1), key="k" * 16)
    other = await Buyer(shop).reserve(("SALT", 2), key="k" * 16)

    assert (again.status_code, again.content) == (201, first.content)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert await stock_now(shop.database, product) == Stock(50, 1, 0)


async def test_repeated_request_is_answered_after_the_show_and_the_price_changed(
    shop: Counter, seller: Seller, buyer: Buyer, product: Product
) -> None:
    expected = {"amount": 2200, "currency": "GBP"}
    first = await buyer.reserve(("SALT", 1), key="k" * 16, expected_total=expected)
    shop.app.state.checkout.shelf._loading.clear()
    async with shop.database.session() as session:
        await catalog.set_price(
            session,
            person=seller.person,
            variant_id=product.variants[0].id,
            price=Money(9900, "GBP"),
        )
    await execute(shop.database, "update show set state = 'ended'")

    again = await Buyer(shop).reserve(("SALT", 1), key="k" * 16, expected_total=expected)

    assert (again.status_code, again.content) == (201, first.content)


async def test_sold_out_says_what_is_left(shop: Counter, buyer: Buyer, product: Product) -> None:
    await execute(shop.database, "update stock_item set on_hand = 3")

    answer = await buyer.reserve(("SALT", 4), ("CLAY", 1))

    assert (answer.status_code, answer.json()["code"]) == (409, "sold_out")
    assert answer.json()["lines"] == [{"sku": "SALT", "available": 3}]
    assert answer.headers["content-type"] == "application/problem+json"
    assert await stock_now(shop.database, product, 1) == Stock(3, 0, 0)


async def test_eleven_pieces_are_too_many(shop: Counter, buyer: Buyer, product: Product) -> None:
    answer = await buyer.reserve(("SALT", 11))

    assert (answer.status_code, answer.json()["code"]) == (409, "limit_reached")
    assert await stock_now(shop.database, product) == Stock(50, 0, 0)


async def test_token_groups_the_holds_of_a_guest(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    for _ in range(5):
        assert (await buyer.reserve(("SALT", 1))).status_code == 201

    refused = await buyer.reserve(("SALT", 1))

    assert (refused.status_code, refused.json()["code"]) == (409, "limit_reached")
    assert await stock_now(shop.database, product) == Stock(50, 5, 0)
    assert (await Buyer(shop).reserve(("SALT", 1))).status_code == 201


async def test_other_price_than_shown_is_refused_with_the_new_one(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    answer = await buyer.reserve(("SALT", 2), expected_total={"amount": 4000, "currency": "GBP"})

    assert (answer.status_code, answer.json()["code"]) == (409, "price_changed")
    assert answer.json()["total"] == {"amount": 4400, "currency": "GBP"}
    assert answer.json()["lines"][0]["unit_price"] == {"amount": 2200, "currency": "GBP"}
    assert await stock_now(shop.database, product) == Stock(50, 0, 0)


@pytest.mark.parametrize("state", ["draft", "scheduled", "ended"])
async def test_show_off_air_sells_nothing(
    shop: Counter, buyer: Buyer, product: Product, state: str
) -> None:
    await execute(shop.database, f"update show set state = '{state}'")

    answer = await buyer.reserve(("SALT", 1))

    assert (answer.status_code, answer.json()["code"]) == (409, "not_for_sale")
    assert await stock_now(shop.database, product) == Stock(50, 0, 0)


async def test_interrupted_show_sells(shop: Counter, buyer: Buyer) -> None:
    await execute(shop.database, "update show set state = 'interrupted'")

    assert (await buyer.reserve(("SALT", 1))).status_code == 201


async def test_product_of_another_show_is_not_for_sale(
    shop: Counter, buyer: Buyer, seller: Seller
) -> None:
    elsewhere = await add_product(shop.database, seller, ("VASE",))

    answer = await buyer.reserve(("SALT", 1), ("VASE", 1))

    assert answer.json()["code"] == "not_for_sale"
    assert answer.json()["skus"] == ["VASE"]
    assert await stock_now(shop.database, elsewhere) == Stock(50, 0, 0)


async def test_two_merchants_are_held_together(
    database: Database, tmp_path: Path, seller: Seller, product: Product
) -> None:
    other = await add_seller(database, "zafralune", "ZL")
    scarf = await add_product(database, other, ("SCARF",), on_hand=1, price=5000)

    async with counter(database, tmp_path / "books", (seller, product), (other, scarf)) as shop:
        assert (await Buyer(shop).reserve(("SALT", 1), ("SCARF", 1))).json()["total"][
            "amount"
        ] == 7200
        refused = await Buyer(shop).reserve(("SALT", 1), ("SCARF", 1))

    assert refused.json()["lines"] == [{"sku": "SCARF", "available": 0}]
    assert await stock_now(database, product) == Stock(50, 1, 0)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "body/lines"),
        ({"lines": []}, "body/lines"),
        ({"lines": [{"sku": "SALT"}]}, "body/lines/0/quantity"),
        ({"lines": [{"sku": "SALT", "quantity": 0}]}, "body/lines/0/quantity"),
        ({"lines": [{"sku": "SALT", "quantity": "1"}]}, "body/lines/0/quantity"),
        ({"lines": [{"sku": "SALT", "quantity": True}]}, "body/lines/0/quantity"),
        ({"lines": [{"sku": "SALT", "quantity": 1.5}]}, "body/lines/0/quantity"),
        ({"lines": [{"sku": "SALT", "quantity": 1}] * 2}, "body/lines/1/sku"),
        (
            {
                "lines": [{"sku": "SALT", "quantity": 1}],
                "expected_total": {"amount": 1, "currency": "XQQ"},
            },
            "body/expected_total/currency",
        ),
        ({"lines": [{"sku": "x" * 20_000, "quantity": 1}]}, "body"),
        ([], "body"),
    ],
)
async def test_malformed_request_is_told_where(
    shop: Counter, buyer: Buyer, product: Product, body: object, path: str
) -> None:
    answer = await buyer.ask("POST", f"/shows/{ids.encode('show', shop.show_id)}/holds", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert path in [field["path"] for field in answer.json()["fields"]]
    assert await stock_now(shop.database, product) == Stock(50, 0, 0)


async def test_bytes_that_are_not_json_are_refused(shop: Counter) -> None:
    path, headers = (
        f"/shows/{ids.encode('show', shop.show_id)}/holds",
        {"Idempotency-Key": "k" * 16},
    )

    for content in (b"", b"{", b"\xff\xfe", b'{"lines": [NaN]}'):
        assert (await shop.client.post(path, content=content, headers=headers)).status_code == 422


async def test_unknown_show_key_and_token_are_refused(shop: Counter) -> None:
    body = {"lines": [{"sku": "SALT", "quantity": 1}]}
    right, key = f"/shows/{ids.encode('show', shop.show_id)}/holds", {"Idempotency-Key": "k" * 16}

    unknown = await shop.client.post(
        f"/shows/{ids.encode('show', ids.new())}/holds", json=body, headers=key
    )
    malformed = await shop.client.post("/shows/show_1/holds", json=body, headers=key)
    keyless = await shop.client.post(right, json=body)
    forged = await shop.client.post(
        right, json=body, headers={**key, "Authorization": "Bearer ht_forged"}
    )

    assert (unknown.status_code, unknown.json()["code"]) == (404, "show_not_found")
    assert malformed.status_code == 404
    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency_key_required")
    assert (forged.status_code, forged.json()["code"]) == (401, "hold_token_invalid")
    assert await scalar(shop.database, "select count(*) from hold") == 0


async def test_owner_gives_the_goods_back_and_nobody_else(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await buyer.reserve(("SALT", 2))
    stranger = Buyer(shop)
    await stranger.reserve(("SALT", 1))
    path = f"/holds/{buyer.hold['id']}"

    refused = await stranger.ask("DELETE", path)
    assert (refused.status_code, refused.json()["code"]) == (401, "hold_token_invalid")
    assert await stock_now(shop.database, product) == Stock(50, 3, 0)
    assert [(await buyer.ask("DELETE", path)).status_code for _ in range(2)] == [204, 204]
    assert await stock_now(shop.database, product) == Stock(50, 1, 0)


async def test_paid_goods_are_not_given_back(shop: Counter, buyer: Buyer, product: Product) -> None:
    await buyer.up_to_details(("SALT", 1))
    await buyer.pay(SLOW)
    path = f"/holds/{buyer.hold['id']}"
    assert (await buyer.ask("DELETE", path)).json()["code"] == "payment_in_progress"

    second = Buyer(shop)
    await second.up_to_details(("SALT", 1))
    await second.pay(OK)
    assert (await second.ask("DELETE", f"/holds/{second.hold['id']}")).json()[
        "code"
    ] == "already_paid"
    assert await stock_now(shop.database, product) == Stock(50, 1, 1)


async def test_expired_goods_go_to_the_next_buyer(
    shop: Counter, buyer: Buyer, product: Product
) -> None:
    await execute(shop.database, "update stock_item set on_hand = 1")
    await buyer.reserve(("SALT", 1))
    await let_expire(shop.database, ids.parse("hold", buyer.hold["id"]))

    assert (await Buyer(shop).reserve(("SALT", 1))).status_code == 201
    assert await stock_now(shop.database, product) == Stock(1, 1, 0)


def at(shop: Counter, address: str) -> Counter:
    """The same shop, asked from another address."""
    transport = httpx2.ASGITransport(app=shop.app, client=(address, 50000))
    client = httpx2.AsyncClient(transport=transport, base_url=shop.client.base_url)
    return replace(shop, client=client)


async def test_addresses_of_one_household_count_together(shop: Counter, product: Product) -> None:
    here, next_room, elsewhere = (
        Buyer(at(shop, f"2001:db8:{part}")) for part in ("1::1", "1::2", "2::1")
    )
    assert (await here.reserve(("SALT", 10))).status_code == 201

    refused = await next_room.reserve(("SALT", 4))

    assert (refused.status_code, refused.json()["code"]) == (409, "network_limit_reached")
    assert "try again in a few minutes" in refused.json()["detail"]
    assert await stock_now(shop.database, product) == Stock(50, 10, 0)
    assert (await elsewhere.reserve(("SALT", 1))).status_code == 201


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_key_of_another_buyer_does_not_get_the_buyers_token(
    shop: Counter, buyer: Buyer, product: Product, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """From another network, with another guest's token, and after the goods were paid."""
    if not guard:

        async def anybody(*_: object) -> bool:
            return True

        monkeypatch.setattr(stock_holds, "_is_same_caller", anybody)
    key = "k" * 16
    await buyer.reserve(("SALT", 1), key=key)
    guest = Buyer(shop)
    await guest.reserve(("CLAY", 1))

    answers = [
        await Buyer(at(shop, "192.0.2.7")).reserve(("SALT", 1), key=key),
        await guest.reserve(("SALT", 1), key=key),
    ]
    await buyer.give_details()
    await buyer.pay()
    answers.append(await Buyer(shop).reserve(("SALT", 1), key=key))

    tokens = [answer.json().get("token") for answer in answers]
    assert tokens == ([None] * 3 if guard else [buyer.token] * 3)
    assert {answer.status_code for answer in answers} == ({409} if guard else {201})
    assert await stock_now(shop.database, product) == Stock(50, 0, 1)


async def test_another_tab_meets_the_hold(shop: Counter, buyer: Buyer, product: Product) -> None:
    await execute(shop.database, "update stock_item set on_hand = 1")
    await buyer.reserve(("SALT", 1))
    held = buyer.hold

    again = await buyer.reserve(("SALT", 1))
    found = await buyer.ask("GET", f"/holds/{held['id']}")

    assert (again.status_code, again.json()["code"]) == (409, "already_held")
    assert again.json()["hold_id"] == held["id"]
    assert (found.status_code, found.json()) == (200, held)
    stranger = Buyer(shop)
    await stranger.reserve(("CLAY", 1))
    assert (await stranger.ask("GET", f"/holds/{held['id']}")).status_code == 401

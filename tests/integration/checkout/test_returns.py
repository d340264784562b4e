"""Goods come back once, are sold again once, and their money is due when the law says so."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import Select

from showfloor.app import verify
from showfloor.catalog.types import Product
from showfloor.kit import ids
from showfloor.kit.db import Session
from showfloor.orders import queries, rules
from showfloor.orders import service as orders
from showfloor.orders.eraser import ERASER
from showfloor.orders.types import ReturnProof
from showfloor.privacy.types import Subject
from tests.integration.checkout.at_once import ask_twice, take_lock_out
from tests.integration.checkout.counter import EMAIL, Buyer, Counter
from tests.integration.checkout.desk import Desk, as_merchant, sold
from tests.integration.checkout.shop import Seller, add_seller, execute, scalar, stock_now
from tests.statements import noted
from tests.waiting import until_somebody_waits

PRICE = 2200
guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])


@pytest.fixture
async def desk(shop: Counter, seller: Seller, buyer: Buyer) -> Desk:
    """Three pieces that were sent."""
    desk = await sold(shop, seller, buyer, ("SALT", 3))
    await desk.ship()
    return desk


def token_of(shop: Counter, desk: Desk) -> str:
    secret = shop.app.state.settings.secret.encode()
    return orders.page_token(secret, ids.parse("ord", desk.order_id))


async def withdraw(shop: Counter, desk: Desk) -> None:
    body = {"token": token_of(shop, desk)}
    assert (await shop.client.post(f"{desk.path}/withdrawal", json=body)).status_code == 200


async def withdraw_from(
    shop: Counter, desk: Desk, *lines: tuple[str, int], after: int = 0
) -> httpx2.Response:
    """`lines` are (SKU, pieces)."""
    body = {
        "token": token_of(shop, desk),
        "lines": [{"sku": sku, "quantity": count} for sku, count in lines],
        "after": after,
    }
    return await shop.client.post(f"{desk.path}/withdrawal", json=body)


async def prove(shop: Counter, desk: Desk, **more: object) -> httpx2.Response:
    body = {"token": token_of(shop, desk), "carrier": "Royal Mail", "tracking": "RM 77 GB", **more}
    return await shop.client.post(f"{desk.path}/return-proof", json=body)


async def returns(shop: Counter) -> object:
    return await scalar(shop.database, "select count(*) from order_return")


async def test_pieces_that_came_back_are_on_sale_and_their_money_is_due(
    shop: Counter, desk: Desk, product: Product
) -> None:
    await withdraw(shop, desk)
    before = (await desk.look())["owed"]

    answer = await desk.take_back(("SALT", 2, 1, 1), lost=500)

    order = answer.json()
    assert (before["now"]["amount"], before["withheld"]["amount"]) == (0, 3 * PRICE)
    owed = order["owed"]
    assert (owed["now"]["amount"], owed["withheld"]["amount"]) == (2 * PRICE - 500, PRICE)
    assert [(each["sku"], each["quantity"]) for each in owed["items"]] == [("SALT", 2)]
    assert order["items"][0]["returned"] == 2
    (back,) = order["returns"]
    assert (back["value_lost"]["amount"], back["items"][0]["damaged"]) == (500, 1)
    assert (await stock_now(shop.database, product)).sold == 2
    assert (
        await scalar(
            shop.database,
            "select payload ->> 'units' from outbox_event where kind = 'orders.returned.v1'",
        )
        == "2"
    )


async def test_refund_of_what_is_due_leaves_nothing_due(
    shop: Counter, desk: Desk, product: Product
) -> None:
    await withdraw(shop, desk)
    await desk.take_back(("SALT", 3, 1, 2), lost=500)
    due = desk.order["owed"]["now"]["amount"]

    order = (await desk.refund(("SALT", 3, 0), amount=due)).json()

    assert due == 3 * PRICE - 500
    assert (order["owed"]["now"]["amount"], order["owed"]["withheld"]["amount"]) == (0, 0)
    assert (order["refunded"]["amount"], order["left"]["amount"]) == (due, 500)
    assert (await stock_now(shop.database, product)).sold == 1
    assert await verify.broken(shop.database, shop.providers) == []


@guarded
async def test_what_is_due_is_paid_once_from_a_page_of_before(
    shop: Counter, desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Two who look at the order pay what is due, as a sum."""
    if not guard:
        monkeypatch.setattr(rules.fulfilment, "check_expected", lambda stands, wanted: None)
    await withdraw(shop, desk)
    await desk.take_back(("SALT", 1, 1, 0), lost=500)
    body = {"amount": desk.order["owed"]["now"], "expected_left": desk.order["left"]}

    first = await desk.post("refunds", body)
    second = await desk.post("refunds", body)

    assert first.status_code == 200
    assert second.status_code == (409 if guard else 200)
    assert second.json().get("code") == ("refund_invalid" if guard else None)
    given = 3 * PRICE - (await desk.look())["left"]["amount"]
    assert given == (PRICE - 500) * (1 if guard else 2)


async def test_same_key_takes_back_once(shop: Counter, desk: Desk, product: Product) -> None:
    first = await desk.take_back(("SALT", 1, 0, 1), key="k" * 16)
    again = await desk.take_back(("SALT", 1, 0, 1), key="k" * 16)
    other = await desk.take_back(("SALT", 2, 0, 1), key="k" * 16)
    line = {"sku": "SALT", "quantity": 1}
    missing = await shop.client.post(f"{desk.path}/returns", json={"lines": [line]})

    assert first.json() == again.json()
    assert other.json()["code"] == "idempotency_conflict"
    assert missing.json()["code"] == "idempotency_key_required"
    assert await returns(shop) == 1
    assert (await stock_now(shop.database, product)).sold == 2


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        (("SALT", 4, 0, 0), None),
        (("NONE", 1, 0, 0), None),
        (("SALT", 2, 1, 2), None),
        (("SALT", 2, 1, 0), PRICE + 1),
    ],
)
async def test_return_that_does_not_fit_changes_nothing(
    shop: Counter,
    desk: Desk,
    product: Product,
    line: tuple[str, int, int, int],
    lost: int | None,
) -> None:
    answer = await desk.take_back(line, lost=lost)

    assert (answer.status_code, answer.json()["code"]) == (409, "return_invalid")
    assert await returns(shop) == 0
    assert (await stock_now(shop.database, product)).sold == 3


async def test_foreign_merchant_takes_nothing_back(shop: Counter, desk: Desk) -> None:
    as_merchant(shop, await add_seller(shop.database, "zafralune", "ZL"))

    answer = await desk.take_back(("SALT", 1, 0, 1))

    assert answer.json()["code"] == "order_not_found"
    assert await returns(shop) == 0


async def test_buyer_who_shows_that_the_goods_were_sent_is_owed_everything(
    shop: Counter, desk: Desk
) -> None:
    early = await prove(shop, desk)
    await withdraw(shop, desk)
    wrong = await prove(shop, desk, token="x" * 43)
    first = (await prove(shop, desk, tracking="RM 7 GB")).json()["proof"]
    second = (await prove(shop, desk)).json()["proof"]

    assert (early.status_code, early.json()["code"]) == (409, "nothing_to_return")
    assert wrong.json()["code"] == "order_not_found"
    order = await desk.look()
    assert order["owed"]["now"]["amount"] == 3 * PRICE
    # When it was first shown stays; a slip in the number does not.
    assert order["return_proof"] == {**second, "tracking": "RM 77 GB"}
    assert first["at"] == second["at"]


async def stored_words(shop: Counter) -> object:
    """What the database still has in the buyer's words."""
    return await scalar(
        shop.database,
        "select string_agg(concat_ws(' ', carrier, tracking), '') from order_return_proof",
    )


async def erase(shop: Counter) -> None:
    async with shop.database.session() as session:
        await ERASER.erase(session, Subject(EMAIL))


async def test_proof_reads_the_order_once_and_answers_what_is_stored(
    shop: Counter, desk: Desk
) -> None:
    await withdraw(shop, desk)
    first = (await prove(shop, desk)).json()["proof"]

    with noted(shop.app.state.database) as statements:
        corrected = await prove(shop, desk, tracking="RM 78 GB")

    assert len([each for each in statements if "orders.seller_name" in each]) == 1
    assert corrected.json()["proof"] == {**first, "tracking": "RM 78 GB"}
    assert (await desk.look())["return_proof"] == corrected.json()["proof"]


@guarded
async def test_link_of_an_erased_buyer_stores_no_words(
    shop: Counter, desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(rules, "proof_of", lambda _order, *said: ReturnProof(*said))
    await withdraw(shop, desk)
    await erase(shop)

    answer = await prove(shop, desk)

    assert answer.status_code == 200
    assert (await desk.look())["owed"]["withheld"]["amount"] == 0
    assert (await stored_words(shop) == "") is guard


@guarded
async def test_words_that_come_while_the_buyer_is_erased_are_erased(
    shop: Counter, desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """The lock on the orders."""
    if not guard:

        async def no_lock(session: Session, chosen: Select[tuple[UUID]]) -> list[UUID]:
            return list(await session.scalars(chosen))

        monkeypatch.setattr(queries.erasing, "_locked", no_lock)
    await withdraw(shop, desk)
    written, go_on = asyncio.Event(), asyncio.Event()
    store = queries.set_proof

    async def slow(*args: Any) -> None:
        await store(*args)
        written.set()
        await go_on.wait()

    monkeypatch.setattr(queries, "set_proof", slow)
    proving = asyncio.create_task(prove(shop, desk))
    await written.wait()
    erasing = asyncio.create_task(erase(shop))
    await until_somebody_waits(shop.database)
    go_on.set()
    await asyncio.gather(proving, erasing)

    assert (await stored_words(shop) == "") is guard


async def test_number_of_a_parcel_to_an_erased_buyer_is_not_stored(
    shop: Counter, seller: Seller, buyer: Buyer
) -> None:
    desk = await sold(shop, seller, buyer, ("SALT", 1))
    await execute(shop.database, "update orders set email = null, address = null")

    await desk.ship()

    (parcel,) = desk.order["shipments"]
    assert (parcel["carrier"], parcel["tracking"]) == ("Royal Mail", None)


async def test_words_about_an_erased_buyer_end_with_their_own_time(
    shop: Counter, desk: Desk
) -> None:
    """Also those that were stored before a proof of an erased order was emptied."""
    await withdraw(shop, desk)
    await prove(shop, desk)
    await desk.post("notes", {"text": "Anna called"})
    await execute(shop.database, "update orders set email = null, address = null")

    async def forget() -> list[object]:
        async with shop.database.session() as session:
            await orders.forget_old_buyers(session)
        notes = await scalar(shop.database, "select count(*) from order_note")
        return [notes, await stored_words(shop)]

    kept = await forget()
    await execute(shop.database, "update order_note set at = at - interval '4018 days'")
    await execute(shop.database, "update order_return_proof set at = at - interval '4018 days'")

    assert kept == [1, "Royal Mail RM 77 GB"]
    assert await forget() == [0, ""]


async def test_words_of_a_younger_proof_of_the_same_order_stay(shop: Counter, desk: Desk) -> None:
    await withdraw_from(shop, desk, ("SALT", 1))
    await prove(shop, desk)
    await withdraw_from(shop, desk, ("SALT", 1), after=1)
    await prove(shop, desk, tracking="RM 78 GB")
    await execute(
        shop.database,
        "update order_return_proof set at = at - interval '4018 days' where covers = 1",
    )

    async with shop.database.session() as session:
        await orders.forget_old_buyers(session)

    left = "select string_agg(tracking, ' ' order by covers) from order_return_proof"
    assert await scalar(shop.database, left) == "RM 78 GB"


@guarded
async def test_no_piece_is_sold_again_twice(
    shop: Counter,
    desk: Desk,
    product: Product,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    """By a return and by the refund of what had been sent."""
    if not guard:
        monkeypatch.setattr(rules.fulfilment, "check_back", lambda line, count: None)
        monkeypatch.setattr(rules.returns, "check_pieces", lambda line, back: None)
    await desk.take_back(("SALT", 2, 0, 2))
    second = await desk.refund(("SALT", 2, 2))
    third = await desk.take_back(("SALT", 2, 0, 1))

    assert (second.status_code == 409, third.status_code == 409) == (guard, guard)
    broken = await verify.broken(shop.database, shop.providers)
    assert any("no piece came back that was not sent" in each for each in broken) is not guard
    assert ((await stock_now(shop.database, product)).sold == 1) is guard


@guarded
async def test_two_who_take_back_at_once_take_back_once(
    shop: Counter, desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """The lock on the order."""
    if not guard:
        take_lock_out(monkeypatch)
    answers = await ask_twice(
        shop,
        monkeypatch,
        lambda: desk.take_back(("SALT", 3, 0, 0)),
        add="add_return",
        waits=guard,
    )

    assert sorted(answers) == ([200, 409] if guard else [200, 200])
    back = await scalar(shop.database, "select sum(quantity) from order_return_line")
    assert (int(str(back)) <= 3) is guard

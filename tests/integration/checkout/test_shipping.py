"""Parcels: what was sent, what is left, when it arrived, and who hears of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from showfloor.kit import clock, ids
from showfloor.orders import queries
from showfloor.orders import service as orders
from showfloor.orders.eraser import ERASER
from showfloor.orders.errors import WithdrawalTooLate
from showfloor.orders.models import OrderRow
from showfloor.orders.types import OrderFilter
from showfloor.privacy.types import Subject
from tests.integration.checkout.at_once import ask_twice, take_lock_out
from tests.integration.checkout.counter import EMAIL, SECRET, Buyer, Counter
from tests.integration.checkout.desk import Desk, as_merchant, sold
from tests.integration.checkout.shop import Seller, add_seller, execute, scalar
from tests.waiting import until_somebody_waits

guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])


@pytest.fixture
async def desk(shop: Counter, seller: Seller, buyer: Buyer) -> Desk:
    return await sold(shop, seller, buyer, ("SALT", 2), ("CLAY", 1))


async def test_order_is_sent_in_two_parcels(shop: Counter, desk: Desk) -> None:
    first = (await desk.ship(("SALT", 1))).json()
    second = (await desk.ship(carrier="DPD", tracking=None)).json()

    assert (first["fulfilment"], first["to_send"]) == ("part_sent", 2)
    assert (second["fulfilment"], second["to_send"], second["send_by"]) == ("sent", 0, None)
    one, rest = second["shipments"]
    assert (one["carrier"], one["tracking"]) == ("Royal Mail", "RM 1234 GB")
    assert [(part["sku"], part["quantity"]) for part in one["items"]] == [("SALT", 1)]
    assert (rest["carrier"], rest["tracking"]) == ("DPD", None)
    assert [part["quantity"] for part in rest["items"]] == [1, 1]
    told: Any = await scalar(
        shop.database,
        "select jsonb_agg(payload order by id) from outbox_event where kind = 'orders.shipped.v1'",
    )
    assert [(each["units"], each["is_complete"]) for each in told] == [(1, False), (2, True)]
    assert not any(word in str(told) for word in ("RM 1234", "Anna", EMAIL))


async def test_same_key_sends_once(shop: Counter, desk: Desk) -> None:
    first = await desk.ship(("SALT", 1), key="k" * 16)
    again = await desk.ship(("SALT", 1), key="k" * 16)
    other = await desk.ship(("SALT", 2), key="k" * 16)
    missing = await shop.client.post(f"{desk.path}/shipments", json={"carrier": "DPD"})

    assert first.json() == again.json()
    assert other.json()["code"] == "idempotency_conflict"
    assert missing.json()["code"] == "idempotency_key_required"
    assert await scalar(shop.database, "select count(*) from order_shipment") == 1


@pytest.mark.parametrize("lines", [[("SALT", 3)], [("VASE", 1)], [("SALT", 1), ("CLAY", 2)]])
async def test_pieces_that_are_not_there_are_not_sent(
    shop: Counter, desk: Desk, lines: list[tuple[str, int]]
) -> None:
    answer = await desk.ship(*lines)

    assert (answer.status_code, answer.json()["code"]) == (409, "shipment_invalid")
    assert await scalar(shop.database, "select count(*) from order_shipment") == 0
    assert (await desk.look())["to_send"] == 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"carrier": " "},
        {"carrier": "x" * 61},
        {"carrier": "DPD", "lines": []},
        {"carrier": "DPD", "lines": [{"sku": "SALT", "quantity": 1}] * 2},
    ],
)
async def test_malformed_parcel_is_refused(shop: Counter, desk: Desk, body: object) -> None:
    assert (await desk.post("shipments", body)).status_code == 422
    assert await scalar(shop.database, "select count(*) from order_shipment") == 0


@guarded
async def test_two_parcels_at_once_send_no_piece_twice(
    shop: Counter, desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """The lock on the order."""
    if not guard:
        take_lock_out(monkeypatch)
    statuses = await ask_twice(shop, monkeypatch, desk.ship, add="add_shipment", waits=guard)

    sent = await scalar(shop.database, "select sum(quantity) from order_shipment_line")
    assert (statuses, sent) == (([200, 409], 3) if guard else ([200, 200], 6))


async def test_arrival_is_said_once(desk: Desk) -> None:
    await desk.ship()
    parcel = desk.order["shipments"][0]["id"]
    early = {"at": "2026-01-01T00:00:00Z"}
    late = {"at": (clock.now() + timedelta(days=1)).isoformat()}

    refused = [(await desk.post(f"shipments/{parcel}/delivered", at)) for at in (early, late)]
    said = (await desk.post(f"shipments/{parcel}/delivered")).json()
    again = (await desk.post(f"shipments/{parcel}/delivered")).json()
    missing = await desk.post(f"shipments/shp_{'0' * 32}/delivered")

    assert [answer.json()["code"] for answer in refused] == ["delivery_invalid"] * 2
    assert said["fulfilment"] == "delivered" and said["withdraw_until"]
    assert again == said
    assert missing.json()["code"] == "shipment_not_found"


def token_of(desk: Desk) -> str:
    return orders.page_token(SECRET.encode(), ids.parse("ord", desk.order_id))


@guarded
async def test_days_to_withdraw_end_after_the_last_parcel_arrived(
    shop: Counter, desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(orders.withdrawing, "may_withdraw", lambda order: True)
    await desk.ship()
    await desk.post(f"shipments/{desk.order['shipments'][0]['id']}/delivered")
    later = clock.now() + timedelta(days=18)

    with clock.use(lambda: later):
        try:
            async with shop.database.session() as session:
                await orders.withdraw(session, secret=SECRET.encode(), token=token_of(desk))
        except WithdrawalTooLate:
            pass

    assert ((await desk.look())["withdrawn_at"] is None) is guard


async def test_withdrawn_order_is_not_sent(shop: Counter, desk: Desk) -> None:
    async with shop.database.session() as session:
        await orders.withdraw(session, secret=SECRET.encode(), token=token_of(desk))

    answer = await desk.ship()

    assert (answer.status_code, answer.json()["code"]) == (409, "order_withdrawn")
    assert (await desk.look())["shipments"] == []


@guarded
async def test_order_that_is_withdrawn_while_the_parcel_waits_is_not_sent(
    shop: Counter, desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """The merchant's request has read the order and waits for its lock; without the lock it sends
    what the buyer withdraws from at that moment.
    """
    if not guard:
        take_lock_out(monkeypatch)
    async with shop.database.session() as session:
        await orders.withdraw(session, secret=SECRET.encode(), token=token_of(desk))
        await session.flush()
        sending = asyncio.create_task(desk.ship())
        if guard:
            await until_somebody_waits(shop.database)
        else:
            await sending
    answer = await sending

    assert answer.status_code == (409 if guard else 200)
    assert len((await desk.look())["shipments"]) == (0 if guard else 1)


async def test_what_was_read_before_the_lock_is_read_again_after_it(
    shop: Counter, desk: Desk
) -> None:
    """Also where somebody keeps the row, which the session would answer with otherwise."""
    order_id = ids.parse("ord", desk.order_id)
    async with shop.database.session() as session:
        kept = await session.get(OrderRow, order_id)
        await execute(shop.database, "update orders set withdrawn_at = now()")
        await queries.lock_order(session, order_id)
        order = await orders.find_order(session, order_id)

    assert kept is not None and order is not None and order.withdrawn_at is not None


async def found(shop: Counter, **query: object) -> list[str]:
    answer = await shop.client.get("/orders", params=query)
    return [order["id"] for order in answer.json()["items"]]


async def test_failed_refund_is_found_until_its_money_was_given_back(
    shop: Counter, seller: Seller, buyer: Buyer
) -> None:
    desks = [await sold(shop, seller, Buyer(shop), ("SALT", 2)) for _ in range(4)]
    first, gone, fine, _ = desks
    for desk in (first, gone, fine):
        await desk.refund(("SALT", 1, 0))
    async with shop.database.session() as session:
        await orders.withdraw(session, secret=SECRET.encode(), token=token_of(gone))
    for desk in (first, gone):
        refund_id = ids.parse("ref", (await desk.look())["refunds"][-1]["id"])
        async with shop.database.session() as session:
            await orders.fail_refund(session, refund_id)

    async def failed(**query: object) -> list[str]:
        return await found(shop, filter="refund_failed", **query)

    assert await failed() == [gone.order_id, first.order_id]
    assert await failed(limit=1) == [gone.order_id]
    assert await failed(limit=1, cursor=gone.order_id) == [first.order_id]
    assert await failed(q="nobody has bought this") == []
    counts = (await shop.client.get("/orders/counts")).json()["counts"]
    assert counts["refund_failed"] == 2

    await first.refund(amount=(await first.look())["reopened"]["amount"])

    assert await failed() == [gone.order_id]
    assert (await shop.client.get("/orders/counts")).json()["counts"]["refund_failed"] == 1


async def test_filters_agree_with_where_each_order_stands(
    shop: Counter, seller: Seller, buyer: Buyer
) -> None:
    waits, part, whole, back, gone = [
        await sold(shop, seller, Buyer(shop), ("SALT", 2)) for _ in range(5)
    ]
    await part.ship(("SALT", 1))
    await whole.ship()
    await back.post("cancel")
    async with shop.database.session() as session:
        await orders.withdraw(session, secret=SECRET.encode(), token=token_of(gone))
    week = clock.now() + timedelta(days=7)

    expected = {
        OrderFilter.ALL: [gone, back, whole, part, waits],
        OrderFilter.TO_SEND: [waits, part],
        OrderFilter.LATE: [],
        OrderFilter.PART_SENT: [part],
        OrderFilter.SENT: [whole],
        OrderFilter.REFUNDED: [back],
        OrderFilter.WITHDRAWN: [gone],
        OrderFilter.RETURNS: [gone],
        OrderFilter.REFUND_FAILED: [],
    }
    for which, desks in expected.items():
        assert await found(shop, filter=which.value) == [desk.order_id for desk in desks], which
    counts = (await shop.client.get("/orders/counts")).json()["counts"]
    assert counts == {which.value: len(desks) for which, desks in expected.items()}
    with clock.use(lambda: week):
        assert await found(shop, filter="late") == [waits.order_id, part.order_id]
        assert await found(shop, filter="to_send", limit=1) == [waits.order_id]
        next_page = {"filter": "to_send", "cursor": waits.order_id}
        assert await found(shop, **next_page) == [part.order_id]


async def test_orders_are_found_by_what_stands_on_them(shop: Counter, desk: Desk) -> None:
    await desk.ship(("SALT", 1), tracking="CE 482%019")
    order = desk.order

    for words in (order["number"], order["number"][3:], "anna ex", EMAIL.upper(), "clay", "482%0"):
        assert await found(shop, q=words) == [desk.order_id], words
    for words in ("Nobody", "482_0", "__"):
        assert await found(shop, q=words) == [], words


async def test_orders_of_a_period(shop: Counter, desk: Desk) -> None:
    placed = (await desk.look())["placed_at"]
    later = (clock.now() + timedelta(minutes=5)).isoformat()

    assert await found(shop, since=placed, until=later) == [desk.order_id]
    assert await found(shop, since=later) == await found(shop, until=placed) == []
    file = await shop.client.get("/orders", params={"since": later, "format": "csv"})
    assert len(file.text.splitlines()) == 1


async def test_spreadsheet_says_what_was_sent_and_given_back(shop: Counter, desk: Desk) -> None:
    await desk.ship(("SALT", 2))
    await desk.refund(("SALT", 1, 0))

    header, salt, clay = (await shop.client.get("/orders?format=csv")).text.splitlines()

    names = header.lstrip("\ufeff").split(",")
    rows = [dict(zip(names, row.split(","), strict=True)) for row in (salt, clay)]
    assert [row["state"] for row in rows] == ["part_sent"] * 2
    assert [(row["sent"], row["to_send"], row["refunded_pieces"]) for row in rows] == [
        ("2", "0", "1"),
        ("0", "1", "0"),
    ]
    sums = [(row["order_total"], row["order_refunded"]) for row in rows]
    assert sums == [("66.00", "22.00"), ("", "")]
    assert rows[0]["tracking"] == "RM 1234 GB"


async def test_notes_are_the_merchants_alone(shop: Counter, desk: Desk) -> None:
    await desk.post("notes", {"text": "Pack on Wednesday"})
    answer = await desk.post("notes", {"text": " Fragile\n\n\n\nreally "})

    assert [note["text"] for note in answer.json()["notes"]] == [
        "Pack on Wednesday",
        "Fragile\n\nreally",
    ]
    assert (await desk.post("notes", {"text": " "})).status_code == 422
    as_merchant(shop, await add_seller(shop.database, "zafralune", "ZL"))
    assert (await shop.client.get(f"{desk.path}/notes")).json()["code"] == "order_not_found"
    assert (await desk.post("notes", {"text": "Mine"})).json()["code"] == "order_not_found"


async def test_erased_buyer_leaves_no_tracking_and_no_notes(shop: Counter, desk: Desk) -> None:
    await desk.ship()
    await desk.post("notes", {"text": "Anna is nice"})

    async with shop.database.session() as session:
        await ERASER.erase(session, Subject(EMAIL))

    order = await desk.look()
    assert order["buyer"] is None and order["shipments"][0]["tracking"] is None
    assert (await shop.client.get(f"{desk.path}/notes")).json() == {"notes": []}

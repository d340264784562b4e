"""From what happens in the shop to what its merchant's system hears, verified by the reference
library.
"""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from standardwebhooks import WebhookVerificationError

from showfloor.kit import clock, ids
from showfloor.kit.outbox import publish
from showfloor.ledger.events import PayoutSent
from showfloor.shows.events import ShowEnded, ShowWentLive
from showfloor.stock import service as stock
from showfloor.webhooks import service
from tests.integration.checkout.desk import Desk
from tests.integration.checkout.shop import execute, line, scalar, take
from tests.integration.webhooks.conftest import (
    ALL,
    ORDER_LATER,
    Shop,
    show_name,
    variant_of,
    verified,
)
from tests.statements import noted


async def test_a_purchase_arrives_signed_with_what_is_left(shop: Shop) -> None:
    webhook = await shop.add("order.paid", "stock.changed")
    order = await shop.buy()
    await shop.hear()
    await shop.send()

    heard = await shop.there.until_heard(2)
    told = {content["type"]: content for content in (verified(h, webhook["secret"]) for h in heard)}
    paid = told["order.paid"]["data"]
    listed = (await shop.ask("GET", "/orders")).json()["items"]
    assert [paid] == listed
    assert (paid["id"], paid["total"]) == (order["id"], {"amount": 2200, "currency": "GBP"})
    assert told["stock.changed"]["data"] == {
        "sku": "SALT",
        "product_id": ids.encode("prod", shop.product.id),
        "in_stock": 2,
        "held": 0,
        "version": 2,
    }
    assert {h.headers["content-type"] for h in heard} == {"application/json"}
    assert [line["state"] for line in await shop.log(webhook)] == ["delivered", "delivered"]


async def test_nothing_about_the_buyer_is_sent_or_stored(shop: Shop) -> None:
    await shop.add()
    await shop.buy()
    await shop.hear()
    await shop.send()

    everything = "".join(heard.body.decode() for heard in await shop.there.until_heard(2))
    stored = str(await scalar(shop.database, "select string_agg(body, '') from webhook_message"))
    for text in ("anna", "High Street", "N1 1AA"):
        assert text.lower() not in (everything + stored).lower()


async def test_another_secret_does_not_verify(shop: Shop) -> None:
    """The twin: the library would not accept just anything."""
    webhook = await shop.add()
    await shop.ask("POST", f"/webhooks/{webhook['id']}/test")
    await shop.send()

    (heard,) = await shop.there.until_heard(1)
    with pytest.raises(WebhookVerificationError):
        verified(heard, "whsec_" + "QUFB" * 8)
    with pytest.raises(WebhookVerificationError):
        verified(type(heard)("POST", "/", heard.headers, heard.body + b" "), webhook["secret"])


async def test_a_show_is_announced_to_those_whose_goods_it_shows(shop: Shop) -> None:
    webhook = await shop.add("show.started", "show.ended")
    other = await shop.api.post(
        "/webhooks", json={"url": shop.there.url, "events": ALL}, headers=shop.foreign
    )
    assert other.status_code == 201
    async with shop.database.session() as session:
        await publish(session, ShowWentLive(shop.counter.show_id, clock.now()))
        await publish(session, ShowEnded(shop.counter.show_id, clock.now()))
    await shop.hear()
    await shop.send()

    heard = [verified(each, webhook["secret"]) for each in await shop.there.until_heard(2)]
    assert sorted(each["type"] for each in heard) == ["show.ended", "show.started"]
    for each in heard:
        assert each["data"]["id"] == show_name(shop)
        assert each["data"]["product_ids"] == [ids.encode("prod", shop.product.id)]
    assert len(shop.there.heard) == 2


async def test_a_product_is_sold_out_once_until_there_is_more(shop: Shop) -> None:
    webhook = await shop.add("product.sold_out")
    for sku, pieces in (("SALT", 2), ("SALT", 1), ("CLAY", 2), ("CLAY", 1)):
        await shop.buy(sku, pieces)
        await shop.hear()
    await count(shop, "SALT", 3)

    async def told() -> int:
        await shop.send()
        assert {verified(h, webhook["secret"])["type"] for h in shop.there.heard} == {
            "product.sold_out"
        }
        return len(shop.there.heard)

    assert await told() == 1
    await count(shop, "SALT", 4)
    assert await told() == 1
    await shop.buy("SALT", 1)
    await shop.hear()
    assert await told() == 2


async def count(shop: Shop, sku: str, on_hand: int) -> None:
    async with shop.database.session() as session:
        await stock.set_on_hand(
            session,
            person=shop.seller.person,
            variant_id=variant_of(shop, sku),
            on_hand=on_hand,
        )
    await shop.hear()


@pytest.mark.parametrize("skus", [("CLAY",), ("CLAY", "SALT")])
async def test_counts_that_nobody_listens_to_are_four_statements(
    shop: Shop, skus: tuple[str, ...]
) -> None:
    await shop.add("order.paid")
    variants = [variant_of(shop, sku) for sku in skus]

    async with shop.database.session() as session:
        with noted(shop.database) as statements:
            await service.note_stock(session, variant_ids=variants)

    assert len(statements) == 4


async def test_counts_that_are_a_message_look_up_their_goods_once(shop: Shop) -> None:
    await shop.add("stock.changed")

    async with shop.database.session() as session:
        with noted(shop.database) as statements:
            await service.note_stock(session, variant_ids=[variant_of(shop, "CLAY")])

    assert len(statements) == 8


async def test_counted_stock_is_a_message_too(shop: Shop) -> None:
    webhook = await shop.add("stock.changed")
    await count(shop, "CLAY", 9)
    await shop.send()

    (heard,) = await shop.there.until_heard(1)
    assert verified(heard, webhook["secret"])["data"]["in_stock"] == 9


async def test_stock_cut_below_what_is_held_is_told_at_once(shop: Shop) -> None:
    webhook = await shop.add("stock.short")
    variant_id = variant_of(shop, "SALT")
    seller = shop.seller.person
    await count(shop, "SALT", 3)
    await take(shop.database, line(shop.product, 2), scope=ids.new())

    async with shop.database.session() as session:
        await stock.report_sale(
            session, person=seller, variant_id=variant_id, quantity=2, reference="shop-1"
        )
    await shop.hear()
    await shop.send()

    (heard,) = await shop.there.until_heard(1)
    facts = verified(heard, webhook["secret"])["data"]
    assert (facts["sku"], facts["short"], facts["held"]) == ("SALT", 1, 2)


async def test_an_event_that_is_handed_out_twice_makes_one_message(shop: Shop) -> None:
    webhook = await shop.add("order.paid")
    await shop.buy()
    await shop.hear()
    await execute(shop.database, "update outbox_event set done_at = null")
    await shop.hear()
    await shop.send()

    assert len(await shop.log(webhook)) == 1
    assert len(await shop.there.until_heard(1)) == 1


async def test_where_nobody_listens_nothing_is_written(shop: Shop) -> None:
    webhook = await shop.add("order.paid")
    await shop.ask("PATCH", f"/webhooks/{webhook['id']}", {"on": False})
    await shop.buy()
    await shop.hear()

    assert await scalar(shop.database, "select count(*) from webhook_message") == 0


async def test_the_secret_before_the_newest_signs_for_a_day_too(shop: Shop) -> None:
    webhook = await shop.add()
    newer = (await shop.ask("POST", f"/webhooks/{webhook['id']}/secret")).json()
    await shop.ask("POST", f"/webhooks/{webhook['id']}/test")
    await shop.send()

    (heard,) = await shop.there.until_heard(1)
    assert len(heard.headers["webhook-signature"].split(" ")) == 2
    assert verified(heard, webhook["secret"]) == verified(heard, newer["secret"])

    await execute(shop.database, "update webhook_endpoint set previous_until = now()")
    await shop.ask("POST", f"/webhooks/{webhook['id']}/test")
    await shop.send()
    later = (await shop.there.until_heard(2))[1]
    assert verified(later, newer["secret"])["type"] == "webhook.test"
    with pytest.raises(WebhookVerificationError):
        verified(later, webhook["secret"])


async def test_no_secret_is_stored_in_the_clear(shop: Shop) -> None:
    webhook = await shop.add()
    stored = await scalar(shop.database, "select secret from webhook_endpoint")
    assert isinstance(stored, bytes)
    assert webhook["secret"].encode() not in stored
    listed = json.dumps((await shop.ask("GET", "/webhooks")).json())
    assert "whsec_" not in listed


async def test_messages_are_kept_for_thirty_days(shop: Shop) -> None:
    webhook = await shop.add()
    await shop.ask("POST", f"/webhooks/{webhook['id']}/test")
    for days, left in ((29, 1), (31, 0)):
        now = clock.now()
        with clock.use(lambda now=now, days=days: now + timedelta(days=days)):  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
            async with shop.database.session() as session:
                await service.forget_old(session)
        assert len(await shop.log(webhook)) == left


async def test_parcel_refund_and_cancellation_are_told_in_order(shop: Shop) -> None:
    webhook = await shop.add(*ORDER_LATER)
    order = await shop.buy(quantity=2)
    desk = Desk(shop.counter, order["id"], shop.key)
    await desk.ship(("SALT", 1))
    await desk.refund(amount=50)
    await desk.post("cancel")
    await shop.hear()
    await shop.hear()
    await shop.send()

    heard = [verified(each, webhook["secret"]) for each in await shop.there.until_heard(4)]
    told = {(each["type"], each["data"].get("cause")): each["data"] for each in heard}
    parcel = told["order.shipped", None]
    assert (parcel["carrier"], parcel["is_complete"]) == ("Royal Mail", False)
    assert [(each["sku"], each["quantity"]) for each in parcel["items"]] == [("SALT", 1)]
    assert told["order.refunded", "refund"]["amount"] == {"amount": 50, "currency": "GBP"}
    assert told["order.refunded", "refund"]["items"] == []
    gone, money = told["order.cancelled", None], told["order.refunded", "cancel"]
    assert gone["refund_id"] == money["refund_id"]
    assert [each["quantity"] for each in gone["items"]] == [1] and money["items"] == gone["items"]
    assert money["amount"]["amount"] == 2200
    listed = (await shop.ask("GET", "/orders")).json()["items"]
    assert [data["order"] for data in told.values()] == listed * 4
    stored = str(await scalar(shop.database, "select string_agg(body, '') from webhook_message"))
    for text in ("RM 1234 GB", "anna", "High Street"):
        assert text.lower() not in stored.lower()


async def test_goods_that_came_back_are_told_once_without_the_buyer(shop: Shop) -> None:
    webhook = await shop.add("order.returned")
    order = await shop.buy(quantity=2)
    desk = Desk(shop.counter, order["id"], shop.key)
    await desk.ship()
    for _ in range(2):
        answer = await desk.take_back(("SALT", 2, 1, 1), lost=50, key="k" * 16)
        assert answer.status_code == 200
    await shop.hear()
    await shop.send()

    (heard,) = [verified(each, webhook["secret"]) for each in await shop.there.until_heard(1)]
    facts = heard["data"]
    (returned,) = (await desk.look())["returns"]
    assert heard["type"] == "order.returned"
    assert facts["items"] == returned["items"] and facts["return_id"] == returned["id"]
    assert facts["value_lost"] == {"amount": 50, "currency": "GBP"}
    assert facts["order"] == (await shop.ask("GET", "/orders")).json()["items"][0]
    stored = str(await scalar(shop.database, "select string_agg(body, '') from webhook_message"))
    assert "anna" not in stored.lower() and "RM 1234" not in stored


async def test_refund_that_is_only_promised_is_told_to_nobody(shop: Shop) -> None:
    webhook = await shop.add(*ORDER_LATER)
    order = await shop.buy()
    await execute(shop.database, "update payment set state = 'declined'")
    desk = Desk(shop.counter, order["id"], shop.key)
    await desk.refund()
    await shop.hear()
    await shop.send()

    assert desk.order["refunds"][0]["state"] == "promised"
    assert await shop.log(webhook) == []


async def test_a_payout_is_told_to_the_seller_whose_it_is(shop: Shop) -> None:
    webhook = await shop.add("payout.sent")
    payout_id = ids.new()
    async with shop.database.session() as session:
        for merchant_id in (ids.new(), shop.seller.merchant.id):
            await publish(session, PayoutSent(payout_id, merchant_id, "GBP", 2032, clock.now()))
    await shop.hear()
    await shop.send()

    (heard,) = await shop.there.until_heard(1)
    content = verified(heard, webhook["secret"])
    assert content["type"] == "payout.sent"
    assert content["data"] == {
        "payout_id": ids.encode("po", payout_id),
        "amount": {"amount": 2032, "currency": "GBP"},
    }

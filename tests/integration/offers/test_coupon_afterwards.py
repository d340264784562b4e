"""What follows from a coupon elsewhere: books, receipt, lists, the end of the show, followers."""

from __future__ import annotations

from uuid import UUID

import httpx2
import pytest

from showfloor.app import verify, wiring
from showfloor.kit import ids, messages
from showfloor.kit.db import Database
from showfloor.kit.outbox import Dispatcher
from showfloor.notices import service as notices
from showfloor.orders import service as orders
from tests.integration.checkout.desk import Desk
from tests.integration.checkout.shop import execute, scalar
from tests.integration.notices.postbox import postbox
from tests.integration.notices.test_mails import _NO_OWNER_READS, OFFICE
from tests.integration.offers.conftest import Hall
from tests.integration.offers.coupons import (
    Claimer,
    claimer,
    counts,
    open_coupon,
    plan,
    viewer_token,
)


async def bought(hall: Hall) -> Claimer:
    """Two mugs for 46.00 instead of 50.00."""
    coupon = await open_coupon(hall)
    anna = await claimer(hall)
    await anna.claim(coupon)
    assert (await anna.buy(("MUG-1", 2))).json()["status"] == "paid"
    return anna


async def hear(database: Database) -> None:
    """What the worker does with events."""
    dispatcher = Dispatcher(database)
    wiring.connect_worker(dispatcher)
    while await dispatcher.drain():
        pass


async def test_commission_is_of_what_was_paid(hall: Hall, database: Database) -> None:
    terms = {
        "merchant_id": ids.encode("mer", hall.floor.products[0].merchant_id),
        "creator_id": ids.encode("cre", hall.floor.show.host_creator_id),
        "rate": 1000,
    }
    offered = await hall.ask("POST", "/commissions", hall.seller, json=terms)
    agreement = offered.json()["agreements"][0]["id"]
    agreed = await hall.ask("POST", f"/commissions/{agreement}/agree", hall.host)
    assert agreed.status_code == 200, agreed.text
    anna = await bought(hall)
    order_id = ids.encode("ord", UUID(str(await scalar(database, "select id from orders"))))

    await hear(database)
    refunded = await Desk(anna.buyer.counter, order_id, hall.seller).refund(("MUG-1", 1, 1))
    await hear(database)

    assert refunded.json()["refunds"][0]["amount"]["amount"] == 2300
    entries = (await hall.ask("GET", "/ledger/entries", hall.seller)).json()["items"]
    shares = [
        (each["amount"]["amount"], each["base"]["amount"])
        for each in entries
        if each["kind"] == "commission"
    ]
    assert shares == [(-460, 4600)]
    assert await verify.broken(database, hall.app.state.checkout.providers) == []


async def test_receipt_and_lists_say_what_came_off(hall: Hall, database: Database) -> None:
    await bought(hall)
    order_id = UUID(str(await scalar(database, "select id from orders")))

    async with database.session() as session:
        order = await orders.find_order(session, order_id)
        assert order is not None
        papers = [await orders.write_receipt(session, order, lang) for lang in ("en", "ar")]
    [listed] = (await hall.ask("GET", "/orders", hall.seller)).json()["items"]
    file = (await hall.ask("GET", "/orders?format=csv", hall.seller)).text.splitlines()

    for paper, name in zip(papers, ("Slow morning", "صباح هادئ"), strict=True):
        rows = [row for block in paper.blocks for row in block.rows]
        assert any(name in row.text for row in rows)
    [item] = listed["items"]
    assert [item[key]["amount"] for key in ("full", "discount", "total")] == [5000, 400, 4600]
    assert file[0].endswith(",discount") and file[1].endswith(",4.00")


async def test_show_that_ends_takes_its_coupon_along(hall: Hall, database: Database) -> None:
    coupon = await open_coupon(hall)
    planned = (await plan(hall)).json()["id"]
    anna, late = await claimer(hall), await claimer(hall)
    await anna.claim(coupon)
    ended = await hall.ask("POST", f"/shows/{hall.show}/end", hall.host)
    assert ended.status_code == 200, ended.text

    await hear(database)

    assert (await late.claim(coupon)).json()["code"] == "coupon_ended"
    assert await counts(hall) == [("closed", 1, 0, 5)]
    again = await hall.ask("POST", f"/coupons/{planned}/open", hall.host)
    assert again.json()["code"] == "coupon_state_conflict"


async def test_follower_claims_on_one_device_and_finds_it_on_another(hall: Hall) -> None:
    coupon = await open_coupon(hall, followers=True)
    headers = {"X-Viewer-Token": await viewer_token(hall, "anna@example.com")}

    async def claim() -> httpx2.Response:
        key = {"Idempotency-Key": ids.secret()}
        path = f"/api/v1/coupons/{coupon}/claims"
        return await hall.client.post(path, headers={**headers, **key})

    refused = await claim()
    creator = ids.encode("cre", hall.floor.show.host_creator_id)
    followed = await hall.client.put(f"/api/v1/viewer/follows/{creator}", headers=headers)
    assert followed.status_code == 204, followed.text
    claimed, elsewhere = await claim(), await claim()
    shown = await hall.client.get(f"/api/v1/shows/{hall.show}/coupon", headers=headers)
    stranger = await hall.client.get(f"/api/v1/shows/{hall.show}/coupon")

    assert refused.json()["code"] == "coupon_not_for_you_yet"
    assert refused.json()["needs"] == "follow"
    assert claimed.json()["token"] == elsewhere.json()["token"]
    assert shown.json()["coupon"]["claim"]["token"] == claimed.json()["token"]
    assert stranger.json()["coupon"]["claim"] is None
    assert await counts(hall) == [("open", 1, 0, 5)]


@pytest.mark.parametrize(
    ("lang", "line", "less"),
    [("en", "Show coupon Slow morning", "£4.00"), ("ar", "قسيمة العرض صباح هادئ", "4.00")],
)
async def test_mail_says_what_came_off_and_its_terms(
    hall: Hall, database: Database, lang: str, line: str, less: str
) -> None:
    coupon = await open_coupon(hall)
    anna = await claimer(hall)
    anna.buyer.counter.client.headers["Accept-Language"] = lang
    await anna.claim(coupon)
    await anna.buy(("MUG-1", 2))
    await execute(database, _NO_OWNER_READS)
    await hear(database)

    async with postbox() as box:
        await notices.send_due(database, box.mailer(seconds=5), OFFICE)
        [mail] = box.taken

    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        text = body.get_content()
        assert line in text and less in text
        assert messages.translate(lang, "coupon_terms.quota", quota=6) in text

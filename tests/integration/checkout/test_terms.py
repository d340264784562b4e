"""What a seller lays down: read before ordering, kept with the order, followed by withdrawal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from showfloor.catalog import service as catalog
from showfloor.catalog.types import Product
from showfloor.checkout.service import contact, holds
from showfloor.identity.errors import Forbidden
from showfloor.kit import ids
from showfloor.markets.types import NoWithdrawal
from showfloor.merchants import service as merchants
from showfloor.merchants.errors import TermsInvalid
from showfloor.merchants.types import SellerTerms, TermsKind, TermsName, TermsText
from showfloor.notices.types import Mail, MailKind
from showfloor.notices.views import Office, letter_of
from showfloor.orders import service as orders
from showfloor.orders.errors import WithdrawalExcluded, WithdrawnOrder
from showfloor.orders.service import Parcel
from showfloor.orders.types import OrderFilter, OrderSearch
from tests.integration.checkout.counter import SECRET, Buyer, Counter
from tests.integration.checkout.shop import Seller, person, scalar

OFFICE = Office("https://shop.example", b"s" * 32, "shop.example")


def said(english: str, url: str = "") -> dict[str, TermsText]:
    return {
        "en": {"text": english, "url": ""},
        "ar": {"text": "", "url": url} if url else {"text": f"«{english}»", "url": ""},
    }


async def lay_down(
    shop: Counter, seller: Seller, english: str, kind: TermsKind = TermsKind.RETURNS
) -> SellerTerms:
    async with shop.database.session() as session:
        terms = await merchants.set_terms(
            session,
            person=seller.person,
            merchant_id=seller.merchant.id,
            kind=kind,
            words=said(english),
        )
    shop.app.state.checkout.shelf._loading.clear()
    return terms


async def except_from(
    shop: Counter, seller: Seller, product: Product, exception: NoWithdrawal
) -> None:
    async with shop.database.session() as session:
        await catalog.set_no_withdrawal(
            session, person=seller.person, product_id=product.id, exception=exception
        )
    shop.app.state.checkout.shelf._loading.clear()


async def quote(shop: Counter, buyer: Buyer, country: str = "GB") -> dict[str, Any]:
    answer = await buyer.ask("GET", f"/holds/{buyer.hold['id']}/quote?country={country}")
    return dict(answer.json()["sellers"][0])


async def ordered(shop: Counter) -> UUID:
    order_id = await scalar(shop.database, "select id from orders order by id desc limit 1")
    assert isinstance(order_id, UUID)
    return order_id


async def test_version_that_was_read_stays_with_the_order(
    shop: Counter, buyer: Buyer, seller: Seller
) -> None:
    first = await lay_down(shop, seller, "Thirty days")
    await lay_down(shop, seller, "Ours", TermsKind.TERMS)
    await buyer.reserve(("SALT", 1))

    async with shop.database.session() as session:
        names = (await merchants.terms_of(session, [seller.merchant.id]))[seller.merchant.id]
    # A purchase does not load the texts, which may be fifty thousand characters each.
    assert {type(each) for each in names} == {TermsName}
    shown = await quote(shop, buyer)
    assert [each["kind"] for each in shown["terms"]] == ["terms", "returns"]
    assert shown["terms"][1]["page"] == f"/terms/{ids.encode('trm', first.id)}"

    await buyer.give_details(terms=[each["id"] for each in shown["terms"]])
    assert (await buyer.pay()).json()["status"] == "paid"
    second = await lay_down(shop, seller, "Fourteen days")
    assert (second.version, second.since >= first.since) == (2, True)

    async with shop.database.session() as session:
        order = await orders.find_order(session, await ordered(shop))
        assert order is not None
        kept = await merchants.get_terms(session, order.terms)
    assert [each.words["en"]["text"] for each in kept] == ["Ours", "Thirty days"]
    mail = Mail(ids.new(), MailKind.ORDER_CONFIRMED, order.id, order.id, order.placed_at, 1)
    letter = letter_of(mail, order, OFFICE, kept)
    assert "Thirty days" in letter.text and "Thirty days" in letter.html
    assert "Fourteen days" not in letter.text


async def test_terms_that_changed_meanwhile_are_not_agreed_to(
    shop: Counter, buyer: Buyer, seller: Seller
) -> None:
    read = await lay_down(shop, seller, "Thirty days")
    await buyer.reserve(("SALT", 1))
    await lay_down(shop, seller, "No returns at all")

    refused = await buyer.give_details(terms=[ids.encode("trm", read.id)])

    assert (refused.status_code, refused.json()["code"]) == (409, "terms_changed")
    assert await scalar(shop.database, "select count(*) from checkout") == 0


async def test_without_the_guard_a_buyer_agrees_to_what_nobody_showed(
    shop: Counter, buyer: Buyer, seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(contact, "_check_read", lambda checkout, read: None)
    read = await lay_down(shop, seller, "Thirty days")
    await buyer.reserve(("SALT", 1))
    newer = await lay_down(shop, seller, "No returns at all")

    assert (await buyer.give_details(terms=[ids.encode("trm", read.id)])).status_code == 201
    assert newer.id.hex in str(await scalar(shop.database, "select sellers from checkout"))


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_other_quantity_does_not_agree_to_newer_terms(
    shop: Counter, buyer: Buyer, seller: Seller, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(holds, "_as_read", lambda agreed, before: replace(agreed, id=before.id))
    read = await lay_down(shop, seller, "Thirty days")
    await buyer.reserve(("SALT", 1))
    await buyer.give_details(terms=[ids.encode("trm", read.id)])
    newer = await lay_down(shop, seller, "No returns at all")

    lines = {"lines": [{"sku": "SALT", "quantity": 2}]}
    changed = await buyer.ask("PATCH", f"/holds/{buyer.hold['id']}", lines)

    assert changed.status_code == 200
    stored = str(await scalar(shop.database, "select sellers from checkout"))
    assert (read.id.hex in stored, newer.id.hex in stored) == (guard, not guard)


async def test_terms_are_history(shop: Counter, seller: Seller) -> None:
    terms = await lay_down(shop, seller, "Thirty days")
    assert await lay_down(shop, seller, "Thirty days") == terms

    for change in ("update seller_terms set version = 9", "delete from seller_terms"):
        with pytest.raises(IntegrityError, match="terms are history"):
            async with shop.database.session() as session:
                await session.execute(text(change))
    async with shop.database.session() as session:
        with pytest.raises(Forbidden):
            await merchants.set_terms(
                session,
                person=person(ids.new()),
                merchant_id=seller.merchant.id,
                kind=TermsKind.TERMS,
                words=said("Mine"),
            )
        for words in (
            {"en": said("x")["en"]},
            said("x", "http://plain.example"),
            said("x", "javascript:alert(1)"),
            said(" "),
            {**said("x"), "en": TermsText(text="x", url="https://both.example")},
        ):
            with pytest.raises(TermsInvalid):
                await merchants.set_terms(
                    session,
                    person=seller.person,
                    merchant_id=seller.merchant.id,
                    kind=TermsKind.TERMS,
                    words=words,
                )
    assert await scalar(shop.database, "select count(*) from seller_terms") == 1


async def test_exception_is_said_before_ordering_where_the_law_knows_it(
    shop: Counter, buyer: Buyer, seller: Seller, product: Product
) -> None:
    await except_from(shop, seller, product, NoWithdrawal.MADE_TO_MEASURE)
    await buyer.reserve(("SALT", 1))

    (told,) = (await quote(shop, buyer))["exceptions"]
    assert (told["sku"], told["lost_later"]) == ("SALT", False)
    assert "nobody can withdraw" in told["words"]["en"]
    assert (await quote(shop, buyer, "US"))["exceptions"] == []


async def test_nobody_withdraws_from_what_was_excepted(
    shop: Counter, buyer: Buyer, seller: Seller, product: Product
) -> None:
    await except_from(shop, seller, product, NoWithdrawal.PERISHABLE)
    await buyer.up_to_details(("SALT", 1))
    await buyer.pay()
    order_id = await ordered(shop)
    token = orders.page_token(SECRET.encode(), order_id)

    path = f"/orders/{ids.encode('ord', order_id)}/withdrawal"
    refused = await shop.client.post(path, json={"token": token})

    assert (refused.status_code, refused.json()["code"]) == (409, "withdrawal_excluded")
    assert await scalar(shop.database, "select withdrawn_at from orders") is None
    # What the seller says of the goods later changes nothing for who bought them before.
    await except_from(shop, seller, product, NoWithdrawal.SEALED_HYGIENE)
    async with shop.database.session() as session:
        with pytest.raises(WithdrawalExcluded):
            await orders.withdraw(session, secret=SECRET.encode(), token=token)


async def test_without_the_guard_perishable_goods_would_come_back(
    shop: Counter,
    buyer: Buyer,
    seller: Seller,
    product: Product,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin: what the law says is forgotten between the page and the order."""
    await except_from(shop, seller, product, NoWithdrawal.PERISHABLE)
    monkeypatch.setattr("showfloor.orders.types.agreed.LOST_LATER", tuple(NoWithdrawal))
    await buyer.up_to_details(("SALT", 1))
    await buyer.pay()
    secret = SECRET.encode()
    token = orders.page_token(secret, await ordered(shop))

    async with shop.database.session() as session:
        await orders.withdraw(session, secret=secret, token=token)

    assert await scalar(shop.database, "select withdrawn_at from orders") is not None


async def test_token_of_another_order_withdraws_nothing(shop: Counter, buyer: Buyer) -> None:
    await buyer.up_to_details(("SALT", 1))
    await buyer.pay()
    order_id = await ordered(shop)
    path = f"/orders/{ids.encode('ord', order_id)}/withdrawal"
    secret = SECRET.encode()

    for token in ("guessed", orders.page_token(secret, ids.new())):
        assert (await shop.client.post(path, json={"token": token})).status_code == 404
    assert await scalar(shop.database, "select withdrawn_at from orders") is None
    mine = {"token": orders.page_token(secret, order_id)}
    first = await shop.client.post(path, json=mine)
    again = await shop.client.post(path, json=mine)
    assert (first.status_code, first.json()) == (200, again.json())
    assert first.json()["order_id"] == ids.encode("ord", order_id)


async def test_goods_that_stay_are_sent_and_paid_while_the_others_come_back(
    shop: Counter, buyer: Buyer, seller: Seller
) -> None:
    """An order of which one line is an exception: the buyer withdraws from the other."""
    await buyer.up_to_details(("SALT", 2), ("CLAY", 1))
    await buyer.pay()
    order_id = await ordered(shop)
    async with shop.database.session() as session:
        await session.execute(
            text("update order_line set no_withdrawal = 'made_to_measure' where sku = 'CLAY'")
        )
    secret = SECRET.encode()
    async with shop.database.session() as session:
        token = orders.page_token(secret, order_id)
        await orders.withdraw(session, secret=secret, token=token)
    waiting = OrderSearch(OrderFilter.TO_SEND)
    everything = Parcel(None, "Post", None, "k1", b"r")
    salt = Parcel({"SALT": 1}, "Post", None, "k2", b"r")

    async with shop.database.session() as session:
        page = await orders.list_own_orders(session, person=seller.person, wanted=waiting)
        assert [each.id for each in page.orders] == [order_id]
        with pytest.raises(WithdrawnOrder):
            await orders.ship(session, person=seller.person, order_id=order_id, parcel=salt)
        sent = await orders.ship(
            session, person=seller.person, order_id=order_id, parcel=everything
        )
        assert [each.pieces for each in sent.shipments] == [{1: 1}]
        page = await orders.list_own_orders(session, person=seller.person, wanted=waiting)
        assert page.orders == ()

    mail = Mail(ids.new(), MailKind.WITHDRAWAL_RECEIVED, order_id, order_id, sent.placed_at, 1)
    words = letter_of(mail, sent, OFFICE).text
    assert "£44.00" in words and "£66.00" not in words

"""What a buyer who withdrew reads: where the goods go, what came back, what is due."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from showfloor.identity.types import GrantKind
from showfloor.merchants import service as merchants
from showfloor.merchants.types import Identity, ReturnPayer, TermsKind, TermsText
from showfloor.orders import service as orders
from showfloor.orders.eraser import ERASER
from showfloor.privacy.types import Subject
from tests.integration.checkout.counter import EMAIL
from tests.integration.checkout.desk import Desk
from tests.integration.checkout.shop import scalar
from tests.integration.notices.test_mails import ALL, Shop, own_guesses, shop
from tests.integration.notices.test_parcels import bought, posted, said
from tests.people import add_person
from tests.statements import noted

__all__ = ["own_guesses", "shop"]
LOAMWICK: Identity = {
    "company": "Loamwick Ltd",
    "address": "1 Kiln Lane, Leeds",
    "email": "care@loamwick.example",
    "phone": "+44 113 496 0100",
    "registration": "Companies House 01234567",
    "vat": "",
}
WORDS: dict[str, TermsText] = {lang: {"text": "30 days", "url": ""} for lang in ("en", "ar")}


async def said_before(shop: Shop, payer: ReturnPayer, address: str) -> None:
    async with shop.database.session() as session:
        await merchants.set_identity(session, slug=shop.slug, identity=LOAMWICK)
        person = await add_person(session, "Zoe", (GrantKind.MERCHANT, shop.merchant))
        await merchants.set_terms(
            session,
            person=person,
            merchant_id=shop.merchant,
            kind=TermsKind.RETURNS,
            words=WORDS,
            way_back={"payer": payer, "address": address},
        )


async def withdrawn(shop: Shop, language: str = "en") -> tuple[Desk, str]:
    """Sent and withdrawn from."""
    desk, page = await bought(shop, language)
    await desk.ship()
    assert (await shop.client.post(f"{page}/withdrawal", data=ALL)).status_code == 303
    return desk, page


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize(
    ("language", "pays"),
    [("en", "You pay for sending"), ("ar", "تتحمّل أنت تكلفة")],
)
async def test_buyer_reads_where_the_goods_go_and_who_pays(
    shop: Shop, language: str, pays: str
) -> None:
    await said_before(shop, ReturnPayer.BUYER, "Returns, Dock 4\nLeeds LS1 4AB")
    _, page = await withdrawn(shop, language)

    html = (await shop.client.get(page)).text
    withdrawal = (await posted(shop))[-1]

    for text in (plain(html), said(withdrawal, "plain"), plain(said(withdrawal, "html"))):
        assert "Returns, Dock 4" in text and pays in text


async def test_where_nothing_was_said_the_seller_pays_and_its_own_address_stands(
    shop: Shop,
) -> None:
    async with shop.database.session() as session:
        await merchants.set_identity(session, slug=shop.slug, identity=LOAMWICK)
    _, page = await withdrawn(shop)
    # What is said afterwards takes nothing away.
    await said_before(shop, ReturnPayer.BUYER, "")

    text = plain((await shop.client.get(page)).text)

    assert "1 Kiln Lane, Leeds" in text
    assert "The seller pays for sending" in text and "You pay for sending" not in text


async def test_way_back_is_read_without_the_words_of_the_terms(shop: Shop) -> None:
    """They may be fifty thousand characters each, in two languages."""
    await said_before(shop, ReturnPayer.BUYER, "Dock 4")
    _, page = await withdrawn(shop)
    order_id = await scalar(shop.database, "select id from orders")
    assert isinstance(order_id, UUID)

    with noted(shop.database) as statements:
        async with shop.database.session() as session:
            order = await orders.find_order(session, order_id)
            assert order is not None
            agreed = await merchants.get_terms_names(session, order.terms)
            found = await merchants.find_way_back(
                session, order.merchant_id, agreed, order.own_address
            )
    with noted(shop.app.state.database) as of_the_page:
        await shop.client.get(page)

    assert found == {"payer": ReturnPayer.BUYER, "address": "Dock 4"}
    assert [each for each in statements if "seller_terms.words" in each] == []
    # The page shows links to the terms as they were agreed: it reads them once.
    assert len([each for each in of_the_page if "seller_terms.words" in each]) == 1


@pytest.mark.parametrize(
    ("language", "due", "lost"),
    [
        ("en", "You get back £17.00, by", "keeps £5.00"),
        ("ar", "يُعاد إليك 17.00", "5.00"),
    ],
)
async def test_mail_says_what_came_back_and_what_is_due(
    shop: Shop, language: str, due: str, lost: str
) -> None:
    desk, page = await withdrawn(shop, language)
    await desk.take_back(("SALT", 1, 1, 0), lost=500)

    mails = await posted(shop)

    returned = [mail for mail in mails if "order_returned" in str(mail["Message-ID"])]
    assert len(returned) == 1
    for kind in ("plain", "html"):
        text = plain(said(returned[0], kind)).replace("\u00a0", " ")
        assert due in text and lost in text
    # The page says it too.
    assert "17.00" in (await shop.client.get(page)).text


async def test_proof_of_sending_is_taken_on_the_page_and_forgotten_with_the_buyer(
    shop: Shop,
) -> None:
    desk, page = await withdrawn(shop)

    empty = await shop.client.post(f"{page}/return-proof", data={"carrier": " "})
    huge = await shop.client.post(f"{page}/return-proof", data={"carrier": "x" * 5000})
    before = (await shop.client.get(page)).text
    taken = await shop.client.post(
        f"{page}/return-proof", data={"carrier": "Royal Mail", "tracking": "RM 7788 GB"}
    )
    after = (await shop.client.get(page)).text

    assert {empty.headers["location"], huge.headers["location"]} == {f"{page}?proof=new#way-back"}
    assert "RM 7788 GB" not in before
    assert taken.status_code == 303 and "RM 7788 GB" in after
    assert (await desk.look())["owed"]["withheld"]["amount"] == 0

    async with shop.database.session() as session:
        await ERASER.erase(session, Subject(EMAIL))
    kept = await scalar(
        shop.database, "select coalesce(carrier, tracking, 'nothing') from order_return_proof"
    )
    assert kept == "nothing"
    assert "RM 7788 GB" not in (await shop.client.get(page)).text


async def test_guessed_page_takes_no_proof(shop: Shop) -> None:
    await withdrawn(shop)

    answer = await shop.client.post(
        f"/o/{'x' * 43}/return-proof", data={"carrier": "Post", "tracking": "1"}
    )

    assert answer.status_code == 404
    assert await scalar(shop.database, "select count(*) from order_return_proof") == 0

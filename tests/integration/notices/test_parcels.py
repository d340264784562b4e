"""What the buyer hears and sees after the order: parcels, refunds, a cancelled rest."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from pydantic import SecretStr

from showfloor.identity.types import GrantKind
from showfloor.kit import clock
from tests.integration.checkout.counter import Buyer
from tests.integration.checkout.desk import Desk
from tests.integration.checkout.shop import execute
from tests.integration.notices.test_mails import ALL, Shop, own_guesses, shop
from tests.people import add_key, add_person

__all__ = ["own_guesses", "shop"]


async def bought(shop: Shop, language: str = "en") -> tuple[Desk, str]:
    """Two pieces and one; the merchant's desk, and the path of the buyer's page."""
    shop.counter.client.headers["Accept-Language"] = language
    buyer = Buyer(shop.counter)
    await buyer.up_to_details(("SALT", 2), ("CLAY", 1))
    (order,) = (await buyer.pay()).json()["orders"]
    async with shop.database.session() as session:
        person = await add_person(session, "Mo", (GrantKind.MERCHANT, shop.merchant))
        key = await add_key(session, person)
    return Desk(shop.counter, order["id"], key), order["page"]


async def posted(shop: Shop) -> list[EmailMessage]:
    """All mails so far, sent by whoever was told of everything twice."""
    await shop.hear()
    await shop.send()
    await shop.hear()
    await shop.send(60)
    return list(shop.box.taken)


def said(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize(
    ("language", "included"), [("en", "all taxes included"), ("ar", "شاملًا الضرائب")]
)
async def test_taxes_are_said_to_be_included_only_where_none_is_due_on_arrival(
    shop: Shop, language: str, included: str
) -> None:
    _, home = await bought(shop, language)
    at_home = (await shop.client.get(home)).text
    await posted(shop)
    _, abroad = await bought(shop, language)
    export = "quote = replace(quote::text, 'vat_not_said', 'vat_export')::jsonb"
    newest = "(select id from orders order by placed_at desc limit 1)"
    await execute(shop.database, f"update orders set {export} where id = {newest}")
    exported = (await shop.client.get(abroad)).text

    home_mail, export_mail = await posted(shop)

    assert included in at_home and included not in exported
    for kind in ("plain", "html"):
        assert included in said(home_mail, kind) and included not in said(export_mail, kind)


@pytest.mark.parametrize(
    ("language", "waits", "promise"),
    [
        ("en", "Not sent yet.", "You get a mail when it is."),
        ("ar", "لم يُشحن بعد.", "تصلك رسالة عند شحنه."),
    ],
)
async def test_page_promises_a_mail_only_where_mails_are_sent(
    shop: Shop, language: str, waits: str, promise: str
) -> None:
    _, page = await bought(shop, language)
    with_mails = (await shop.client.get(page)).text

    none: dict[str, object] = {"smtp_url": SecretStr(""), "mail_from": ""}
    shop.app.state.settings = shop.app.state.settings.model_copy(update=none)
    without = (await shop.client.get(page)).text

    assert f"{waits} {promise}" in with_mails
    assert waits in without and promise not in without


async def test_each_parcel_is_told_of_once(shop: Shop) -> None:
    desk, page = await bought(shop)
    await desk.ship(("SALT", 1))
    await posted(shop)
    await desk.ship(tracking=None)

    _, first, second = await posted(shop)

    for kind in ("plain", "html"):
        assert "RM 1234 GB" in said(first, kind) and "Royal Mail" in said(first, kind)
        assert "1 piece" in said(first, kind) and "2 pieces" not in said(first, kind)
        assert "other pieces follow" in said(first, kind)
        assert "Tracking" not in said(second, kind) and "follow" not in said(second, kind)
    assert "on its way" in first["Subject"]
    assert first["Message-ID"] != second["Message-ID"]
    shown = (await shop.client.get(page)).text
    assert "RM 1234 GB" in shown and shown.count("Royal Mail · sent on") == 2
    assert "Not sent yet" not in shown


async def test_refund_is_told_of_and_shown(shop: Shop) -> None:
    desk, page = await bought(shop)
    await desk.refund(("CLAY", 1, 0))

    _, mail = await posted(shop)

    for kind in ("plain", "html"):
        assert "£22.00" in said(mail, kind) and "Refunded" in said(mail, "plain")
        assert "£66.00" not in said(mail, kind)
    shown = (await shop.client.get(page)).text
    assert "Given back on" in shown and "After refunds" in shown and "£44.00" in shown
    assert "Not sent yet" in shown


async def test_cancelled_order_makes_one_mail(shop: Shop) -> None:
    desk, page = await bought(shop)
    await desk.post("cancel")

    _, mail = await posted(shop)

    assert "was cancelled" in mail["Subject"] and "£66.00" in said(mail, "plain")
    shown = (await shop.client.get(page)).text
    assert "Cancelled by the seller" in shown and "£0.00" in shown
    assert "Not sent yet" not in shown


@pytest.mark.parametrize("what", ["ship", "refund", "cancel"])
async def test_mails_are_in_the_language_of_the_purchase(shop: Shop, what: str) -> None:
    desk, page = await bought(shop, "ar")
    await (desk.post("cancel") if what == "cancel" else getattr(desk, what)())

    _, mail = await posted(shop)

    words = {"ship": "طردك", "refund": "نقودك", "cancel": "أُلغي"}[what]
    assert words in mail["Subject"] and 'dir="rtl"' in said(mail, "html")
    assert {"ship": "الطرود", "refund": "نقودك", "cancel": "ألغاه البائع"}[what] in (
        await shop.client.get(page)
    ).text


async def test_page_says_until_when_one_may_withdraw(shop: Shop) -> None:
    desk, page = await bought(shop)
    await desk.ship()
    before = (await shop.client.get(page)).text
    await desk.post(f"shipments/{desk.order['shipments'][0]['id']}/delivered")
    after = (await shop.client.get(page)).text
    later = clock.now() + timedelta(days=18)
    with clock.use(lambda: later):
        over = (await shop.client.get(page)).text
        asked = (await shop.client.get(f"{page}/withdrawal")).text
        refused = await shop.client.post(
            f"{page}/withdrawal", headers={"Accept": "text/html"}, data=ALL
        )

    assert "14 days after the last piece arrives" in before
    assert "You may withdraw until" in after and "Withdraw from contract here" in after
    assert "Your rights for faulty goods stay" in over
    assert "Withdraw from contract here" not in over and "Confirm withdrawal" not in asked
    assert refused.status_code == 409
    assert (await desk.look())["withdrawn_at"] is None


def words_of(html: str) -> str:
    return " ".join(html.replace("\u2068", "").replace("\u2069", "").split())


async def test_withdrawing_after_a_refund_promises_only_what_is_left(shop: Shop) -> None:
    desk, page = await bought(shop)
    await desk.refund(("CLAY", 1, 0))
    asked = words_of((await shop.client.get(f"{page}/withdrawal")).text)
    await shop.client.post(f"{page}/withdrawal", data=ALL)
    withdrawn = words_of((await shop.client.get(page)).text)
    await desk.post("cancel")
    settled = words_of((await shop.client.get(page)).text)

    received = next(mail for mail in await posted(shop) if "withdrawal" in mail["Subject"])

    assert "For all of it you get back £44.00" in asked and "You get back £44.00" in withdrawn
    assert "You get back £" not in settled and "What is due to you was given back" in settled
    for kind in ("plain", "html"):
        # As it stood when the buyer withdrew: the cancellation has a mail of its own.
        text = words_of(said(received, kind))
        assert "£22.00 was given back before" in text and "get back another £44.00." in text


async def test_withdrawing_when_all_the_money_went_back_promises_none(shop: Shop) -> None:
    desk, page = await bought(shop)
    await desk.ship()
    await desk.refund()
    asked = words_of((await shop.client.get(f"{page}/withdrawal")).text)
    await shop.client.post(f"{page}/withdrawal", data=ALL)

    received = next(mail for mail in await posted(shop) if "withdrawal" in mail["Subject"])

    assert "you get back £" not in asked.lower() and "What is due to you was given back" in asked
    text = words_of(said(received, "plain"))
    assert "given back, or is on its way: £66.00." in text and "You get back" not in text


async def test_who_never_got_anything_back_reads_the_whole_sum(shop: Shop) -> None:
    desk, page = await bought(shop)
    await desk.ship(("SALT", 1))
    await shop.client.post(f"{page}/withdrawal", data=ALL)

    mails = {mail["Subject"].split()[1]: mail for mail in await posted(shop)}

    assert "You get back £66.00." in words_of(said(mails["withdrawal"], "plain"))
    # No second parcel comes any more.
    assert "other pieces follow" not in said(mails["parcel"], "plain")


async def test_cancelled_and_paid_back_order_offers_no_withdrawal(shop: Shop) -> None:
    desk, page = await bought(shop)
    before = (await shop.client.get(page)).text
    await desk.post("cancel")

    assert "Withdraw from contract here" in before
    assert "Withdraw from contract here" not in (await shop.client.get(page)).text

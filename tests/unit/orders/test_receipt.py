"""The receipt says what was agreed, paid and given back, in a file that can be read again."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from showfloor.kit import clock, ids, messages, pdf
from showfloor.kit.money import Money
from showfloor.markets.types import NoWithdrawal
from showfloor.merchants.types import Identity, SellerTerms, TermsKind, TermsText
from showfloor.orders.service.receipt import receipt_of
from showfloor.orders.types import (
    Address,
    AgreedDelivery,
    Buyer,
    Order,
    Quote,
    Reason,
    ReasonCode,
    Refund,
    RefundCause,
    RefundState,
    Shipment,
    Vat,
    Withdrawal,
)
from tests.unit.orders.orders_of_tests import PLACED, order_of

DAR_NOOR: Identity = {
    "company": "Dar Noor Studio Limited",
    "address": "14 Weaver Lane, Dublin 8, Ireland",
    "email": "care@darnoor.example",
    "phone": "+353 1 555 0188",
    "registration": "CRO 712004",
    "vat": "IE 3712004AH",
}


def gbp(amount: int) -> Money:
    return Money(amount, "GBP")


def sold() -> Order:
    """Two lines and delivery: 6.45 in all, of which 1.08 is tax."""
    order = order_of((2, 100), (1, 50), delivery=395)
    day = date(2026, 11, 25)
    way = AgreedDelivery(ids.new(), {"en": "Tracked", "ar": "موصى عليه"}, gbp(395), day, day)
    vat = Vat("GB", 2000, (gbp(33), gbp(8)), gbp(66), gbp(107))
    reason = Reason(ReasonCode.VAT_INCLUDED, gbp(107), country="GB", rate=2000)
    quote = Quote(ids.new(), "GB", gbp(250), gbp(645), (reason,), way, vat)
    buyer = Buyer("layla@example.com", Address("Layla", "7 Quay St", None, "Leeds", "LS1", "GB"))
    back = Refund(ids.new(), gbp(100), RefundCause.REFUND, {}, PLACED, RefundState.DONE)
    refused = replace(back, id=ids.new(), amount=gbp(77), state=RefundState.REFUSED)
    return replace(
        order, quote=quote, buyer=buyer, seller_identity=DAR_NOOR, refunds=(back, refused)
    )


def terms(version: int) -> SellerTerms:
    words: dict[str, TermsText] = {lang: {"text": "30 days", "url": ""} for lang in ("en", "ar")}
    since = datetime(2026, 10, 1, tzinfo=UTC)
    return SellerTerms(ids.new(), ids.new(), TermsKind.RETURNS, version, since, words)


def read(order: Order, lang: str, *held: SellerTerms) -> str:
    """What stands in the file, page after page, blanks made one."""
    pages = PdfReader(BytesIO(pdf.draw(receipt_of(order, held, lang)))).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_receipt_has_the_seller_the_lines_the_tax_and_the_refunds() -> None:
    text = read(sold(), "en", terms(3))

    assert text.startswith("Receipt Order LW-1 · ordered and paid on 23")
    for each in DAR_NOOR.values():
        assert each in text
    for each in ("£2.00", "£0.50", "£3.95", "£6.45", "20%", "£1.07", "£5.38", "SKU-1"):
        assert each in text, each
    assert "Layla 7 Quay St Leeds LS1 United Kingdom" in text
    assert "£1.00" in text and "£5.45" in text and "£0.77" not in text
    assert "Returns, version 3" in text


def test_receipt_in_arabic_is_written_with_joined_letters() -> None:
    data = pdf.draw(receipt_of(sold(), (terms(3),), "ar"))
    text = read(sold(), "ar", terms(3))

    assert "إيصال" in text and "البائع" in text and "ضريبة القيمة المضافة" in text
    assert "6.45" in text and "14 Weaver Lane, Dublin 8, Ireland" in text
    assert PdfReader(BytesIO(data)).trailer["/Root"]["/Lang"] == "ar"
    # A letter that is joined to its neighbours has another shape: shaping alone picks it.
    assert len(shapes_of("ي", data)) > 1
    assert "+353 1 555 0188" in text


def shapes_of(letter: str, data: bytes) -> set[bytes]:
    """The shapes in the file that are read as this letter."""
    found: set[bytes] = set()
    wanted = f"{ord(letter):04X}".encode()
    for font in PdfReader(BytesIO(data)).pages[0]["/Resources"]["/Font"].values():
        table = font.get_object()["/ToUnicode"].get_data().upper()
        found |= {shape for shape, said in re.findall(rb"<(\w+)> <(\w+)>", table) if said == wanted}
    return found


def test_long_receipt_goes_on_over_the_page() -> None:
    order = order_of(*[(1, 100 + at) for at in range(70)])

    data = pdf.draw(receipt_of(order, (), "en"))
    text = read(order, "en")

    assert len(PdfReader(BytesIO(data)).pages) > 1
    assert [f"SKU-{at}" in text for at in range(70)] == [True] * 70


def test_erased_buyer_is_in_no_receipt() -> None:
    text = read(replace(sold(), buyer=None), "en")

    assert "Layla" not in text and "Delivered to" not in text


DELIVERED = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
"""A Tuesday: the days to withdraw end with 15 December."""
LAST_MOMENT = datetime(2026, 12, 15, 23, 59, tzinfo=UTC)
OVER = datetime(2026, 12, 16, tzinfo=UTC)


def rights(order: Order, lang: str, now: datetime = PLACED) -> list[str]:
    """What the receipt says of the right to withdraw, before the note at its end."""
    with clock.use(lambda: now):
        blocks = receipt_of(order, (), lang).blocks
    heading = messages.translate(lang, "receipt.rights")
    return list(next(each for each in blocks if each.heading == heading).lines[:-1])


def of_classes(*classes: NoWithdrawal | None) -> Order:
    """Delivered, a line for each class of goods."""
    order = order_of(*[(1, 100) for _ in classes])
    pairs = zip(order.items, classes, strict=True)
    items = tuple(replace(item, no_withdrawal=each) for item, each in pairs)
    pieces = dict.fromkeys(range(len(items)), 1)
    parcel = Shipment(ids.new(), pieces, "Post", None, PLACED, DELIVERED)
    return replace(order, items=items, shipments=(parcel,))


def words(lang: str, *said: tuple[str, dict[str, str]]) -> list[str]:
    return [messages.translate(lang, key, **given) for key, given in said]


@pytest.mark.parametrize("lang", messages.LANGUAGES)
@pytest.mark.parametrize(
    "kind", [NoWithdrawal.SEALED_HYGIENE, NoWithdrawal.SEALED_MEDIA, NoWithdrawal.MIXED]
)
def test_right_that_goods_may_lose_later_is_said_with_its_condition(
    lang: str, kind: NoWithdrawal
) -> None:
    order = replace(of_classes(None, kind), shipments=())

    right, condition = rights(order, lang)

    assert [right] == words(lang, ("order.may_withdraw", {}))
    name = order.items[1].name[lang]
    assert condition == f"{name}: {messages.translate(lang, f'withdrawal.{kind.value}')}"


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_right_is_said_with_its_end_once_all_arrived(lang: str) -> None:
    order = of_classes(None)
    end = messages.deadline(lang, OVER, "Europe/London")

    assert rights(order, lang, LAST_MOMENT) == words(lang, ("order.withdraw_by", {"moment": end}))
    assert rights(order, lang, OVER) == words(lang, ("order.withdraw_over", {"moment": end}))


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_no_condition_of_a_right_that_is_over_is_said(lang: str) -> None:
    order = of_classes(None, NoWithdrawal.MIXED, NoWithdrawal.PERISHABLE)

    assert len(rights(order, lang, LAST_MOMENT)) == 3
    over = rights(order, lang, OVER)

    perishable = messages.translate(lang, "withdrawal.perishable")
    assert over[1:] == [f"{order.items[2].name[lang]}: {perishable}"]


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_receipt_of_an_order_that_was_withdrawn_offers_no_withdrawal(lang: str) -> None:
    order = of_classes(None, NoWithdrawal.SEALED_MEDIA)

    said = rights(replace(order, withdrawn_at=LAST_MOMENT), lang, LAST_MOMENT)

    at = messages.moment(lang, LAST_MOMENT, "Europe/London")
    assert said == words(lang, ("order.withdrawn", {"moment": at}))


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_goods_of_a_withdrawal_are_named_as_the_language_writes_them(lang: str) -> None:
    order = order_of((3, 100), (1, 300))
    made = Withdrawal(ids.new(), {0: 2, 1: 1}, PLACED)

    said = rights(replace(order, withdrawn_at=PLACED, withdrawals=(made,)), lang)[0]

    two, one = (messages.translate(lang, "order.pieces", count=count) for count in (2, 1))
    first, second = (item.name[lang] for item in order.items)
    comma = messages.translate(lang, "mail.comma")
    assert said.endswith(f": {first} ({two}){comma}{second} ({one})")


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_goods_from_which_nobody_may_withdraw_are_named_with_why(lang: str) -> None:
    order = of_classes(NoWithdrawal.MADE_TO_MEASURE)

    right, why = rights(order, lang)

    assert [right] == words(lang, ("order.no_withdrawal", {}))
    assert why.endswith(messages.translate(lang, "withdrawal.made_to_measure"))


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_same_order_has_the_same_receipt(lang: str) -> None:
    order = sold()

    assert pdf.draw(receipt_of(order, (), lang)) == pdf.draw(receipt_of(order, (), lang))

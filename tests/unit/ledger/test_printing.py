"""The statement of a month on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from showfloor.kit import ids, messages, pdf
from showfloor.kit.money import Money
from showfloor.kit.paper import Paper
from showfloor.ledger import rules
from showfloor.ledger.service.printing import statement_of
from showfloor.ledger.types import Account, EntryKind, KindSum, Statement
from showfloor.merchants.types import Identity

SINCE, UNTIL = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
SELLER = ids.new()
LOAMWICK: Identity = {
    "company": "Loamwick Ltd",
    "address": "1 Kiln Lane, Leeds",
    "email": "care@loamwick.example",
    "phone": "+44 113 496 0100",
    "registration": "Companies House 01234567",
    "vat": "GB 123 4567 89",
}
NAMES = {Account.merchant(SELLER): {"en": "Loamwick", "ar": "لومويك"}}


def gbp(amount: int) -> Money:
    return Money(amount, "GBP")


def written(lang: str, now: datetime = UNTIL, found: bool = True) -> Paper:
    month = Statement(
        Account.merchant(SELLER),
        SINCE,
        UNTIL,
        gbp(1000),
        (
            KindSum(EntryKind.PAYMENT, 2, gbp(4400)),
            KindSum(EntryKind.REFUND, 1, gbp(-2200)),
        ),
        gbp(3200),
    )
    return statement_of("2026-11", [month] if found else [], NAMES, {SELLER: LOAMWICK}, lang, now)


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_paper_says_whose_month_it_is_and_every_sum(lang: str) -> None:
    sheet = written(lang)

    (block,) = sheet.blocks
    price = messages.load().price
    assert block.heading == f"{NAMES[Account.merchant(SELLER)][lang]} · GBP"
    assert list(block.lines) == [
        "Loamwick Ltd",
        "1 Kiln Lane, Leeds",
        "Companies House 01234567",
        "GB 123 4567 89",
    ]
    assert [(row.text, row.amount, row.strong) for row in block.rows] == [
        (messages.translate(lang, f"money.kind.{kind}"), price(lang, gbp(amount)), strong)
        for kind, amount, strong in [
            ("opening", 1000, False),
            ("payment", 4400, False),
            ("refund", -2200, False),
            ("closing", 3200, True),
        ]
    ]
    assert [row.note for row in block.rows][1:3] == [
        messages.translate(lang, "money.paper.times", count=count) for count in (2, 1)
    ]


def test_file_has_the_words_of_the_paper() -> None:
    pages = PdfReader(BytesIO(pdf.draw(written("en")))).pages

    text = " ".join(pages[0].extract_text().split())
    for said in ("Statement", "1 November 2026", "30 November 2026", "Loamwick Ltd", "£32.00"):
        assert said in text


def test_file_in_arabic_is_read_as_it_was_written() -> None:
    data = PdfReader(BytesIO(pdf.draw(written("ar"))))

    text = " ".join(data.pages[0].extract_text().split())
    for said in ("كشف الحساب", "لومويك", "مدفوعات المشترين", "Loamwick Ltd", "32.00"):
        assert said in text, said
    assert data.trailer["/Root"]["/Lang"] == "ar"


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_month_that_is_not_over_is_said_to_be_so(lang: str) -> None:
    not_over = messages.translate(lang, "money.paper.not_over")
    now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

    assert not_over in written(lang, now).lead and not_over not in written(lang).lead
    assert "09:30" in written(lang, now).lead[0]


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_paper_says_until_when_a_month_may_change(lang: str) -> None:
    final_at = rules.final_at(rules.month("2026-11")[1])
    moment = messages.moment(lang, final_at, timezone="UTC")
    provisional = messages.translate(lang, "money.provisional", moment=moment)
    final = messages.translate(lang, "money.final")

    last = written(lang, final_at - timedelta(seconds=1)).lead
    assert provisional in last and final not in last
    assert written(lang, final_at).lead[1:] == (final,)


def test_month_in_which_nothing_moved_says_so() -> None:
    (block,) = written("en", found=False).blocks

    assert block.heading == messages.translate("en", "money.nothing_moved")

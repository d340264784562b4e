"""A list of orders costs no more than what it shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from showfloor.kit.messages import LANGUAGES
from showfloor.markets.types import NoWithdrawal
from showfloor.orders import rules, views
from showfloor.orders.types import Order, Progress, Quote, Reason, ReasonCode
from tests.unit.orders.orders_of_tests import order_of


@pytest.fixture
def order() -> Order:
    plain = order_of((2, 100))
    reasons = (Reason(ReasonCode.TOTAL, plain.total),)
    return replace(plain, quote=Quote(plain.merchant_id, "GB", plain.total, plain.total, reasons))


def test_list_puts_no_reason_into_words_and_reckons_once(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, reckoned = list[str](), list[str]()
    words, progress = views.reason_words, rules.progress

    def say(reason: Reason, lang: str) -> str:
        said.append(lang)
        return words(reason, lang)

    def reckon(order: Order, timezone: str) -> Progress:
        reckoned.append(timezone)
        return progress(order, timezone)

    monkeypatch.setattr(views, "reason_words", say)
    monkeypatch.setattr(rules, "progress", reckon)

    assert views.order_view(order).total.amount == 200
    assert (said, reckoned) == ([], ["Europe/London"])

    detail = views.order_detail(order)

    assert detail.quote is not None and len(detail.quote.reasons) == 1
    assert (said, reckoned) == (list(LANGUAGES), ["Europe/London"] * 2)


@pytest.mark.parametrize(
    ("exception", "may"),
    [(None, True), (NoWithdrawal.PERISHABLE, False), (NoWithdrawal.SEALED_HYGIENE, True)],
)
def test_line_says_whether_it_may_be_withdrawn(
    order: Order, exception: NoWithdrawal | None, may: bool
) -> None:
    """The pages read it and know no list of exceptions of their own."""
    item = replace(order.items[0], no_withdrawal=exception)

    (line,) = views.order_detail(replace(order, items=(item,))).items

    assert line.may_be_withdrawn is may

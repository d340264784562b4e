"""The price engine against a slow oracle: every penny has its reason."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.checkout import pricing
from showfloor.checkout.types import Destination
from showfloor.delivery.types import DeliveryOption, Offer, Step, Terms
from showfloor.kit import ids
from showfloor.kit.money import Money
from showfloor.orders.types import Item, Quote, ReasonCode

SELLER = ids.new()
NAME = {"en": "Mug", "ar": "كوب"}
LEAVES = date(2026, 11, 30)
NONE = pricing.NoVat(ReasonCode.VAT_NOT_SAID, "GB")


def item(quantity: int, unit: int, currency: str = "GBP") -> Item:
    return Item(
        ids.new(),
        ids.new(),
        "MUG",
        NAME,
        {"en": "", "ar": ""},
        quantity,
        Money(unit, currency),
        None,
    )


def offer(price: int, free_from: int | None = None, currency: str = "GBP") -> Offer:
    terms = Terms(NAME, ("GB",), currency, (Step(0, price),), free_from, 0, 1, 2)
    option = DeliveryOption(ids.new(), SELLER, terms)
    return Offer(option, Money(price, currency), date(2026, 12, 1), date(2026, 12, 3), LEAVES)


@pytest.mark.parametrize(
    ("way", "total", "code"),
    [
        (None, 4400, ReasonCode.DELIVERY_INCLUDED),
        (offer(395), 4795, ReasonCode.DELIVERY),
        (offer(0), 4400, ReasonCode.DELIVERY_FREE),
        (offer(0, free_from=4400), 4400, ReasonCode.DELIVERY_FREE_FROM),
        (offer(0, free_from=4401), 4400, ReasonCode.DELIVERY_FREE),
    ],
)
def test_sum_says_what_delivery_costs_and_why(
    way: Offer | None, total: int, code: ReasonCode
) -> None:
    quote = pricing.quote(SELLER, [item(2, 2200)], way, Destination("GB"), NONE)

    assert (quote.goods.amount, quote.total.amount) == (4400, total)
    assert [reason.code for reason in quote.reasons] == [
        ReasonCode.LINE,
        code,
        ReasonCode.VAT_NOT_SAID,
        ReasonCode.TOTAL,
    ]


@given(
    st.lists(st.tuples(st.integers(1, 10), st.integers(1, 10**6)), min_size=1, max_size=8),
    st.none() | st.integers(0, 10**5),
    st.sampled_from(["GBP", "JPY", "KWD"]),
)
def test_sum_is_the_slow_oracles_and_its_reasons_add_up_to_it(
    lines: list[tuple[int, int]], price: int | None, currency: str
) -> None:
    items = [item(quantity, unit, currency) for quantity, unit in lines]
    way = None if price is None else offer(price, currency=currency)

    quote = pricing.quote(SELLER, items, way, Destination("GB"), NONE)

    slow = sum(unit for quantity, unit in lines for _ in range(quantity)) + (price or 0)
    assert quote.total == Money(slow, currency)
    *parts, _, total = quote.reasons
    assert sum(part.amount.amount for part in parts) == total.amount.amount == slow
    assert Quote.of_json(quote.as_json()) == quote


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [
        (12000, 2000, 2000),  # 100.00 net in the United Kingdom
        (395, 2000, 66),  # 65.83
        (1, 2000, 0),  # 0.17
        (3, 2000, 1),  # 0.5 exactly: up
        (10500, 500, 500),  # the Emirates
        (11500, 1500, 1500),  # Saudi Arabia
        (11400, 1400, 1400),  # Egypt
        (12550, 2550, 2550),  # Finland
        (12700, 2700, 2700),  # Hungary
    ],
)
def test_tax_in_a_price_is_rounded_half_up(gross: int, rate: int, tax: int) -> None:
    vat = pricing.IncludedVat("GB", rate)

    assert [each.amount for each in vat.split([Money(gross, "GBP")]).amounts] == [tax]


@given(
    st.lists(st.tuples(st.integers(1, 10), st.integers(1, 10**6)), min_size=1, max_size=8),
    st.none() | st.integers(0, 10**5),
    st.integers(1, 3000),
)
def test_taxes_of_the_lines_sum_to_the_total_and_are_the_slow_oracles(
    lines: list[tuple[int, int]], price: int | None, rate: int
) -> None:
    items = [item(quantity, unit) for quantity, unit in lines]
    way = None if price is None else offer(price)
    untaxed = pricing.quote(SELLER, items, way, Destination("GB"), NONE)

    quote = pricing.quote(SELLER, items, way, Destination("GB"), pricing.IncludedVat("GB", rate))

    def slow(gross: int) -> int:
        exact = Fraction(gross) * rate / (10_000 + rate)
        return int(exact + Fraction(1, 2))

    assert quote.vat is not None and quote.total == untaxed.total
    assert [each.amount for each in quote.vat.lines] == [slow(one.total.amount) for one in items]
    parts = [each.amount for each in (*quote.vat.lines, quote.vat.delivery)]
    assert quote.vat.total.amount == sum(parts)
    # Each part is off by half a penny at most.
    assert abs(sum(parts) - Fraction(quote.total.amount) * rate / (10_000 + rate)) <= len(parts) / 2
    assert Quote.of_json(quote.as_json()) == quote

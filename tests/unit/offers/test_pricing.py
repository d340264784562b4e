"""What claimed coupons take off a purchase."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.kit import ids
from showfloor.offers.rules.pricing import find_discounts, spread
from showfloor.offers.types import (
    Claim,
    ClaimState,
    Coupon,
    CouponKind,
    CouponState,
    HeldCoupon,
    Passed,
    PricedLine,
)

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SELLER, OTHER = ids.new(), ids.new()
MUG, BOWL = ids.new(), ids.new()


def coupon(
    value: int = 400,
    *,
    kind: CouponKind = CouponKind.AMOUNT,
    seller: UUID = SELLER,
    goods: tuple[UUID, ...] = (),
    minimum: int = 0,
    floor: int = 0,
    until: datetime = NOW + timedelta(days=1),
    state: CouponState = CouponState.OPEN,
    claim: ClaimState = ClaimState.CLAIMED,
) -> HeldCoupon:
    made = Coupon(
        id=ids.new(),
        show_id=ids.new(),
        merchant_id=seller,
        name={"en": "Autumn", "ar": "الخريف"},
        kind=kind,
        value=value,
        currency="GBP",
        product_ids=goods,
        minimum=minimum,
        floor=floor,
        quota=10,
        per_person=1,
        first_order=False,
        followers=False,
        valid_s=3600,
        valid_until=None,
        keep_s=None,
        state=state,
        agreed=True,
        created_at=NOW,
    )
    return HeldCoupon(Claim(ids.new(), made.id, "someone", claim, NOW, until), made)


def mugs(unit: int, quantity: int = 1, *, seller: UUID = SELLER, fixed: bool = False) -> PricedLine:
    return PricedLine(seller, MUG, unit, quantity, fixed)


def taken(
    *lines: PricedLine, by: HeldCoupon, currency: str = "GBP", least: int = 0
) -> dict[int, int] | Passed:
    found = find_discounts(lines, [by], NOW, currency=currency, least=least)
    return found.applied[0].shares if found.applied else found.passed[0].why


def test_amount_is_shared_without_losing_a_penny() -> None:
    assert taken(mugs(333), mugs(333), mugs(333), by=coupon(400)) == {0: 134, 1: 133, 2: 133}


@pytest.mark.parametrize(("rate", "price", "off"), [(1000, 995, 100), (1000, 994, 99), (1, 100, 0)])
def test_percentage_is_rounded_half_up(rate: int, price: int, off: int) -> None:
    found = taken(mugs(price), by=coupon(rate, kind=CouponKind.PERCENT))

    assert found == ({0: off} if off else Passed.FLOOR)


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (coupon(until=NOW), Passed.ENDED),
        (coupon(state=CouponState.ENDED), Passed.ENDED),
        (coupon(claim=ClaimState.USED), Passed.ENDED),
        (coupon(seller=OTHER), Passed.OTHER_GOODS),
        (coupon(goods=(BOWL,)), Passed.OTHER_GOODS),
        (coupon(minimum=1001), Passed.MINIMUM),
        (coupon(floor=9_999), {0: 0}),
    ],
)
def test_coupon_that_does_not_apply_says_why(
    held: HeldCoupon, why: Passed | dict[int, int]
) -> None:
    found = taken(mugs(1000), by=held)

    assert found == (Passed.FLOOR if isinstance(why, dict) else why)


def test_closed_coupon_is_good_until_it_ends() -> None:
    assert taken(mugs(1000), by=coupon(state=CouponState.CLOSED)) == {0: 400}


def test_coupon_of_another_currency_takes_off_nothing() -> None:
    assert taken(mugs(1000), by=coupon(), currency="EUR") is Passed.OTHER_CURRENCY
    by_rate = coupon(1000, kind=CouponKind.PERCENT)
    assert taken(mugs(1000), by=by_rate, currency="EUR") is Passed.OTHER_CURRENCY


def test_price_of_a_drop_stays() -> None:
    assert taken(mugs(1000, fixed=True), by=coupon()) is Passed.DROP
    assert taken(mugs(1000, fixed=True), mugs(500), by=coupon()) == {1: 400}


def test_minimum_counts_the_goods_that_it_is_for() -> None:
    lines = [mugs(900), mugs(5000, seller=OTHER)]

    [passed] = find_discounts(lines, [coupon(minimum=1000)], NOW, currency="GBP", least=0).passed

    assert (passed.why, passed.short) == (Passed.MINIMUM, 100)


def test_nothing_goes_below_a_floor() -> None:
    assert taken(mugs(500), by=coupon(9000, floor=8_000)) == {0: 100}
    assert taken(mugs(500, 2), by=coupon(9000)) == {0: 998}
    assert taken(mugs(500), by=coupon(9000), least=30) == {0: 470}
    assert taken(mugs(20), by=coupon(9000), least=30) is Passed.FLOOR


def test_best_coupon_of_each_seller_wins() -> None:
    small, large, other = coupon(300), coupon(400), coupon(200, seller=OTHER)
    lines = [mugs(1000), mugs(1000, seller=OTHER)]

    found = find_discounts(lines, [small, other, large], NOW, currency="GBP", least=0)

    amounts = {each.held.coupon.merchant_id: each.amount for each in found.applied}
    assert amounts == {SELLER: 400, OTHER: 200}
    assert [(each.held, each.why) for each in found.passed] == [(small, Passed.BETTER)]


def test_of_equal_coupons_the_one_that_ends_first_wins_in_any_order() -> None:
    late, early = coupon(until=NOW + timedelta(days=2)), coupon(until=NOW + timedelta(days=1))
    twins = [coupon(), coupon()]

    for held in ([late, early], [early, late]):
        assert (
            find_discounts([mugs(1000)], held, NOW, currency="GBP", least=0).applied[0].held
            is early
        )
    for held in (twins, twins[::-1]):
        assert (
            find_discounts([mugs(1000)], held, NOW, currency="GBP", least=0).applied[0].held
            is twins[0]
        )


@given(
    prices=st.lists(st.tuples(st.integers(1, 50_000), st.integers(1, 10)), min_size=1, max_size=6),
    value=st.integers(1, 300_000),
    kind=st.sampled_from(CouponKind),
    floor=st.integers(0, 10_000),
    least=st.integers(0, 500),
)
def test_engine_keeps_every_floor_and_loses_nothing(
    prices: list[tuple[int, int]], value: int, kind: CouponKind, floor: int, least: int
) -> None:
    lines = [mugs(unit, quantity) for unit, quantity in prices]
    value = min(value, 10_000) if kind is CouponKind.PERCENT else value

    found = find_discounts(
        lines, [coupon(value, kind=kind, floor=floor)], NOW, currency="GBP", least=least
    )

    for each in found.applied:
        whole = sum(line.full for line in lines)
        assert sum(each.shares.values()) == each.amount > 0
        assert whole - each.amount >= least
        if kind is CouponKind.AMOUNT:
            assert each.amount <= value
        for place, share in each.shares.items():
            left = lines[place].full - share
            assert left >= lines[place].quantity and left * 10_000 >= lines[place].full * floor


@given(rooms=st.lists(st.integers(0, 10_000), min_size=1, max_size=8), part=st.floats(0, 1))
def test_shares_stay_in_their_rooms(rooms: list[int], part: float) -> None:
    amount = int(sum(rooms) * part)
    if not sum(rooms):
        return

    shares = spread(amount, dict(enumerate(rooms)))

    assert sum(shares.values()) == amount
    assert all(0 < share <= rooms[place] for place, share in shares.items())

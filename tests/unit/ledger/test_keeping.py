"""What each side keeps, line by line."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from showfloor.ledger import rules
from showfloor.ledger.types import Fees

RATES = st.integers(0, 3_000)


def test_card_of_the_visual_direction_is_reckoned_to_the_cent() -> None:
    """118.00 with 23 % VAT, 1.5 % and 25 for the card, 5 % for the site, 8 % for the host."""
    keep = rules.keep_of(
        11_800, vat_rate=2_300, fees=Fees(500, 150, 25), commission_rate=800, refund_rate=0
    )

    assert [(line.code.value, line.amount) for line in keep.lines] == [
        ("price", 11_800),
        ("vat", -2_207),
        ("provider_fee", -202),
        ("platform_fee", -590),
        ("commission", -944),
    ]
    assert (keep.seller, keep.creator) == (7_857, 944)


def test_refunds_take_everything_but_what_the_provider_keeps() -> None:
    keep = rules.keep_of(
        10_000, vat_rate=0, fees=Fees(500, 100, 0), commission_rate=1_000, refund_rate=10_000
    )

    assert (keep.seller, keep.creator) == (-100, 0)


@given(st.integers(1, 500_000), RATES, RATES, RATES, RATES, RATES, st.integers(0, 100))
def test_lines_make_what_the_seller_keeps_and_are_near_the_exact_sum(
    price: int, vat: int, platform: int, provider: int, commission: int, refunds: int, fixed: int
) -> None:
    fees = Fees(platform, provider, fixed)
    keep = rules.keep_of(
        price, vat_rate=vat, fees=fees, commission_rate=commission, refund_rate=refunds
    )

    def share(rate: int) -> Fraction:
        return Fraction(price * rate, 10_000)

    tax = price - Fraction(price * 10_000, 10_000 + vat)
    kept = price - tax - share(platform) - share(commission)
    taken = min(share(provider) + fixed, Fraction(price))
    exact = kept * Fraction(10_000 - refunds, 10_000) if kept > 0 else kept
    assert keep.seller == sum(line.amount for line in keep.lines)
    assert abs(keep.seller - (exact - taken)) <= 4

"""The wire models of holds and purchases, made from values."""

from __future__ import annotations

from collections.abc import Sequence

from showfloor.checkout.schemas import (
    AgreedLine,
    Authenticate,
    CheckoutOut,
    Confirm,
    EstimateOut,
    ExceptionOut,
    HeldLine,
    HoldOut,
    NextOut,
    PassedCoupon,
    PlacedOrder,
    PurchaseOut,
    Redirect,
    SellerOut,
    SellerQuoteOut,
    ShowForm,
    TermsLink,
    Wait,
)
from showfloor.checkout.types import (
    Agreed,
    Estimate,
    NextStep,
    Purchase,
    SellerQuote,
    StepKind,
)
from showfloor.delivery.views import offer_view
from showfloor.kit import clock, ids, messages
from showfloor.kit.money import Money
from showfloor.kit.schemas import MoneyOut, Words
from showfloor.markets import postcodes
from showfloor.markets.types import NoWithdrawal
from showfloor.merchants.types import TermsName
from showfloor.offers.types import PassedOver
from showfloor.offers.types.waiting import OFFER_SECONDS
from showfloor.orders import service as orders
from showfloor.orders.schemas import AgreedCouponOut, SellerIdentity
from showfloor.orders.types import LOST_LATER, Order, Seller
from showfloor.orders.views import exception_words, quote_view, reasons_view
from showfloor.stock.types import Hold, Line


def hold_view(hold: Hold, token: str) -> HoldOut:
    """What the buyer holds; `token` is a secret, the buyer's Bearer from here on."""
    return HoldOut(
        id=ids.encode("hold", hold.id),
        drop_id=None if hold.apart_id is None else ids.encode("drop", hold.apart_id),
        waited_s=OFFER_SECONDS if hold.waited else None,
        token=token,
        expires_at=clock.rfc3339(hold.expires_at),
        total=MoneyOut.of(hold.total),
        lines=[_held(line) for line in hold.lines],
    )


def _held(line: Line) -> HeldLine:
    return HeldLine(
        sku=line.sku,
        quantity=line.quantity,
        unit_price=MoneyOut.of(line.unit_price),
        total=MoneyOut.of(line.total),
    )


def checkout_view(purchase: Purchase, secret: bytes) -> CheckoutOut:
    """A purchase with everything that was agreed, and nothing about the buyer."""
    checkout = purchase.checkout
    return CheckoutOut(
        id=ids.encode("chk", checkout.id),
        hold_id=ids.encode("hold", checkout.hold_id),
        total=MoneyOut.of(checkout.total),
        lines=[_agreed(line) for line in checkout.lines],
        sellers=[_seller(seller) for seller in checkout.sellers],
        quotes=[quote_view(quote) for quote in checkout.quotes],
        **dict(purchase_view(purchase, secret)),
    )


def _seller(seller: Seller) -> SellerOut:
    return SellerOut(id=ids.encode("mer", seller.merchant_id), name=Words(**seller.name))


def purchase_view(purchase: Purchase, secret: bytes) -> PurchaseOut:
    """How far the purchase has come. `secret` makes the addresses of the orders' pages."""
    return PurchaseOut(
        status=purchase.status.value,
        orders=[_placed(order, secret) for order in purchase.orders],
        expires_at=clock.rfc3339(purchase.expires_at),
        next=_next(purchase.next_step),
        payment_id=ids.encode("pay", purchase.payment_id) if purchase.payment_id else None,
        declined=purchase.reason.value if purchase.reason else None,
    )


def _placed(order: Order, secret: bytes) -> PlacedOrder:
    return PlacedOrder(
        id=ids.encode("ord", order.id),
        number=order.number,
        seller=Words(**order.seller_name),
        total=MoneyOut.of(order.total),
        page=f"/o/{orders.page_token(secret, order.id)}",
    )


def _next(step: NextStep | None) -> NextOut | None:
    if step is None:
        return None
    match step.kind:
        case StepKind.FORM:
            return ShowForm()
        case StepKind.REDIRECT:
            return Redirect(url=step.url or "")
        case StepKind.CONFIRM:
            return Confirm()
        case StepKind.AUTHENTICATE:
            return Authenticate(client_secret=step.secret)
        case StepKind.WAIT:
            return Wait()


def _agreed(line: Agreed) -> AgreedLine:
    item = line.item
    return AgreedLine(
        sku=item.sku,
        name=Words(**item.name),
        options_text=Words(**item.options_text),
        quantity=item.quantity,
        unit_price=MoneyOut.of(item.unit_price),
        total=MoneyOut.of(item.full),
        discount=MoneyOut.of(item.discount),
        picture_url=item.picture_url,
        seller_id=ids.encode("mer", line.merchant_id),
    )


def lines_view(lines: Sequence[Line]) -> list[HeldLine]:
    """For a refusal: what is held, or could be."""
    return [_held(line) for line in lines]


def agreed_lines_view(lines: Sequence[Agreed]) -> list[AgreedLine]:
    """For a refusal: what was agreed."""
    return [_agreed(line) for line in lines]


def estimate_view(estimate: Estimate) -> EstimateOut:
    """What goods cost if they go somewhere, in words."""
    return EstimateOut(
        country=estimate.to.country,
        countries=list(estimate.countries),
        postal_code_needed=postcodes.is_needed(estimate.to.country),
        sellers=[_seller_quote(each) for each in estimate.sellers],
        delivery_gone=[ids.encode("dlv", each) for each in estimate.gone],
        coupons_passed=[_passed(each, estimate.currency) for each in estimate.passed],
        total=MoneyOut.of(estimate.total),
    )


def _seller_quote(each: SellerQuote) -> SellerQuoteOut:
    quote = each.quote
    agreed = quote.delivery if quote else None
    return SellerQuoteOut(
        seller=_seller(each.seller),
        delivered=quote is not None,
        goods=MoneyOut.of(each.goods),
        offers=[offer_view(offer) for offer in each.offers],
        chosen=ids.encode("dlv", agreed.option_id) if agreed else None,
        total=MoneyOut.of(quote.total) if quote else None,
        reasons=reasons_view(quote) if quote else [],
        identity=SellerIdentity(**identity) if (identity := each.seller.identity) else None,
        terms=[_terms(terms) for terms in each.terms],
        exceptions=[_exception(*pair) for pair in each.no_withdrawal.items()],
        coupon=AgreedCouponOut.model_validate(quote.coupon) if quote and quote.coupon else None,
    )


def _passed(passed: PassedOver, currency: str) -> PassedCoupon:
    name, short = passed.held.coupon.name, Money(passed.short, currency)
    key = f"coupon_terms.passed.{passed.why.value}"
    return PassedCoupon(
        name=Words(**name),
        why=passed.why,
        short=MoneyOut.of(short) if passed.short else None,
        words=Words(
            **{
                lang: messages.translate(lang, key, name=name[lang], short=short)
                for lang in messages.LANGUAGES
            }
        ),
    )


def _terms(terms: TermsName) -> TermsLink:
    public = ids.encode("trm", terms.id)
    return TermsLink(id=public, kind=terms.kind, page=f"/terms/{public}", payer=terms.payer)


def _exception(sku: str, exception: NoWithdrawal) -> ExceptionOut:
    return ExceptionOut(
        sku=sku,
        exception=exception,
        lost_later=exception in LOST_LATER,
        words=exception_words(exception),
    )

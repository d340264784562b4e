"""The buyer says who and where to; the purchase so far is told back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.catalog.types import Picture, Product, Variant
from showfloor.checkout import queries, rules
from showfloor.checkout.errors import CheckoutClosed, CheckoutNotFound, PaymentInProgress
from showfloor.checkout.types import Agreed, Checkout, PaymentState, Purchase, Status
from showfloor.identity.types import Admission
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.errors import ValidationFailed
from showfloor.markets.service import get_market
from showfloor.merchants import service as merchants
from showfloor.orders import service as orders
from showfloor.orders.types import Address, Buyer, Item, Seller
from showfloor.shows import service as shows
from showfloor.stock import service as stock
from showfloor.stock.types import Hold, Line, LineState

FORGOTTEN_AFTER = timedelta(hours=24)
"""Details that never became an order."""


async def open_checkout(
    session: Session, *, admission: Admission, hold_id: UUID, buyer: Buyer
) -> Purchase:
    """Say who buys what is held; saying it again with other details replaces them until a payment
    is under way.

    Raises ValidationFailed (an address that the show's market does not deliver to), HoldExpired,
    CheckoutClosed, PaymentInProgress.
    """
    hold = await stock.require_open(session, hold_id)
    await _check_address(session, hold, buyer.address)
    checkout_id = await queries.open_checkout(session, await _agreed(session, hold), clock.now())
    blocking = await queries.blocking_payment(session, checkout_id)
    if blocking is not None:
        raise CheckoutClosed if blocking.state is PaymentState.PAID else PaymentInProgress
    await queries.set_buyer(session, checkout_id, buyer, admission.declared_adult_at)
    return await get_purchase(session, checkout_id=checkout_id, hold_id=hold_id)


async def get_purchase(session: Session, *, checkout_id: UUID, hold_id: UUID) -> Purchase:
    """How far a purchase has come, for the guest who holds the goods.

    Raises CheckoutNotFound for another guest's too.
    """
    checkout = await get_own_checkout(session, checkout_id=checkout_id, hold_id=hold_id)
    newest = await queries.newest_payment(session, checkout_id)
    hold = await stock.get_hold(session, hold_id)
    state, ran_out = (hold.state, hold.ran_out) if hold else (LineState.RELEASED, True)
    status = rules.status_of(newest.state if newest else None, state, ran_out=ran_out)
    return await purchase_of(session, checkout, status, hold)


async def get_own_checkout(
    session: Session, *, checkout_id: UUID, hold_id: UUID, lock: bool = False
) -> Checkout:
    """Raises CheckoutNotFound."""
    checkout = await queries.checkout(session, checkout_id, lock=lock)
    if checkout is None or checkout.hold_id != hold_id:
        raise CheckoutNotFound
    return checkout


async def purchase_of(
    session: Session, checkout: Checkout, status: Status, hold: Hold | None
) -> Purchase:
    """With its orders, once it is paid."""
    placed = await orders.list_of_checkout(session, checkout.id) if status is Status.PAID else []
    return Purchase(checkout, status, tuple(placed), hold.expires_at if hold else clock.now())


async def forget_abandoned(session: Session) -> int:
    """Who did not buy leaves no address behind."""
    return await queries.forget_buyers_before(session, clock.now() - FORGOTTEN_AFTER)


async def _check_address(session: Session, hold: Hold, address: Address) -> None:
    show = await shows.get_show(session, hold.scope)
    problems = rules.address_problems(address, get_market(show.market).country)
    if problems:
        raise ValidationFailed(
            extra={
                "fields": [
                    {"path": f"body/address/{name}", "problem": what} for name, what in problems
                ]
            }
        )


async def _agreed(session: Session, hold: Hold) -> Checkout:
    """Names, prices and sellers as the buyer sees them now; they do not follow the catalog from
    here on.
    """
    products = await catalog.get_products_of_variants(
        session, [line.variant_id for line in hold.lines]
    )
    sellers = await merchants.get_merchants(
        session, {product.merchant_id for product in products.values()}
    )
    return Checkout(
        id=ids.new(),
        hold_id=hold.id,
        show_id=hold.scope,
        total=hold.total,
        lines=tuple(_line(line, products[line.variant_id]) for line in hold.lines),
        sellers=tuple(
            Seller(seller.id, seller.name, seller.order_prefix) for seller in sellers.values()
        ),
    )


def _line(line: Line, product: Product) -> Agreed:
    variant = next(variant for variant in product.variants if variant.id == line.variant_id)
    picture = _picture(product, variant)
    item = Item(
        variant_id=variant.id,
        product_id=product.id,
        sku=line.sku,
        name=product.name,
        options_text=catalog.options_text(product, variant),
        quantity=line.quantity,
        unit_price=line.unit_price,
        picture_url=picture.url if picture else None,
    )
    return Agreed(product.merchant_id, item)


def _picture(product: Product, variant: Variant) -> Picture | None:
    if variant.pictures:
        return product.pictures[variant.pictures[0]]
    return product.pictures[0] if product.pictures else None

"""What a product looks like on the wire: the same model in the room, the API and the pages."""

from __future__ import annotations

from collections.abc import Sequence

from showfloor.catalog.schemas import (
    MerchantOut,
    PriceHistory,
    PricePointOut,
    PriorPriceOut,
    ProductOut,
    ProductState,
    VariantOut,
)
from showfloor.catalog.types import PricedProduct, PriorPrice, Product, SetPrice, Variant
from showfloor.kit import clock
from showfloor.kit.money import Money
from showfloor.kit.schemas import MoneyOut, fields_of
from showfloor.merchants.types import Merchant


def product_view(priced: PricedProduct) -> ProductOut:
    """One product as everybody sees it. Variants that have no price are left out: they cannot be
    bought.
    """
    variants = [
        _variant(variant, priced.prices[variant.id], priced.prior_prices.get(variant.id))
        for variant in priced.product.variants
        if variant.id in priced.prices
    ]
    return ProductOut.model_validate(
        {
            **fields_of(priced.product),
            "merchant": merchant_view(priced.merchant),
            "variants": variants,
        }
    )


def product_state(product: Product) -> ProductState:
    """For its merchant."""
    skus = [variant.sku for variant in product.variants]
    return ProductState.model_validate({**fields_of(product), "skus": skus})


def history_view(points: Sequence[tuple[str, SetPrice]]) -> PriceHistory:
    return PriceHistory(
        prices=[
            PricePointOut(sku=sku, price=MoneyOut.of(point.price), since=clock.rfc3339(point.since))
            for sku, point in points
        ]
    )


def merchant_view(merchant: Merchant) -> MerchantOut:
    """Who sells it."""
    return MerchantOut.model_validate(merchant)


def _variant(variant: Variant, price: Money, prior: PriorPrice | None) -> VariantOut:
    return VariantOut(
        sku=variant.sku,
        options=variant.options,
        price=MoneyOut.of(price),
        prior_price=PriorPriceOut.model_validate(prior) if prior else None,
        pictures=list(variant.pictures),
    )

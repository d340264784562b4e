"""The Product JSON: the same in the room, the API and the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from showfloor.catalog.types import OptionAxis, Product, Variant
from showfloor.kit import ids
from showfloor.kit.money import Money
from showfloor.merchants.types import Merchant


def product_view(
    product: Product, prices: Mapping[UUID, Money], merchant: Merchant
) -> dict[str, Any]:
    """One product as everybody sees it. Variants that have no price are left out: they cannot be
    bought.
    """
    return {
        "id": ids.encode("prod", product.id),
        "slug": product.slug,
        "merchant": seller_view(merchant),
        "name": product.name,
        "summary": product.summary,
        "description": product.description,
        "options": [_axis(axis) for axis in product.options],
        "pictures": [asdict(picture) for picture in product.pictures],
        "variants": [
            _variant(variant, prices[variant.id])
            for variant in product.variants
            if variant.id in prices
        ],
    }


def seller_view(merchant: Merchant) -> dict[str, Any]:
    """Who sells it."""
    return {
        "id": ids.encode("mer", merchant.id),
        "slug": merchant.slug,
        "name": merchant.name,
        "avatar_url": merchant.avatar_url,
    }


def _axis(axis: OptionAxis) -> dict[str, Any]:
    values = [
        {key: found for key, found in asdict(value).items() if found is not None}
        for value in axis.values
    ]
    return {"code": axis.code, "name": axis.name, "values": values}


def _variant(variant: Variant, price: Money) -> dict[str, Any]:
    return {
        "sku": variant.sku,
        "options": variant.options,
        "price": price.as_json(),
        "pictures": list(variant.pictures),
    }

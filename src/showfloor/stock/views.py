"""Stock on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from showfloor.catalog.types import Product, Variant
from showfloor.kit import clock
from showfloor.kit.money import Money
from showfloor.kit.schemas import MoneyOut, fields_of
from showfloor.stock.schemas import (
    DeskProduct,
    DeskVariant,
    LeaseOut,
    ReportOut,
    StockChangeOut,
    StockOut,
)
from showfloor.stock.types import Shelf, StockChange


def stock_view(sku: str, shelf: Shelf) -> StockOut:
    return StockOut.model_validate(_stock(sku, shelf))


def desk_product(
    product: Product,
    shelves: Mapping[UUID, Shelf],
    prices: Mapping[UUID, Sequence[Money]],
) -> DeskProduct:
    variants = [
        _variant(variant, shelves[variant.id], prices.get(variant.id, ()))
        for variant in product.variants
    ]
    return DeskProduct.model_validate(
        {
            **fields_of(product),
            "options": _axes(product),
            "pictures": [fields_of(picture) for picture in product.pictures],
            "variants": variants,
        }
    )


def _axes(product: Product) -> list[dict[str, object]]:
    return [
        {**fields_of(axis), "values": [fields_of(value) for value in axis.values]}
        for axis in product.options
    ]


def _variant(variant: Variant, shelf: Shelf, prices: Sequence[Money]) -> DeskVariant:
    return DeskVariant.model_validate(
        {
            **_stock(variant.sku, shelf),
            "options": variant.options,
            "prices": [MoneyOut.of(price) for price in prices],
            "pictures": list(variant.pictures),
        }
    )


def _stock(sku: str, shelf: Shelf) -> dict[str, object]:
    stock = shelf.stock
    return {
        "sku": sku,
        "in_stock": stock.in_stock,
        "held": stock.held,
        "short": stock.short,
        "waiting": stock.waiting,
        "for_own_shop": shelf.for_own_shop,
        "version": stock.version,
        "buyer_limit": shelf.buyer_limit,
        "lease": _lease(shelf),
        "report": ReportOut.model_validate(shelf.report) if shelf.report else None,
    }


def _lease(shelf: Shelf) -> LeaseOut | None:
    if shelf.lease is None:
        return None
    left = shelf.lease.left(shelf.stock)
    return LeaseOut(
        quantity=shelf.lease.quantity,
        left=left,
        until=clock.rfc3339(shelf.lease.until),
        is_kept=left <= shelf.stock.available,
    )


def changes_view(
    changes: Sequence[StockChange], skus: Mapping[UUID, str], names: Mapping[UUID, str]
) -> list[StockChangeOut]:
    return [
        StockChangeOut.model_validate(
            {
                **fields_of(change),
                "sku": skus[change.variant_id],
                "by": names.get(change.person_id) if change.person_id else None,
            }
        )
        for change in changes
    ]

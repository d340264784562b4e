"""Refusals of `catalog`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class ProductNotFound(AppError):
    """Also for a product of another merchant: a foreign id tells nothing."""

    code = "product_not_found"
    status = 404


class VariantNotFound(AppError):
    code = "variant_not_found"
    status = 404


class ProductInvalid(AppError):
    """`problem` says what does not fit together."""

    code = "product_invalid"
    status = 422


class SkuTaken(AppError):
    """This merchant already uses the SKU or the slug."""

    code = "sku_taken"
    status = 409


class PriceInvalid(AppError):
    code = "price_invalid"
    status = 422

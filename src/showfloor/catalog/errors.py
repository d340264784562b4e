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


class PictureTypeUnsupported(AppError):
    """Neither JPEG, PNG nor WebP by its Content-Type."""

    code = "picture_type_unsupported"
    status = 415


class PictureUnreadable(AppError):
    code = "picture_unreadable"
    status = 422


class PictureTooManyPixels(AppError):
    code = "picture_too_many_pixels"
    status = 422


class PictureTooSmall(AppError):
    code = "picture_too_small"
    status = 422


class PicturesChanged(AppError):
    """The product has other pictures by now than those that were arranged."""

    code = "pictures_changed"
    status = 409


class TooManyPictures(AppError):
    code = "too_many_pictures"
    status = 409

"""The catalog file: products with their texts, options, pictures, prices and stock, as
`demo/data/catalog.json` has them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from showfloor.catalog import service as catalog
from showfloor.catalog.types import NewProduct, NewVariant, OptionAxis, Picture, Product, Text
from showfloor.identity.types import Person
from showfloor.kit.db import Session
from showfloor.kit.errors import ValidationFailed
from showfloor.kit.text import clean_line, clean_paragraphs
from showfloor.markets.types import NoWithdrawal
from showfloor.stock import service as stock

Line = Annotated[Text, AfterValidator(lambda words: _cleaned(words, clean_line))]
Paragraphs = Annotated[Text, AfterValidator(lambda words: _cleaned(words, clean_paragraphs))]


Options = Annotated[
    tuple[OptionAxis, ...], AfterValidator(lambda axes: tuple(map(_cleaned_axis, axes)))
]


def _cleaned(words: Text, clean: Callable[[str], str]) -> Text:
    return {lang: clean(text) for lang, text in words.items()}


def _cleaned_axis(axis: OptionAxis) -> OptionAxis:
    values = tuple(replace(value, name=_cleaned(value.name, clean_line)) for value in axis.values)
    return replace(axis, name=_cleaned(axis.name, clean_line), values=values)


class PictureEntry(BaseModel):
    """`file` is relative to the catalog file; `shows` names the option values that are seen."""

    file: str
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    alt: Line
    shows: dict[str, str] = {}


class VariantEntry(BaseModel):
    """`price` is in minor units by ISO 4217 code, `pictures` are indices; `on_hand` counts all
    pieces there are, `buyer_limit` is how many of them one buyer may have in a show.
    """

    sku: str
    options: dict[str, str] = {}
    price: dict[str, int]
    pictures: tuple[int, ...] = ()
    on_hand: int = Field(0, ge=0)
    buyer_limit: int | None = Field(None, gt=0)


class ProductEntry(BaseModel):
    """`brand` is the seller's short name, `no_withdrawal` one of markets.types.NoWithdrawal."""

    brand: str
    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: Line
    summary: Line
    description: Paragraphs
    options: Options = ()
    pictures: tuple[PictureEntry, ...] = ()
    variants: tuple[VariantEntry, ...]
    no_withdrawal: NoWithdrawal | None = None


class Catalog(BaseModel):
    products: tuple[ProductEntry, ...]


def read(file: Path) -> Catalog:
    """Raises ValidationFailed, which says where."""
    try:
        return Catalog.model_validate_json(file.read_bytes())
    except ValidationError as error:
        fields = [
            {"path": "/".join(map(str, item["loc"])), "problem": item["msg"]}
            for item in error.errors(include_input=False)
        ]
        raise ValidationFailed(extra={"fields": fields}) from None


async def add_product(
    session: Session,
    *,
    person: Person,
    merchant_id: UUID,
    entry: ProductEntry,
    picture_url: Callable[[str], str],
) -> Product:
    """The product with its stock. `picture_url` says where a picture's file is found by browsers.

    Raises what the services raise.
    """
    product = await catalog.add_product(
        session, person=person, product=_new_product(merchant_id, entry, picture_url)
    )
    for variant, stated in zip(product.variants, entry.variants, strict=True):
        await stock.set_on_hand(
            session, person=person, variant_id=variant.id, on_hand=stated.on_hand
        )
        if stated.buyer_limit is not None:
            await stock.set_buyer_limit(
                session, person=person, variant_id=variant.id, limit=stated.buyer_limit
            )
    return product


def _new_product(
    merchant_id: UUID, entry: ProductEntry, picture_url: Callable[[str], str]
) -> NewProduct:
    return NewProduct(
        merchant_id=merchant_id,
        slug=entry.slug,
        name=entry.name,
        summary=entry.summary,
        description=entry.description,
        options=entry.options,
        pictures=tuple(
            Picture(
                picture_url(picture.file), picture.width, picture.height, picture.alt, picture.shows
            )
            for picture in entry.pictures
        ),
        variants=tuple(
            NewVariant(variant.sku, variant.options, variant.price, variant.pictures)
            for variant in entry.variants
        ),
        no_withdrawal=entry.no_withdrawal,
    )

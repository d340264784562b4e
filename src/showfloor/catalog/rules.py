"""Pure decisions of `catalog`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from babel.numbers import is_currency

from showfloor.catalog.types import (
    AddedVariant,
    NewProduct,
    NewVariant,
    OptionAxis,
    OptionValue,
    Picture,
    PricePoint,
    Product,
    Text,
    TimedPrice,
    Variant,
)
from showfloor.kit.text import LONGEST_SKU, is_visible

LANGUAGES = frozenset({"en", "ar"})
MOST_PICTURES = 50
MOST_VARIANTS = 500
HIGHEST_PRICE = 10**11
"""In minor units. More is a slip of the keyboard."""
PRIOR_PERIOD = timedelta(days=30)
"""Before a reduction began; its lowest price is what the reduction is compared with (Directive
98/6/EC art 6a(2), Court of Justice C-330/23).
"""
REDUCED_FOR = timedelta(days=30)
"""How long a lower price is called a reduction; afterwards it is the price. A decision of ours."""
HISTORY_NEEDED = PRIOR_PERIOD + REDUCED_FOR
"""What happened earlier decides nothing, but for the price with which this time began."""


def problems(product: NewProduct) -> list[str]:
    """What keeps the product from being sold, in words; empty when it is whole."""
    return [
        *_text_problems(product),
        *_axis_problems(product.options),
        *(
            problem
            for variant in product.variants
            for problem in _variant_problems(product, variant)
        ),
        *_together_problems(product.variants),
    ]


def word_problems(product: Product) -> list[str]:
    """What keeps the texts of a product from being shown, in words."""
    return [
        f"{field} needs words in {', '.join(sorted(LANGUAGES))}"
        for field, text in (
            ("name", product.name),
            ("summary", product.summary),
            ("description", product.description),
        )
        if not _in_every_language(text)
    ]


def product_problems(product: Product) -> list[str]:
    """What keeps a product that somebody typed from being whole, in words."""
    options = [tuple(sorted(variant.options.items())) for variant in product.variants]
    skus = {variant.sku for variant in product.variants}
    return [
        *word_problems(product),
        *_axis_problems(product.options),
        *(["two variants have the same options"] if len(set(options)) < len(options) else []),
        *(["every variant needs a SKU of its own"] if len(skus) < len(options) else []),
        *(["too many variants"] if len(options) > MOST_VARIANTS else []),
    ]


def price_fits(currency: str, amount: int) -> bool:
    """A price is positive and in a currency that exists (ISO 4217)."""
    return is_currency(currency) and 0 < amount <= HIGHEST_PRICE


def prior_price(
    history: Sequence[PricePoint], at: datetime, timed: Sequence[TimedPrice] = ()
) -> PricePoint | None:
    """What the price of this moment may be shown as reduced from: the lowest that was asked in the
    30 days before it began, and when it may not be shown any more (`since`). None where it is no
    reduction: it was as low before, it has been the price for long, or there are no 30 days of
    history.

    `history` is in the order in which the prices were set; what was asked for a time in one way of
    selling (`timed`) was asked, too.
    """
    told = [point for point in history if point.since <= at]
    # What was set and replaced in the same moment was never asked of anybody.
    asked = [
        point
        for position, point in enumerate(told)
        if position + 1 == len(told) or told[position + 1].since > point.since
    ]
    if not asked:
        return None
    current = asked[-1]
    while asked and asked[-1].amount == current.amount:
        current = asked.pop()
    start = current.since - PRIOR_PERIOD
    if not asked or asked[0].since > start or at >= current.since + REDUCED_FOR:
        return None
    ends = [*(point.since for point in asked[1:]), current.since]
    lowest = min(point.amount for point, end in zip(asked, ends, strict=True) if end > start)
    beside = (each.amount for each in timed if each.since < current.since and each.until > start)
    lowest = min([lowest, *beside])
    return PricePoint(current.since + REDUCED_FOR, lowest) if lowest > current.amount else None


def added_problems(product: Product, added: AddedVariant) -> list[str]:
    """What keeps a variant from being added, in words."""
    found = [] if is_visible(added.sku) else ["a variant needs a SKU"]
    if len(added.sku) > LONGEST_SKU:
        found.append(f"{added.sku} is too long")
    if set(added.options) != {axis.code for axis in product.options}:
        found.append(f"{added.sku} needs one value on each axis")
    if not all(map(_in_every_language, added.options.values())):
        found.append(f"{added.sku} needs names in {', '.join(sorted(LANGUAGES))}")
    if not added.prices or not all(price_fits(*each) for each in added.prices.items()):
        found.append(f"{added.sku} needs a price")
    return found


def with_variant(
    product: Product, added: AddedVariant, variant_id: UUID, codes: Mapping[str, str]
) -> Product:
    """`codes` are for values that an axis does not have yet. Its words and pictures stay."""
    values = {
        axis.code: next(
            (each for each in axis.values if _same_name(each.name, added.options[axis.code])),
            OptionValue(codes[axis.code], added.options[axis.code]),
        )
        for axis in product.options
    }
    axes = tuple(
        axis
        if values[axis.code] in axis.values
        else replace(axis, values=(*axis.values, values[axis.code]))
        for axis in product.options
    )
    options = {code: value.code for code, value in values.items()}
    new = Variant(variant_id, added.sku, options, ())
    return replace(product, options=axes, variants=(*product.variants, new))


def _same_name(one: Text, other: Text) -> bool:
    return one["en"].casefold() == other["en"].casefold()


def with_pictures(product: Product, pictures: Sequence[Picture]) -> Product:
    """Some of its pictures, in another order, and new ones: what each variant shows stays what it
    was, as far as it is still there.
    """
    places = {picture.url: at for at, picture in enumerate(pictures)}
    moved = {
        at: places[picture.url]
        for at, picture in enumerate(product.pictures)
        if picture.url in places
    }
    variants = tuple(
        replace(variant, pictures=tuple(moved[at] for at in variant.pictures if at in moved))
        for variant in product.variants
    )
    return replace(product, pictures=tuple(pictures), variants=variants)


def options_text(axes: tuple[OptionAxis, ...], options: dict[str, str]) -> Text:
    """`Sea salt, 250 ml` in every language, in the order of the axes; empty for a product without
    options.
    """
    chosen = [
        value for axis in axes for value in axis.values if options.get(axis.code) == value.code
    ]
    separator = {"en": ", ", "ar": "، "}
    return {
        language: separator[language].join(value.name[language] for value in chosen)
        for language in sorted(LANGUAGES)
    }


def _text_problems(product: NewProduct) -> list[str]:
    texts = {"name": product.name, "summary": product.summary, "description": product.description}
    return [
        f"{field} needs words in {', '.join(sorted(LANGUAGES))}"
        for field, text in texts.items()
        if not _in_every_language(text)
    ]


def _in_every_language(text: Text) -> bool:
    return set(text) == LANGUAGES and all(map(is_visible, text.values()))


def _axis_problems(axes: tuple[OptionAxis, ...]) -> list[str]:
    found = ["two axes share a code"] if len({axis.code for axis in axes}) < len(axes) else []
    for axis in axes:
        if not axis.values or len({value.code for value in axis.values}) < len(axis.values):
            found.append(f"axis {axis.code} needs values with different codes")
        if not all(
            _in_every_language(named)
            for named in (axis.name, *(value.name for value in axis.values))
        ):
            found.append(f"axis {axis.code} needs names in {', '.join(sorted(LANGUAGES))}")
    return found


def _variant_problems(product: NewProduct, variant: NewVariant) -> list[str]:
    # What is longer could not be named in a hold.
    found = [f"{variant.sku} is too long"] if len(variant.sku) > LONGEST_SKU else []
    codes = {axis.code: {value.code for value in axis.values} for axis in product.options}
    if set(variant.options) != set(codes) or any(
        value not in codes[axis] for axis, value in variant.options.items()
    ):
        found.append(f"{variant.sku} needs one value on each axis")
    if any(not 0 <= index < len(product.pictures) for index in variant.pictures):
        found.append(f"{variant.sku} shows a picture that is not there")
    if not variant.prices or not all(
        price_fits(currency, amount) for currency, amount in variant.prices.items()
    ):
        found.append(f"{variant.sku} needs a price")
    return found


def _together_problems(variants: tuple[NewVariant, ...]) -> list[str]:
    found = [] if variants else ["a product needs a variant"]
    if any(not is_visible(variant.sku) for variant in variants) or len(
        {variant.sku for variant in variants}
    ) < len(variants):
        found.append("every variant needs a SKU of its own")
    if len({tuple(sorted(variant.options.items())) for variant in variants}) < len(variants):
        found.append("two variants have the same options")
    return found

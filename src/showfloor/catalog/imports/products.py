"""A listing as a product of ours: a new one, or what a known one becomes."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

from showfloor.catalog.imports.texts import code_of, mark, slug
from showfloor.catalog.imports.types import Listing
from showfloor.catalog.types import OptionAxis, OptionValue, Product, Text, Variant
from showfloor.kit import ids

_LETTER = re.compile(r"[^\W\d_]")
_ARABIC = re.compile(r"[\u0620-\u064a\u0671-\u06d3]")
LONGEST_SUMMARY = 160


class OptionsChanged(Exception):
    """The file has other options than the product, and does not name all of its variants."""


def slug_of(listing: Listing) -> str:
    """For its address; `other_slug` when that is taken."""
    handle = listing.key.partition(":")[2]
    return slug(handle) or slug(listing.name) or f"p-{mark(listing.key)}"


def other_slug(listing: Listing) -> str:
    return f"{slug(slug_of(listing), 50)}-{mark(listing.key)}"


def language_of(listing: Listing) -> str:
    """A file has one language: that of most letters."""
    text = f"{listing.name} {listing.description}"
    letters, arabic = len(_LETTER.findall(text)), len(_ARABIC.findall(text))
    return "ar" if arabic * 2 > letters else "en"


def new_product(listing: Listing, merchant_id: UUID, slug: str) -> Product:
    """Not in the database yet. Its words stand in both languages until somebody translates them."""
    empty = Product(ids.new(), merchant_id, slug, {}, {}, {}, (), (), ())
    return changed_product(listing, empty)


def changed_product(listing: Listing, known: Product) -> Product:
    """What the file makes of a product: translations stay where the original did not change, and
    variants that the file does not name any more stay, so that orders find them.

    Raises OptionsChanged.
    """
    language = language_of(listing)
    codes = [code_of(name) for name in listing.axes]
    offered = _variants(listing, codes, known)
    matched = {variant.id for variant in offered}
    gone = [variant for variant in known.variants if variant.id not in matched]
    if any(set(variant.options) != set(codes) for variant in gone):
        raise OptionsChanged
    variants = (*offered, *gone)
    return replace(
        known,
        name=_merged(known.name, listing.name, language),
        summary=_merged(known.summary, _summary(listing), language),
        description=_merged(known.description, listing.description or listing.name, language),
        options=tuple(
            _axis(listing, place, known, variants, language) for place in range(len(codes))
        ),
        variants=variants,
    )


def _summary(listing: Listing) -> str:
    """The first sentence of the description, else the name."""
    first = listing.description.partition("\n")[0].strip("• ")
    sentence = re.match(r".{20,}?[.!?؟](?=\s|$)", first)
    text = sentence[0] if sentence else first
    if not text:
        return listing.name
    if len(text) <= LONGEST_SUMMARY:
        return text
    return text[:LONGEST_SUMMARY].rpartition(" ")[0].rstrip(" ,;:،") + "…"


def _merged(old: Text, new: str, language: str) -> Text:
    before = old.get(language)
    if before == new:
        return old
    return {each: new if old.get(each) == before else old[each] for each in ("en", "ar")} | {
        language: new
    }


def _variants(listing: Listing, codes: list[str], known: Product) -> list[Variant]:
    """By SKU first; a variant whose SKU is not in the file is known by its options."""
    by_sku = {variant.sku: variant for variant in known.variants}
    named = {offer.sku for offer in listing.offers}
    by_options = {
        tuple(sorted(variant.options.items())): variant
        for variant in known.variants
        if variant.sku not in named
    }
    variants: list[Variant] = []
    for offer in listing.offers:
        options = {axis: code_of(value) for axis, value in zip(codes, offer.options, strict=True)}
        found = by_sku.get(offer.sku) or by_options.get(tuple(sorted(options.items())))
        variants.append(
            replace(found, sku=offer.sku, options=options)
            if found
            else Variant(ids.new(), offer.sku, options, ())
        )
    return variants


def _axis(
    listing: Listing, place: int, known: Product, variants: tuple[Variant, ...], language: str
) -> OptionAxis:
    name = listing.axes[place]
    code = code_of(name)
    before = next((axis for axis in known.options if axis.code == code), None)
    values = {value.code: value for value in before.values} if before else {}
    wanted = {code_of(offer.options[place]): offer.options[place] for offer in listing.offers}
    used = dict.fromkeys(variant.options[code] for variant in variants)
    return OptionAxis(
        code,
        _merged(before.name if before else {}, name, language),
        tuple(_value(each, wanted.get(each), values.get(each), language) for each in used),
    )


def _value(code: str, name: str | None, before: OptionValue | None, language: str) -> OptionValue:
    if before is None:
        return OptionValue(code, _merged({}, name or code, language))
    return before if name is None else replace(before, name=_merged(before.name, name, language))

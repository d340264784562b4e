"""What a listing means for what is here: pure, so that a comparison and the import itself cannot
differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from showfloor.catalog.imports.products import (
    OptionsChanged,
    changed_product,
    language_of,
    new_product,
    other_slug,
    slug_of,
)
from showfloor.catalog.imports.types import Listing, Offer, Remark
from showfloor.catalog.types import Known, Picture, Product, Stored, Variant
from showfloor.feeds.types import Change, Line, LineKind, StoredPicture, WantedPicture
from showfloor.kit.money import Money
from showfloor.stock.types import Stock

LEASE = timedelta(seconds=120)
"""How long a worker that says nothing keeps an import."""
MOST_ATTEMPTS = 5
MOST_LINES = 2000
"""Of each kind that are kept to be read."""
PICTURES_PREFIX = "/uploads/product-"
"""Of the addresses of pictures that were fetched: all others of a product came another way."""
MOST_PICTURES = 50
PICTURE_ATTEMPTS = 4
PICTURE_PAUSE = timedelta(seconds=30)
"""After the first failure that may pass, and longer after each more."""
PICTURE_LEASE = timedelta(seconds=120)
LONGEST_SHOWN = 200
"""Characters of a text in a difference."""


@dataclass(frozen=True, slots=True)
class Here:
    """What is here of what some listings name."""

    known: Known
    prices: Mapping[tuple[UUID, str], Money]
    """By variant and currency."""
    stock: Mapping[UUID, Stock]


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done for a listing, and what is said of it. `stored` is None when nothing of
    the product or its prices changes.
    """

    lines: list[Line] = field(default_factory=list)
    stored: Stored | None = None
    counts: Mapping[UUID, int] = field(default_factory=dict)
    created: bool = False
    left_out: bool = False
    pictured: tuple[UUID, tuple[WantedPicture, ...]] | None = None
    """A product and its pictures; None where the file says nothing of them."""

    @property
    def changed(self) -> bool:
        return not self.created and (self.stored is not None or bool(self.counts))


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the listings of a file took so far: slugs of new products, and known products. A product
    is one listing's, else the next one would undo what the first one said.
    """

    slugs: set[str] = field(default_factory=set)
    products: set[UUID] = field(default_factory=set)


def step_for(listing: Listing, merchant_id: UUID, here: Here, claimed: Claimed) -> Step:
    """What this listing takes is added to `claimed`."""
    remarks: list[Remark] = []
    known = _known_product(listing, here.known, claimed)
    listing = _without_others(listing, known, here.known, remarks)
    if not listing.offers:
        return Step([line_of(remark, listing) for remark in remarks], left_out=True)
    if known is None:
        slug = slug_of(listing)
        if slug in here.known.slugs or slug in claimed.slugs:
            slug = other_slug(listing)
        claimed.slugs.add(slug)
        product = new_product(listing, merchant_id, slug)
    else:
        try:
            product = changed_product(listing, known)
        except OptionsChanged:
            changed = Remark(listing.row, "Option", "options_changed", {"name": listing.name})
            return Step([line_of(changed, listing)], left_out=True)
        claimed.products.add(known.id)
    prices = _prices(listing, product, here)
    counts = _counts(listing, product, known, here)
    if all(offer.quantity is None for offer in listing.offers) and known is None:
        remarks.append(Remark(listing.row, "Stock", "stock_not_counted", {}, left_out=False))
    lines = [line_of(remark, listing) for remark in remarks]
    pictured = wanted_pictures(listing, product)
    key = here.known.keys.get(product.id, listing.key)
    stored = Stored(product, known, key, prices)
    if known is None:
        offered = [
            change
            for variant in product.variants
            for change in _offered(variant, prices, counts, here, is_new=True)
        ]
        sku = listing.offers[0].sku
        new = Line(LineKind.CREATED, listing.row, listing.name, sku, tuple(offered))
        return Step([new, *lines], stored, counts, created=True, pictured=pictured)
    changes = _changes(listing, product, known, prices, counts, here)
    if not changes:
        return Step(lines, pictured=pictured)
    said = Line(LineKind.CHANGED, listing.row, listing.name, listing.offers[0].sku, tuple(changes))
    touched = product != known or bool(prices)
    return Step([said, *lines], stored if touched else None, counts, pictured=pictured)


def wanted_pictures(
    listing: Listing, product: Product
) -> tuple[UUID, tuple[WantedPicture, ...]] | None:
    """Those of the product, then those that only a variant has. A file without any says nothing:
    exports leave the column out.
    """
    alts = {shot.url: shot.alt for shot in listing.pictures}
    shown: dict[str, list[UUID]] = {url: [] for url in alts}
    for offer, variant in zip(listing.offers, product.variants, strict=False):
        if offer.picture and offer.picture.startswith(("https://", "http://")):
            shown.setdefault(offer.picture, []).append(variant.id)
    wanted = tuple(
        WantedPicture(url, alts.get(url, ""), tuple(variants))
        for url, variants in list(shown.items())[:MOST_PICTURES]
    )
    return (product.id, wanted) if wanted else None


def arranged(product: Product, fetched: Sequence[StoredPicture]) -> Product:
    """With the pictures that are here, behind those that came another way. What a picture shows are
    the options that all of its variants have.
    """
    stay = [
        at for at, each in enumerate(product.pictures) if not each.url.startswith(PICTURES_PREFIX)
    ]
    others = [product.pictures[at] for at in stay]
    places: dict[UUID, list[int]] = {variant.id: [] for variant in product.variants}
    for place, picture in enumerate(fetched, len(others)):
        for variant in picture.variants:
            places.get(variant, []).append(place)
    pictures = (*others, *(_picture(product, each) for each in fetched))
    variants = tuple(
        replace(
            variant,
            pictures=(
                *(stay.index(at) for at in variant.pictures if at in stay),
                *places[variant.id],
            ),
        )
        for variant in product.variants
    )
    return replace(product, pictures=pictures, variants=variants)


def _picture(product: Product, fetched: StoredPicture) -> Picture:
    alt = {language: fetched.alt or name for language, name in product.name.items()}
    shown = [variant.options for variant in product.variants if variant.id in fetched.variants]
    shows: dict[str, str] = {}
    for axis in product.options:
        values = {options[axis.code] for options in shown}
        if len(values) == 1 and len(axis.values) > 1:
            shows[axis.code] = values.pop()
    return Picture(fetched.url, fetched.width, fetched.height, alt, shows)


def line_of(remark: Remark, listing: Listing | None = None) -> Line:
    return Line(
        LineKind.LEFT_OUT if remark.left_out else LineKind.NOTE,
        remark.row,
        name=listing.name if listing else "",
        column=remark.column,
        code=remark.code,
        params=dict(remark.params),
    )


def _known_product(listing: Listing, known: Known, claimed: Claimed) -> Product | None:
    """By the key of its shop; else a product that all SKUs of the listing that are here belong
    to, unless it came from the same kind of shop under another key, or another listing took it.
    """
    if (found := known.by_key.get(listing.key)) is not None:
        return known.products[found]
    owners = {known.by_sku[offer.sku] for offer in listing.offers if offer.sku in known.by_sku}
    if len(owners) != 1:
        return None
    (owner,) = owners
    if owner in claimed.products:
        return None
    shop = listing.key.partition(":")[0]
    from_there = known.keys.get(owner, "").partition(":")[0] == shop
    return None if from_there else known.products[owner]


def _without_others(
    listing: Listing, product: Product | None, known: Known, remarks: list[Remark]
) -> Listing:
    """SKUs that another product of the merchant has are left out."""
    own = product.id if product else None
    kept: list[Offer] = []
    for offer in listing.offers:
        if known.by_sku.get(offer.sku, own) == own:
            kept.append(offer)
        else:
            other = known.products[known.by_sku[offer.sku]].name
            params = {"sku": offer.sku, "name": other[language_of(listing)]}
            remarks.append(Remark(offer.row, "SKU", "sku_elsewhere", params))
    if len(kept) == len(listing.offers):
        return listing
    return replace(listing, offers=kept, complete=False)


def _prices(listing: Listing, product: Product, here: Here) -> dict[UUID, Money]:
    """New ones: the history gets no second entry for what it says already."""
    prices: dict[UUID, Money] = {}
    for offer, variant in zip(listing.offers, product.variants, strict=False):
        price = Money(offer.price, offer.currency)
        if here.prices.get((variant.id, offer.currency)) != price:
            prices[variant.id] = price
    return prices


def _counts(
    listing: Listing, product: Product, known: Product | None, here: Here
) -> dict[UUID, int]:
    """Pieces by variant where they differ. What the file does not name any more is not sold any
    more, if the file names everything.
    """
    wanted = {
        variant.id: offer.quantity
        for offer, variant in zip(listing.offers, product.variants, strict=False)
        if offer.quantity is not None
    }
    if known is not None and listing.complete:
        wanted |= {variant.id: 0 for variant in product.variants[len(listing.offers) :]}
    counts: dict[UUID, int] = {}
    for variant, count in wanted.items():
        stock = here.stock.get(variant)
        is_so = stock is not None and stock.there == stock.kept(count)
        if not is_so and (stock is not None or count or known is None):
            counts[variant] = count
    return counts


def _changes(
    listing: Listing,
    product: Product,
    known: Product,
    prices: Mapping[UUID, Money],
    counts: Mapping[UUID, int],
    here: Here,
) -> list[Change]:
    language = language_of(listing)
    changes = [
        Change(name, _short(before[language]), _short(after[language]))
        for name, before, after in (
            ("name", known.name, product.name),
            ("summary", known.summary, product.summary),
            ("description", known.description, product.description),
        )
        if before != after
    ]
    if known.options != product.options:
        changes.append(Change("options", _axes(known, language), _axes(product, language)))
    before = {variant.id: variant for variant in known.variants}
    for variant in product.variants:
        was = before.get(variant.id)
        if was is None:
            changes.append(Change("variant", "", variant.sku, variant.sku))
        elif was.sku != variant.sku:
            changes.append(Change("sku", was.sku, variant.sku, variant.sku))
        changes += _offered(variant, prices, counts, here, is_new=was is None)
    if not changes and product != known:
        changes.append(Change("order", "", ""))
    return changes


def _offered(
    variant: Variant,
    prices: Mapping[UUID, Money],
    counts: Mapping[UUID, int],
    here: Here,
    *,
    is_new: bool,
) -> list[Change]:
    """What a variant costs and how much of it there is, where the file changes it."""
    changes: list[Change] = []
    if (price := prices.get(variant.id)) is not None:
        old = here.prices.get((variant.id, price.currency))
        shown = str(old.amount) if old else ""
        changes.append(Change("price", shown, str(price.amount), variant.sku, price.currency))
    if (count := counts.get(variant.id)) is not None:
        stock = here.stock.get(variant.id)
        there = "" if is_new else str(stock.there if stock else 0)
        changes.append(Change("stock", there, str(count), variant.sku))
    return changes


def _axes(product: Product, language: str) -> str:
    return " / ".join(axis.name[language] for axis in product.options)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"

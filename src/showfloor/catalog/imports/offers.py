"""What all formats do with the variants of a product: names for those without, no two alike, and a
remark for each that is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from showfloor.catalog.imports.prices import PriceUnreadable, minor_units
from showfloor.catalog.imports.texts import LONGEST_OPTION, is_visible, sku_for
from showfloor.catalog.imports.types import (
    MOST_VARIANTS,
    Listing,
    Offer,
    Reading,
    Remark,
    Shot,
)
from showfloor.kit.text import LONGEST_SKU, clean_code

MOST_PICTURES = 50
LONGEST_URL = 2000
MOST_PIECES = 1_000_000
_WHOLE = re.compile(r"-?\d{1,9}(\.0+)?")


def whole_number(text: str) -> int | None:
    """Pieces; nobody has fewer than none. None for what is no number."""
    if not _WHOLE.fullmatch(text.strip()):
        return None
    return min(max(int(float(text)), 0), MOST_PIECES)


@dataclass(slots=True)
class Draft:
    """A listing while its rows are read."""

    row: int
    key: str
    currency: str
    name: str = ""
    description: str = ""
    axes: list[str] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    pictures: list[Shot] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def say(self, row: int, column: str, code: str, **params: str) -> None:
        """Something is left out."""
        self.remarks.append(Remark(row, column, code, params))

    def left_out(self, rows: int, column: str, code: str, **params: str) -> Reading:
        self.say(self.row, column, code, name=self.name, **params)
        return Reading(rows, None, self.remarks)

    def price(self, row: int, text: str, column: str, currency: str = "") -> int | None:
        """In minor units; None when it cannot be read, which is said."""
        try:
            return minor_units(text, currency or self.currency)
        except PriceUnreadable as problem:
            self.say(row, column, problem.code, text=text[:40], better=problem.suggestion)
            return None

    def add_picture(self, shot: Shot) -> None:
        known = any(shot.url == each.url for each in self.pictures)
        if known or len(self.pictures) >= MOST_PICTURES:
            return
        if not re.match(r"https?://[^\s/]+", shot.url) or len(shot.url) > LONGEST_URL:
            self.remarks.append(Remark(shot.row, "Image", "picture_address", {}, left_out=False))
            return
        self.pictures.append(shot)

    def add(self, offer: Offer) -> None:
        # An apostrophe in front is how a spreadsheet keeps digits as text.
        sku = clean_code(offer.sku).removeprefix("'") or sku_for(
            self.key.partition(":")[2], offer.options
        )
        if len(sku) > LONGEST_SKU:
            self.say(offer.row, "SKU", "sku_too_long", most=str(LONGEST_SKU))
            return
        if len(self.offers) >= MOST_VARIANTS:
            self.say(offer.row, "", "too_many_variants", most=str(MOST_VARIANTS))
            return
        if any(not is_visible(option) for option in offer.options):
            self.say(offer.row, "Option", "option_missing")
            return
        options = [option[:LONGEST_OPTION] for option in offer.options]
        picture = offer.picture if offer.picture and len(offer.picture) <= LONGEST_URL else None
        alike = _lower(options)
        twin = next((each for each in self.offers if _lower(each.options) == alike), None)
        if twin is not None:
            self.say(offer.row, "Option", "options_twice", other=str(twin.row))
            return
        self.offers.append(replace(offer, sku=sku, options=options, picture=picture))


def _lower(options: list[str]) -> list[str]:
    return [option.lower() for option in options]


def draft_reading(draft: Draft, rows: int) -> Reading:
    """The listing, if anything of it can be sold."""
    if not is_visible(draft.name):
        return draft.left_out(rows, "Title", "name_missing")
    if not draft.offers:
        if not draft.remarks:
            draft.say(draft.row, "", "no_variants")
        return Reading(rows, None, draft.remarks)
    whole = not any(remark.left_out for remark in draft.remarks)
    axes, offers = draft.axes, draft.offers
    if len(offers) == 1 and len(axes) == 1 and axes[0].lower() == "title":
        axes, offers = [], [replace(offers[0], options=[])]
    listing = Listing(
        draft.row,
        draft.key,
        draft.name,
        draft.description,
        axes,
        offers,
        draft.pictures,
        whole,
    )
    return Reading(rows, listing, draft.remarks)

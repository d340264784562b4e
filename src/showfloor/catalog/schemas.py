"""Wire models of `catalog`; `views.py` makes them from values."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from showfloor.catalog.types import AddedVariant, ProductChange
from showfloor.kit.fields import Line, Sku
from showfloor.kit.schemas import EveryLanguage, MoneyOut, Shown, Time, Words, id_with
from showfloor.kit.text import clean_line, clean_paragraphs
from showfloor.markets.types import NoWithdrawal

LongText = Annotated[str, AfterValidator(clean_paragraphs), Field(min_length=1, max_length=20_000)]
OwnSku = Annotated[Sku, AfterValidator(clean_line), Field(min_length=1)]
PictureUrl = Annotated[str, Field(max_length=2000, pattern=r"^(/|https?://)\S*$")]
AxisCode = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,60}$")]


class MerchantOut(Shown):
    id: Annotated[str, id_with("mer")]
    slug: str
    name: Words
    avatar_url: str


class OptionValueOut(Shown):
    """`swatch` is a CSS colour, null where the option is no colour."""

    code: str
    name: Words
    swatch: str | None


class OptionAxisOut(Shown):
    code: str
    name: Words
    values: list[OptionValueOut]


class PictureOut(Shown):
    """`shows` names the option values seen in it, so that choosing a colour can choose its
    picture.
    """

    url: str
    width: int
    height: int
    alt: Words
    shows: dict[str, str]


class PriorPriceOut(Shown):
    """The lowest price of the 30 days before the present one began, computed from the history of
    prices: what may be shown as "was", `until` then.
    """

    price: MoneyOut
    until: Time


class VariantOut(BaseModel):
    """`pictures` are indices into the product's pictures; `prior_price` is null where the price is
    no reduction.
    """

    sku: str
    options: dict[str, str]
    price: MoneyOut
    prior_price: PriorPriceOut | None
    pictures: list[int]


class ProductOut(BaseModel):
    id: Annotated[str, id_with("prod")]
    slug: str
    merchant: MerchantOut
    name: Words
    summary: Words
    description: Words
    options: list[OptionAxisOut]
    pictures: list[PictureOut]
    variants: list[VariantOut]


class ProductPage(BaseModel):
    """The list's key `items`; ask for the next page with `cursor=next_cursor`."""

    items: list[ProductOut]
    next_cursor: str | None


class PriceIn(BaseModel):
    """Minor units."""

    amount: int = Field(gt=0, le=10**12)
    currency: str = Field(pattern="^[A-Z]{3}$")


class NewPrice(BaseModel):
    """What it was before is read from the history; nobody types it."""

    model_config = ConfigDict(extra="forbid")
    sku: Sku
    price: PriceIn


class WordsIn(BaseModel):
    """The same words in every language; a merchant that has one language alone repeats them."""

    model_config = ConfigDict(extra="forbid")

    en: Line
    ar: Line

    def text(self) -> dict[str, str]:
        return {"en": self.en, "ar": self.ar}


class ParagraphsIn(BaseModel):
    """As `WordsIn`, of several lines."""

    model_config = ConfigDict(extra="forbid")

    en: LongText
    ar: LongText

    def text(self) -> dict[str, str]:
        return {"en": self.en, "ar": self.ar}


class ProductWords(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: WordsIn | None = None
    summary: WordsIn | None = None
    description: ParagraphsIn | None = None

    def value(self) -> ProductChange:
        return ProductChange(
            name=self.name.text() if self.name else None,
            summary=self.summary.text() if self.summary else None,
            description=self.description.text() if self.description else None,
        )


class NewVariantIn(BaseModel):
    """`options` has a name for each axis of the product, by the axis's code: the name of a value
    that is there means that value, another one is a new value.
    """

    model_config = ConfigDict(extra="forbid")

    sku: OwnSku
    options: dict[AxisCode, WordsIn] = Field(default_factory=dict, max_length=10)
    prices: list[PriceIn] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        if len({price.currency for price in self.prices}) < len(self.prices):
            raise ValueError("a currency comes twice")
        return self

    def value(self) -> AddedVariant:
        return AddedVariant(
            self.sku,
            {axis: name.text() for axis, name in self.options.items()},
            {price.currency: price.amount for price in self.prices},
        )


class NewProductIn(BaseModel):
    """A product with its variants. `axes` are the names of what they differ in (size, colour), by
    codes of the caller's choice; each variant has a value on each. How many there are is said
    afterwards.
    """

    model_config = ConfigDict(extra="forbid")

    merchant_id: str | None = Field(None, description="needed by who sells for several")
    name: WordsIn
    summary: WordsIn
    description: ParagraphsIn
    axes: dict[AxisCode, WordsIn] = Field(default_factory=dict, max_length=5)
    variants: list[NewVariantIn] = Field(min_length=1, max_length=100)


class PictureOrder(BaseModel):
    """The addresses of the pictures that stay, in their new order."""

    urls: list[PictureUrl] = Field(max_length=100)


class PricePointOut(BaseModel):
    """`since`: it holds from then until the next one of this SKU in this currency."""

    sku: str
    price: MoneyOut
    since: Time


class PriceHistory(BaseModel):
    """Newest first, 500 at most."""

    prices: list[PricePointOut]


class ProductState(Shown):
    """A product as it stands, whatever it costs."""

    id: Annotated[str, id_with("prod")]
    slug: str
    name: EveryLanguage
    summary: EveryLanguage
    description: EveryLanguage
    options: list[OptionAxisOut]
    pictures: list[PictureOut]
    skus: list[str]


class WithdrawalException(BaseModel):
    """The class of goods that a product is; null: buyers may withdraw as from any other."""

    model_config = ConfigDict(extra="forbid")
    exception: NoWithdrawal | None

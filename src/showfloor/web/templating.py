"""Templates with their vocabulary, and the files that they name."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import jinja2

from showfloor.kit import messages as words
from showfloor.kit.messages import Messages
from showfloor.kit.money import Money

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
MANIFEST = STATIC / "manifest.json"

FONTS = {"en": "figtree-latin", "ar": "vazirmatn-arabic"}
"""The one file that a page of the language preloads, by the beginning of its name."""
STYLES = "styles/pages/common.css"

Page = Mapping[str, Any]


class Chunk(TypedDict):
    """A built file in Vite's manifest."""

    file: str
    imports: NotRequired[list[str]]
    assets: NotRequired[list[str]]


def create_environment(
    messages: Messages, manifest_path: Path = MANIFEST, *, static_url: str = "/static/"
) -> jinja2.Environment:
    """The templates with their vocabulary: `asset(name)` is the hashed address of a built file,
    `imports(name)` the addresses of the chunks that it needs, `icons` the shapes.
    """
    loader = jinja2.FileSystemLoader(TEMPLATES)
    env = jinja2.Environment(
        loader=loader,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    manifest: dict[str, Chunk] = json.loads(manifest_path.read_text(encoding="utf-8"))
    env.globals["asset"] = lambda name: static_url + manifest[name]["file"]
    env.globals["imports"] = lambda name: [
        static_url + manifest[chunk]["file"] for chunk in _imports(manifest, name)
    ]
    env.globals["fonts"] = {
        lang: static_url + _font(manifest[STYLES]["assets"], name) for lang, name in FONTS.items()
    }
    env.globals["static_url"] = static_url
    env.globals["icons"] = json.loads((TEMPLATES / "icons.json").read_text(encoding="utf-8"))
    env.globals["messages"] = messages
    return env


def _imports(manifest: Mapping[str, Chunk], name: str) -> list[str]:
    """Every chunk that the entry imports, so that a page can ask for all of them at once."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        for chunk in manifest[waiting.pop()].get("imports", ()):
            if chunk not in found:
                found.append(chunk)
                waiting.append(chunk)
    return found


def label_fonts() -> dict[str, str]:
    """Font files by language, for words in a picture."""
    manifest: dict[str, Chunk] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    assets = manifest[STYLES]["assets"]
    return {lang: str(STATIC / _font(assets, name)) for lang, name in FONTS.items()}


def _font(assets: Sequence[str], name: str) -> str:
    return next(asset for asset in assets if Path(asset).name.startswith(name))


def render(
    env: jinja2.Environment, template: str, *, lang: str, path: str, data: Page, **context: Any
) -> str:
    other = "en" if lang == "ar" else "ar"
    page_data = {
        "lang": lang,
        "api": "/api/v1",
        "home": "/",
        "other_language_url": f"{path}?lang={other}",
        **data,
    }
    return env.get_template(template).render(
        lang=lang,
        dir=words.direction(lang),
        other=other,
        path=path,
        page_data=page_data,
        t=partial(messages_of(env).translate, lang),
        isolated=partial(words.isolated, lang),
        pick=lambda text: text.get(lang) or text["en"],
        price=lambda money: messages_of(env).price(lang, Money(money["amount"], money["currency"])),
        number=partial(words.number, lang),
        moment=_moment,
        clock=_clock,
        day=partial(words.day, lang),
        country=partial(words.country, lang),
        weekday=partial(words.weekday, lang),
        lowest=lowest_price,
        left_of=left_of,
        **context,
    )


def messages_of(env: jinja2.Environment) -> Messages:
    messages = env.globals["messages"]
    assert isinstance(messages, Messages)
    return messages


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _clock(seconds: float) -> str:
    """As frontend/i18n/i18n.ts `clock`."""
    left = math.ceil(seconds)
    hours, minutes = left // 3600, left // 60 % 60
    return f"{hours}:{minutes:02}:{left % 60:02}" if hours else f"{minutes}:{left % 60:02}"


class LowestPrice(TypedDict):
    """`price` is Money JSON."""

    price: Page
    varies: bool
    prior: Page | None


def lowest_price(product: Page) -> LowestPrice:
    """As frontend/shop/variants.ts `lowestPrice`."""
    prices = [variant["price"] for variant in product["variants"]]
    price = min(prices, key=lambda each: int(each["amount"]))
    varies = any(each["amount"] != price["amount"] for each in prices)
    priors = [variant.get("prior_price") or {} for variant in product["variants"]]
    first, *others = [prior.get("price") for prior in priors]
    same = not varies and all(other == first for other in others)
    return {"price": price, "varies": varies, "prior": first if same else None}


def left_of(product: Page, stock: Mapping[str, int]) -> int | None:
    """Pieces left over all variants; None where one of them is unknown."""
    skus = [variant["sku"] for variant in product["variants"]]
    return sum(stock[sku] for sku in skus) if all(sku in stock for sku in skus) else None

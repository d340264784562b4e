"""Pages are whole without script, hold nothing inline, and escape what people wrote."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from functools import partial
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
import pytest

from showfloor.kit import messages
from showfloor.kit.money import Money
from showfloor.kit.retention import About, data_classes, kept_for, lasts
from showfloor.markets.types import NoWithdrawal
from showfloor.merchants.types import ReturnPayer
from showfloor.orders.types import Order, RefundedPieces, RefundState
from showfloor.orders.views import order_detail
from showfloor.web import pages, templating
from tests.unit.orders.orders_of_tests import order_of
from tests.unit.orders.test_fulfilment import refunded

BUILT = [
    "styles/pages/common.css",
    "styles/pages/show.css",
    "styles/pages/home.css",
    "styles/pages/studio.css",
    "entries/show.ts",
    "entries/home.ts",
    "entries/studio.ts",
    "player/hls.ts",
    "embed/framed.ts",
]


@pytest.fixture
def env(tmp_path: Path) -> jinja2.Environment:
    manifest = tmp_path / "manifest.json"
    fonts = [f"assets/{name}-h4sh.woff2" for name in templating.FONTS.values()]
    manifest.write_text(
        json.dumps(
            {
                name: {"file": f"assets/{Path(name).stem}-h4sh{Path(name).suffix}", "assets": fonts}
                for name in BUILT
            }
        )
    )
    return templating.create_environment(messages.load(), manifest)


def text(en: str, ar: str) -> dict[str, str]:
    return {"en": en, "ar": ar}


def product(number: int, name: str) -> dict[str, Any]:
    return {
        "id": f"prod_{number}",
        "slug": f"p-{number}",
        "merchant": {
            "id": "mer_1",
            "slug": "loamwick",
            "name": text("Loamwick", "لوم ويك"),
            "avatar_url": None,
        },
        "name": text(name, f"منتج {number}"),
        "summary": text("", ""),
        "description": text("", ""),
        "options": [],
        "pictures": [
            {
                "url": f"/m/{number}.webp",
                "width": 1200,
                "height": 1500,
                "alt": text("", ""),
                "shows": {},
            }
        ],
        "variants": [
            {
                "sku": f"SKU-{number}",
                "options": {},
                "price": {"amount": 1000 + number, "currency": "GBP"},
                "pictures": [0],
            }
        ],
    }


def show(**changes: Any) -> dict[str, Any]:
    return {
        "id": "show_1",
        "slug": "slow-morning",
        "title": text("The slow morning edit", "مختارات الصباح الهادئ"),
        "state": "live",
        "market": "gb",
        "currency": "GBP",
        "starts_at": "2026-11-23T10:00:00.000Z",
        "went_live_at": None,
        "ended_at": None,
        "host": {
            "id": "cre_1",
            "name": text("Loamwick studio", "استوديو لوم ويك"),
            "avatar_url": None,
        },
        "description": None,
        "poster_url": "/m/poster.webp",
        "picture_ratio": None,
        "products": [product(1, "Dawn Mug"), product(2, "Olive Vase"), product(3, "Halo Lamp")],
        "item_numbers": [1, 2, 3],
        "playback": {
            "hls_url": "http://media/live/show_1/index.m3u8",
            "events_url": "http://rooms/rooms/show_1/events",
        },
    } | changes


def render(env: jinja2.Environment, lang: str = "en", **changes: Any) -> str:
    return pages.render_show(
        env,
        lang=lang,
        show=show(**changes),
        base_url="https://shop.example",
        stock={"SKU-1": 4, "SKU-2": 0},
    )


def every_page(env: jinja2.Environment, lang: str) -> list[str]:
    return [
        pages.render_home(env, lang=lang, live=[show()], upcoming=[show(state="scheduled")]),
        pages.render_home(env, lang=lang, live=[], upcoming=[]),
        render(env, lang),
        render(env, lang, state="scheduled", products=[], poster_url=None),
        pages.render_embed(env, lang=lang, show=show(), theme={"accent": "#1f4b49"}),
        pages.render_studio(
            env,
            lang=lang,
            markets=[{"code": "gb", "name": text("UK", "المملكة"), "currency": "GBP"}],
        ),
        pages.render_error(env, lang=lang, code="show_not_found", status=404),
    ]


def data_of(html: str) -> dict[str, Any]:
    found = re.search(
        r'<script type="application/json" id="page-data">(.*?)</script>', html, re.DOTALL
    )
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


class Inline(HTMLParser):
    """Collects whatever a strict Content-Security-Policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or "style" in names or any(name.startswith("on") for name in names):
            self.found.append(f"{tag} {names}")
        if tag == "script" and "src" not in names and names.get("type") != "application/json":
            self.found.append(f"{tag} {names}")


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_no_page_holds_inline_script_or_style(env: jinja2.Environment, lang: str) -> None:
    parser = Inline()

    for html in every_page(env, lang):
        parser.feed(html)

    assert parser.found == []


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_every_page_says_its_language_and_direction(
    env: jinja2.Environment, lang: str, direction: str
) -> None:
    for html in every_page(env, lang):
        assert f'<html lang="{lang}" dir="{direction}">' in html


def test_description_stands_on_the_page_and_in_its_link_preview(env: jinja2.Environment) -> None:
    html = render(env, "ar", description=text("Cups\n<b>Bowls</b>", "أكواب\nوأوعية"))

    assert html.count("أكواب وأوعية") == 2, "for search and for links that are shared"
    assert "أكواب\nوأوعية</p>" in html
    assert "<b>Bowls" not in html and "shelf__about" not in render(env)


def test_nothing_of_the_picture_is_preloaded_for_who_saves_data(env: jinja2.Environment) -> None:
    def loaded(html: str) -> list[str]:
        return re.findall(
            r'<link rel="[a-z]*preload" href="(http://media[^"]*|[^"]*/hls-[^"]*)"', html
        )

    saving = pages.render_show(
        env, lang="en", show=show(), base_url="https://shop.example", save_data=True
    )

    assert len(loaded(render(env))) == 3
    assert loaded(saving) == []
    assert data_of(saving)["save_data"] is True and data_of(render(env))["save_data"] is False


@pytest.mark.parametrize(
    ("lang", "font"), [("en", "figtree-latin-h4sh"), ("ar", "vazirmatn-arabic-h4sh")]
)
def test_a_page_preloads_the_font_of_its_language_only(
    env: jinja2.Environment, lang: str, font: str
) -> None:
    preloaded = re.findall(
        r'<link rel="preload" href="/static/assets/([^"]+).woff2"', render(env, lang)
    )

    assert preloaded == [font]


def test_the_show_page_is_whole_without_script(env: jinja2.Environment) -> None:
    html = render(env).split('<script type="application/json"')[0]

    assert "The slow morning edit" in html
    assert "Sold by Loamwick" in html
    assert [html.index(name) for name in ("Dawn Mug", "Olive Vase", "Halo Lamp")] == sorted(
        html.index(name) for name in ("Dawn Mug", "Olive Vase", "Halo Lamp")
    )
    assert "£10.01" in html
    assert "£10.03" in html
    assert "Sold out" in html


def test_the_arabic_page_writes_arabic_names_and_prices(env: jinja2.Environment) -> None:
    html = render(env, "ar")

    assert "مختارات الصباح الهادئ" in html
    assert '<bdi class="price price-now" dir="rtl">10.01\xa0£</bdi>' in html


def test_the_script_gets_the_show_and_only_its_words(env: jinja2.Environment) -> None:
    data = data_of(render(env))

    assert data["show"]["id"] == "show_1"
    assert data["stock"] == {"SKU-1": 4, "SKU-2": 0}
    assert (data["country"], data["postal_code_needed"]) == ("GB", True)
    assert data["embed"] is None
    assert "error.sold_out" in data["messages"]
    assert not [key for key in data["messages"] if key.startswith("studio.")]


def test_what_people_wrote_cannot_end_the_data_or_open_a_tag(env: jinja2.Environment) -> None:
    nasty = "</script><img src=x onerror=alert(1)>"
    html = render(env, title=text(nasty, nasty), products=[product(1, nasty)])

    assert "<img src=x" not in html
    assert data_of(html)["show"]["title"]["en"] == nasty


def test_an_error_without_words_is_told_in_general_ones(env: jinja2.Environment) -> None:
    html = pages.render_error(env, lang="en", code="something_new", status=500)

    assert messages.translate("en", "error.internal_error") in html.replace("&#39;", "'")


def test_a_product_without_a_price_does_not_break_the_page(env: jinja2.Environment) -> None:
    bare = product(1, "Dawn Mug") | {"variants": [], "pictures": []}

    assert "Dawn Mug" in render(env, products=[bare])


def test_replays_stand_on_the_front_page_with_their_length(env: jinja2.Environment) -> None:
    replay = {"state": "ready", "duration_s": 3723.4}
    html = pages.render_home(
        env, lang="en", live=[], upcoming=[], again=[show(state="ended", replay=replay)]
    )

    heading = f"<h2>{messages.translate('en', 'home.again')}</h2>"
    assert heading in html
    assert "1:02:04" in html
    assert heading not in pages.render_home(env, lang="en", live=[], upcoming=[])


def order_page(
    env: jinja2.Environment, lang: str, order: Order, *, withdrawing: bool = False, **more: Any
) -> str:
    return pages.render_order(
        env,
        lang=lang,
        path="/o/token",
        order=order_detail(order).model_dump(mode="json"),
        timezone="Europe/London",
        is_export=False,
        mails=True,
        withdrawing=withdrawing,
        **more,
    )


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("withdrawn", [True, False], ids=["withdrawn", "withdrawing"])
def test_order_page_promises_no_money_that_was_given_back(
    env: jinja2.Environment, lang: str, withdrawn: bool
) -> None:
    """One line nobody may withdraw from, the other was paid back."""
    order = order_of((1, 100), (1, 300))
    kept = replace(order.items[1], no_withdrawal=NoWithdrawal.PERISHABLE)
    order = replace(
        order, items=(order.items[0], kept), withdrawn_at=order.placed_at if withdrawn else None
    )

    def page(due: int) -> str:
        return order_page(env, lang, order, withdrawing=not withdrawn, due_back=Money(due, "GBP"))

    owed, nothing = (messages.load().price(lang, Money(amount, "GBP")) for amount in (77, 0))

    assert owed in page(77)
    assert nothing not in page(0)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_order_page_says_what_is_owed_since_a_refund_failed(
    env: jinja2.Environment, lang: str
) -> None:
    order = order_of((1, 100), (1, 300))
    done = refunded(order, 300, {1: RefundedPieces(1, 0, 1)})
    later = done.placed_at + timedelta(days=3)
    failed = replace(done.refunds[0], state=RefundState.FAILED, failed_at=later)

    owed = order_page(env, lang, replace(order, refunds=(failed,)))
    alone = order_page(env, lang, done)

    translate = partial(messages.load().translate, lang)
    price = messages.load().price(lang, Money(300, "GBP"))
    seller = order_detail(order).seller.model_dump()[lang]
    assert translate("order.reopened", seller=seller, amount=price) in unescape(owed)
    assert translate("order.reopened_text") in unescape(owed)
    assert "<s>" in owed
    assert translate("order.reopened_text") not in unescape(alone) and "<s>" not in alone


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_order_page_says_that_a_proof_of_sending_was_not_whole(
    env: jinja2.Environment, lang: str
) -> None:
    order = order_of((1, 100))
    nothing = {"amount": 0, "currency": "GBP"}
    owed = {"now": nothing, "withheld": nothing, "delivery_kept": nothing, "by": None, "items": []}
    seen = order_detail(replace(order, withdrawn_at=order.placed_at)).model_dump(mode="json")

    (made,) = seen["withdrawals"]
    by = {"send_back_by": "2026-12-07T18:31:00.000Z"}

    def page(proof_missing: str | None) -> str:
        return pages.render_order(
            env,
            lang=lang,
            path="/o/token",
            order=seen | {"owed": owed | by, "withdrawals": [made | by]},
            timezone="Europe/London",
            is_export=False,
            mails=False,
            withdrawing=False,
            way_back={"payer": ReturnPayer.BUYER, "address": "1 Kiln Lane"},
            proof_missing=proof_missing,
        )

    (alert,) = re.findall(r'role="alert">(.*?)</p>', page("new"))
    assert messages.translate(lang, "order.way_back.missing") in alert
    assert 'role="alert"' not in page(None)


@pytest.mark.parametrize("state", [None, "preparing", "ready"])
def test_page_keeps_the_place_of_the_chat_that_will_come(
    env: jinja2.Environment, state: str | None
) -> None:
    """The column is there before the script is, or not at all, so that nothing jumps."""
    replay = {"state": state, "duration_s": 90.0} if state else None

    assert ("has-chat" in render(env, state="ended", replay=replay)) is (state == "ready")
    assert "has-chat" in render(env)
    assert "has-chat" not in render(env, state="scheduled")


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("young", [False, True], ids=["adults", "young"])
def test_privacy_notice_names_every_class_that_is_about_somebody(
    env: jinja2.Environment, lang: str, young: bool
) -> None:
    html = pages.render_privacy(
        env,
        lang=lang,
        young=young,
        operator="Loam Ltd, privacy@loam.example",
        recipients=["sellers", "stripe", "mail", "storage", "nobody"],
    )

    translate = messages.load().translate
    for each in data_classes():
        shown = each.about is About.PEOPLE or (each.about is About.STAFF and not young)
        assert messages.load().has(f"privacy.what.{each.name}") is (each.about is not About.NOBODY)
        if shown:
            assert translate(lang, f"privacy.what.{each.name}") in unescape(html), each.name
    # As the file says it: eleven years of 365 days and the leap days in them.
    assert kept_for("order").days // 365 == 11
    assert translate(lang, "privacy.years", count=11) in html
    assert translate(lang, "privacy.days", count=lasts("viewer_session").days) in html
    assert "Loam Ltd, privacy@loam.example" in html


def test_privacy_notice_does_not_invent_who_runs_the_site(env: jinja2.Environment) -> None:
    html = pages.render_privacy(env, lang="en", young=False, operator="", recipients=["nobody"])

    assert "has not written here yet who they are" in html
    assert "Stripe" not in html

"""The figures that texts say are those that hold, in both languages: a limit that is changed
changes its sentences, too.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from showfloor.app.uploads import LARGEST_COVER, LARGEST_IMPORT
from showfloor.catalog.adapters import pictures as product_pictures
from showfloor.catalog.rules import PRIOR_PERIOD
from showfloor.delivery.rules import LONGEST_DAYS
from showfloor.feeds.adapters import pictures as imported_pictures
from showfloor.feeds.adapters.fetcher import LARGEST_FILE
from showfloor.identity.rules import REFUSED_FOR, SHORTEST_PASSWORD
from showfloor.identity.rules.invitations import INVITATION_LASTS
from showfloor.kit import messages
from showfloor.kit.pictures import MOST_PIXELS
from showfloor.kit.retention import kept_for, lasts
from showfloor.kit.webvtt import LONGEST_TEXT
from showfloor.ledger.rules.agreements import NOTICE
from showfloor.ledger.rules.sums import HIGHEST_RATE
from showfloor.merchants.rules import LONGEST_CODE, SHORTEST_CODE
from showfloor.offers.rules import claiming
from showfloor.offers.rules.waiting import OFFER_SECONDS
from showfloor.orders.rules.fulfilment import WITHDRAWAL_DAYS
from showfloor.privacy.rules import OPEN_REQUESTS
from showfloor.shows.adapters import covers
from showfloor.shows.rules import MOST_ANNOUNCEMENTS, MOST_PINS
from showfloor.shows.schemas import FURTHEST_AHEAD
from showfloor.shows.types import LAST_ITEM_NUMBER
from showfloor.viewers.rules import CODE_DIGITS, SESSION_LASTS, SIGN_IN_LASTS

MEBIBYTE = 1024 * 1024
SAID = {
    "account.field_new": [SHORTEST_PASSWORD],
    "account.log_text": [kept_for("security_log").days],
    "account.new_hint": [SHORTEST_PASSWORD],
    "account.sessions_text": [lasts("staff_session") // timedelta(hours=1)],
    "error.code_invalid": [SHORTEST_CODE, LONGEST_CODE],
    "error.coupon_invalid": [claiming.LONGEST.days],
    "error.cover_too_many_pixels": [MOST_PIXELS // 10**6],
    "error.cover_too_small": [covers.SHORTEST_SIDE],
    "error.item_number_invalid": [1, LAST_ITEM_NUMBER],
    "error.picture_too_many_pixels": [MOST_PIXELS // 10**6],
    "error.picture_too_small": [product_pictures.SHORTEST_SIDE],
    "error.sign_in_code_wrong": [CODE_DIGITS],
    "error.too_many_announcements": [MOST_ANNOUNCEMENTS],
    "error.too_many_open_requests": [OPEN_REQUESTS],
    "error.too_many_pins": [MOST_PINS],
    "error.withdrawal_too_late": [WITHDRAWAL_DAYS],
    "goods.picture_hint": [LARGEST_COVER // MEBIBYTE],
    "import_file.picture_too_small": [imported_pictures.SHORTEST_SIDE],
    "imports.kinds": [LARGEST_IMPORT // MEBIBYTE],
    "imports.too_large": [LARGEST_FILE // MEBIBYTE],
    "join.field_password": [SHORTEST_PASSWORD],
    "join.password_hint": [SHORTEST_PASSWORD],
    "mail.invitation.link": [INVITATION_LASTS.days],
    "mail.sign_in.link": [SIGN_IN_LASTS // timedelta(minutes=1)],
    "money.code_hint": [SHORTEST_CODE, LONGEST_CODE],
    "money.rate_hint": [NOTICE.days],
    "money.waits_arrival": [WITHDRAWAL_DAYS],
    "money.way_hint": [HIGHEST_RATE // 100],
    "order.may_withdraw": [WITHDRAWAL_DAYS],
    "order.withdraw_over": [WITHDRAWAL_DAYS],
    "privacy.age_text": [REFUSED_FOR // timedelta(hours=1)],
    "product.prior_price": [PRIOR_PERIOD.days],
    "product.prior_price_text": [PRIOR_PERIOD.days],
    "studio.cover_hint": [covers.SHORTEST_SIDE],
    "studio.cover_too_large": [LARGEST_COVER // MEBIBYTE],
    "studio.field_starts_far": [FURTHEST_AHEAD.days // 365],
    "team.email_hint": [INVITATION_LASTS.days],
    "viewer.field_code": [CODE_DIGITS],
    "viewer.kept.sessions": [SESSION_LASTS.days],
    "viewer.sent_text": [SIGN_IN_LASTS // timedelta(minutes=1)],
    "ways.field_days": [LONGEST_DAYS],
    "ways.field_last": [LONGEST_DAYS],
    "webvtt.long_text": [LONGEST_TEXT],
    "viewer.kept.waits": [kept_for("waiting").days],
    "wait.ask_text": [OFFER_SECONDS // 60],
    "wait.joined_text": [OFFER_SECONDS // 60],
    "wait.title_text": [OFFER_SECONDS // 60],
}
"""Whole texts, each with all its figures in their order."""
WORDS = {
    "en": {"two": 2, "three": 3, "five": 5, "six": 6, "seven": 7, "fourteen": 14, "twenty": 20},
    "ar": {
        "السنتين": 2,
        "ثلاثة": 3,
        "خمسة": 5,
        "الستة": 6,
        "سبعة": 7,
        "بأربعة عشر": 14,
        "عشرين": 20,
        "ثلاثين": 30,
        "الثلاثين": 30,
    },
}
"""Figures that these texts write as words; a text with another one lacks it, and fails."""


def figures_in(text: str, lang: str) -> list[int]:
    """What a text says in digits or words, without what is filled into it."""
    words = WORDS[lang]
    written = "|".join(sorted(words, key=len, reverse=True))
    found = re.findall(rf"\d+|\b(?:{written})\b", re.sub(r"\{[^}]*\}", "", text).lower())
    return [words[each] if each in words else int(each) for each in found]


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("key", SAID)
def test_text_says_the_figures_that_hold(key: str, lang: str) -> None:
    assert figures_in(messages.translate(lang, key), lang) == SAID[key]


NAMES = re.compile(r"(?i)H\.264|libx264|WebVTT|UTF-8|MP4|-g 60|yuv420p|\d{4}-\d{2}")
"""Of formats, programs and months: no figures."""
NO_LIMITS = {
    "error.chat_word_unreadable",  # one letter is no word
    "error.clip_span_invalid",  # at least one second, as anything that lasts
    "error.import_currency_unknown",  # three letters, by ISO 4217
    "error.partner_not_found",  # two are partners
    "error.sku_conflict",  # one of two products
}


def test_every_refusal_with_a_figure_is_held_to_it() -> None:
    catalog = messages.load().catalogs["en"]
    refusals = {key: text for key, text in catalog.items() if key.startswith("error.")}
    with_figures = {
        key
        for key, text in refusals.items()
        if isinstance(text, str) and figures_in(NAMES.sub("", text), "en")
    }

    assert with_figures - NO_LIMITS == {key for key in SAID if key.startswith("error.")}


@pytest.mark.parametrize(
    ("lang", "text", "figures"),
    [
        ("en", "Three of {most} in 15 minutes, someone said.", [3, 15]),
        ("ar", "من ثلاثة إلى عشرين حرفًا، و90 يومًا", [3, 20, 90]),
        ("ar", "بعد وصول البضاعة بأربعة عشر يومًا", [14]),
    ],
)
def test_figures_are_read_in_digits_and_words(lang: str, text: str, figures: list[int]) -> None:
    assert figures_in(text, lang) == figures

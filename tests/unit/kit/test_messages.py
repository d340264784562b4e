"""The catalog is whole: same keys, same holes, all plural categories, nothing used that is not
there.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from showfloor.identity.types import Action, Scope, SecurityEvent
from showfloor.kit import messages
from showfloor.kit.money import Money
from showfloor.webhooks.types import EventType

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "src/showfloor/kit/messages"
SOURCES = [
    ROOT / "frontend",
    *(ROOT / "src/showfloor" / room for room in ("web", "embed", "notices")),
]
HOLE = re.compile(r"\{(\w+)\}")
# In Python the language stands before the key: `translate(lang, "mail.title")`.
WHOLE_KEY = re.compile(
    r"""\b(?:t|translate)\(\s*(?:[a-z_.]+,\s*)?["']([a-z_]+(?:\.[a-z_0-9]+)+)["']"""
)
KEY_START = re.compile(r"""\b(?:t|translate)\(\s*[`'"]([a-z_]+\.(?:[a-z_]+\.)*)(?:\$\{|['"] ~)""")
# Keys that stand as values in scripts, to be translated elsewhere: `wrong.email = "field.email"`.
AREAS = "|".join(sorted(file.stem for file in (FOLDER / "en").glob("*.json")))
QUOTED = re.compile(rf"""["'`]((?:{AREAS})\.[a-z_0-9.]+)["'`]""")
SCRIPTS = {".svelte", ".ts"}


def entries(lang: str) -> dict[str, messages.Entry]:
    return dict(messages.load().catalogs[lang])


def texts(entry: messages.Entry) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())


def sources() -> Iterator[tuple[Path, str]]:
    for path in (path for folder in SOURCES for path in folder.rglob("*")):
        ours = not {"node_modules", "static"} & set(path.parts) and not path.name.endswith(
            ".test.ts"
        )
        if ours and path.suffix in SCRIPTS | {".html", ".txt", ".py"}:
            yield path, path.read_text(encoding="utf-8")


def used_keys(path: Path, text: str) -> set[str]:
    found = set(WHOLE_KEY.findall(text)) | set(
        QUOTED.findall(text) if path.suffix in SCRIPTS else []
    )
    # Names of webhooks' events and of roles' actions look like keys.
    return found - set(EventType) - set(Action)


def test_every_language_has_the_same_keys() -> None:
    assert list(entries("en")) == list(entries("ar"))


def test_every_text_stands_in_the_file_of_its_area() -> None:
    def areas(lang: str) -> dict[str, set[str]]:
        return {
            file.stem: {key.split(".")[0] for key in json.loads(file.read_text(encoding="utf-8"))}
            for file in (FOLDER / lang).glob("*.json")
        }

    assert areas("en") == areas("ar") == {area: {area} for area in areas("en")}


def test_no_key_stands_twice() -> None:
    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        twice.update(key for key, times in Counter(key for key, _ in found).items() if times > 1)
        return dict(found)

    twice: set[str] = set()
    for file in FOLDER.rglob("*.json"):
        json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=pairs)

    assert twice == set()


def test_no_text_is_empty() -> None:
    assert [
        key
        for lang in messages.LANGUAGES
        for key, entry in entries(lang).items()
        if not all(texts(entry))
    ] == []


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_a_counted_text_has_every_plural_category_of_its_language(lang: str) -> None:
    needed = set(Locale(lang).plural_form.tags) | {"other"}

    counted = {
        key: set(entry) for key, entry in entries(lang).items() if not isinstance(entry, str)
    }

    assert counted
    assert {key: have ^ needed for key, have in counted.items() if have != needed} == {}


def test_both_languages_count_the_same_texts() -> None:
    assert {key for key, entry in entries("en").items() if not isinstance(entry, str)} == {
        key for key, entry in entries("ar").items() if not isinstance(entry, str)
    }


def test_holes_are_the_same_in_both_languages() -> None:
    def holes(lang: str, key: str) -> set[str]:
        # A plural form may leave out its number (one piece, no pieces); it may not invent another
        # hole.
        return {hole for text in texts(entries(lang)[key]) for hole in HOLE.findall(text)}

    assert {
        key: (holes("en", key), holes("ar", key))
        for key in entries("en")
        if holes("en", key) != holes("ar", key)
    } == {}


def test_every_key_that_is_used_exists() -> None:
    known = entries("en")

    missing = {
        (path.name, key)
        for path, text in sources()
        for key in used_keys(path, text)
        if key not in known
    }

    assert missing == set()


def test_every_beginning_of_a_key_that_is_used_has_keys() -> None:
    known = entries("en")

    starts = {(path.name, start) for path, text in sources() for start in KEY_START.findall(text)}

    assert starts
    assert {
        start for start in starts if not any(key.startswith(start[1]) for key in known)
    } == set()


def test_every_key_is_used() -> None:
    used = {key for path, text in sources() for key in used_keys(path, text)}
    used |= {
        key for path, text in sources() if path.suffix == ".html" for key in QUOTED.findall(text)
    }
    starts = tuple(
        {start for _, text in sources() for start in KEY_START.findall(text)}
        | {
            "error.",
            "currency.",
            "price.",
            "receipt.",
            "coupon_terms.",
            "webvtt.",
            "money.paper.",
            "money.provider.",
            "import_file.",
            "import_row.",
            "import_mend.",
        }
    )

    assert [key for key in entries("en") if key not in used and not key.startswith(starts)] == []


def test_every_refusal_of_the_code_has_its_sentence() -> None:
    code = re.compile(r'^\s+code(?:: ClassVar\[str\])? = "([a-z_]+)"', re.MULTILINE)

    used = {
        found
        for path in (ROOT / "src/showfloor").rglob("*.py")
        for found in code.findall(path.read_text(encoding="utf-8"))
    }

    assert "sold_out" in used
    assert {each for each in used if not messages.load().has(f"error.{each}")} == set()


def test_arabic_is_written_in_arabic() -> None:
    """Left over English is found by the absence of any Arabic letter; codes, symbols, the other
    language's name and what joins two texts may stay.
    """
    allowed = {"language.other", "wait.named"}

    latin = {
        key
        for key, entry in entries("ar").items()
        if key not in allowed
        and not key.startswith("currency.")
        and not any(re.search("[\u0600-\u06ff]", text) for text in texts(entry))
    }

    assert latin == set()


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "لا منتجات"),
        (1, "منتج واحد"),
        (2, "منتجان"),
        (6, "6 منتجات"),
        (24, "24 منتجًا"),
        (100, "100 منتج"),
        (103, "103 منتجات"),
    ],
)
def test_arabic_counts_by_the_last_two_digits(count: int, words: str) -> None:
    assert messages.translate("ar", "shelf.products", count=count) == words


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_phrase_is_said_in_the_language_of_the_sentence(lang: str) -> None:
    phrase = messages.Phrase("webvtt.not_utf8")

    sentence = messages.translate(lang, "error.captions_unreadable", reason=phrase, line=3)

    assert messages.translate(lang, "webvtt.not_utf8") in sentence
    assert "3" in sentence


@pytest.mark.parametrize(
    ("lang", "money", "text"),
    [
        ("en", Money(1234567, "GBP"), "£12,345.67"),
        ("ar", Money(1234567, "GBP"), "12,345.67\xa0£"),
        ("en", Money(-366, "GBP"), "\u2212£3.66"),
        ("ar", Money(-366, "GBP"), "\u200e-3.66\xa0£"),
        ("ar", Money(89000, "EGP"), "890.00\xa0ج.م"),
        ("en", Money(47200, "AED"), "AED\xa0472.00"),
        ("en", Money(1999, "KWD"), "KWD\xa01.999"),
        ("en", Money(1999, "JPY"), "JPY\xa01,999"),
    ],
)
def test_prices_are_written_as_the_scripts_write_them(lang: str, money: Money, text: str) -> None:
    assert messages.load().price(lang, money) == text


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        (None, "en"),
        ("ar", "ar"),
        ("ar-EG,ar;q=0.9,en;q=0.8", "ar"),
        ("fr,en;q=0.5", "en"),
        ("fr", "en"),
        ("en;q=0.1,ar;q=0.5", "ar"),
        ("x;q=?", "en"),
        ("en; q=0.1, ar; q=0.9", "ar"),
        ("en ;\tq=0.1 , ar ; Q=0.9", "ar"),
        ("AR-eg", "ar"),
        ("ar;q=0", "en"),
        ("ar;q=0.000, *", "en"),
        ("en;q=0", "ar"),
        ("en;q=0, *;q=0.5", "ar"),
        ("en-GB;q=0, en", "en"),
        ("en;q=0, ar;q=0", "en"),
        ("arn", "en"),
        ("arn, ar;q=0.2", "ar"),
        ("ara-x-long-private, fr", "en"),
        ("ar-Arab-EG-x-twain", "ar"),
        ("fr, *;q=0.1", "en"),
        ("ar;q=5, en;q=0.1", "en"),
        ("ar;level=1", "en"),
        ("", "en"),
        (",,;", "en"),
        ("ar, en", "ar"),
    ],
)
def test_the_language_follows_the_readers_wishes(header: str | None, lang: str) -> None:
    assert messages.choose_language(header) == lang


@pytest.mark.parametrize(
    ("tag", "lang"),
    [("ar", "ar"), ("AR-EG", "ar"), ("ar_EG", "ar"), (" en-GB", "en"), ("arn", None), ("", None)],
)
def test_a_language_tag_names_its_language_first(tag: str, lang: str | None) -> None:
    assert messages.match_language(tag) == lang


def test_a_missing_key_is_an_error_and_not_an_empty_page() -> None:
    with pytest.raises(messages.MissingMessage):
        messages.translate("en", "no.such.key")


def test_a_name_in_the_other_direction_keeps_its_signs_to_itself() -> None:
    assert "\u2068Moss & Co.\u2069" in messages.translate(
        "ar", "product.sold_by", seller="Moss & Co."
    )
    assert "\u2068" not in messages.translate("en", "product.sold_by", seller="Moss & Co.")


def test_every_right_and_every_security_event_has_words() -> None:
    """The front end makes these keys from what the API sends."""
    made = {f"account.scope.{scope.value}" for scope in Scope}
    made |= {f"account.event.{event.value}" for event in SecurityEvent}

    assert made - set(entries("en")) == set()


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_page_gets_an_area_or_a_single_key(lang: str) -> None:
    found = messages.load().subset(lang, "list", "order.pieces")

    assert {key for key in found if not key.startswith("list.")} == {"order.pieces"}
    assert "list.and" in found


def test_name_in_the_other_script_is_set_off() -> None:
    assert messages.isolated("ar", "Loamwick") == "\u2068Loamwick\u2069"
    assert messages.isolated("ar", "لوم ويك") == "لوم ويك"
    assert messages.isolated("en", "لوم ويك") == "\u2068لوم ويك\u2069"


def test_a_deadline_at_the_end_of_a_day_names_that_day() -> None:
    end = datetime(2026, 12, 12, tzinfo=ZoneInfo("Europe/London"))

    assert messages.deadline("en", end, "Europe/London").startswith("11 December 2026, 23:59 (")
    assert messages.deadline("ar", end, "Europe/London").startswith("11 ديسمبر 2026، 23:59 (")


def test_a_deadline_within_a_day_is_that_moment() -> None:
    """Midnight is that of the zone, and not of another one."""
    within = datetime(2026, 12, 12, 14, 30, 20, tzinfo=ZoneInfo("Europe/London"))
    assert messages.deadline("en", within, "Europe/London").startswith("12 December 2026, 14:30 (")

    midnight_in_utc = datetime(2026, 7, 12, tzinfo=UTC)
    assert messages.deadline("en", midnight_in_utc, "Europe/London").startswith(
        "12 July 2026, 01:00 ("
    )
    assert messages.deadline(
        "en", midnight_in_utc - timedelta(hours=1), "Europe/London"
    ).startswith("11 July 2026, 23:59 (")


@pytest.mark.parametrize("value", [{"amount": 5200, "currency": "GBP"}, ["Loamwick"], (1, 2)])
def test_what_is_no_word_is_not_put_into_a_sentence(value: object) -> None:
    with pytest.raises(TypeError, match="in the place of a word"):
        messages.translate("en", "order.reopened", seller="Loamwick", amount=value)

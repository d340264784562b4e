"""Every word a person reads: one catalog for the pages, the API's refusals and the scripts.

A catalog has one file an area (`messages/en/checkout.json`): the area is the first part of its
keys. It maps flat dotted keys to a text, or to a text for each CLDR plural category, chosen by
the parameter `count`. `{name}` is a hole for a parameter. The scripts format the same catalog
with `Intl` (frontend/i18n/i18n.ts): keep both alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone
from babel.numbers import format_decimal

from showfloor.kit.money import Money

LANGUAGES = ("en", "ar")
DEFAULT_LANGUAGE = "en"
_MINUS = "\u2212"
_ARABIC_MINUS = "\u200e-"
"""With the mark that keeps it before its number in a line from the right (CLDR, `ar`)."""
NO_BREAK = "\N{NO-BREAK SPACE}"

Entry = str | Mapping[str, str]
_HOLE = re.compile(r"\{(\w+)\}")
# British conventions in English (day before month, 24 hours); European digits in Arabic, which is
# Babel's own choice for "ar".
_LOCALES = {"en": Locale("en", "GB"), "ar": Locale("ar")}
# A name in the other direction is isolated (UAX 9, FSI and PDI), or it would drag the signs beside
# it along.
_OTHER_SCRIPT = {
    "en": re.compile(r"[\u0590-\u08ff]"),
    # Groups of digits without a letter, as of a telephone number, run from the left as well.
    "ar": re.compile(r"[A-Za-z]|^[^\u0590-\u08ff]*[0-9][^\u0590-\u08ff]*$"),
}
_LANGUAGE_RANGE = re.compile(
    r"(?P<tag>\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*+)"
    r"(?:[ \t]*;[ \t]*[qQ]=(?P<weight>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?"
)
_FOLDER = Path(__file__).parent / "messages"


class MissingMessage(LookupError):
    """The catalog of a language has no text under a key; a test finds this before a person
    does.
    """


@dataclass(frozen=True, slots=True)
class Phrase:
    """A parameter that is a text of the catalog itself."""

    key: str


@dataclass(frozen=True, slots=True)
class Messages:
    """The catalogs of all languages, read once."""

    catalogs: Mapping[str, Mapping[str, Entry]]

    def has(self, key: str) -> bool:
        return key in self.catalogs[DEFAULT_LANGUAGE]

    def translate(self, lang: str, key: str, **params: object) -> str:
        """The text under `key` with its holes filled.

        Whole numbers and `Money` are written as the language writes them, a `Phrase` in its words.
        Raises MissingMessage, and TypeError for what is no single word or value, as money in JSON.
        """
        entry = self.catalogs[lang].get(key)
        if entry is None:
            raise MissingMessage(f"{lang}: {key}")
        text = entry if isinstance(entry, str) else _plural(entry, lang, params.get("count"))
        return _HOLE.sub(lambda hole: self._shown(lang, params, hole), text)

    def subset(self, lang: str, *areas: str) -> dict[str, Entry]:
        """What a page's script needs: all keys whose first part is one of `areas`, or that stand
        there themselves.
        """
        return {
            key: entry
            for key, entry in self.catalogs[lang].items()
            if key in areas or key.split(".", 1)[0] in areas
        }

    def price(self, lang: str, money: Money) -> str:
        """Symbol first in English, behind the sign, after a no-break space in Arabic, as
        frontend/i18n/i18n.ts `price`.

        The caller isolates it (`<bdi>`).
        """
        digits = money.precision
        value = number(
            lang, abs(money.amount) / 10**digits, digits
        )  # only for display; Money itself stays whole
        symbol = self.catalogs[lang].get(f"currency.{money.currency}", money.currency)
        if not isinstance(symbol, str):
            raise MissingMessage(f"{lang}: currency.{money.currency}")
        is_negative = money.amount < 0
        if lang == "ar":
            return (_ARABIC_MINUS if is_negative else "") + value + NO_BREAK + symbol
        space = NO_BREAK if symbol[-1].isalpha() else ""
        return (_MINUS if is_negative else "") + symbol + space + value

    def _shown(self, lang: str, params: Mapping[str, object], hole: re.Match[str]) -> str:
        value = params.get(hole[1])
        if isinstance(value, Phrase):
            return self.translate(lang, value.key)
        if isinstance(value, Money):
            return self.price(lang, value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return number(lang, value, 0 if isinstance(value, int) else 1)
        if value is None:
            return hole[0]
        if isinstance(value, Mapping | list | tuple | set):
            raise TypeError(f"{type(value).__name__} in the place of a word")
        return isolated(lang, str(value))


def _plural(entry: Mapping[str, str], lang: str, count: object) -> str:
    category = _LOCALES[lang].plural_form(count) if isinstance(count, int | float) else "other"
    return entry.get(category, entry["other"])


@cache
def load(folder: Path = _FOLDER) -> Messages:
    return Messages({lang: _catalog(folder / lang) for lang in LANGUAGES})


def _catalog(folder: Path) -> dict[str, Entry]:
    catalog: dict[str, Entry] = {}
    for file in sorted(folder.glob("*.json")):
        catalog |= json.loads(file.read_text(encoding="utf-8"))
    return catalog


def translate(lang: str, key: str, **params: object) -> str:
    """The text under `key` of the product's own catalog."""
    return load().translate(lang, key, **params)


def isolated(lang: str, text: str) -> str:
    """A name in its own direction (UAX 9, FSI and PDI), if it has letters of the other one, or is a
    number in a line from the right.
    """
    return f"\u2068{text}\u2069" if _OTHER_SCRIPT[lang].search(text) else text


def number(lang: str, value: float, digits: int = 0) -> str:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=_LOCALES[lang])


def percent(lang: str, rate: int) -> str:
    """`25.5%` of hundredths of a percent."""
    digits = 0 if rate % 100 == 0 else 1 if rate % 10 == 0 else 2
    return number(lang, rate / 100, digits) + ("٪" if lang == "ar" else "%")


def day(lang: str, moment: datetime) -> str:
    """`Mon 23 November`."""
    return format_date(moment, "EEE d MMMM", locale=_LOCALES[lang])


def days(lang: str, first: date, last: date) -> str:
    """`Tue 2 December to Thu 4 December`, as frontend/i18n/i18n.ts `days`."""
    locale = _LOCALES[lang]
    begin, end = (format_date(each, "EEE d MMMM", locale=locale) for each in (first, last))
    return end if first == last else translate(lang, "list.from_to", **{"from": begin, "to": end})


def moment(lang: str, when: datetime, timezone: str) -> str:
    """`23 November 2026, 18:12 (Greenwich Mean Time)`: what a date is proved with."""
    comma = "،" if lang == "ar" else ","
    pattern = f"d MMMM y{comma} HH:mm (zzzz)"
    return format_datetime(when, pattern, tzinfo=get_timezone(timezone), locale=_LOCALES[lang])


def deadline(lang: str, end: datetime, timezone: str) -> str:
    """`end` as `moment`; what ends with a day ends at 23:59 of that day, and not at 00:00 of the
    next one, which people read as a day more. Another moment is written as it is: goods that came
    back too late are owed for at once.
    """
    at = end.astimezone(get_timezone(timezone)).time()
    return moment(lang, end - timedelta(minutes=1) if at == time() else end, timezone)


def country(lang: str, code: str) -> str:
    """The name of an ISO 3166-1 country."""
    return str(_LOCALES[lang].territories.get(code, code))


def weekday(lang: str, moment: datetime) -> str:
    """`Mon`."""
    return format_date(moment, "EEE", locale=_LOCALES[lang])


def direction(lang: str) -> str:
    return "rtl" if lang == "ar" else "ltr"


def in_each_language(words: Mapping[str, str]) -> list[str]:
    """What people wrote, in each language in which they did; the same words once."""
    return list(dict.fromkeys(words[lang] for lang in LANGUAGES if lang in words))


def match_language(tag: str | None) -> str | None:
    """Our language for a language tag (BCP 47: letters of any case, the language first), or None.

    `AR-eg` is Arabic; `arn` is Mapudungun, which we do not speak. A POSIX name (`ar_EG`) is read
    alike.
    """
    language = re.split("[-_]", (tag or "").strip(), maxsplit=1)[0].lower()
    return language if language in LANGUAGES else None


def choose_language(accepted: str | None) -> str:
    """The best of our languages for an Accept-Language header (RFC 9110 §12.5.4); English when none
    fits.
    """
    ranges = [found for item in (accepted or "").split(",") if (found := _read_range(item))]
    refused = {match_language(tag) for tag, weight in ranges if weight == 0 and "-" not in tag}
    welcome = [each for each in LANGUAGES if each not in refused]
    # Sorting is stable: of ranges that weigh the same, the one named first wins.
    for tag, weight in sorted(ranges, key=lambda found: -found[1]):
        if weight == 0:
            break
        if tag == "*" and welcome:
            return welcome[0]
        if (language := match_language(tag)) is not None:
            return language
    return welcome[0] if welcome else DEFAULT_LANGUAGE


def _read_range(item: str) -> tuple[str, float] | None:
    """(tag, weight) of one language range; None when it is not written as RFC 9110 says."""
    found = _LANGUAGE_RANGE.fullmatch(item.strip(" \t"))
    return (found["tag"], float(found["weight"] or 1)) if found else None

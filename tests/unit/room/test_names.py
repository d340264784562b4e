"""Names that people write under, and names that only look like others."""

from __future__ import annotations

import unicodedata

import pytest

from showfloor.room.rules.names import clean_name, is_reserved, skeleton
from showfloor.room.rules.words import MOST_MARKS

TEAM = ["Lina Haddad", "لينا حدّاد", "Dar Noor", "Loamwick"]


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  Sofia  ", "Sofia"),
        ("م‏ه‏ا", "مها"),
        ("Jean-Luc O'Neill", "Jean-Luc O'Neill"),
        ("Sofia ✔", "Sofia"),
        ("🛡 Hala 🛡", "Hala"),
        ("‮aniL", "aniL"),
        ("<b>Ana</b>", "bAnab"),
        ("123", ""),
        ("Sofia 4242 4242 4242 4242", "Sofia"),
        ("Sofia 4242/4242/4242/4242", "Sofia"),
        ("Sofia 0✔7700✔900123", "Sofia"),
        ("مها ٠٥٠١٢٣٤٥٦٧", "مها"),
        ("Hala +971 50 123 4567", "Hala"),
        ("hala@example.com", ""),
        ("Ana 1990", "Ana 1990"),
        ("✔✔", ""),
        ("​​", ""),
        ("", ""),
    ],
)
def test_name_is_letters_and_what_names_have(typed: str, clean: str) -> None:
    assert clean_name(typed) == clean


def test_name_cannot_cover_the_lines_around_it() -> None:
    tower = clean_name("L" + "\u0335\u0316\u035a\u0324\u034e" * 9 + "in")

    assert sum(unicodedata.combining(letter) > 0 for letter in tower) == MOST_MARKS


@pytest.mark.parametrize(
    "name",
    [
        "Lina Haddad",
        "lina  haddad",
        "LinaHaddad",
        "Lіna Haddаd",  # Cyrillic і and а
        "L1na Hadd4d",
        "Liná Haddad",
        "Ｌｉｎａ Ｈａｄｄａｄ",
        "𝐋𝐢𝐧𝐚 𝐇𝐚𝐝𝐝𝐚𝐝",
        "Lina",
        "The real Lina Haddad",
        "لينا حداد",
        "لينـا حــداد",
        "لینا حداد",  # Persian yeh
        "DarNoor",
        "Loamwick support",
        "L0amwick",
        "Moderator",
        "M0derator",
        "rnoderator",
        "Hala Admin",
        "مشرفة",
        "إدارة",
        "المُقدّمة",
        "ΗΟSΤ",  # Greek capitals
        "Μοdеrаtοr",
        "Lina1",
        "TheRealLina",
        "LinaSupport",
        "OfficialDarNoor",
        "ShowfloorSupport",
        "Customer Service",
        "خدمة العملاء",
        "فريق الدعم",
        "لينا الرسمية",
    ],
)
def test_name_that_reads_like_the_team_is_reserved(name: str) -> None:
    assert is_reserved(name, TEAM)


@pytest.mark.parametrize(
    "name",
    [
        "Sofia",
        "مها",
        "Daniel",
        "نورة",
        "Linus",
        "Hadi",
        "Noor",
        "Modesta",
        "Hostetler",
        "Amira L",
        "Steam",
        "Linata",
        "Realda",
        "Teodora",
        "Μaria",
        "Care",
    ],
)
def test_name_of_somebody_else_is_free(name: str) -> None:
    assert not is_reserved(name, TEAM)


@pytest.mark.parametrize("filler", ["\u3164", "\u115f", "\u1160", "\uffa0"])
def test_letters_that_draw_nothing_make_no_other_name(filler: str) -> None:
    assert clean_name(f"Mo{filler}na{filler}") == "Mona"
    assert skeleton(f"Host{filler}") == skeleton("Host")


def test_names_that_look_the_same_have_one_skeleton() -> None:
    assert skeleton("Раураl") == skeleton("PayPal") != skeleton("Paypam")

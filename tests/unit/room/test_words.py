"""What is said is a line that stays a line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from showfloor.room.rules.names import LONGEST_NAME
from showfloor.room.rules.words import LONGEST, MOST_MARKS, clean_message, is_emoji
from showfloor.room.schemas import NewMessage


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("Is it cotton?", "Is it cotton?"),
        ("one\ntwo\r\n\tthree", "one two three"),
        ("‮txet‬ ⁦x⁩", "txet x"),
        ("a\x00b\x07", "a b"),
        ("هل يتوفّر مقاس طويل؟", "هل يتوفّر مقاس طويل؟"),
        ("👩‍👧 ❤️", "👩‍👧 ❤️"),
        ("H" + "\u0335" * 40 + "i", "H" + "\u0335" * MOST_MARKS + "i"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("​ ⁠‌", ""),
        ("x\U000e0041y", "xy"),
    ],
)
def test_message_is_one_line_of_plain_text(typed: str, clean: str) -> None:
    assert clean_message(typed) == clean


@given(st.text(max_size=200))
def test_cleaned_message_has_no_control_and_is_clean(text: str) -> None:
    clean = clean_message(text)

    assert not any(unicodedata.category(letter) == "Cc" for letter in clean)
    assert not set(clean) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
    )
    assert clean_message(clean) == clean


def test_joiners_do_not_let_a_tower_of_marks_through() -> None:
    tower = "a" + ("\u0301" * 3 + "\u200d") * 100

    assert sum(letter == "\u0301" for letter in clean_message(tower)) == MOST_MARKS


def test_length_is_judged_after_cleaning() -> None:
    assert NewMessage(text=" " + "x" * LONGEST + "\u202e ").text == "x" * LONGEST
    for text in ("x" * (LONGEST + 1), "  ", "\u200b"):
        with pytest.raises(ValidationError):
            NewMessage(text=text)


def test_what_is_far_too_long_is_refused_before_it_is_cleaned() -> None:
    """Cleaning looks at each letter, on the loop that sells."""
    assert NewMessage(text="Hi" + " " * LONGEST, name="Sofia" + " " * LONGEST_NAME).text == "Hi"
    for far in ({"text": "Hi" + " " * 60_000}, {"text": "Hi", "name": "Sofia" + " " * 60_000}):
        with pytest.raises(ValidationError):
            NewMessage.model_validate(far)


@pytest.mark.parametrize(
    "text", ["👏🏽 ❤️", "🇦🇪", "👩‍👩‍👧", "1️⃣ ✅", "♥️", "❤", "🧑🏿‍🚀🏳️‍🌈", "#️⃣*️⃣", "☕"]
)
def test_emoji_are_emoji(text: str) -> None:
    assert is_emoji(text)


@pytest.mark.parametrize(
    "text",
    [
        "hi 👏",
        "12",
        "#",
        "مرحبا",
        "☎ 0501234567 call",
        "…",
        "❤️ 0501234567",
        "❤️0501234567",
        "* 👏 *",
        "#1️⃣",
        "1\ufe0f",
        "12\u20e3",
        "\ufe0f",
        "\u200d",
        "\u20e3",
        "🏽\u200d",
        "🇦",
        "🇦🇪🇦",
        "→ ⇒ ∀",
        "❤\ufe0e",
    ],
)
def test_words_and_numbers_are_no_emoji(text: str) -> None:
    assert not is_emoji(text)


@pytest.mark.parametrize(
    "text", ["👏🏽" * 30 + " bravo", "🏽" * 60 + "a", "👏🏽\u200d" * 30 + "b", "👏 " * 60 + "c"]
)
def test_words_after_many_emoji_are_refused_at_the_first_try(text: str) -> None:
    """A skin tone is a look and an emoji alone: with two ways to read each, the loop that serves
    everybody would try 2^30 readings.
    """
    assert not is_emoji(text)

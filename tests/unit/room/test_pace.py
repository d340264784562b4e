"""Which texts count as one that many send, and which many may write at once."""

from __future__ import annotations

import pytest

from showfloor.room.rules.pace import burst_key

SPAM = "Buy cheaper at mugs.example"


@pytest.mark.parametrize(
    "text",
    [
        "BUY cheaper, at  mugs.example!!",
        "Buy cheaper at mugs.example 1",
        "Buy cheaper at mugs.example 27",
        "Buy cheaper1 at mugs.example",
        "Buy cheaper at mugs.example x",
        "Buy che\u0430per at mugs.ex\u0430mple",
        "Buy cheaper at https://mugs.example/?from=7",
        "Buy cheaper at mugs.example/a81",
        "\uff22uy cheaper at mugs.example",
    ],
)
def test_texts_that_look_the_same_are_one(text: str) -> None:
    assert burst_key(text.replace("https://", "")) == burst_key(SPAM)


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("اشتروا من متجري @mugs_shop", "اشتـــروا من متجرى @mugs_shop 3"),
        ("Call me on +44 7700 900123", "Call me on +44 7700 900124"),
        ("واتساب ٠٥٠١٢٣٤٥٦٧", "واتساب ٠٥٠١٢٣٤٥٦٨"),
        ("write to me@mugs.example", "Write to me@mugs.example 4"),
        ("see https://mugs.example/1", "see https://mugs.example/2"),
    ],
)
def test_what_leads_away_counts(text: str, again: str) -> None:
    assert burst_key(text) is not None
    assert burst_key(text) == burst_key(again)


@pytest.mark.parametrize(
    "text", ["Buy cheaper at cups.example", "Buy flowers at mugs.example", "Is it mugs.example?"]
)
def test_other_texts_are_others(text: str) -> None:
    assert burst_key(text) not in (None, burst_key(SPAM))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yes",
        "mine 12",
        "\U0001f525" * 20,
        "حجز ١٢",
        "السلام عليكم ورحمة الله",
        "ما شاء الله تبارك الله",
        "Good evening everyone",
        "Good evening everyone...",
        "I want the blue one",
        "I want the blue one for 24.90",
        "size 36, 38 or 40?",
        "3.5 by 4.5 cm",
        "from 12.11.2026 on?",
        "أريد اللون الأزرق بسعر ١٢٫٥٠",
    ],
)
def test_what_many_say_at_once_is_none(text: str) -> None:
    assert burst_key(text) is None

"""What in a chat is a wish, and what only looks like one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from showfloor.catalog.types import Product
from showfloor.room.rules.wishes import Choice, choose, read_wish
from showfloor.stock.rules import MOST_PIECES
from tests.unit.room.wishing import (
    ASKED,
    BOOTS,
    CLEAR,
    HALO,
    HOODIE,
    LAMP,
    MUG,
    SCARF,
    SHIRT,
    SHOES,
    TALK,
    TEE,
    TOTE,
)

ALL = (SHIRT, BOOTS, SHOES, SCARF, MUG, LAMP, TEE, TOTE, HALO, HOODIE)
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def understood(text: str, product: Product) -> Choice | None:
    wished = read_wish(text)
    return None if wished is None else choose(wished, product)


@pytest.mark.parametrize(("text", "product", "sku", "quantity"), CLEAR, ids=[c[0] for c in CLEAR])
def test_clear_wish_is_one_variant(text: str, product: Product, sku: str, quantity: int) -> None:
    wished = read_wish(text)

    assert wished is not None
    assert (wished.item_number, wished.quantity) == (12, quantity)
    assert choose(wished, product) == Choice((sku,), is_clear=True)


@pytest.mark.parametrize(("text", "product", "count"), ASKED, ids=[a[0] for a in ASKED])
def test_wish_that_is_not_clear_names_what_may_be_meant(
    text: str, product: Product, count: int
) -> None:
    found = understood(text, product)

    assert found is not None
    assert (len(found.skus), found.is_clear) == (count, False)
    assert set(found.skus) <= {variant.sku for variant in product.variants}


@pytest.mark.parametrize("text", TALK)
def test_talk_is_no_wish_of_any_product(text: str) -> None:
    assert [found for product in ALL if (found := understood(text, product))] == []


def test_every_wish_of_the_corpus_is_found_and_nothing_else() -> None:
    wishes = [(text, product) for text, product, *_ in (*CLEAR, *ASKED)]
    found = [understood(text, product) is not None for text, product in wishes]
    mistaken = [understood(text, product) is not None for text in TALK for product in ALL]

    recall = sum(found) / len(wishes)
    precision = sum(found) / (sum(found) + sum(mistaken))
    assert (recall, precision) == (1.0, 1.0)
    assert len(wishes) > 50
    assert len(TALK) > 100


WISH = st.sampled_from([(text, product) for text, product, *_ in (*CLEAR, *ASKED)])


@given(WISH)
def test_digits_of_any_script_say_the_same(wish: tuple[str, Product]) -> None:
    text, product = wish
    latin = understood(text, product)

    assert understood(text.translate(ARABIC), product) == latin
    assert understood(text.translate(PERSIAN), product) == latin


@given(WISH, st.sampled_from("?؟%$:/=@"))
def test_question_or_sum_is_no_wish(wish: tuple[str, Product], sign: str) -> None:
    text, product = wish

    assert understood(f"{text}{sign}", product) is None


@given(WISH, st.sampled_from(["years", "people", "سنة", "am", "not", "yesterday", "دقيقة"]))
def test_one_other_word_makes_it_talk(wish: tuple[str, Product], word: str) -> None:
    text, product = wish

    assert understood(f"{text} {word}", product) is None
    assert understood(f"{word} {text}", product) is None


@given(st.integers(min_value=1, max_value=9999))
def test_every_item_number_is_understood(number: int) -> None:
    wished = read_wish(f"mine {number} M")

    assert wished is not None
    assert (wished.item_number, wished.words) == (number, ("m",))


@given(st.integers(min_value=1, max_value=9999))
@example(MOST_PIECES)
@example(MOST_PIECES + 1)
def test_number_that_may_be_how_many_they_want_is_clear_where_it_is_claimed(number: int) -> None:
    """As many as one person may hold: `I want 2 red`."""
    for said in ("I want {} red", "{} red please", "اريد {} احمر"):
        wanted = understood(said.format(number), SCARF)
        assert wanted == Choice(("red",), is_clear=number > MOST_PIECES)
    for said in ("mine {} red", "{} red mine", "حجز {} احمر"):
        assert understood(said.format(number), SCARF) == Choice(("red",), is_clear=True)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80), st.sampled_from(ALL))
def test_any_text_is_read_and_names_only_what_there_is(text: str, product: Product) -> None:
    found = understood(text, product)

    skus = {variant.sku for variant in product.variants}
    assert found is None or (found.skus and set(found.skus) <= skus)


NAMES = {"M": {"m", "medium"}, "L": {"l", "large"}, "red": {"red"}, "blue": {"blue"}, "42": {"42"}}
"""What people type, and the names of options that say it."""


def has(product: Product, options: Mapping[str, str], word: str) -> bool:
    """Whether a variant with these options is what the word names."""
    return any(
        value.name["en"].casefold() in NAMES[word]
        for axis in product.options
        for value in axis.values
        if options[axis.code] == value.code
    )


@given(
    st.sampled_from(["12", "mine 12", "I want 12", "حجز ١٢", "لي 12", "2", "mine 2"]),
    st.lists(st.sampled_from([*NAMES, "x2", "please", "mine", "لي", "size"]), max_size=5),
    st.sampled_from(ALL),
)
def test_clear_is_the_only_one_that_has_all_that_was_said(
    begun: str, words: list[str], product: Product
) -> None:
    found = understood(" ".join([begun, *words]), product)
    options = [word for word in words if word in NAMES]

    if found is not None and found.is_clear:
        assert list(found.skus) == [
            variant.sku
            for variant in product.variants
            if all(has(product, variant.options, word) for word in options)
        ]
        assert options or "mine" in [*begun.split(), *words] or "حجز" in begun


@pytest.mark.parametrize("words", ["mine 12 M L red", "mine 12 M M L red", "12 red red blue M"])
def test_words_that_no_variant_has_together_are_not_clear(words: str) -> None:
    found = understood(words, SHIRT)

    assert found is None or not found.is_clear


def test_number_alone_with_whatever_politeness_is_no_wish() -> None:
    for product in ALL:
        for around in ("{}", "{}!", "#{}", "{} please", "item {}", "رقم {}", "no {}", "{} ❤️"):
            assert understood(around.format(12), product) is None

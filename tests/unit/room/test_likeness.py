"""Which questions are one, in both languages, and which only look alike."""

from __future__ import annotations

import pytest

from showfloor.kit import ids
from showfloor.room.rules.likeness import MOST_COMPARED, is_same, key_of, words_of

SAME = [
    ("Is it cotton?", "is this COTTON??"),
    ("Is it cotton?", "is it coton"),
    ("What sizes do you have?", "which size please"),
    ("Do you have size 38?", "size 38 available?"),
    ("Do you have size 38?", "size ٣٨"),
    ("How long to Muscat?", "how long is delivery to Muscat"),
    ("What's the price?", "the price please"),
    ("Isn't it waterproof?", "is it not waterproof"),
    ("هل القماش قطن؟", "القماش قطن لو سمحت"),
    ("هل القماش قُطن؟", "قماش قطـــن"),
    ("كم المقاسات المتوفرة؟", "كم مقاس"),
    ("متى الشحن إلى مسقط؟", "متى شحن الى مسقط"),
    ("هل يوجد مقاس ٣٨؟", "مقاس 38"),
    ("What is it?", "what is it"),
]
OTHERS = [
    ("Is it cotton?", "Is it linen?"),
    ("Is it cotton?", "cotton or linen?"),
    ("Does it come in red?", "does it come in blue?"),
    ("Is the red one machine washable?", "Is the blue one machine washable?"),
    ("Do you have size 38?", "Do you have size 39?"),
    ("Do you have S?", "Do you have M?"),
    ("When do you ship?", "Where do you ship?"),
    ("Is it waterproof?", "Isn't it waterproof?"),
    ("Is it machine washable cotton?", "Is it not machine washable cotton?"),
    ("Are these for men?", "Are these for women?"),
    ("small?", "smell?"),
    ("هل القماش قطن؟", "هل القماش كتان؟"),
    ("مقاس ٣٨", "مقاس ٣٩"),
    ("متى الشحن؟", "كم الشحن؟"),
    ("هل هو قابل للغسل؟", "هل هو غير قابل للغسل؟"),
    ("?", "!"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_question_in_other_words_is_one(one: str, other: str) -> None:
    assert is_same(words_of(one), words_of(other))
    assert is_same(words_of(other), words_of(one))


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_other_question_stays_apart(one: str, other: str) -> None:
    assert not is_same(words_of(one), words_of(other))
    assert not is_same(words_of(other), words_of(one))


def test_key_is_of_the_words_and_of_the_product() -> None:
    mug, bowl = ids.new(), ids.new()

    assert key_of("Is it cotton?", mug) == key_of("is this cotton", mug)
    assert key_of("Is it cotton?", mug) != key_of("Is it linen?", mug)
    assert len({key_of("Is it cotton?", about) for about in (mug, bowl, None)}) == 3


LONG = " ".join(["does the big green glazed kettle from your autumn show hold"] * 4)


@pytest.mark.parametrize("words", [LONG, "هل القماش القطني الأزرق مناسب للغسالة " * 8, "x" * 500])
def test_long_question_is_compared_by_its_beginning_and_the_same_rest(words: str) -> None:
    one, other = words_of(f"{words} two litres"), words_of(f"{words} one litre")

    assert len(one) <= MOST_COMPARED + 1
    assert is_same(one, words_of(f"{words.upper()} Two Litres"))
    assert not is_same(one, other)
    assert not is_same(one, words_of(words))


def test_question_that_spells_many_words_otherwise_stays_apart() -> None:
    asked = words_of("waterproof breathable washable kettle")

    assert is_same(asked, words_of("waterprof breathabble washable kettle"))
    assert not is_same(asked, words_of("waterprof breathabble washablle kettle"))

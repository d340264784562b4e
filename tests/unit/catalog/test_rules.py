"""What makes a product whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from showfloor.catalog import rules
from showfloor.catalog.types import NewProduct, NewVariant, OptionAxis, OptionValue, Text
from showfloor.kit import ids


def words(text: str) -> Text:
    return {"en": text, "ar": f"«{text}»"}


COLOUR = OptionAxis(
    "color",
    words("Glaze"),
    (OptionValue("salt", words("Sea salt"), "#fff"), OptionValue("clay", words("Clay"))),
)
SIZE = OptionAxis("size", words("Size"), (OptionValue("250", words("250 ml")),))
SALT = NewVariant("M-SALT", {"color": "salt", "size": "250"}, {"GBP": 2200})
CLAY = NewVariant("M-CLAY", {"color": "clay", "size": "250"}, {"GBP": 2200})
MUG = NewProduct(
    ids.new(), "mug", words("Mug"), words("A mug"), words("Warm."), (SALT, CLAY), (COLOUR, SIZE)
)


def test_whole_product_has_no_problem() -> None:
    assert rules.problems(MUG) == []


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (replace(MUG, name={"en": "Mug"}), "name needs words in ar, en"),
        (replace(MUG, variants=()), "a product needs a variant"),
        (replace(MUG, variants=(SALT, SALT)), "every variant needs a SKU of its own"),
        (
            replace(MUG, variants=(SALT, replace(SALT, sku="OTHER"))),
            "two variants have the same options",
        ),
        (
            replace(MUG, variants=(replace(SALT, options={"color": "salt"}),)),
            "M-SALT needs one value on each axis",
        ),
        (
            replace(MUG, variants=(replace(SALT, options={"color": "red", "size": "250"}),)),
            "M-SALT needs one value on each axis",
        ),
        (replace(MUG, variants=(replace(SALT, prices={}),)), "M-SALT needs a price"),
        (replace(MUG, variants=(replace(SALT, sku="M" * 101),)), f"{'M' * 101} is too long"),
        (replace(MUG, variants=(replace(SALT, prices={"GBP": 0}),)), "M-SALT needs a price"),
        (replace(MUG, variants=(replace(SALT, prices={"XYZ": 1}),)), "M-SALT needs a price"),
        (
            replace(MUG, variants=(replace(SALT, pictures=(0,)),)),
            "M-SALT shows a picture that is not there",
        ),
        (replace(MUG, options=(COLOUR, COLOUR, SIZE)), "two axes share a code"),
        (
            replace(MUG, options=(COLOUR, replace(SIZE, values=SIZE.values * 2))),
            "axis size needs values with different codes",
        ),
        (
            replace(MUG, options=(COLOUR, replace(SIZE, name={"en": "Size", "ar": " "}))),
            "axis size needs names in ar, en",
        ),
    ],
)
def test_broken_product_is_told_why(broken: NewProduct, problem: str) -> None:
    assert problem in rules.problems(broken)


def test_product_without_options_has_one_variant() -> None:
    plain = replace(MUG, options=(), variants=(replace(SALT, options={}),))

    assert rules.problems(plain) == []
    assert rules.options_text((), {}) == {"en": "", "ar": ""}


def test_options_text_follows_the_axes_in_both_languages() -> None:
    assert rules.options_text(MUG.options, SALT.options) == {
        "en": "Sea salt, 250 ml",
        "ar": "«Sea salt»، «250 ml»",
    }

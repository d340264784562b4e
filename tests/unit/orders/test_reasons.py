"""Every reason of the price engine has words."""

from __future__ import annotations

import pytest

from showfloor.kit.messages import LANGUAGES
from showfloor.kit.money import Money
from showfloor.orders.types import Reason, ReasonCode
from showfloor.orders.views import reason_words


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", ReasonCode)
def test_reason_is_a_whole_sentence_in_every_language(code: ReasonCode, lang: str) -> None:
    pounds = Money(395, "GBP")
    reason = Reason(code, pounds, {"en": "Mug", "ar": "كوب"}, 2, pounds, pounds, "IE", 2550)

    words = reason_words(reason, lang)

    assert words and "{" not in words and "None" not in words

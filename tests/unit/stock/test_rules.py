"""Tokens, limits and what a hold's lines add up to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.kit import ids
from showfloor.kit.money import Money
from showfloor.kit.retention import kept_for
from showfloor.stock import rules
from showfloor.stock.errors import HoldTokenInvalid, LimitReached
from showfloor.stock.types import Line, LineState

SECRET = b"a secret of thirty-two bytes....."


@given(st.uuids())
def test_token_names_its_hold_and_is_always_the_same(hold_id: rules.UUID) -> None:
    token = rules.hold_token(SECRET, hold_id)

    assert rules.verify(SECRET, token) == hold_id
    assert rules.hold_token(SECRET, hold_id) == token


@given(st.text())
def test_made_up_token_is_refused(text: str) -> None:
    for token in (text, f"ht_{text}", None):
        with pytest.raises(HoldTokenInvalid):
            rules.verify(SECRET, token)


def test_token_of_another_key_or_hold_is_refused() -> None:
    token = rules.hold_token(SECRET, ids.new())
    foreign = token[:20] + ("A" if token[20] != "A" else "B") + token[21:]

    for wrong in (rules.hold_token(b"another", ids.new()), foreign, token[:-4], token + "AAAA"):
        with pytest.raises(HoldTokenInvalid):
            rules.verify(SECRET, wrong)


@given(st.lists(st.sampled_from(LineState), min_size=1, max_size=5))
def test_hold_is_held_only_while_every_line_is(states: list[LineState]) -> None:
    found = rules.state_of(states)

    assert (found is LineState.HELD) == (set(states) == {LineState.HELD})
    assert (found is LineState.SETTLED) == (set(states) == {LineState.SETTLED})


def test_eleven_pieces_of_one_variant_are_too_many() -> None:
    line = Line(ids.new(), "SKU", rules.MOST_PIECES, Money(100, "GBP"))
    rules.check_pieces([line, line])

    with pytest.raises(LimitReached):
        rules.check_pieces(
            [line, Line(line.variant_id, "SKU", rules.MOST_PIECES + 1, line.unit_price)]
        )


def test_network_of_a_purchase_counts_for_as_long_as_the_notice_says() -> None:
    assert timedelta(seconds=rules.REMEMBERED_SECONDS) == kept_for("hold_network")

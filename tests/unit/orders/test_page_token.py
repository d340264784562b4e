"""The address of an order's page cannot be made up."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.orders import rules
from showfloor.orders.errors import OrderNotFound

SECRET = b"s" * 32


@given(st.uuids())
def test_token_leads_to_its_order_alone(order_id: UUID) -> None:
    token = rules.page_token(SECRET, order_id)

    assert rules.order_of_token(SECRET, token) == order_id
    with pytest.raises(OrderNotFound):
        rules.order_of_token(b"t" * 32, token)


@given(st.text(max_size=60))
def test_any_other_text_leads_nowhere(text: str) -> None:
    with pytest.raises(OrderNotFound):
        rules.order_of_token(SECRET, text)


@given(st.uuids(), st.integers(0, 42), st.sampled_from("AZaz09-_=\n "))
def test_token_with_another_letter_leads_nowhere(order_id: UUID, place: int, letter: str) -> None:
    token = rules.page_token(SECRET, order_id)
    other = token[:place] + letter + token[place + 1 :]
    if other == token:
        return

    with pytest.raises(OrderNotFound):
        rules.order_of_token(SECRET, other)


def test_page_token_of_a_mail_already_sent_stays_valid() -> None:
    order_id = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    sent = "AYkKXayWd0u8zrMCCZqAV99blhv_R--fdSMHEHG-8Z4"

    assert rules.page_token(SECRET, order_id) == sent
    assert rules.order_of_token(SECRET, sent) == order_id

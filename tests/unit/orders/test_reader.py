"""What a buyer's own data say of an order."""

from __future__ import annotations

from dataclasses import replace

from showfloor.kit import messages
from showfloor.orders.reader import rows_of
from showfloor.orders.types import ReturnProof
from tests.unit.orders.orders_of_tests import PLACED, order_of


def test_what_the_buyer_said_of_the_way_back_is_the_buyers_own_data() -> None:
    order = order_of((1, 100), (2, 300))
    proven = replace(order, return_proof=ReturnProof("Royal Mail", "RM 77 GB", PLACED))

    said = [(row["return_carrier"], row["return_tracking"]) for row in rows_of(proven)]

    assert said == [("Royal Mail", "RM 77 GB")] * 2
    assert {row["return_tracking"] for row in rows_of(order)} == {None}


def test_everything_that_a_buyer_reads_has_a_name() -> None:
    (row,) = rows_of(order_of((1, 100)))

    # A missing one raises.
    for lang in messages.LANGUAGES:
        assert all(messages.translate(lang, f"viewer.known.{key}") for key in row)

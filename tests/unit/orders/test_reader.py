"""What a buyer's own data say of an order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from showfloor.kit import clock, ids, messages
from showfloor.orders.reader import rows_of
from showfloor.orders.types import ReturnProof, Withdrawal
from tests.unit.orders.orders_of_tests import PLACED, order_of


def test_what_the_buyer_said_of_the_way_back_is_the_buyers_own_data() -> None:
    order = order_of((1, 100), (2, 300))
    proven = replace(order, return_proof=ReturnProof("Royal Mail", "RM 77 GB", PLACED))

    said = [(row["return_carrier"], row["return_tracking"]) for row in rows_of(proven)]

    assert said == [("Royal Mail", "RM 77 GB")] * 2
    assert {row["return_tracking"] for row in rows_of(order)} == {None}


def test_every_proof_and_withdrawal_is_among_the_buyers_own_data() -> None:
    first, second = (ReturnProof("Royal Mail", f"RM {n} GB", PLACED, n) for n in (1, 2))
    made = tuple(Withdrawal(ids.new(), {0: 1}, PLACED + timedelta(days=n)) for n in (1, 2, 3))
    order = replace(
        order_of((3, 100)),
        withdrawn_at=made[0].at,
        withdrawals=made,
        return_proof=second,
        earlier_proofs=(first,),
    )

    (row,) = rows_of(order)

    assert row["return_carrier"] == "Royal Mail; Royal Mail"
    assert row["return_tracking"] == "RM 1 GB; RM 2 GB"
    assert row["withdrawn_at"] == clock.rfc3339(made[0].at)
    later = [clock.rfc3339(each.at) for each in made[1:]]
    assert row["withdrawn_again_at"] == "; ".join(later)


def test_everything_that_a_buyer_reads_has_a_name() -> None:
    (row,) = rows_of(order_of((1, 100)))

    # A missing one raises.
    for lang in messages.LANGUAGES:
        assert all(messages.translate(lang, f"viewer.known.{key}") for key in row)

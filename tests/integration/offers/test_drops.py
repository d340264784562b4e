"""A drop from its plan to its published log."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from showfloor.app import verify
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.offers.service import end_drops, verify_drop
from tests.integration.checkout.counter import DECLINED
from tests.integration.checkout.shop import let_expire, scalar, stock_now
from tests.integration.offers.conftest import Hall


async def test_drop_is_bought_at_its_price_and_proves_itself(
    hall: Hall, database: Database
) -> None:
    drop = await hall.open()
    buyer = await hall.buyer()

    paid = await buyer.buy(drop)
    proof = await hall.proof(drop)

    assert paid.json()["status"] == "paid"
    assert buyer.hold["total"] == {"amount": 1900, "currency": "GBP"}
    assert proof.holds and (proof.sold, proof.arrivals, proof.refused) == (1, 1, 0)
    left = await stock_now(database, hall.floor.products[0])
    assert (left.sold, left.held, left.available) == (1, 0, 9)
    assert await verify.broken(database, hall.app.state.checkout.providers) == []


async def test_units_of_a_drop_are_sold_in_no_other_way(hall: Hall, database: Database) -> None:
    drop = await hall.announce(units=8)
    buyer = await hall.buyer()

    refused = await buyer.reserve(("MUG-1", 3))
    held = await buyer.reserve(("MUG-1", 2))
    hall.passed[0] += 10_000
    await hall.end(drop)

    assert (refused.status_code, refused.json()["code"]) == (409, "sold_out")
    assert held.status_code == 201
    assert held.json()["total"]["amount"] == 5000
    # Eight are back on the shelf.
    assert (await stock_now(database, hall.floor.products[0])).available == 8


async def test_nobody_gets_in_early_or_late(hall: Hall) -> None:
    drop = await hall.announce()
    buyer = await hall.buyer()

    early = await buyer.take(drop)
    hall.passed[0] += 10_000
    other_price = await buyer.take(drop, expected_total={"amount": 1, "currency": "GBP"})
    hall.passed[0] += 60_000
    late = await buyer.take(drop)

    assert early.json()["code"] == "drop_not_open"
    assert other_price.json()["code"] == "price_changed"
    assert late.json()["code"] == "drop_closed"
    assert verify_drop(await hall.end(drop)).arrivals == 0


async def test_person_gets_no_more_than_the_limit(hall: Hall) -> None:
    drop = await hall.open(per_person=2)
    buyer, other = await hall.buyer(), await hall.buyer()

    assert (await buyer.take(drop, 2)).status_code == 201
    again = await buyer.take(drop)
    assert (await other.take(drop)).status_code == 201

    assert (again.status_code, again.json()["code"]) == (409, "drop_limit_reached")


async def test_network_gets_no_more_than_its_room(hall: Hall) -> None:
    drop = await hall.open(units=8)
    guests = [await hall.buyer("10.9.9.9") for _ in range(5)]

    answers = [await guest.take(drop) for guest in guests]

    assert [answer.status_code for answer in answers] == [201] * 4 + [409]
    assert answers[-1].json()["code"] == "drop_network_limit_reached"


@pytest.mark.parametrize(("runs_s", "held"), [(60, 90), (120, 120), (1200, 300)])
async def test_piece_is_held_as_long_as_the_drop_runs_or_as_other_goods(
    hall: Hall, database: Database, runs_s: int, held: int
) -> None:
    drop = await hall.open(runs_s=runs_s)
    await (await hall.buyer()).take(drop)

    timeline = await hall.client.get(f"/api/v1/shows/{hall.show}/timeline")
    (said,) = [
        cue["payload"]["holds_s"] for cue in timeline.json()["cues"] if cue["kind"] == "drop"
    ]

    lasts = "select extract(epoch from expires_at - created_at)::int from hold"
    assert await scalar(database, lasts) == held == min(said, 300)


async def test_hash_of_the_terms_is_published_with_the_countdown(hall: Hall) -> None:
    drop = await hall.open()
    timeline = await hall.client.get(f"/api/v1/shows/{hall.show}/timeline")
    (cue,) = [cue for cue in timeline.json()["cues"] if cue["kind"] == "drop"]

    proof = await hall.proof(drop)

    assert proof.sealed is not None
    assert cue["payload"]["terms_sha256"] == proof.sealed


async def test_what_is_not_paid_goes_to_the_next(hall: Hall, database: Database) -> None:
    drop = await hall.open(units=1)
    first, second = await hall.buyer(), await hall.buyer()
    await first.take(drop)
    await first.give_details()
    assert (await first.pay(DECLINED)).json()["status"] == "declined"

    refused = await second.take(drop)
    await let_expire(database, ids.parse("hold", first.hold["id"]))
    bought = await second.buy(drop)
    proof = await hall.proof(drop)

    assert (refused.status_code, refused.json()["code"]) == (409, "drop_sold_out")
    assert bought.json()["status"] == "paid"
    assert proof.holds
    assert (proof.sold, proof.released, proof.refused, proof.arrivals) == (1, 1, 1, 3)


async def test_what_is_given_back_is_free_again(hall: Hall) -> None:
    drop = await hall.open(units=1)
    first, second = await hall.buyer(), await hall.buyer()
    await first.take(drop)

    fixed = await first.ask(
        "PATCH", f"/holds/{first.hold['id']}", {"lines": [{"sku": "MUG-1", "quantity": 2}]}
    )
    for _ in range(2):
        gone = await first.ask("DELETE", f"/holds/{first.hold['id']}")
        assert gone.status_code == 204
    bought = await second.buy(drop)
    proof = await hall.proof(drop)

    assert fixed.json()["code"] == "drop_hold_fixed"
    assert bought.json()["status"] == "paid"
    assert proof.holds and (proof.sold, proof.released) == (1, 1)


async def test_same_request_gets_the_same_hold(hall: Hall) -> None:
    drop = await hall.open()
    buyer = await hall.buyer()

    first = await buyer.take(drop, key="k" * 16)
    again = await buyer.take(drop, key="k" * 16)

    assert again.json()["id"] == first.json()["id"]
    assert verify_drop(await hall.end_when_paid(drop, buyer)).arrivals == 1


async def test_log_waits_for_the_last_hold(hall: Hall, database: Database) -> None:
    drop = await hall.open()
    buyer = await hall.buyer()
    await buyer.take(drop)
    hall.passed[0] += 60_000

    await end_drops(database)
    waits = await hall.client.get(f"/api/v1/drops/{drop}/log")
    await let_expire(database, ids.parse("hold", buyer.hold["id"]))
    proof = await hall.proof(drop)

    assert waits.json()["code"] == "drop_log_not_ready"
    assert proof.holds and proof.released == 1


async def test_record_is_never_changed(hall: Hall, database: Database) -> None:
    await hall.announce()

    for statement in (
        "update drop_record set line = '{}'",
        "delete from drop_record",
        "truncate drop_record",
    ):
        with pytest.raises(IntegrityError):
            async with database.session() as session:
                await session.execute(text(statement))
    assert await scalar(database, "select count(*) from drop_record") == 1


async def test_closed_by_the_team_nobody_gets_in_and_what_is_held_is_paid(hall: Hall) -> None:
    drop = await hall.open()
    first, second = await hall.buyer(), await hall.buyer()
    await first.take(drop)

    for _ in range(2):
        closed = await hall.ask("POST", f"/drops/{drop}/cancel", hall.host)
    late = await second.take(drop)
    await first.give_details()
    paid = await first.pay()
    proof = await hall.proof(drop)

    assert closed.json()["closed_at"] is not None
    assert late.json()["code"] == "drop_closed"
    assert paid.json()["status"] == "paid"
    assert proof.holds and proof.sold == 1


async def test_called_off_before_it_opens_it_sells_nothing_and_still_proves_itself(
    hall: Hall, database: Database
) -> None:
    drop = await hall.announce()

    await hall.ask("POST", f"/drops/{drop}/cancel", hall.host)
    await end_drops(database)
    lines = (await hall.client.get(f"/api/v1/drops/{drop}/log")).content.splitlines(keepends=True)

    assert verify_drop(lines).holds
    assert (await stock_now(database, hall.floor.products[0])).available == 10


async def test_pseudonyms_cannot_be_led_back_when_it_has_ended(
    hall: Hall, database: Database
) -> None:
    drop = await hall.open()
    await (await hall.buyer()).buy(drop)
    known = "select count(*) from drop_hold"
    before = await scalar(database, known)

    await hall.end(drop)

    assert before == 1
    assert await scalar(database, known) == 0
    assert await scalar(database, "select count(*) from drop where salt is not null") == 0
